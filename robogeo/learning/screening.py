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
from robogeo.parallel import Workers

FloatArray = NDArray[np.float64]
FULL = 400
"""Candidates up to which all are looked at in full."""
LEADERS = 64
_TOGETHER = 5_000  # requests whose outlines are made together; of fewer they have less in common
_WORTH_SENDING = 4  # such groups: to send a model and wait for a worker takes as long as one or two
_LOOKS = 4


def first_look(
    manifold: Manifold, requests: Sequence[Request], workers: Workers | None = None, full: int = FULL
) -> Scores:
    """Scores of requests: a full look at each, or outlines if there are more than `full`.

    Args:
        manifold: the model, and its geometry.
        requests: at least one.
        workers: share the outlines of very many; None: this process alone. The bits are the same.
        full: requests up to which all are looked at in full.
    """
    if len(requests) <= full:
        return score(manifold, requests)
    groups = [requests[i : i + _TOGETHER] for i in range(0, len(requests), _TOGETHER)]
    if workers is None or len(groups) < _WORTH_SENDING:
        workers = Workers(1)
    count = min(workers.count, len(groups))
    shares = [(manifold, groups[i::count]) for i in range(count)]
    outlined = workers.map(_outlines, shares)
    return Scores.joined([outlined[i % count][i // count] for i in range(len(groups))])


def _outlines(share: tuple[Manifold, Sequence[Sequence[Request]]]) -> list[Scores]:
    """Outlines of groups of requests, group by group: the last bits depend on who is looked at together."""
    manifold, groups = share
    return [outline(manifold, group) for group in groups]


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
