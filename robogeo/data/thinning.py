"""Leaving out what teaches nothing: rests, repeated samples, and recordings that are there twice.

A recorder goes on while the arm stands still, and writes the same reading again when it is faster than the
robot. The path, which is what is learned, stays within the tolerance; the time of a long rest is cut.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, minimum_filter1d

from robogeo.data.data_set import DataSet
from robogeo.data.demonstrations import Demonstration
from robogeo.errors import InputError

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

# Where a rest is cut, what the arm crept meanwhile is done at this speed, rad/s (or m/s).
_CREEP = 0.05


@dataclass(frozen=True)
class Thinning:
    """What counts as teaching nothing.

    Attributes:
        still: within this much in every column the arm stands still, rad (or m).
        rest: standing still so long is a rest, s.
        left: time that is left of a rest within a recording, s; none is left before the first and after the
            last motion.
    """

    still: float = 2e-3
    rest: float = 0.5
    left: float = 0.1

    def __post_init__(self) -> None:
        """Refuse what would thin nothing, or everything."""
        if not (0.0 < self.still <= 0.1 and 0.0 < self.left <= self.rest < np.inf):
            raise InputError(f"thinning: {self}: expected 0 < still <= 0.1 and 0 < left <= rest")


@dataclass(frozen=True)
class ThinningReport:
    """What thinning left out.

    Attributes:
        samples_before: number of samples of the data set.
        samples_after: number of those that stay.
        repeated: samples left out because they equal the one before them.
        rests: number of rests.
        resting: time of all rests, s, for each recording of the data set.
        twins: pairs (recording, earlier one that it equals); the first of each pair is left out.
    """

    samples_before: int
    samples_after: int
    repeated: int
    rests: int
    resting: tuple[float, ...]
    twins: tuple[tuple[int, int], ...]


def thinned(data: DataSet, thinning: Thinning = Thinning()) -> tuple[DataSet, ThinningReport]:
    """Leave out rests, repeated samples, and recordings that are there twice.

    Returns:
        The thinned data set (the same demonstrations where nothing was left out), and what was left out.
    """
    twins = _twins(data)
    kept: list[Demonstration] = []
    repeated = rests = 0
    resting: list[float] = []
    for index, each in enumerate(data.demonstrations):
        thin, again, times = _thinned(each, data.rate, thinning)
        resting.append(float(sum(times)))
        if index not in twins:
            kept.append(thin)
        repeated, rests = repeated + again, rests + len(times)
    after = replace(data, demonstrations=tuple(kept))
    report = ThinningReport(
        data.samples, after.samples, repeated, rests, tuple(resting), tuple(sorted(twins.items()))
    )
    return after, report


def _twins(data: DataSet) -> dict[int, int]:
    """For each recording whose path equals that of an earlier one, the earliest such."""
    first: dict[bytes, int] = {}
    twins: dict[int, int] = {}
    for index, each in enumerate(data.demonstrations):
        earliest = first.setdefault(each.q.tobytes(), index)
        if earliest != index:
            twins[index] = earliest
    return twins


def _thinned(each: Demonstration, rate: float, thinning: Thinning) -> tuple[Demonstration, int, list[float]]:
    """The demonstration without what teaches nothing, how many samples were repeated, and the rests, s."""
    starts, ends = _rests(each.q, each.t, rate, thinning)
    inside = np.zeros(len(each.t), dtype=np.bool_)
    t = each.t.copy()
    for start, end in zip(starts, ends, strict=True):
        inside[start + 1 : end] = True
        crept = float(np.abs(each.q[end] - each.q[start]).max())
        t[end:] -= max(0.0, (each.t[end] - each.t[start]) - max(thinning.left, crept / _CREEP))
    keep = ~inside
    if len(starts) and starts[0] == 0:
        keep[0] = False
    if len(ends) and ends[-1] == len(t) - 1:
        keep[-1] = False
    again = np.concatenate([[False], (np.diff(each.q, axis=0) == 0.0).all(axis=1)]) & keep
    again[[*starts, *ends, -1]] = False
    keep &= ~again
    if keep.sum() < 2:  # it stands still throughout: its two ends are all there is
        keep[:] = False
        keep[[0, -1]] = True
    if keep.all():
        return each, 0, []
    times = [float(each.t[end] - each.t[start]) for start, end in zip(starts, ends, strict=True)]
    return Demonstration(each.q[keep], t[keep], each.source, each.note), int(again.sum()), times


def _rests(
    q: FloatArray, t: FloatArray, rate: float, thinning: Thinning
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First and last sample of every rest: windows of the rest's time in which no column moves, joined."""
    window = max(2, int(np.ceil(thinning.rest * rate)) + 1)
    if len(q) < window:
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    ahead = -(window // 2)  # each window begins at its sample, not around it
    high = maximum_filter1d(q, window, axis=0, mode="nearest", origin=ahead)
    low = minimum_filter1d(q, window, axis=0, mode="nearest", origin=ahead)
    still = np.all(high - low <= thinning.still, axis=1)[: len(q) - window + 1]
    resting = np.zeros(len(q) + 1, dtype=np.int64)
    np.add.at(resting, np.flatnonzero(still), 1)
    np.add.at(resting, np.flatnonzero(still) + window, -1)
    at_rest = np.cumsum(resting)[:-1] > 0
    edges = np.diff(np.concatenate([[0], at_rest.astype(np.int8), [0]]))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1
    return starts, ends
