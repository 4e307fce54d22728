"""Robot specifications: what a world must know of an arm, read from ``configs/robots/NAME.yaml`` or any file.

Limits come from that file and never from the URDF, whose values are often placeholders (the iiwa of
pybullet_data claims 10 rad/s and 300 N m on every joint).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from envs.errors import WorldError
from envs.robot_check import check_robot
from envs.robot_file import (
    held_positions,
    known,
    link_pairs,
    mapping,
    one_positive,
    positions,
    positive,
    rates,
    read_plain,
    rotation,
    short_name,
    vector,
)

FloatArray = NDArray[np.float64]

_CHECKOUT = Path(__file__).resolve().parent.parent / "configs" / "robots"
_INSTALLED = Path(__file__).resolve().parent / "configs" / "robots"
_FIELDS = (
    "name", "urdf", "joints", "held", "tool", "reach_m", "lift_m", "rest_rad", "stances", "limits",
    "self_collision_pairs",
)  # fmt: skip
_TOOL = ("link", "offset_m", "rpy_deg", "width_m")
_LIMITS = (
    "position_deg", "velocity_deg_s", "acceleration_deg_s2", "jerk_deg_s3", "torque_nm",
    "position_rad", "velocity_rad_s", "acceleration_rad_s2", "jerk_rad_s3",
)  # fmt: skip
APPROACHES = ("forward", "down")  # ways in which scenes have the tool point


@dataclass(frozen=True)
class Stance:
    """How an arm works when its tool points one way: see the same fields of `RobotSpec`."""

    rest: FloatArray
    reach: float
    lift: float


@dataclass(frozen=True)
class RobotSpec:
    """One arm.

    Attributes:
        name: short name, as in ``configs/robots``.
        file: the file that states all this.
        urdf: path of the URDF file.
        joint_names: the ``dof`` actuated joints, from base to tool.
        tool_link: link that carries the tool frame.
        tool_offset: origin of the tool frame in that link (3,), m.
        tool_rotation: rotation of the tool frame in that link (3, 3); its z axis is the approach direction.
        tool_width: width of what follows the tool into an opening, m.
        rest: preferred posture (dof,), rad; it resolves the redundancy.
        reach: how far from its shoulder the arm can hold the tool, m; scenes place themselves by it.
        lift: how much higher than other arms it works, m; scenes place themselves by it.
        lower, upper: position limits (dof,), rad.
        velocity, acceleration, jerk: limits (dof,), rad/s, rad/s^2, rad/s^3.
        torque: limits (dof,), N m.
        self_collision_pairs: pairs of link indices that have to be checked (-1 is the base); None: find them.
        held: positions at which other movable joints (fingers, say) are held, rad or m; 0 where not named.
        stances: how it works otherwise, by how the tool points (`APPROACHES`).
    """

    name: str
    file: Path
    urdf: Path
    joint_names: tuple[str, ...]
    tool_link: str
    tool_offset: FloatArray
    tool_rotation: FloatArray
    tool_width: float
    rest: FloatArray
    lower: FloatArray
    upper: FloatArray
    velocity: FloatArray
    acceleration: FloatArray
    jerk: FloatArray
    torque: FloatArray
    self_collision_pairs: tuple[tuple[int, int], ...] | None
    reach: float
    lift: float = 0.0
    held: Mapping[str, float] = field(default_factory=dict)
    stances: Mapping[str, Stance] = field(default_factory=dict)

    @property
    def dof(self) -> int:
        """Number of actuated joints."""
        return len(self.joint_names)

    def facing(self, approach: str) -> RobotSpec:
        """The arm in the stance that its file gives for an approach (a member of `APPROACHES`), if any."""
        stance = self.stances.get(approach)
        if stance is None:
            return self
        return replace(self, rest=stance.rest, reach=stance.reach, lift=stance.lift)


def robot_names() -> list[str]:
    """Names of the robots that have a specification."""
    return sorted(path.stem for path in _folder().glob("*.yaml"))


def load_robot(name: str) -> RobotSpec:
    """Read ``configs/robots/NAME.yaml``, or the file at a path that ends in ``.yaml``, and check its URDF.

    Raises:
        WorldError: no such robot, a field is missing or wrong, or the URDF is broken or another robot's; the
            message names the file, what is wrong in it, and what to do.
    """
    path = _file(name)
    try:
        spec = _parse(read_plain(path), path)
    except KeyError as error:
        raise WorldError(f"{path}: field {error} is missing") from error
    except (OSError, ValueError, TypeError, OverflowError, RecursionError, yaml.YAMLError) as error:
        raise WorldError(f"{path}: {' '.join(str(error).split())}") from error
    check_robot(spec)
    return spec


def _file(name: str) -> Path:
    if name in robot_names():
        return _folder() / f"{name}.yaml"
    if not name.endswith(".yaml"):
        raise WorldError(
            f"unknown robot {name!r}; known: {', '.join(robot_names())}, or the path of a .yaml file"
        )
    path = Path(name).expanduser()
    if not path.is_file():
        raise WorldError(f"{path}: no such robot file; known robots: {', '.join(robot_names())}")
    return path


def _folder() -> Path:
    return _CHECKOUT if _CHECKOUT.is_dir() else _INSTALLED


def _parse(raw: Any, file: Path) -> RobotSpec:
    raw = known(mapping(raw, "the file"), _FIELDS, "the file")
    limits = known(mapping(raw["limits"], "field 'limits'"), _LIMITS, "field 'limits'")
    tool = known(mapping(raw["tool"], "field 'tool'"), _TOOL, "field 'tool'")
    joints = raw["joints"]
    if not isinstance(joints, list) or not joints or not all(isinstance(name, str) for name in joints):
        raise ValueError(f"field 'joints' needs a list of joint names, got {joints!r}")
    dof = len(joints)
    lower, upper, position = positions(limits, dof)
    stance = _stance(raw, lower, upper, position)
    return RobotSpec(
        name=short_name(raw["name"]),
        file=file,
        urdf=_urdf_path(str(raw["urdf"]), file.parent),
        joint_names=tuple(joints),
        tool_link=str(tool["link"]),
        tool_offset=vector(tool, "offset_m", 3),
        tool_rotation=rotation(tool),
        tool_width=one_positive(tool, "width_m"),
        rest=stance.rest,
        reach=stance.reach,
        lift=stance.lift,
        lower=lower,
        upper=upper,
        velocity=rates(limits, "velocity", "s", dof),
        acceleration=rates(limits, "acceleration", "s2", dof),
        jerk=rates(limits, "jerk", "s3", dof),
        torque=positive(limits, "torque_nm", dof),
        self_collision_pairs=link_pairs(raw.get("self_collision_pairs")),
        held=held_positions(raw.get("held", {})),
        stances=_stances(raw, lower, upper, position),
    )


def _stance(raw: dict[str, Any], lower: FloatArray, upper: FloatArray, position: str) -> Stance:
    rest = vector(raw, "rest_rad", len(lower))
    if np.any((rest < lower) | (rest > upper)):
        raise ValueError(f"field 'rest_rad' lies outside the field {position!r}")
    lift = float(vector({"lift_m": [raw.get("lift_m", 0.0)]}, "lift_m", 1)[0])
    return Stance(rest, one_positive(raw, "reach_m"), lift)


def _stances(raw: dict[str, Any], lower: FloatArray, upper: FloatArray, position: str) -> dict[str, Stance]:
    """Stances by approach; what one does not state, it takes from the file's own fields."""
    given = mapping(raw.get("stances", {}), "field 'stances'")
    for name in given:
        if name not in APPROACHES:
            raise ValueError(f"field 'stances' has no {name!r}; known: {', '.join(APPROACHES)}")
    found = {}
    for name, part in given.items():
        what = f"field 'stances.{name}'"
        own = known(mapping(part, what), ("rest_rad", "reach_m", "lift_m"), what)
        found[name] = _stance({**raw, **own}, lower, upper, position)
    return found


def _urdf_path(text: str, folder: Path) -> Path:
    """A path below ``pybullet_data``, or one that is absolute or relative to the robot file's folder."""
    if not text.startswith("pybullet_data/"):
        path = folder / text
    else:
        import pybullet_data

        path = Path(pybullet_data.getDataPath()) / text.removeprefix("pybullet_data/")
    if not path.is_file():
        raise ValueError(f"field 'urdf' names {text!r}, which is not a file")
    return path
