"""How near two requests are to each other: by both ends, in either direction.

A motion and its reverse show the same, so the direction in which the ends lie nearer counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

FloatArray = NDArray[np.float64]
Metric = Literal["euclidean", "chebyshev"]
NEAR = 0.5
"""How near (rad, in every joint) ends of requests are known by an end of a demonstration."""


def pair_distances(pairs: FloatArray, others: FloatArray) -> FloatArray:
    """Distances (m, k) over both ends together: the root of both squares.

    Args:
        pairs: ends (m, 2, dof), start and goal; joint configurations, rad, or codes.
        others: ends (k, 2, dof).
    """
    forth, back = _directions(pairs, others)
    return np.minimum(np.hypot(*forth), np.hypot(*back))


def farther_ends(pairs: FloatArray, others: FloatArray, metric: Metric = "euclidean") -> FloatArray:
    """Distances (m, k) of those ends that lie farther apart: both ends are within it.

    Args:
        pairs: ends (m, 2, dof).
        others: ends (k, 2, dof).
        metric: between two ends; ``chebyshev`` is that of the joint that differs most.
    """
    forth, back = _directions(pairs, others, metric)
    return np.minimum(np.maximum(*forth), np.maximum(*back))


def alike(pairs: FloatArray, others: FloatArray, radius: float) -> NDArray[np.bool_]:
    """Which requests (m, k) are alike: no joint differs by more than a radius, rad, at either end.

    Args:
        pairs: ends (m, 2, dof), rad.
        others: ends (k, 2, dof), rad.
        radius: of the neighbourhood, rad.
    """
    return farther_ends(pairs, others, "chebyshev") <= radius


def times_joined(pairs: FloatArray, shown: FloatArray, radius: float = NEAR) -> FloatArray:
    """How many demonstrations join the ends of requests, in either direction (m,).

    One with the very ends counts 1, one whose ends differ by d in some joint exp(-(d / radius)^2).

    Args:
        pairs: ends of the requests (m, 2, dof), rad.
        shown: ends of the demonstrations (k, 2, dof), rad.
        radius: of the neighbourhood of an end, rad.
    """
    apart = farther_ends(pairs, shown, "chebyshev")
    return np.asarray(np.exp(-np.square(apart / radius)).sum(axis=1))


def stacked(ends: Sequence[FloatArray]) -> FloatArray:
    """Ends (2, dof) of several as one array (n, 2, dof); (0, 2, 0) of none."""
    return np.stack(ends) if ends else np.zeros((0, 2, 0))


def _directions(
    pairs: FloatArray, others: FloatArray, metric: Metric = "euclidean"
) -> tuple[tuple[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]:
    """Distances (m, k) of start and goal, the others taken as they are and reversed."""
    if not len(others):
        nothing = np.zeros((len(pairs), 0))
        return (nothing, nothing), (nothing, nothing)
    (a, b), (c, d) = np.moveaxis(pairs, 1, 0), np.moveaxis(others, 1, 0)
    return (cdist(a, c, metric), cdist(b, d, metric)), (cdist(a, d, metric), cdist(b, c, metric))
