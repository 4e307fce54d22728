"""A motion: joint positions, velocities, accelerations and jerks at given times, and its file.

The file is CSV, `t,q1..qn,qd1..qdn,qdd1..qddn` in s, rad, rad/s and rad/s^2, beside a JSON side-car of the
same name that names joints, units, limits and scene. (For a tool alone positions are in dm, so that units are
lists there, one a column.) Numbers are written so that they read back bit for bit.
Jerk is not in the file: on loading it is the difference quotient of the accelerations.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicHermiteSpline

from robogeo.durable import write_atomically
from robogeo.errors import InputError, MotionError
from robogeo.motion.limits import JointLimits
from robogeo.reading import read_json, read_text

FloatArray = NDArray[np.float64]

MOST_BYTES = 64 * 1024 * 1024
"""No motion file is larger."""
FORMAT = "robogeo-motion"
UNITS = {"t": "s", "q": "rad", "qd": "rad/s", "qdd": "rad/s^2"}
_POSITIONS = ("q", "qd", "qdd")  # and what is derived from them
_KNOWN_UNITS = ("rad", "dm")


@dataclass(frozen=True, eq=False)
class Motion:
    """A timed joint trajectory; the arrays are read-only.

    Attributes:
        t: (T,) times, s, strictly increasing, T >= 2.
        q: (T, dof) positions, rad.
        qd: (T, dof) velocities, rad/s.
        qdd: (T, dof) accelerations, rad/s^2.
        qddd: (T, dof) jerks, rad/s^3.

    Raises:
        MotionError: shapes that do not agree, values that are not finite, or times that do not increase.
    """

    t: FloatArray
    q: FloatArray
    qd: FloatArray
    qdd: FloatArray
    qddd: FloatArray

    def __post_init__(self) -> None:
        """Convert to read-only float64 arrays and check them."""
        for field in fields(self):
            array = np.array(getattr(self, field.name), dtype=np.float64)
            array.setflags(write=False)
            object.__setattr__(self, field.name, array)
            if not np.isfinite(array).all():
                raise MotionError(f"motion.{field.name} holds a value that is not finite")
        if self.t.ndim != 1 or self.t.size < 2 or (np.diff(self.t) <= 0.0).any():
            raise MotionError("motion.t must be at least two strictly increasing times")
        for name in ("q", "qd", "qdd", "qddd"):
            shape = getattr(self, name).shape
            if len(shape) != 2 or shape[0] != self.t.size or shape != self.q.shape or shape[1] < 1:
                raise MotionError(f"motion.{name} has shape {shape}, expected ({self.t.size}, dof)")

    @property
    def dof(self) -> int:
        """Number of joints."""
        return int(self.q.shape[1])

    @property
    def duration(self) -> float:
        """Time from the first to the last sample, s."""
        return float(self.t[-1] - self.t[0])

    @property
    def path_length(self) -> float:
        """Length of the sampled path in joint space, rad."""
        return float(np.linalg.norm(np.diff(self.q, axis=0), axis=1).sum())


def at_rate(motion: Motion, rate: float = 240.0) -> Motion:
    """The motion sampled evenly, ``rate`` times a second; itself where it is so already.

    Between samples it follows the cubic through their positions and velocities, so a motion recorded at
    another rate is run as it was meant; the last sample is held to the end of its step.

    Raises:
        MotionError: a rate that is not positive and finite.
    """
    if not (np.isfinite(rate) and rate > 0.0):
        raise MotionError(f"at_rate: rate is {rate}: it must be a positive number of samples a second")
    steps = max(int(np.ceil(motion.duration * rate - 1e-6)), 1)
    if steps == len(motion.t) - 1 and np.abs(np.diff(motion.t) * rate - 1.0).max() < 1e-3:
        return motion
    t = np.arange(steps + 1) / rate
    curve = CubicHermiteSpline(motion.t - motion.t[0], motion.q, motion.qd, extrapolate=False)
    inside = np.minimum(t, motion.duration)
    return Motion(t, *(curve(inside, nu) for nu in range(4)))


@dataclass(frozen=True, eq=False)
class MotionDescription:
    """What the side-car tells of a motion.

    Attributes:
        joint_names: name of every joint, in the order of the columns.
        limits: the limits that the motion keeps.
        scene: name of the scene it was planned in.
    """

    joint_names: tuple[str, ...]
    limits: JointLimits
    scene: str


def column_names(dof: int) -> list[str]:
    """Names of the file's columns: t, q1..qn, qd1..qdn, qdd1..qddn."""
    return ["t", *(f"{kind}{joint}" for kind in ("q", "qd", "qdd") for joint in range(1, dof + 1))]


def save_motion(
    path: str | os.PathLike[str], motion: Motion, joint_names: Sequence[str], limits: JointLimits, scene: str
) -> None:
    """Write a motion as CSV with its JSON side-car; each file appears whole or not at all.

    Args:
        path: the CSV file, ending in .csv; its folder must exist.
        motion: the motion to write.
        joint_names: one name a joint.
        limits: the limits that the motion keeps.
        scene: name of the scene.

    Raises:
        InputError: another suffix, names or limits of another number of joints, or a file that cannot be
            written.
    """
    target = _csv_path(path)
    names = [str(name) for name in joint_names]
    if len(names) != motion.dof or limits.dof != motion.dof:
        raise InputError(
            f"{target}: joints: the motion has {motion.dof}, but {len(names)} names and limits of "
            f"{limits.dof} were given"
        )
    rows = np.column_stack([motion.t, motion.q, motion.qd, motion.qdd]).tolist()
    lines = [",".join(column_names(motion.dof)), *(",".join(map(repr, row)) for row in rows)]
    description = {
        "format": FORMAT,
        "schema_version": 1,
        "joints": names,
        "units": _units_told(limits.units),
        "limits": limits.to_dict(),
        "scene": scene,
    }
    write_atomically(target.with_suffix(".json"), (json.dumps(description, indent=2) + "\n").encode())
    write_atomically(target, ("\n".join(lines) + "\n").encode())


