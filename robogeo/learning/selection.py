"""Which candidates are asked: one after another by utility, away from what is open already or was refused.

A question teaches most where no other question of its kind is open. So every question, pending or chosen,
takes away from the utilities of candidates like it: local penalisation (Gonzalez, Dai, Hennig and Lawrence
2016, "Batch Bayesian optimization via local penalization"), on utilities scaled to [0, 1], so that it works
for any strategy. Each choice depends on those before it alone: asking for three at once and asking three
times for one give the same questions.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from robogeo.learning.pairs import farther_ends

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
REACH = 1.0
"""Joint distance (rad) between ends within which two questions are alike."""
_LEAST = 1e-6  # share of a worth that is left to recordings with the same ends, so that their order stays


def choose(
    utility: FloatArray,
    ends: FloatArray,
    n: int,
    opened: FloatArray,
    askable: BoolArray | None = None,
    feasible: Callable[[int], bool] = lambda index: True,
    apart: BoolArray | None = None,
) -> list[int]:
    """The next candidates to be asked, best first; fewer than ``n`` if no more may be asked.

    Args:
        utility: (m,) of the candidates, finite.
        ends: (m, 2, dof) their end points, rad.
        n: how many are wanted.
        opened: ends (k, 2, dof) of questions that are pending or were asked in this round, in the order in
            which they were asked; they, and their reverses, are not asked again.
        askable: (m,) whether a candidate may be asked at all, as far from what was refused.
        feasible: asked of a candidate when its turn comes; what is not feasible is passed over.
        apart: (m,) whether a candidate is a question of its own even where the ends of an open one are its
            own too, as those of recordings of other ways between them are; None: no candidate is.
    """
    apart = np.zeros(len(ends), dtype=bool) if apart is None else apart
    worth = scaled(utility)
    free = np.ones(len(ends), dtype=bool) if askable is None else askable.copy()
    for pair in opened:
        _open(pair, ends, worth, free, apart)
    chosen: list[int] = []
    while len(chosen) < n and free.any():
        best = int(np.argmax(np.where(free, worth, -1.0)))
        free[best] = False
        if feasible(best):
            _open(ends[best], ends, worth, free, apart)
            chosen.append(best)
    return chosen


def scaled(utility: FloatArray) -> FloatArray:
    """Utilities (m,) brought to [0, 1]; all 1 if they are equal."""
    half = 0.5 * utility  # the span of huge utilities of either sign would overflow
    span = half.max() - half.min()
    return (half - half.min()) / span if span > 0.0 else np.ones(len(utility))


def likeness(ends: FloatArray, pair: FloatArray) -> FloatArray:
    """How like candidates (m, 2, dof) are to one (2, dof): 1 the same or its reverse, 0 out of reach."""
    return np.maximum(1.0 - farther_ends(ends, pair[None])[:, 0] / REACH, 0.0)


def _open(pair: FloatArray, ends: FloatArray, worth: FloatArray, free: BoolArray, apart: BoolArray) -> None:
    """Take account of an open question: nobody asks it twice, and those like it are worth less."""
    like = likeness(ends, pair)
    free &= (like < 1.0) | apart
    worth *= np.where(apart, np.maximum(1.0 - like, _LEAST), 1.0 - like)
