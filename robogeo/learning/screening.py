"""Utilities of many candidates in little time: outlines for all, a full look at those that lead.

A few hundred candidates are all looked at in full. Of more, every one gets an outline, which is ten times as
quick and ranks much alike; the leading ones are looked at in full, and again those that lead then, until all
leaders are known in full.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from robogeo.learning.candidates import Candidates
from robogeo.learning.scoring import Scores, outline, score
from robogeo.learning.strategies.registry import Strategy, utilities
from robogeo.motion.manifold import Manifold
from robogeo.motion.request import Request

FloatArray = NDArray[np.float64]
FULL = 400
"""Candidates up to which all are looked at in full."""
LEADERS = 64
_LOOKS = 4


def first_look(manifold: Manifold, requests: Sequence[Request], full: int = FULL) -> Scores:
    """Scores of requests: a full look at each, or outlines if there are more than `full`."""
    return score(manifold, requests) if len(requests) <= full else outline(manifold, requests)


def screened(
    candidates: Candidates, strategy: Strategy, leaders: int = LEADERS, full: int = FULL
) -> tuple[FloatArray, Candidates]:
    """Utilities (m,), and the candidates with full scores where they lead.

    Args:
        candidates: with the scores of `first_look`.
        strategy: gives the utilities.
        leaders: how many are looked at in full at a time.
        full: as for `first_look`.

    Raises:
        StrategyError: the strategy does not give one finite utility a candidate.
    """
    known = np.full(len(candidates), len(candidates) <= full)
    utility = utilities(strategy, candidates)
    for _ in range(_LOOKS):
        leading = np.argsort(-utility, kind="stable")[:leaders]
        rough = leading[~known[leading]]
        if not len(rough):
            break
        requests = [candidates.requests[i] for i in rough]
        scores = candidates.scores.with_rows(rough, score(candidates.manifold, requests))
        candidates = replace(candidates, scores=scores)
        known[rough] = True
        utility = utilities(strategy, candidates)
    return utility, candidates
