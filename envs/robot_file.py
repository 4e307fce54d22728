"""The typed fields of a robot's file: each is read, checked, and complained of by its name.

Every function raises ValueError, or KeyError for a missing field; who reads the file adds its path.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

FloatArray = NDArray[np.float64]

_MOST_BYTES = 100_000
_LARGEST = 1e9  # no length, angle, rate or torque of a robot is larger
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,99}")


def known(section: dict[str, Any], fields: Collection[str], what: str) -> dict[str, Any]:
    """The section, which has none but the known fields."""
    for field in section:
        if field not in fields:
            near = difflib.get_close_matches(str(field), list(fields), 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(fields)}"
            raise ValueError(f"{what} has an unknown field {field!r}; {hint}")
    return section


def short_name(value: Any) -> str:
    """The robot's name."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError(f"field 'name' needs a letter, then letters, digits, '_', '-' or '.', got {value!r}")
    return value


def read_plain(path: Path) -> Any:
    """The file's plain data; no aliases, by which a short file can stand for endless lists."""
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError(f"is larger than {_MOST_BYTES} bytes, no robot needs so much")
    text = path.read_text(encoding="utf-8")
    if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)):
        raise ValueError("aliases (*name) are not allowed; write the values out")
    return yaml.safe_load(text)


def mapping(value: Any, what: str) -> dict[str, Any]:
    """The value, which has to be named values."""
    if not isinstance(value, dict):
        raise ValueError(f"{what} needs named values, got {value!r}")
    return value


def vector(section: dict[str, Any], field: str, size: int) -> FloatArray:
    """Finite numbers (size,)."""
    wanted = f"field {field!r} needs {size} finite numbers, got {section[field]!r}"
    try:
        values = np.asarray(section[field], dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(wanted) from error
    if values.shape != (size,) or not (np.abs(values) <= _LARGEST).all():
        raise ValueError(wanted)
    return values


def positive(section: dict[str, Any], field: str, size: int) -> FloatArray:
    """Positive numbers (size,)."""
    values = vector(section, field, size)
    if np.any(values <= 0.0):
        raise ValueError(f"field {field!r} needs positive numbers, got {section[field]!r}")
    return values


def one_positive(section: dict[str, Any], field: str) -> float:
    """A positive number."""
    return float(positive({field: [section[field]]}, field, 1)[0])


def rotation(tool: dict[str, Any]) -> FloatArray:
    """Rotation (3, 3) from fixed-axis roll, pitch and yaw in degrees, as a URDF states them."""
    angles = vector(tool, "rpy_deg", 3) if "rpy_deg" in tool else np.zeros(3)
    return np.asarray(Rotation.from_euler("xyz", angles, degrees=True).as_matrix(), dtype=np.float64)


def rates(limits: dict[str, Any], quantity: str, per: str, dof: int) -> FloatArray:
    """Limits (dof,) of a rate in rad units, from the field in degrees or the one in radians."""
    _one_of(limits, f"{quantity}_rad_{per}", f"{quantity}_deg_{per}")
    if f"{quantity}_rad_{per}" in limits:
        return positive(limits, f"{quantity}_rad_{per}", dof)
    return np.deg2rad(positive(limits, f"{quantity}_deg_{per}", dof))


def positions(limits: dict[str, Any], dof: int) -> tuple[FloatArray, FloatArray, str]:
    """Lower and upper position limits (dof,) in rad, and the name of the field that states them.

    A joint's entry is one number where its limits are symmetric about zero, else a pair [lower, upper].
    """
    _one_of(limits, "position_rad", "position_deg")
    name = "position_rad" if "position_rad" in limits else "position_deg"
    given = limits[name]
    if not isinstance(given, list) or not any(isinstance(entry, list) for entry in given):
        upper = positive(limits, name, dof)
        lower = -upper
    else:
        pairs = [entry if isinstance(entry, list) else [-entry, entry] for entry in given]
        try:
            table = np.asarray(pairs, dtype=np.float64)
        except (TypeError, ValueError, OverflowError):
            table = np.empty(0)
        if table.shape != (dof, 2) or not (np.abs(table) <= _LARGEST).all():
            raise ValueError(f"field {name!r} needs {dof} numbers or pairs [lower, upper], got {given!r}")
        lower, upper = table[:, 0], table[:, 1]
        if np.any(lower >= upper):
            joint = int(np.argmax(lower >= upper))
            raise ValueError(f"field {name!r} has lower >= upper at joint {joint + 1}: {given[joint]!r}")
    if name == "position_deg":
        return np.deg2rad(lower), np.deg2rad(upper), name
    return lower, upper, name


def held_positions(value: Any) -> dict[str, float]:
    """Positions of held joints by name."""
    table = mapping(value, "field 'held'")
    for name in table:
        vector({f"held.{name}": [table[name]]}, f"held.{name}", 1)
    return {str(name): float(position) for name, position in table.items()}


def link_pairs(value: Any) -> tuple[tuple[int, int], ...] | None:
    """Pairs of link indices, None where the file does not list them."""
    if value is None:
        return None
    try:
        return tuple((int(a), int(b)) for a, b in value)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(
            f"field 'self_collision_pairs' needs pairs of link indices, got {value!r}"
        ) from error


def _one_of(section: dict[str, Any], first: str, second: str) -> None:
    if first in section and second in section:
        raise ValueError(f"fields {first!r} and {second!r} state the same; give one of them")
