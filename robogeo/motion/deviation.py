"""How far a motion strays from a recording of what was asked: a distance of paths, not of timings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from robogeo.motion.endpoints import correct_end_points
from robogeo.motion.limits import JointLimits
from robogeo.motion.observation import Observation

FloatArray = NDArray[np.float64]
_POINTS = 64  # that stand for a path, at even arc length
_QUANTILE = 0.9
_MOST = 60  # recordings that a tolerance is worked out from


def deviation(path: FloatArray, reference: FloatArray) -> float:
    """Mean distance of two paths (n, D), (m, D) along their best alignment in order, in their unit.

    Both are brought to 64 points at even arc length, which takes the timing out; dynamic time warping then
    pairs them so that the sum of distances is least, both ends with both ends (Sakoe and Chiba 1978). A
    shift along the path costs nothing, another way does.
    """
    apart = cdist(evenly(path), evenly(reference))
    return float(np.mean(apart[_alignment(apart)]))


def evenly(path: FloatArray, count: int = _POINTS) -> FloatArray:
    """Points (count, D) at even arc length along a path (n, D)."""
    arc = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    wanted = np.linspace(0.0, arc[-1], count)
    return np.stack([np.interp(wanted, arc, column) for column in path.T], axis=1)


@dataclass(frozen=True, eq=False)
class Reference:
    """What a motion is held against.

    Attributes:
        path: configurations (n, dof) that were recorded.
        observation: in whose space distances are measured.
        tolerance: largest deviation of a motion that counts as the recorded one, in units of observations.
    """

    path: FloatArray
    observation: Observation
    tolerance: float

    def deviation(self, q: FloatArray) -> float:
        """How far configurations (T, dof) stray from the recorded ones."""
        return deviation(self.observation.observe(q), self.observation.observe(self.path))


def tolerance_of(paths: Sequence[FloatArray], observation: Observation, limits: JointLimits) -> float | None:
    """How near to a recording counts as near: nine of ten recordings have a fellow that near.

    Each recording is compared with every other, bent to meet its ends as a planned motion is; what counts is
    the nearest. None where there are fewer than two.

    Args:
        paths: recorded configurations (n, dof), one array a recording; 60 of them are looked at, at most.
        observation: in whose space distances are measured.
        limits: say which configurations are in the same place.
    """
    some = [evenly(path) for path in paths[:: max(1, -(-len(paths) // _MOST))]]
    if len(some) < 2:
        return None
    nearest = [
        min(
            Reference(path, observation, 0.0).deviation(_bent(other, path, limits))
            for number, other in enumerate(some)
            if number != index
        )
        for index, path in enumerate(some)
    ]
    return float(np.quantile(nearest, _QUANTILE))


def _bent(path: FloatArray, ends: FloatArray, limits: JointLimits) -> FloatArray:
    """A path (n, dof) bent to lead from where another (m, dof) begins to where that ends."""
    near = limits.path_near(path, ends[0])
    return correct_end_points(near, ends[0], limits.nearest(ends[-1], near[-1]))


def _alignment(apart: FloatArray) -> tuple[list[int], list[int]]:
    """Rows and columns of the pairs on the cheapest monotone way through distances (n, m)."""
    cost = _accumulated(apart)
    i, j = apart.shape[0] - 1, apart.shape[1] - 1
    rows, columns = [i], [j]
    while i or j:
        before = [
            (cost[a, b], a, b) for a, b in ((i - 1, j - 1), (i - 1, j), (i, j - 1)) if a >= 0 and b >= 0
        ]
        _, i, j = min(before)
        rows.append(i)
        columns.append(j)
    return rows, columns


def _accumulated(apart: FloatArray) -> FloatArray:
    """Least sums of distances (n, m) on the way to every pair, along diagonals of equal i + j at once."""
    n, m = apart.shape
    cost = np.full((n + 1, m + 1), np.inf)
    cost[0, 0] = 0.0
    for diagonal in range(n + m - 1):
        i = np.arange(max(0, diagonal - m + 1), min(n, diagonal + 1))
        j = diagonal - i
        cost[i + 1, j + 1] = apart[i, j] + np.minimum.reduce([cost[i, j], cost[i, j + 1], cost[i + 1, j]])
    return cost[1:, 1:]
