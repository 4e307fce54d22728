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
from scipy.spatial.transform import Rotation

from envs.errors import WorldError
from envs.robot_check import check_robot

FloatArray = NDArray[np.float64]

_CHECKOUT = Path(__file__).resolve().parent.parent / "configs" / "robots"
_INSTALLED = Path(__file__).resolve().parent / "configs" / "robots"
_MOST_BYTES = 100_000
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
        spec = _parse(_read(path), path)
    except KeyError as error:
        raise WorldError(f"{path}: field {error} is missing") from error
    except (OSError, ValueError, TypeError, yaml.YAMLError) as error:
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


def _read(path: Path) -> Any:
    """The file's plain data; no aliases, by which a short file can stand for endless lists."""
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError(f"is larger than {_MOST_BYTES} bytes, no robot needs so much")
    text = path.read_text(encoding="utf-8")
    if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)):
        raise ValueError("aliases (*name) are not allowed; write the values out")
    return yaml.safe_load(text)


def _folder() -> Path:
    return _CHECKOUT if _CHECKOUT.is_dir() else _INSTALLED


def _parse(raw: Any, file: Path) -> RobotSpec:
    raw = _mapping(raw, "the file")
    limits, tool = _mapping(raw["limits"], "field 'limits'"), _mapping(raw["tool"], "field 'tool'")
    joints = raw["joints"]
    if not isinstance(joints, list) or not joints or not all(isinstance(name, str) for name in joints):
        raise ValueError(f"field 'joints' needs a list of joint names, got {joints!r}")
    dof = len(joints)
    lower, upper, position = _positions(limits, dof)
    stance = _stance(raw, lower, upper, position)
    return RobotSpec(
        name=str(raw["name"]),
        file=file,
        urdf=_urdf_path(str(raw["urdf"]), file.parent),
        joint_names=tuple(joints),
        tool_link=str(tool["link"]),
        tool_offset=_vector(tool, "offset_m", 3),
        tool_rotation=_rotation(tool),
        tool_width=_one_positive(tool, "width_m"),
        rest=stance.rest,
        reach=stance.reach,
        lift=stance.lift,
        lower=lower,
        upper=upper,
        velocity=_rates(limits, "velocity", "s", dof),
        acceleration=_rates(limits, "acceleration", "s2", dof),
        jerk=_rates(limits, "jerk", "s3", dof),
        torque=_positive(limits, "torque_nm", dof),
        self_collision_pairs=_pairs(raw.get("self_collision_pairs")),
        held=_held(raw.get("held", {})),
        stances=_stances(raw, lower, upper, position),
    )


def _mapping(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{what} needs named values, got {value!r}")
    return value


def _vector(section: dict[str, Any], field: str, size: int) -> FloatArray:
    wanted = f"field {field!r} needs {size} finite numbers, got {section[field]!r}"
    try:
        values = np.asarray(section[field], dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(wanted) from error
    if values.shape != (size,) or not np.isfinite(values).all():
        raise ValueError(wanted)
    return values


def _positive(section: dict[str, Any], field: str, size: int) -> FloatArray:
    values = _vector(section, field, size)
    if np.any(values <= 0.0):
        raise ValueError(f"field {field!r} needs positive numbers, got {section[field]!r}")
    return values


def _stance(raw: dict[str, Any], lower: FloatArray, upper: FloatArray, position: str) -> Stance:
    rest = _vector(raw, "rest_rad", len(lower))
    if np.any((rest < lower) | (rest > upper)):
        raise ValueError(f"field 'rest_rad' lies outside the field {position!r}")
    lift = float(_vector({"lift_m": [raw.get("lift_m", 0.0)]}, "lift_m", 1)[0])
    return Stance(rest, _one_positive(raw, "reach_m"), lift)


def _stances(raw: dict[str, Any], lower: FloatArray, upper: FloatArray, position: str) -> dict[str, Stance]:
    """Stances by approach; what one does not state, it takes from the file's own fields."""
    given = _mapping(raw.get("stances", {}), "field 'stances'")
    for name in given:
        if name not in APPROACHES:
            raise ValueError(f"field 'stances' has no {name!r}; known: {', '.join(APPROACHES)}")
    return {
        name: _stance({**raw, **_mapping(part, f"field 'stances.{name}'")}, lower, upper, position)
        for name, part in given.items()
    }


def _one_positive(section: dict[str, Any], field: str) -> float:
    return float(_positive({field: [section[field]]}, field, 1)[0])


def _rotation(tool: dict[str, Any]) -> FloatArray:
    """Rotation (3, 3) from fixed-axis roll, pitch and yaw in degrees, as a URDF states them."""
    angles = _vector(tool, "rpy_deg", 3) if "rpy_deg" in tool else np.zeros(3)
    return np.asarray(Rotation.from_euler("xyz", angles, degrees=True).as_matrix(), dtype=np.float64)


def _rates(limits: dict[str, Any], quantity: str, per: str, dof: int) -> FloatArray:
    """Limits (dof,) of a rate in rad units, from the field in degrees or the one in radians."""
    if f"{quantity}_rad_{per}" in limits:
        return _positive(limits, f"{quantity}_rad_{per}", dof)
    return np.deg2rad(_positive(limits, f"{quantity}_deg_{per}", dof))


def _positions(limits: dict[str, Any], dof: int) -> tuple[FloatArray, FloatArray, str]:
    """Lower and upper position limits (dof,) in rad, and the name of the field that states them.

    A joint's entry is one number where its limits are symmetric about zero, else a pair [lower, upper].
    """
    name = "position_rad" if "position_rad" in limits else "position_deg"
    given = limits[name]
    if not isinstance(given, list) or not any(isinstance(entry, list) for entry in given):
        upper = _positive(limits, name, dof)
        lower = -upper
    else:
        pairs = [entry if isinstance(entry, list) else [-entry, entry] for entry in given]
        try:
            table = np.asarray(pairs, dtype=np.float64)
        except (TypeError, ValueError):
            table = np.empty(0)
        if table.shape != (dof, 2) or not np.isfinite(table).all():
            raise ValueError(f"field {name!r} needs {dof} numbers or pairs [lower, upper], got {given!r}")
        lower, upper = table[:, 0], table[:, 1]
        if np.any(lower >= upper):
            joint = int(np.argmax(lower >= upper))
            raise ValueError(f"field {name!r} has lower >= upper at joint {joint + 1}: {given[joint]!r}")
    if name == "position_deg":
        return np.deg2rad(lower), np.deg2rad(upper), name
    return lower, upper, name


def _held(value: Any) -> dict[str, float]:
    """Positions of held joints by name."""
    table = _mapping(value, "field 'held'")
    for name in table:
        _vector({f"held.{name}": [table[name]]}, f"held.{name}", 1)
    return {str(name): float(position) for name, position in table.items()}


def _pairs(value: Any) -> tuple[tuple[int, int], ...] | None:
    """Pairs of link indices, None where the file does not list them."""
    if value is None:
        return None
    try:
        return tuple((int(a), int(b)) for a, b in value)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"field 'self_collision_pairs' needs pairs of link indices, got {value!r}"
        ) from error


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
