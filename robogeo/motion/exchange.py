"""Motions in the formats of others: npz arrays, and ROS ``trajectory_msgs/JointTrajectory`` as JSON or YAML.

The ROS message (ROS 2 ``trajectory_msgs/msg/JointTrajectory``) holds joint names and points with positions,
velocities, accelerations and a time from the start in whole nanoseconds; what ``ros2 topic pub`` reads is its
YAML form. Positions, velocities and accelerations come back bit for bit in every format; times do too, but in
ROS messages they are rounded to a nanosecond. Files are read as plain data, without objects, tags or aliases.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from robogeo.data.npy import load_npz, npz_bytes, text_array
from robogeo.durable import write_atomically
from robogeo.errors import InputError, MotionError, one_line
from robogeo.motion.limits import JointLimits
from robogeo.motion.trajectory import MOST_BYTES, Motion, load_description, load_motion, save_motion
from robogeo.reading import parsed_json, read_bounded

FloatArray = NDArray[np.float64]

ENDINGS = {"csv": ".csv", "npz": ".npz", "ros-json": ".json", "ros-yaml": ".yaml"}
_ARRAYS = ("t", "q", "qd", "qdd", "qddd")
_SERIES = {"q": "positions", "qd": "velocities", "qdd": "accelerations"}
_NANO = 1_000_000_000
_LARGEST = 1e300  # a whole number of JSON may be larger than any float; nan is no smaller than anything


def format_of(path: Path, given: str | None = None) -> str:
    """Name of a file's format: the one given, or the one of its ending.

    Raises:
        InputError: an unknown format or ending, or two that do not fit.
    """
    ending = ".yaml" if path.suffix.lower() == ".yml" else path.suffix.lower()
    by_ending = next((name for name, suffix in ENDINGS.items() if suffix == ending), None)
    if given is not None and given not in ENDINGS:
        raise InputError(f"format: there is no format {given!r}; known: {', '.join(ENDINGS)}")
    if by_ending is None or given not in (None, by_ending):
        wanted = ENDINGS[given] if given is not None else ", ".join(ENDINGS.values())
        raise InputError(f"{path}: a motion file must end in {wanted}")
    return by_ending


def write_motion(
    path: str | os.PathLike[str], motion: Motion, joint_names: Sequence[str], limits: JointLimits, scene: str
) -> None:
    """Write a motion in the format that the file's ending names.

    Args:
        path: ending in .csv, .npz, .json or .yaml; its folder must exist.
        motion: the motion to write.
        joint_names: one name a joint.
        limits: that the motion keeps; ROS messages have no room for them.
        scene: name of the scene; nor for this.

    Raises:
        InputError: another ending, names of another number of joints, coordinates that the format has no
            units for, or a file that cannot be written.
    """
    target = Path(path)
    kind = format_of(target)
    if kind == "csv":
        save_motion(target, motion, joint_names, limits, scene)
        return
    names = [str(name) for name in joint_names]
    if len(names) != motion.dof:
        raise InputError(f"{target}: joints: the motion has {motion.dof}, but {len(names)} names were given")
    check_units(target, limits)
    if kind == "npz":
        content = _npz(motion, names, limits, scene)
    else:
        message = _message(motion, names)
        text = json.dumps(message) if kind == "ros-json" else _yaml(message)
        content = (text.rstrip("\n") + "\n").encode()
    write_atomically(target, content)


def check_units(path: Path, limits: JointLimits) -> None:
    """Raise InputError where a file's format means radians, and a motion's coordinates are others."""
    if limits.unit != "rad" and format_of(path).startswith("ros"):
        raise InputError(
            f"{path}: a JointTrajectory holds joint angles, but these are coordinates of a tool alone, in "
            f"{limits.unit}; write .csv or .npz"
        )


def read_motion(path: str | os.PathLike[str]) -> tuple[Motion, tuple[str, ...]]:
    """Read a motion of any format, with its joint names (none for a CSV file without side-car).

    Raises:
        InputError: one line with file, field and reason.
    """
    source = Path(path)
    kind = format_of(source)
    if kind == "csv":
        motion = load_motion(source)
        described = source.with_suffix(".json").exists()
        return motion, load_description(source).joint_names if described else ()
    try:
        if kind == "npz":
            return _from_npz(source)
        content = read_bounded(source, MOST_BYTES, "a motion")
        return _from_message(_parsed(content, kind, source), source)
    except MotionError as error:
        raise InputError(f"{source}: {error}") from error


def verify_written(path: str | os.PathLike[str], limits: JointLimits) -> None:
    """Read a written motion back and make sure that every sample in the file keeps every limit.

    Raises:
        InputError: the file cannot be read.
        MotionError: a limit is broken; the line says which and by how much.
    """
    motion, _ = read_motion(path)
    worst = limits.violation(motion)
    name = max(worst, key=lambda key: worst[key])
    if not limits.satisfied(motion, tolerance=1e-6):
        raise MotionError(f"{path}: {name} reaches {worst[name]:.3f} of its limit")


def check_joints(path: Path, motion: Motion, names: Sequence[str], robot_joints: Sequence[str]) -> None:
    """Raise InputError unless a motion file is of a robot with these joints, in this order."""
    if motion.dof != len(robot_joints):
        raise InputError(f"{path}: joints: has {motion.dof}, the robot has {len(robot_joints)}")
    if names and tuple(names) != tuple(robot_joints):
        odd = next(i for i, name in enumerate(names) if name != robot_joints[i])
        raise InputError(
            f"{path}: joints: joint {odd + 1} is {names[odd]!r}, the robot's is {robot_joints[odd]!r}"
        )


def _npz(motion: Motion, names: list[str], limits: JointLimits, scene: str) -> bytes:
    arrays: dict[str, Any] = {name: getattr(motion, name) for name in _ARRAYS}
    arrays |= {"joint_names": np.array(names), "scene": text_array(scene)}
    if limits.unit != "rad":
        arrays["units"] = np.array(limits.units)
    arrays |= {f"limit_{name}": np.array(values) for name, values in limits.to_dict().items()}
    return npz_bytes(arrays)


def _from_npz(source: Path) -> tuple[Motion, tuple[str, ...]]:
    members = load_npz(source, (*_ARRAYS, "joint_names"), MOST_BYTES, "a motion")
    arrays, names = [members[name] for name in _ARRAYS], members["joint_names"]
    for name, array in zip(_ARRAYS, arrays, strict=True):
        if array.dtype.kind not in "fiu":
            raise InputError(f"{source}: {name}: holds {array.dtype}, expected numbers")
    motion = Motion(*arrays)
    if names.shape != (motion.dof,) or names.dtype.kind != "U":
        raise InputError(
            f"{source}: joint_names: expected {motion.dof} names, got {names.dtype} {names.shape}"
        )
    return motion, tuple(names.tolist())


def _message(motion: Motion, names: list[str]) -> dict[str, Any]:
    """The ROS message as plain data."""
    times = np.round((motion.t - motion.t[0]) * _NANO).astype(np.int64)
    series = [getattr(motion, name).tolist() for name in _SERIES]
    points = [
        {
            **dict(zip(_SERIES.values(), rows, strict=True)),
            "effort": [],
            "time_from_start": {"sec": int(time // _NANO), "nanosec": int(time % _NANO)},
        }
        for time, *rows in zip(times, *series, strict=True)
    ]
    header = {"stamp": {"sec": 0, "nanosec": 0}, "frame_id": ""}
    return {"header": header, "joint_names": names, "points": points}


def _yaml(message: dict[str, Any]) -> str:
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # the same text, many times faster
    return str(yaml.dump(message, Dumper=dumper, sort_keys=False, default_flow_style=None, width=10_000))


def _from_message(message: Any, source: Path) -> tuple[Motion, tuple[str, ...]]:
    """The motion of a ROS message; its jerk is the difference quotient of the accelerations."""
    if not isinstance(message, Mapping) or not isinstance(message.get("points"), list):
        raise InputError(f"{source}: points: expected a list; is this a JointTrajectory message?")
    names, points = message.get("joint_names"), message["points"]
    if not (isinstance(names, list) and names and all(isinstance(name, str) for name in names)):
        raise InputError(f"{source}: joint_names: expected a list of names")
    if len(points) < 2:
        raise InputError(f"{source}: points: a motion needs at least two, found {len(points)}")
    t = np.array([_time(point, i, source) for i, point in enumerate(points)])
    if (np.diff(t) <= 0.0).any():
        row = int(np.argmax(np.diff(t) <= 0.0)) + 1
        raise InputError(
            f"{source}: points[{row}].time_from_start: {t[row]:g} s does not follow {t[row - 1]:g} s"
        )
    q, qd, qdd = (
        np.array([_row(point, name, len(names), i, source) for i, point in enumerate(points)])
        for name in _SERIES.values()
    )
    return Motion(t, q, qd, qdd, np.gradient(qdd, t, axis=0)), tuple(names)


def _time(point: Any, index: int, source: Path) -> float:
    time = point.get("time_from_start") if isinstance(point, Mapping) else None
    sec, nanosec = (time.get("sec", 0), time.get("nanosec", 0)) if isinstance(time, Mapping) else (None, 0)
    if not (isinstance(sec, int) and isinstance(nanosec, int) and max(abs(sec), abs(nanosec)) < 2**32):
        raise InputError(f"{source}: points[{index}].time_from_start: expected whole sec and nanosec")
    return (sec * _NANO + nanosec) / _NANO


def _row(point: Mapping[str, Any], name: str, dof: int, index: int, source: Path) -> list[float]:
    values = point.get(name)
    if not isinstance(values, list) or len(values) != dof:
        found = len(values) if isinstance(values, list) else "no"
        raise InputError(f"{source}: points[{index}].{name}: {found} values for {dof} joints")
    if not all(type(value) in (int, float) and abs(value) <= _LARGEST for value in values):
        raise InputError(f"{source}: points[{index}].{name}: a value is not a finite number")
    return [float(value) for value in values]


def _parsed(content: bytes, kind: str, source: Path) -> Any:
    try:
        text = content.decode("utf-8")
        if kind == "ros-json":
            return parsed_json(text, str(source))
        if any(mark in text for mark in "&*!"):
            raise InputError(f"{source}: aliases (&, *) and tags (!) are not allowed")
        return yaml.safe_load(text)
    except UnicodeDecodeError as error:
        raise InputError(f"{source}: not a text file") from error
    except InputError:
        raise
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InputError(f"{source}: not YAML ({one_line(error)})") from error
