"""Strategies: how the next demonstration is chosen among candidate requests.

A strategy gives every candidate a utility; the largest is asked. It sees what `Candidates` holds and nothing
else, above all no held-out request.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robogeo.errors import InputError
from robogeo.learning.scoring import Scores
from robogeo.motion.world import Request

FloatArray = NDArray[np.float64]
_APART = 0.5  # rad: two questions of one round differ by at least this much at one end


@dataclass(frozen=True, eq=False)
class Candidates:
    """Requests that could be asked about, in the order in which life brought them.

    Attributes:
        requests: m candidates.
        scores: facts about them.
        asked: end points (k, 2, dof) of the demonstrations given so far, start and goal.
    """

    requests: Sequence[Request]
    scores: Scores
    asked: FloatArray

    @property
    def ends(self) -> FloatArray:
        """End points (m, 2, dof) of the candidates."""
        return np.stack([np.stack([request.start, request.goal]) for request in self.requests])


Strategy = Callable[[Candidates], FloatArray]


def random(candidates: Candidates) -> FloatArray:
    """Take what comes: the stream of candidates is random already, so its first one is asked."""
    return -np.arange(len(candidates.requests), dtype=np.float64)


def farthest(candidates: Candidates) -> FloatArray:
    """Farthest pair (core-set; Sener and Savarese 2018): joint distance to the nearest demonstrated pair.

    A motion and its reverse show the same, so the smaller of both distances counts.
    """
    ends, asked = candidates.ends[:, None], candidates.asked[None]
    along = np.linalg.norm(ends - asked, axis=(2, 3))
    reverse = np.linalg.norm(ends - asked[:, :, ::-1], axis=(2, 3))
    return np.minimum(along, reverse).min(axis=1)


def uncertainty(candidates: Candidates) -> FloatArray:
    """Disagreement of the decoder ensemble along the geodesic (data uncertainty alone)."""
    return candidates.scores.uncertainty


def magnification(candidates: Candidates) -> FloatArray:
    """Magnification factor along the geodesic (model sensitivity alone; Chen et al. 2018)."""
    return candidates.scores.magnification


def combined(candidates: Candidates) -> FloatArray:
    """Everything wrong along the geodesic, added up in radians; robogeo's own.

    Unknown end points, unsupported motion, disagreement and abruptness are told in the same unit, so none
    needs a weight.
    """
    scores = candidates.scores
    return scores.gap + scores.unsupported + scores.uncertainty + scores.jump


STRATEGIES: dict[str, Strategy] = {
    "combined": combined,
    "random": random,
    "farthest": farthest,
    "uncertainty": uncertainty,
    "magnification": magnification,
}


def find_strategy(name: str) -> Strategy:
    """The strategy of that name.

    Raises:
        InputError: there is none; it lists those there are.
    """
    if name not in STRATEGIES:
        raise InputError(f"strategy: unknown strategy {name!r}; known: {', '.join(STRATEGIES)}")
    return STRATEGIES[name]


def ranked(utility: FloatArray, ends: FloatArray) -> list[int]:
    """Candidates by falling utility, those too like an earlier one moved to the back.

    Args:
        utility: (m,) of the candidates; ties keep their order.
        ends: (m, 2, dof) end points, rad.
    """
    order = np.argsort(-utility, kind="stable").tolist()
    chosen: list[int] = []
    alike: list[int] = []
    for index in order:
        near = any(np.abs(ends[index] - ends[other]).max() < _APART for other in chosen)
        (alike if near else chosen).append(index)
    return chosen + alike
