"""What is in a data set, and what is missing: ranges, limits, gaps, repetitions, and how new each part is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from robogeo.data.data_set import DataSet
from robogeo.data.demonstrations import Demonstration
from robogeo.data.thinning import ThinningReport, thinned
from robogeo.errors import InputError

FloatArray = NDArray[np.float64]

# A time step of more than so many of the nominal ones is a gap.
_GAP_STEPS = 5.0
# Points that stand for a recording where recordings are compared, at even arc length.
_POINTS = 32
# Cells that a joint's range is divided into, to tell how much of it was visited.
_CELLS = 36
# Limits are in file formats of 32 bits and data sheets of three digits: nearer than this is at the limit.
_AT_LIMIT = 1e-4


@dataclass(frozen=True, eq=False)
class Bounds:
    """What a robot's joints may do.

    Attributes:
        joints: their names.
        lower, upper: range (dof,), rad.
        velocity: largest speed (dof,), rad/s.
    """

    joints: tuple[str, ...]
    lower: FloatArray
    upper: FloatArray
    velocity: FloatArray


@dataclass(frozen=True)
class JointUse:
    """What a data set does with one joint; angles in rad, or the column's unit.

    Attributes:
        name, unit: of the column.
        lowest, highest: smallest and largest value.
        limits: what the robot allows; None without a robot.
        beyond: number of samples outside the limits; 0 without.
        visited: share of the joint's range that was visited: of the limits where there are any, else of one
            turn; None for columns that are no angles and have no limits.
        fastest: largest speed, a second.
        speed_limit: what the robot allows; None without a robot.
        too_fast: number of time steps faster than that; 0 without.
    """

    name: str
    unit: str
    lowest: float
    highest: float
    limits: tuple[float, float] | None
    beyond: int
    visited: float | None
    fastest: float
    speed_limit: float | None
    too_fast: int


@dataclass(frozen=True)
class Inspection:
    """What is in a data set.

    Attributes:
        joints: what is done with each joint.
        durations: of every recording, s.
        path_lengths: of every recording, in joint space, rad.
        gaps: (recording, time, s, length, s) of every hole in the time stamps.
        beyond: recordings that leave the limits.
        too_fast: recordings that break a speed limit.
        thinning: what teaches nothing: rests, repeated samples, recordings that are there twice.
        apart: how far each recording is from all others: the median over its points of the distance to the
            nearest point of another, rad; empty where there is only one.
        variances: share of the variance along each principal axis, largest first.
    """

    joints: tuple[JointUse, ...]
    durations: tuple[float, ...]
    path_lengths: tuple[float, ...]
    gaps: tuple[tuple[int, float, float], ...]
    beyond: tuple[int, ...]
    too_fast: tuple[int, ...]
    thinning: ThinningReport
    apart: tuple[float, ...]
    variances: tuple[float, ...]


def inspected(data: DataSet, bounds: Bounds | None = None) -> Inspection:
    """Look at a data set.

    Args:
        data: the data set.
        bounds: what the robot allows, for the same joints in the same order (`for_robot`).

    Raises:
        InputError: bounds of another number of joints.
    """
    if bounds is not None and len(bounds.joints) != data.dof:
        raise InputError(f"inspect: {data.dof} columns, but limits of {len(bounds.joints)} joints")
    q = np.concatenate([each.q for each in data.demonstrations])
    owner = np.repeat(np.arange(len(data.demonstrations)), [len(each.t) for each in data.demonstrations])
    speed, follower = _speeds(data, owner)
    outside, fast = _broken(q, speed, bounds)
    joints = tuple(
        _use(data, joint, q[:, joint], speed[:, joint], bounds, outside[:, joint], fast[:, joint])
        for joint in range(data.dof)
    )
    points = [_points(each) for each in data.demonstrations]
    return Inspection(
        joints=joints,
        durations=tuple(each.duration for each in data.demonstrations),
        path_lengths=tuple(each.path_length for each in data.demonstrations),
        gaps=_gaps(data),
        beyond=tuple(np.unique(owner[outside.any(axis=1)]).tolist()),
        too_fast=tuple(np.unique(follower[fast.any(axis=1)]).tolist()),
        thinning=thinned(data)[1],
        apart=_apart(points),
        variances=principal_axes(np.concatenate(points))[1],
    )


def for_robot(data: DataSet, bounds: Bounds, chosen: bool = False) -> DataSet:
    """The data set with its columns in the order of a robot's joints, and their names.

    Args:
        data: the data set.
        bounds: what the robot allows.
        chosen: the user chose the columns in the robot's order, whatever they are called.

    Raises:
        InputError: columns that are no angles, of another number than the robot's joints, or named otherwise.
    """
    if data.dof != len(bounds.joints):
        raise InputError(
            f"joints: {data.dof} columns ({', '.join(data.joints)[:120]}), the robot has "
            f"{len(bounds.joints)} joints ({', '.join(bounds.joints)[:120]}); choose its joints' columns"
        )
    if set(data.units) != {"rad"}:
        raise InputError(f"units: columns in {', '.join(data.units)}, the robot's joints are angles")
    if set(data.joints) == set(bounds.joints):
        order = [data.joints.index(name) for name in bounds.joints]
    elif chosen or data.joints == tuple(f"q{joint + 1}" for joint in range(data.dof)):
        order = list(range(data.dof))
    else:
        odd = next(name for name in data.joints if name not in bounds.joints)
        raise InputError(
            f"joints: {odd!r} is none of the robot's joints, {', '.join(bounds.joints)[:200]}; choose the "
            "columns by name, in the robot's order"
        )
    units = tuple(data.units[column] for column in order)
    if order == list(range(data.dof)):
        return replace(data, joints=bounds.joints)
    turned = tuple(
        Demonstration(each.q[:, order], each.t, each.source, each.note) for each in data.demonstrations
    )
    remarks = (*data.remarks, "joints: the columns were put into the robot's order")
    return replace(data, demonstrations=turned, joints=bounds.joints, units=units, remarks=remarks)


def principal_axes(points: FloatArray) -> tuple[FloatArray, tuple[float, ...]]:
    """Axes (n, n) of the largest variance of points (N, n), one a row, and the share that each has of it."""
    variances, axes = np.linalg.eigh(np.cov(points.T).reshape(points.shape[1], -1))
    total = float(variances.clip(0.0).sum()) or 1.0
    return axes.T[::-1], tuple((variances[::-1].clip(0.0) / total).tolist())


def _speeds(data: DataSet, owner: NDArray[np.int64]) -> tuple[FloatArray, NDArray[np.int64]]:
    """Speed (steps, dof) between samples, a second, and the recording of every step."""
    speeds = [np.diff(each.q, axis=0) / np.diff(each.t)[:, None] for each in data.demonstrations]
    return np.abs(np.concatenate(speeds)), np.delete(owner, np.flatnonzero(np.diff(owner, prepend=-1)))


def _broken(
    q: FloatArray, speed: FloatArray, bounds: Bounds | None
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which samples are outside the limits, and which steps are too fast, for every joint."""
    if bounds is None:
        return np.zeros(q.shape, dtype=np.bool_), np.zeros(speed.shape, dtype=np.bool_)
    outside = (q < bounds.lower - _AT_LIMIT) | (q > bounds.upper + _AT_LIMIT)
    return outside, speed > bounds.velocity * (1.0 + _AT_LIMIT)


