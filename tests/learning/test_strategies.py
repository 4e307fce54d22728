from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from robogeo.errors import InputError
from robogeo.learning.scoring import Scores
from robogeo.learning.strategies import STRATEGIES, Candidates, find_strategy, ranked
from robogeo.motion.world import Request


def candidates(ends: np.ndarray, asked: np.ndarray, **facts: list[float]) -> Candidates:
    count = len(ends)
    scores = Scores(**{f.name: np.asarray(facts.get(f.name, np.zeros(count))) for f in fields(Scores)})
    return Candidates([Request(start, goal) for start, goal in ends], scores, asked)


LINE = np.array([[[0.0], [1.0]], [[0.0], [3.0]], [[3.0], [0.0]], [[5.0], [6.0]]])


def test_random_takes_what_comes() -> None:
    some = candidates(LINE, LINE[:1], gap=[0, 9, 9, 9])
    assert int(np.argmax(find_strategy("random")(some))) == 0


def test_farthest_counts_a_motion_and_its_reverse_as_the_same() -> None:
    utility = find_strategy("farthest")(candidates(LINE, np.array([[[0.0], [1.0]], [[0.0], [3.0]]])))
    np.testing.assert_allclose(utility, [0.0, 0.0, 0.0, np.hypot(5 - 0, 6 - 3)])


def test_single_facts_decide_alone() -> None:
    some = candidates(LINE, LINE[:1], uncertainty=[0, 1, 0, 0], magnification=[0, 0, 1, 0])
    assert int(np.argmax(find_strategy("uncertainty")(some))) == 1
    assert int(np.argmax(find_strategy("magnification")(some))) == 2


def test_combined_prefers_what_is_worse_in_any_part() -> None:
    for part in ("gap", "unsupported", "uncertainty", "jump"):
        some = candidates(LINE, LINE[:1], **{part: [0.0, 0.0, 0.5, 0.1]})
        assert int(np.argmax(find_strategy("combined")(some))) == 2


@pytest.mark.parametrize("name", list(STRATEGIES))
def test_every_strategy_gives_each_candidate_a_finite_number(name: str) -> None:
    utility = find_strategy(name)(candidates(LINE, LINE[:1]))
    assert utility.shape == (4,) and np.isfinite(utility).all()
    assert STRATEGIES[name].__doc__


def test_an_unknown_strategy_is_told_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"unknown strategy 'best'; known: combined, random"):
        find_strategy("best")


def test_ranking_puts_those_alike_behind() -> None:
    ends = np.array([[[0.0], [1.0]], [[0.1], [1.1]], [[2.0], [3.0]], [[2.0], [3.1]]])
    assert ranked(np.array([4.0, 3.0, 2.0, 1.0]), ends) == [0, 2, 1, 3]


def test_ranking_keeps_the_order_of_ties() -> None:
    ends = np.arange(8.0).reshape(4, 2, 1)
    assert ranked(np.zeros(4), ends) == [0, 1, 2, 3]
