"""Strategies that look at where candidates begin and end, and at nothing else."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.stats import qmc

from robogeo.learning.candidates import Candidates
from robogeo.learning.pairs import pair_distances
from robogeo.learning.strategies.order import order_based

FloatArray = NDArray[np.float64]
_POINTS = 64  # of the Sobol sequence that are given a candidate each
_NEIGHBORS = 5


@order_based
def random(candidates: Candidates) -> FloatArray:
    """Take what comes: the stream of candidates is random already, so its first one is asked."""
    return -np.arange(len(candidates), dtype=np.float64)


def sobol(candidates: Candidates) -> FloatArray:
    """The candidate nearest to the next point of a Sobol sequence in start-goal space (Sobol 1967).

    The points fill the box that start and goal of the candidates span, each joint scaled to it. The sequence
    is turned by a random shift keyed by the seed, and goes on from round to round. Its next 64 points are
    given a candidate each, one after another; the others follow by their distance to the point after these.
    """
    flat = candidates.ends.reshape(len(candidates), -1)
    low, span = flat.min(axis=0), np.ptp(flat, axis=0)
    place = (flat - low) / np.where(span > 0, span, 1.0)
    sequence = qmc.Sobol(flat.shape[1], scramble=False)
    sequence.fast_forward(len(candidates.asked) + 1)  # its very first point is a corner of the box
    shift = candidates.generator("sobol").random(flat.shape[1])
    points = (sequence.random(_POINTS) + shift) % 1.0
    utility = np.full(len(flat), -np.inf)
    for rank, point in enumerate(points[: len(flat)]):
        away = np.where(np.isinf(utility), np.square(place - point).sum(axis=1), np.inf)
        utility[np.argmin(away)] = -rank
    rest = np.isinf(utility)
    away = np.square(place[rest] - points[-1]).sum(axis=1)
    utility[rest] = -_POINTS - away
    return utility


def farthest(candidates: Candidates) -> FloatArray:
    """Farthest pair (core-set; Sener and Savarese 2018): joint distance to the nearest demonstrated pair.

    A motion and its reverse show the same, so the smaller of both distances counts.
    """
    return _farthest(candidates.ends, candidates.asked)


def farthest_latent(candidates: Candidates) -> FloatArray:
    """Farthest pair as above, but between the latent codes of the ends (core-set in the learned space)."""
    return _farthest(candidates.codes, candidates.asked_codes)


def novelty(candidates: Candidates) -> FloatArray:
    """Distance of both ends from their 5th nearest demonstrated configuration, added (CRSAIL, 2512.00453).

    That work asks its expert in states to which few demonstrated ones are near. Demonstrations are thinned to
    even steps first, so a slow one does not count for more.
    """
    shown = candidates.manifold.shown
    k = min(_NEIGHBORS, len(shown))
    distance, _ = cKDTree(shown).query(candidates.ends, k=[k])
    return np.asarray(distance, dtype=np.float64)[..., 0].sum(axis=1)


def _farthest(ends: FloatArray, asked: FloatArray) -> FloatArray:
    return pair_distances(ends, asked).min(axis=1) if len(asked) else np.zeros(len(ends))