def _use(
    data: DataSet,
    joint: int,
    q: FloatArray,
    speed: FloatArray,
    bounds: Bounds | None,
    outside: NDArray[np.bool_],
    fast: NDArray[np.bool_],
) -> JointUse:
    unit = data.units[joint]
    limits = None if bounds is None else (float(bounds.lower[joint]), float(bounds.upper[joint]))
    low, high = limits or (-np.pi, np.pi)
    visited = None
    if limits is not None or unit == "rad":
        # Without limits a turn is a turn, wherever it begins.
        place = q if limits is not None else np.mod(q + np.pi, 2.0 * np.pi) - np.pi
        visited = float((np.histogram(place, _CELLS, (low, high))[0] > 0).mean())
    return JointUse(
        name=data.joints[joint],
        unit=unit,
        lowest=float(q.min()),
        highest=float(q.max()),
        limits=limits,
        beyond=int(outside.sum()),
        visited=visited,
        fastest=float(speed.max()),
        speed_limit=None if bounds is None else float(bounds.velocity[joint]),
        too_fast=int(fast.sum()),
    )


def _gaps(data: DataSet) -> tuple[tuple[int, float, float], ...]:
    gaps: list[tuple[int, float, float]] = []
    for index, each in enumerate(data.demonstrations):
        steps = np.diff(each.t)
        for row in np.flatnonzero(steps * data.rate > _GAP_STEPS).tolist():
            gaps.append((index, float(each.t[row]), float(steps[row])))
    return tuple(gaps)


def _points(each: Demonstration) -> FloatArray:
    """Points (_POINTS, dof) at even arc length that stand for a recording."""
    arc = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(each.q, axis=0), axis=1))])
    wanted = np.linspace(0.0, arc[-1], _POINTS)
    return np.stack([np.interp(wanted, arc, joint) for joint in each.q.T], axis=1)


def _apart(points: Sequence[FloatArray]) -> tuple[float, ...]:
    """Median distance of each recording's points to the nearest point of another recording."""
    if len(points) < 2:
        return ()
    every = np.concatenate(points)
    owner = np.repeat(np.arange(len(points)), _POINTS)
    # All of a recording's own points may be nearer than any other: one more than those always has another.
    distance, index = cKDTree(every).query(every, k=_POINTS + 1)
    others = np.where(owner[index] == owner[:, None], np.inf, distance)
    nearest = others.min(axis=1).reshape(len(points), _POINTS)
    return tuple(np.median(nearest, axis=1).tolist())
