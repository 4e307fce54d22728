"""The permuted control deals out the same utilities, anew for other candidates and keys."""

from __future__ import annotations

import numpy as np
import pytest

from robogeo.config import ExperimentConfig
from robogeo.errors import InputError
from robogeo.learning.permuted import permuted, strategy_of
from robogeo.learning.strategies import Candidates, find_strategy
from robogeo.learning.strategy_check import made_up_candidates


def candidates(seed: int = 0) -> Candidates:
    return made_up_candidates(seed=seed)


def test_utilities_are_dealt_out_and_none_is_lost() -> None:
    strategy = find_strategy("combined")
    plain, dealt = strategy(candidates()), permuted(strategy, 0, 1)(candidates())
    np.testing.assert_array_equal(np.sort(plain), np.sort(dealt))
    assert (plain != dealt).sum() > 30


def test_the_same_candidates_are_dealt_the_same_and_others_are_not() -> None:
    strategy = find_strategy("random")
    first = permuted(strategy, 0, 1)(candidates())
    np.testing.assert_array_equal(first, permuted(strategy, 0, 1)(candidates()))
    for other in (permuted(strategy, 0, 2)(candidates()), permuted(strategy, 1, 1)(candidates())):
        assert (first != other).any()
    assert (first != permuted(strategy, 0, 1)(candidates(1))).any()


def test_any_candidate_may_come_first() -> None:
    strategy = find_strategy("random")
    some = candidates()
    firsts = {int(np.argmax(permuted(strategy, seed, 1)(some))) for seed in range(300)}
    assert len(firsts) > 35


def test_the_configuration_says_whether_to_permute() -> None:
    assert strategy_of(ExperimentConfig()) is find_strategy("combined")
    control = strategy_of(ExperimentConfig(permutation=3, seed=4))
    expected = permuted(find_strategy("combined"), 4, 3)(candidates())
    np.testing.assert_array_equal(control(candidates()), expected)
    with pytest.raises(InputError, match="unknown strategy 'best'"):
        strategy_of(ExperimentConfig(strategy="best", permutation=0))
