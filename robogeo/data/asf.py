"""Skeletons of Acclaim skeleton files (.asf), as the CMU motion capture database has them.

The reader is our own: the packages that read these files were last published in 2021 or before, and trust
what they read. It is strict, so that a damaged skeleton is refused instead of moving oddly: every bone hangs
somewhere, turns only, and every number is finite.

Lengths in CMU's files are inches divided by the `length` of the units section, so one unit is
0.0254 / length metres (0.0564 m for the usual 0.45).
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import numpy as np

from robogeo.data.skeleton import MOVES, ROOT, TURNS, Bone, Skeleton, euler
from robogeo.errors import InputError
from robogeo.reading import read_text

MOST_BYTES = 1024 * 1024
MOST_BONES = 256
INCH = 0.0254  # m

Line = tuple[int, list[str]]  # its number, from 1, and its words


@dataclass
class _Section:
    """A section of the file.

    Attributes:
        number: line of its heading.
        words: what else the heading holds.
        lines: below it, without comments and empty ones.
    """

    number: int
    words: list[str]
    lines: list[Line] = field(default_factory=list)


@dataclass
class _Entry:
    """Lines between a `begin` and its `end`, by their first word."""

    number: int
    fields: dict[str, Line] = field(default_factory=dict)


def load_skeleton(path: str | os.PathLike[str]) -> Skeleton:
    """Read the skeleton of a .asf file.

    Raises:
        InputError: one line that names the file, the line and the reason.
    """
    file = Path(path)
    return _Reader(file).skeleton(read_text(file, MOST_BYTES, "a skeleton"))


class _Reader:
    """Reads one file; knows its name for complaints."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def skeleton(self, text: str) -> Skeleton:
        sections = self._sections(text)
        units = self._fields(self._section(sections, "units"))
        scale = self._numbers(self._field(units, "length"), 1)[0]
        if not scale > 0:
            self._refuse(units.fields["length"][0], "the unit of length must be positive")
        metre = INCH / scale
        angle = self._field(units, "angle")
        if angle[1][1:] not in (["deg"], ["rad"]):
            self._refuse(angle[0], "angles must be in deg or rad")
        radian = math.pi / 180.0 if angle[1][1] == "deg" else 1.0
        root, origin = self._root(self._fields(self._section(sections, "root")), metre, radian)
        entries = list(self._entries(self._section(sections, "bonedata")))
        if len(entries) > MOST_BONES:
            self._refuse(entries[MOST_BONES].number, f"more than the {MOST_BONES} bones allowed")
        bones = dict(self._bone(entry, metre, radian) for entry in entries)
        if len(bones) < len(entries) or ROOT in bones:
            self._refuse(sections["bonedata"].number, "two bones have the same name")
        parents = self._parents(self._section(sections, "hierarchy"), bones)
        return Skeleton((root, *self._ordered(bones, parents, sections["hierarchy"].number)), origin, metre)

    def _sections(self, text: str) -> dict[str, _Section]:
        sections: dict[str, _Section] = {}
        current: _Section | None = None
        for number, line in enumerate(text.splitlines(), start=1):
            words = line.split("#", 1)[0].split()
            if not words:
                continue
            if words[0].startswith(":"):
                name = words[0][1:]
                if name in sections:
                    self._refuse(number, f"section {name!r} appears twice")
                current = sections[name] = _Section(number, words[1:])
            elif current is None:
                self._refuse(number, f"expected a section such as :units, got {' '.join(words)[:60]!r}")
            else:
                current.lines.append((number, words))
        return sections

    def _section(self, sections: dict[str, _Section], name: str) -> _Section:
        if name not in sections:
            found = ", ".join(sections) or "none"
            raise InputError(
                f"{self._file}: has no section {name!r} (found: {found:.80}); is it an .asf file?"
            )
        return sections[name]

    def _fields(self, section: _Section) -> _Entry:
        return _Entry(section.number, {line[1][0].lower(): line for line in section.lines})

    def _entries(self, section: _Section) -> Iterator[_Entry]:
        entry: _Entry | None = None
        for line in section.lines:
            number, words = line
            if words[0] == "begin":
                if entry is not None:
                    self._refuse(number, f"a second begin before the end of the one in line {entry.number}")
                entry = _Entry(number)
            elif entry is None:
                self._refuse(number, f"expected begin, got {' '.join(words)[:60]!r}")
            elif words[0] == "end":
                yield entry
                entry = None
            else:
                entry.fields.setdefault(words[0], line)
        if entry is not None:
            self._refuse(entry.number, "has no end; is the file truncated?")

    def _field(self, entry: _Entry, name: str) -> Line:
        if name not in entry.fields or len(entry.fields[name][1]) < 2:
            self._refuse(entry.number, f"lacks the field {name!r}")
        return entry.fields[name]

    def _numbers(self, line: Line, count: int) -> list[float]:
        number, words = line
        try:
            values = [float(word) for word in words[1 : 1 + count]]
        except ValueError:
            self._refuse(number, f"{' '.join(words)[:60]!r} holds something that is no number")
        if len(values) < count:
            self._refuse(number, f"{words[0]!r} needs {count} numbers, got {len(values)}")
        if not all(math.isfinite(value) and abs(value) <= 1e6 for value in values):
            self._refuse(number, f"{' '.join(words)[:60]!r} holds a number that is not finite or is huge")
        return values

    def _frame(self, angles: Sequence[float], order: str, number: int, radian: float) -> np.ndarray:
        if sorted(order.lower()) != ["x", "y", "z"]:
            self._refuse(number, f"an axis order must name X, Y and Z once, got {order[:20]!r}")
        return euler(order.lower(), radian * np.array(angles))

    def _root(self, entry: _Entry, metre: float, radian: float) -> tuple[Bone, np.ndarray]:
        number, (_, *order) = self._field(entry, "order")
        channels = tuple(word.lower() for word in order)
        if sorted(channels) != sorted((*TURNS, *MOVES)):
            self._refuse(number, "the root's order must name TX TY TZ RX RY RZ, each once")
        axis_number, axis = self._field(entry, "axis")
        turned = self._numbers(self._field(entry, "orientation"), 3)
        frame = self._frame(turned, axis[1], axis_number, radian)
        origin = metre * np.array(self._numbers(self._field(entry, "position"), 3))
        return Bone(ROOT, -1, np.zeros(3), 0.0, frame, channels), origin

    def _bone(self, entry: _Entry, metre: float, radian: float) -> tuple[str, Bone]:
        name = self._field(entry, "name")[1][1]
        line = self._field(entry, "direction")
        direction = np.array(self._numbers(line, 3))
        size = float(np.linalg.norm(direction))
        if not size > 0:
            self._refuse(line[0], f"bone {name[:40]!r} has no direction")
        length = metre * self._numbers(self._field(entry, "length"), 1)[0]
        if length < 0:
            self._refuse(entry.fields["length"][0], f"bone {name[:40]!r} has a negative length")
        axis = self._field(entry, "axis")
        if len(axis[1]) < 5:
            self._refuse(axis[0], "an axis needs three angles and their order, as in 0 0 20 XYZ")
        frame = self._frame(self._numbers(axis, 3), axis[1][4], axis[0], radian)
        number, (_, *channels) = entry.fields.get("dof", (entry.number, ["dof"]))
        if len(set(channels)) < len(channels) or not set(channels) <= set(TURNS):
            self._refuse(number, f"bone {name[:40]!r} may only turn, by rx, ry and rz, each once")
        return name, Bone(name, -1, direction / size, length, frame, tuple(channels))

    def _parents(self, section: _Section, bones: dict[str, Bone]) -> dict[str, str]:
        parents: dict[str, str] = {}
        for number, (parent, *children) in section.lines:
            if parent in ("begin", "end"):
                continue
            for name in (parent, *children):
                if name not in bones and name != ROOT:
                    self._refuse(number, f"there is no bone {name[:40]!r}")
            for child in children:
                if child in parents or child == ROOT:
                    self._refuse(number, f"{child[:40]!r} hangs on two bones")
                parents[child] = parent
        return parents

    def _ordered(self, bones: dict[str, Bone], parents: dict[str, str], number: int) -> Iterator[Bone]:
        """The bones with their parents' places, each after its parent, else in the order of the file."""
        places, waiting = {ROOT: 0}, list(bones)
        while waiting:
            ready = [name for name in waiting if parents.get(name) in places]
            if not ready:
                self._refuse(number, f"bone {waiting[0][:40]!r} does not hang on the root")
            for name in ready:
                bone = bones[name]
                parent = places[parents[name]]
                places[name] = len(places)
                yield Bone(name, parent, bone.direction, bone.length, bone.frame, bone.channels)
            waiting = [name for name in waiting if name not in places]

    def _refuse(self, number: int, reason: str) -> NoReturn:
        raise InputError(f"{self._file}: line {number}: {reason}")
