"""How near two requests are to each other: by both ends, in either direction.

A motion and its reverse show the same, so the direction in which the ends lie nearer counts.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

FloatArray = NDArray[np.float64]
_NEAR = 0.5  # rad: a demonstration that ends so far away in some joint counts 1 / e


def pair_distances(pairs: FloatArray, others: FloatArray) -> FloatArray:
    """Distances (m, k) over both ends together: the root of both squares.

    Args:
        pairs: ends (m, 2, dof), start and goal; joint configurations, rad, or codes.
        others: ends (k, 2, dof).
    """
    forth, back = _directions(pairs, others)
    return np.minimum(np.hypot(*forth), np.hypot(*back))


def farther_ends(pairs: FloatArray, others: FloatArray) -> FloatArray:
    """Distances (m, k) of those ends that lie farther apart: both ends are within it.

    Args:
        pairs: ends (m, 2, dof).
        others: ends (k, 2, dof).
    """
    forth, back = _directions(pairs, others)
    return np.minimum(np.maximum(*forth), np.maximum(*back))


def alike(pairs: FloatArray, others: FloatArray, radius: float) -> NDArray[np.bool_]:
    """Which requests (m, k) are alike: no joint differs by more than a radius, rad, at either end.

    Args:
        pairs: ends (m, 2, dof), rad.
        others: ends (k, 2, dof), rad.
        radius: of the neighbourhood, rad.
    """
    forth, back = _directions(pairs, others, "chebyshev")
    return np.minimum(np.maximum(*forth), np.maximum(*back)) <= radius


def times_joined(pairs: FloatArray, shown: FloatArray, radius: float = _NEAR) -> FloatArray:
    """How many demonstrations join the ends of requests, in either direction (m,).

    One with the very ends counts 1, one whose ends differ by d in some joint exp(-(d / radius)^2).

    Args:
        pairs: ends of the requests (m, 2, dof), rad.
        shown: ends of the demonstrations (k, 2, dof), rad.
        radius: of the neighbourhood of an end, rad.
    """
    forth, back = _directions(pairs, shown, "chebyshev")
    apart = np.minimum(np.maximum(*forth), np.maximum(*back))
    return np.asarray(np.exp(-np.square(apart / radius)).sum(axis=1))


def _directions(
    pairs: FloatArray, others: FloatArray, metric: Literal["euclidean", "chebyshev"] = "euclidean"
) -> tuple[tuple[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]:
    """Distances (m, k) of start and goal, the others taken as they are and reversed."""
    if not len(others):
        nothing = np.zeros((len(pairs), 0))
        return (nothing, nothing), (nothing, nothing)
    (a, b), (c, d) = np.moveaxis(pairs, 1, 0), np.moveaxis(others, 1, 0)
    return (cdist(a, c, metric), cdist(b, d, metric)), (cdist(a, d, metric), cdist(b, c, metric))
