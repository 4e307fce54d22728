"""A URDF file, read and checked.

PyBullet loads much that is broken without a word (swapped limits, NaN, negative masses, a joint about no
axis) and refuses the rest without a reason. So a file is read here first, and the first thing wrong with it
is told in one line: the file, the element, what is wrong, and what to do.
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from envs.errors import WorldError

_MOST_BYTES = 20_000_000
MOVING = ("revolute", "continuous", "prismatic")  # joint types that an arm or its gripper may have
# How many numbers an attribute holds, by element: everything that PyBullet turns into a number.
_NUMBERS: Mapping[str, Mapping[str, int]] = {
    "origin": {"xyz": 3, "rpy": 3},
    "axis": {"xyz": 3},
    "limit": {"lower": 1, "upper": 1, "effort": 1, "velocity": 1},
    "dynamics": {"damping": 1, "friction": 1},
    "mimic": {"multiplier": 1, "offset": 1},
    "mass": {"value": 1},
    "inertia": dict.fromkeys(("ixx", "ixy", "ixz", "iyy", "iyz", "izz"), 1),
    "box": {"size": 3},
    "sphere": {"radius": 1},
    "cylinder": {"radius": 1, "length": 1},
    "capsule": {"radius": 1, "length": 1},
    "mesh": {"scale": 3},
    "color": {"rgba": 4},
}
# Shapes, and the sizes that they need.
_SHAPES: Mapping[str, tuple[str, ...]] = {
    "box": ("size",), "sphere": ("radius",), "cylinder": ("radius", "length"),
    "capsule": ("radius", "length"), "mesh": (), "plane": (),
}  # fmt: skip
_TEXTS = ("name", "link", "joint", "type", "filename")  # attributes that are never numbers
_NOT_FINITE = ("nan", "inf", "infinity")


@dataclass(frozen=True)
class Joint:
    """A joint of a URDF: lower and upper are None where it has no limits."""

    name: str
    kind: str
    parent: str
    child: str
    lower: float | None
    upper: float | None


@dataclass(frozen=True)
class Urdf:
    """Links and joints of a checked file: a tree with one root.

    Attributes:
        path: the file.
        links: names of the links.
        joints: joints by name.
    """

    path: Path
    links: frozenset[str]
    joints: Mapping[str, Joint]

    def above(self, link: str) -> list[Joint]:
        """Joints from ``link`` up to the root, nearest first."""
        by_child = {joint.child: joint for joint in self.joints.values()}
        found = []
        while link in by_child:
            found.append(by_child[link])
            link = by_child[link].parent
        return found


def read_urdf(path: Path) -> Urdf:
    """Read and check a URDF file.

    Raises:
        WorldError: it is not XML, not a robot, not a tree, or holds what PyBullet would swallow: numbers that
            are not finite, swapped or missing limits, missing mesh files, masses and inertias that are not
            positive.
    """
    root = _parse(path)
    try:
        _check_numbers(root)
        urdf = Urdf(path, _names(root, "link"), {joint.name: joint for joint in _joints(root)})
        _check_tree(urdf)
        for link in root.findall("link"):
            _check_inertial(link, urdf)
        _check_shapes(root)
        _check_meshes(root, path)
    except ValueError as error:
        raise WorldError(f"{path}: {error}") from error
    return urdf


def mesh_file(urdf: Path, name: str) -> Path | None:
    """The file of a mesh, searched as PyBullet does: by the URDF, for ``package://`` in folders above too."""
    if name.startswith("package://"):
        relative = name.removeprefix("package://")
        places = [folder / relative for folder in urdf.parents]
        places += [folder / relative.partition("/")[2] for folder in urdf.parents]
    else:
        places = [urdf.parent / name.removeprefix("file://")]
    return next((place for place in places if place.is_file()), None)


def _parse(path: Path) -> ElementTree.Element:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise WorldError(f"{path}: cannot be read ({error.strerror or error})") from error
    if len(data) > _MOST_BYTES:
        raise WorldError(
            f"{path}: {len(data)} bytes are too many for a URDF; meshes belong in their own files"
        )
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise WorldError(f"{path}: declares a document type, which no URDF needs; remove the declaration")
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise WorldError(f"{path}: is not XML ({error}); if it is a xacro file, expand it first") from error
    if root.tag != "robot" or not root.get("name"):
        raise WorldError(f"{path}: its outermost element is no <robot name=...>, as a URDF's is")
    return root


def _check_numbers(root: ElementTree.Element) -> None:
    for owner, element in _described(root):
        for attribute, count in _NUMBERS.get(element.tag, {}).items():
            text = element.get(attribute)
            if text is not None:
                _finite(text, count, f"{owner}: <{element.tag} {attribute}>")
        for attribute, text in element.attrib.items():  # of elements that are not known here, too
            if attribute not in _TEXTS and any(
                word.lower().lstrip("+-") in _NOT_FINITE for word in text.split()
            ):
                raise ValueError(f"{owner}: <{element.tag} {attribute}> is {text!r}; make it a finite number")


def _described(root: ElementTree.Element) -> Iterator[tuple[str, ElementTree.Element]]:
    """Every element below links, joints and materials, with the name of its owner."""
    for owner in root:
        if owner.tag in ("link", "joint", "material"):
            for element in owner.iter():
                yield f"{owner.tag} {owner.get('name', '')!r}", element


def _finite(text: str, count: int, where: str) -> list[float]:
    try:
        values = [float(word) for word in text.split()]
    except ValueError:
        values = []
    if len(values) != count or not all(math.isfinite(value) for value in values):
        raise ValueError(f"{where} needs {count} finite number{'s' * (count > 1)}, got {text!r}; correct it")
    return values


