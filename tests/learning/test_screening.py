from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn

import numpy as np
import pytest

from robogeo.errors import StrategyError
from robogeo.learning import screening
from robogeo.learning.candidates import Candidates
from robogeo.learning.scoring import Scores, score
from robogeo.learning.strategies import STRATEGIES
from robogeo.learning.strategy_check import made_up_candidates
from robogeo.motion.manifold import Manifold
from robogeo.motion.request import Request
from robogeo.parallel import Workers


class Closed(Workers):
    """A group that does no work."""

    def __init__(self) -> None:
        super().__init__(2)

    def stream(self, *_: object) -> NoReturn:
        raise AssertionError("not worth sending")


def watched(monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """Requests that are looked at in full."""
    seen: list[Request] = []

    def look(manifold: Manifold, requests: Sequence[Request]) -> Scores:
        seen.extend(requests)
        return score(manifold, requests)

    monkeypatch.setattr(screening, "score", look)
    return seen


def test_the_leaders_are_known_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    candidates = made_up_candidates(60)
    seen = watched(monkeypatch)
    utility, known = screening.screened(candidates, STRATEGIES["combined"], leaders=5, full=0)
    full = score(candidates.manifold, candidates.requests)
    leading = np.argsort(-utility)[:5]
    np.testing.assert_allclose(known.scores.unsupported[leading], full.unsupported[leading], rtol=1e-5)
    assert 5 <= len(seen) <= 20 and len({id(request) for request in seen}) == len(seen)
    np.testing.assert_array_equal(utility, STRATEGIES["combined"](known))


def test_very_many_candidates_are_dealt_out(monkeypatch: pytest.MonkeyPatch) -> None:
    some = made_up_candidates(30)
    monkeypatch.setattr(screening, "_TOGETHER", 7)
    alone = screening.first_look(some.manifold, some.requests, full=29)
    with Workers(2) as workers:
        for least, group in ((5, workers), (6, Closed())):
            monkeypatch.setattr(screening, "_WORTH_SENDING", least)
            found = screening.first_look(some.manifold, some.requests, group, full=29)
            for name, column in found.columns().items():
                np.testing.assert_array_equal(column, alone.columns()[name], err_msg=name)
    monkeypatch.setattr(screening, "_WORTH_SENDING", 5)
    with pytest.raises(AssertionError, match="not worth sending"):
        screening.first_look(some.manifold, some.requests, Closed(), full=29)


def test_few_candidates_are_all_looked_at_in_full() -> None:
    some = made_up_candidates(30)
    few = screening.first_look(some.manifold, some.requests)
    np.testing.assert_array_equal(few.jump, score(some.manifold, some.requests).jump)
    many = screening.first_look(some.manifold, some.requests, full=29)
    np.testing.assert_array_equal(many.jump, some.scores.jump)
    known = replace(some, scores=few)
    assert screening.screened(known, STRATEGIES["combined"])[1] is known


def test_the_best_of_all_is_found_among_many() -> None:
    candidates = made_up_candidates(300)
    full = replace(candidates, scores=score(candidates.manifold, candidates.requests))
    for name in ("combined", "uncertainty", "magnification"):
        utility, _ = screening.screened(candidates, STRATEGIES[name], full=0)
        exact = STRATEGIES[name](full)
        assert np.argsort(-exact).tolist().index(int(np.argmax(utility))) < 3, name


def test_a_strategy_that_judges_by_ends_alone_is_not_changed_by_it() -> None:
    candidates = made_up_candidates(50)
    for name in ("random", "sobol", "farthest"):
        utility, _ = screening.screened(candidates, STRATEGIES[name], full=0)
        np.testing.assert_array_equal(utility, STRATEGIES[name](candidates))


def test_a_broken_strategy_is_told_by_name() -> None:
    def broken(candidates: Candidates) -> np.ndarray:
        return np.full(len(candidates), np.nan)

    with pytest.raises(StrategyError, match="strategy broken: the utility of candidate 0 is nan"):
        screening.screened(made_up_candidates(), broken)