def load_motion(path: str | os.PathLike[str]) -> Motion:
    """Read a motion file; a side-car, where there is one, must fit it.

    Args:
        path: the CSV file.

    Returns:
        The motion; its jerk is the difference quotient of the accelerations.

    Raises:
        InputError: one line with file, column and reason: not a motion file, wrong columns, a value that is
            not a finite number, times that do not increase, or a side-car of another robot.
    """
    source = _csv_path(path)
    lines = read_text(source, MOST_BYTES, "a motion").splitlines()
    header = [name.strip() for name in lines[0].split(",")] if lines else []
    dof = (len(header) - 1) // 3
    if dof < 1 or header != column_names(dof):
        raise InputError(
            f"{source}: header: expected t,q1..qn,qd1..qdn,qdd1..qddn, got {','.join(header)[:80]!r}"
        )
    table = _table(source, lines, header)
    if len(table) < 2:
        raise InputError(f"{source}: t: a motion needs at least two samples, found {len(table)}")
    times = table[:, 0]
    if (np.diff(times) <= 0.0).any():
        row = int(np.argmax(np.diff(times) <= 0.0)) + 1
        raise InputError(
            f"{source}: t: line {row + 2}: time {times[row]:g} s does not follow {times[row - 1]:g} s"
        )
    q, qd, qdd = (table[:, 1 + i * dof : 1 + (i + 1) * dof] for i in range(3))
    if source.with_suffix(".json").exists():
        joints = len(load_description(source).joint_names)
        if joints != dof:
            raise InputError(
                f"{source.with_suffix('.json')}: joints: {joints} names for {dof} joints in the CSV"
            )
    return Motion(times, q, qd, qdd, np.gradient(qdd, times, axis=0))


def load_description(path: str | os.PathLike[str]) -> MotionDescription:
    """Read the side-car of a motion file.

    Args:
        path: the CSV file (not the side-car itself).

    Returns:
        Joint names, limits and scene.

    Raises:
        InputError: one line with file, field and reason.
    """
    source = _csv_path(path).with_suffix(".json")
    data: Any = read_json(source, MOST_BYTES, "a motion")
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise InputError(f"{source}: format: expected {FORMAT!r}")
    if data.get("schema_version") != 1:
        raise InputError(
            f"{source}: schema_version: {data.get('schema_version')!r} is not supported, expected 1"
        )
    names, scene, limits = data.get("joints"), data.get("scene"), data.get("limits")
    if not (isinstance(names, list) and names and all(isinstance(name, str) for name in names)):
        raise InputError(f"{source}: joints: expected a list of names")
    units = _units_read(data.get("units"), len(names), source)
    if not isinstance(scene, str) or not isinstance(limits, dict):
        raise InputError(
            f"{source}: {'limits' if isinstance(scene, str) else 'scene'}: missing or of the wrong type"
        )
    try:
        parsed = JointLimits.from_dict(limits)
    except MotionError as error:
        raise InputError(f"{source}: {error}") from error
    if parsed.dof != len(names):
        raise InputError(f"{source}: limits: {parsed.dof} joints, but {len(names)} names")
    parsed = replace(parsed, units=units)
    return MotionDescription(tuple(names), parsed, scene)


def _units_told(units: Sequence[str]) -> dict[str, Any]:
    """Units of the columns; of joints in rad one for all of them."""
    if set(units) == {"rad"}:
        return dict(UNITS)
    return {"t": "s", **{name: [UNITS[name].replace("rad", unit) for unit in units] for name in _POSITIONS}}


def _units_read(told: Any, dof: int, source: Path) -> tuple[str, ...]:
    """Units of the positions that a side-car tells of."""
    units = told.get("q") if isinstance(told, dict) else None
    several = units if isinstance(units, list) else ["rad"] * dof
    known = len(several) == dof and all(unit in _KNOWN_UNITS for unit in several)
    if not known or told != _units_told(several):
        raise InputError(f"{source}: units: expected {UNITS}, got {str(told)[:80]}")
    return tuple(several)


def _csv_path(path: str | os.PathLike[str]) -> Path:
    target = Path(path)
    if target.suffix.lower() != ".csv":
        raise InputError(f"{target}: a motion file ends in .csv")
    return target


def _table(source: Path, lines: list[str], header: list[str]) -> FloatArray:
    """Numbers below the header, or the InputError of the first bad line."""
    body = [line for line in lines[1:] if line.strip()]
    try:
        table = np.loadtxt(io.StringIO("\n".join(body)), delimiter=",", ndmin=2) if body else np.empty((0, 1))
        if not body or (table.shape[1] == len(header) and np.isfinite(table).all()):
            return table
    except ValueError:
        pass  # the search below names the culprit
    for number, line in enumerate(lines[1:], start=2):
        cells = line.split(",")
        if line.strip() and len(cells) != len(header):
            raise InputError(f"{source}: line {number}: {len(cells)} columns, expected {len(header)}")
        for name, cell in zip(header, cells, strict=False):
            if line.strip() and not _is_finite(cell):
                raise InputError(
                    f"{source}: {name}: line {number}: {cell.strip()[:40]!r} is not a finite number"
                )
    raise InputError(f"{source}: not a table of numbers")


def _is_finite(cell: str) -> bool:
    try:
        return bool(np.isfinite(float(cell)))
    except ValueError:
        return False