def _names(root: ElementTree.Element, tag: str) -> frozenset[str]:
    seen: set[str] = set()
    for element in root.findall(tag):
        name = element.get("name", "")
        if not name:
            raise ValueError(f"a <{tag}> has no name; give it one")
        if name in seen:
            raise ValueError(f"{tag} {name!r} comes twice; rename one")
        seen.add(name)
    return frozenset(seen)


def _joints(root: ElementTree.Element) -> Iterator[Joint]:
    _names(root, "joint")
    for element in root.findall("joint"):
        name, kind = element.get("name", ""), element.get("type", "")
        if kind not in (*MOVING, "fixed"):
            raise ValueError(
                f"joint {name!r} is of type {kind!r}; an arm has {', '.join(MOVING)} and fixed ones"
            )
        lower, upper = _limits(element, name, kind)
        if kind in MOVING:
            _check_axis(element, name)
        yield Joint(name, kind, _end(element, "parent"), _end(element, "child"), lower, upper)


def _limits(element: ElementTree.Element, name: str, kind: str) -> tuple[float | None, float | None]:
    if kind not in ("revolute", "prismatic"):
        return None, None
    limit = element.find("limit")
    lower, upper = (None, None) if limit is None else (limit.get("lower"), limit.get("upper"))
    if lower is None or upper is None:
        raise ValueError(f"joint {name!r} is {kind} and has no limits lower and upper; add <limit>")
    if float(lower) > float(upper):
        raise ValueError(f"joint {name!r} has lower limit {lower} above upper limit {upper}; swap them")
    return float(lower), float(upper)


def _check_axis(element: ElementTree.Element, name: str) -> None:
    axis = element.find("axis")
    length = 1.0 if axis is None else np.linalg.norm([float(x) for x in axis.get("xyz", "1 0 0").split()])
    if abs(length - 1.0) > 1e-3:
        raise ValueError(f"joint {name!r} has an axis of length {length:.3g}; make it a unit vector")


def _end(element: ElementTree.Element, tag: str) -> str:
    end = element.find(tag)
    name = "" if end is None else end.get("link", "")
    if not name:
        raise ValueError(f"joint {element.get('name')!r} has no {tag} link; add <{tag} link=...>")
    return name


def _check_tree(urdf: Urdf) -> None:
    if not urdf.links:
        raise ValueError("has no <link>; a robot has one at least")
    parents: dict[str, str] = {}
    for joint in urdf.joints.values():
        for end in (joint.parent, joint.child):
            if end not in urdf.links:
                raise ValueError(
                    f"joint {joint.name!r} joins link {end!r}, which does not exist; add the link"
                )
        if joint.child in parents:
            raise ValueError(f"link {joint.child!r} hangs on two joints; a robot is a tree")
        parents[joint.child] = joint.parent
    roots = sorted(urdf.links - parents.keys())
    if len(roots) != 1:
        what = "no link is the root" if not roots else f"links {', '.join(roots)} are all roots"
        raise ValueError(f"{what}; a robot is a tree with one root")
    reached, waiting = set(), [roots[0]]
    while waiting:
        link = waiting.pop()
        reached.add(link)
        waiting += [child for child, parent in parents.items() if parent == link]
    if reached != urdf.links:
        raise ValueError(f"link {min(urdf.links - reached)!r} is not joined to the root; a robot is a tree")


def _check_inertial(link: ElementTree.Element, urdf: Urdf) -> None:
    """Moved links need mass and inertia; the base and mere frames, fixed to others, may have none."""
    name = link.get("name", "")
    moved = any(joint.child == name and joint.kind != "fixed" for joint in urdf.joints.values())
    inertial = link.find("inertial")
    if inertial is None:
        if moved:
            raise ValueError(f"link {name!r} moves but has no <inertial>; state its mass and inertia")
        return
    element = inertial.find("mass")
    mass = 0.0 if element is None else float(element.get("value", "0"))
    if mass < 0.0 or (moved and mass == 0.0):
        raise ValueError(f"link {name!r} has mass {mass:g} kg; a mass is positive")
    inertia = inertial.find("inertia")
    if inertia is None:
        if moved:
            raise ValueError(f"link {name!r} moves but has no <inertia>; state it")
        return
    xx, xy, xz, yy, yz, zz = (float(inertia.get(key, "0")) for key in _NUMBERS["inertia"])
    least = float(np.linalg.eigvalsh([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]]).min())
    if least < 0.0 or (moved and least == 0.0):
        raise ValueError(
            f"link {name!r} has a principal inertia of {least:.3g} kg m^2; all three are positive"
        )


def _check_shapes(root: ElementTree.Element) -> None:
    """Every visual and collision element has one shape with its sizes; without, PyBullet refuses the file."""
    for link in root.findall("link"):
        for part in (*link.findall("visual"), *link.findall("collision")):
            where = f"link {link.get('name')!r}: <{part.tag}>"
            shapes = list(part.find("geometry") or ())
            if len(shapes) != 1 or shapes[0].tag not in _SHAPES:
                raise ValueError(f"{where} needs a <geometry> with one of {', '.join(_SHAPES)}")
            for attribute in _SHAPES[shapes[0].tag]:
                text = shapes[0].get(attribute, "")
                if not text or min(float(word) for word in text.split()) <= 0.0:
                    raise ValueError(
                        f"{where} needs a <{shapes[0].tag}> with a positive {attribute}, got {text!r}"
                    )


def _check_meshes(root: ElementTree.Element, path: Path) -> None:
    for owner, element in _described(root):
        if element.tag == "mesh":
            name = element.get("filename", "")
            if not name or mesh_file(path, name) is None:
                raise ValueError(f"{owner}: mesh {name!r} is not a file; paths are relative to the URDF")
