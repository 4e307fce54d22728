"""Robot specifications: what a world must know of an arm, read from ``configs/robots/NAME.yaml``.

Limits come from that file and never from the URDF, whose values are often placeholders (the iiwa of
pybullet_data claims 10 rad/s and 300 N m on every joint).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from envs.errors import WorldError

FloatArray = NDArray[np.float64]

_CHECKOUT = Path(__file__).resolve().parent.parent / "configs" / "robots"
_INSTALLED = Path(__file__).resolve().parent / "configs" / "robots"


@dataclass(frozen=True)
class RobotSpec:
    """One arm.

    Attributes:
        name: short name, as in ``configs/robots``.
        urdf: path of the URDF file.
        joint_names: the ``dof`` actuated joints, from base to tool.
        tool_link: link that carries the tool frame.
        tool_offset: origin of the tool frame in that link (3,), m; its z axis is the approach direction.
        rest: preferred posture (dof,), rad; it resolves the redundancy.
        lower, upper: position limits (dof,), rad.
        velocity, acceleration, jerk: limits (dof,), rad/s, rad/s^2, rad/s^3.
        torque: limits (dof,), N m.
        self_collision_pairs: pairs of link indices that have to be checked (-1 is the base).
    """

    name: str
    urdf: Path
    joint_names: tuple[str, ...]
    tool_link: str
    tool_offset: FloatArray
    rest: FloatArray
    lower: FloatArray
    upper: FloatArray
    velocity: FloatArray
    acceleration: FloatArray
    jerk: FloatArray
    torque: FloatArray
    self_collision_pairs: tuple[tuple[int, int], ...]

    @property
    def dof(self) -> int:
        """Number of actuated joints."""
        return len(self.joint_names)


def robot_names() -> list[str]:
    """Names of the robots that have a specification."""
    return sorted(path.stem for path in _folder().glob("*.yaml"))


def load_robot(name: str) -> RobotSpec:
    """Read ``configs/robots/NAME.yaml``.

    Raises:
        WorldError: no such robot, or a field is missing or wrong; the message names file and field.
    """
    path = _folder() / f"{name}.yaml"
    if name not in robot_names():
        raise WorldError(f"unknown robot {name!r}; known: {', '.join(robot_names())}")
    try:
        spec = _parse(yaml.safe_load(path.read_text(encoding="utf-8")))
    except KeyError as error:
        raise WorldError(f"{path}: field {error} is missing") from error
    except (OSError, ValueError, TypeError, yaml.YAMLError) as error:
        raise WorldError(f"{path}: {' '.join(str(error).split())}") from error
    return spec


def _folder() -> Path:
    return _CHECKOUT if _CHECKOUT.is_dir() else _INSTALLED


def _parse(raw: Any) -> RobotSpec:
    raw = _mapping(raw, "the file")
    limits, tool = _mapping(raw["limits"], "field 'limits'"), _mapping(raw["tool"], "field 'tool'")
    joints = raw["joints"]
    if not isinstance(joints, list) or not joints or not all(isinstance(name, str) for name in joints):
        raise ValueError(f"field 'joints' needs a list of joint names, got {joints!r}")
    dof = len(joints)
    position = np.deg2rad(_positive(limits, "position_deg", dof))
    rest = _vector(raw, "rest_rad", dof)
    if np.any(np.abs(rest) > position):
        raise ValueError("field 'rest_rad' lies outside the field 'position_deg'")
    return RobotSpec(
        name=str(raw["name"]),
        urdf=_urdf_path(str(raw["urdf"])),
        joint_names=tuple(joints),
        tool_link=str(tool["link"]),
        tool_offset=_vector(tool, "offset_m", 3),
        rest=rest,
        lower=-position,
        upper=position,
        velocity=np.deg2rad(_positive(limits, "velocity_deg_s", dof)),
        acceleration=np.deg2rad(_positive(limits, "acceleration_deg_s2", dof)),
        jerk=np.deg2rad(_positive(limits, "jerk_deg_s3", dof)),
        torque=_positive(limits, "torque_nm", dof),
        self_collision_pairs=_pairs(raw["self_collision_pairs"]),
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


def _pairs(value: Any) -> tuple[tuple[int, int], ...]:
    """Pairs of link indices."""
    try:
        return tuple((int(a), int(b)) for a, b in value)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"field 'self_collision_pairs' needs pairs of link indices, got {value!r}"
        ) from error


def _urdf_path(text: str) -> Path:
    """A path below ``pybullet_data``, or one that is absolute or relative to the folder of robot files."""
    if not text.startswith("pybullet_data/"):
        path = _folder() / text
    else:
        import pybullet_data

        path = Path(pybullet_data.getDataPath()) / text.removeprefix("pybullet_data/")
    if not path.is_file():
        raise ValueError(f"field 'urdf' names {text!r}, which is not a file")
    return path
