from __future__ import annotations

from itertools import count

import numpy as np
import pytest

from robogeo.errors import StrategyError
from robogeo.learning import check_strategy
from robogeo.learning.strategies import STRATEGIES, Candidates, Strategy, order_based
from robogeo.learning.strategy_check import RULES

CALLS = count()


@pytest.mark.parametrize("name", list(STRATEGIES))
def test_every_strategy_of_robogeo_passes(name: str) -> None:
    check_strategy(STRATEGIES[name])


def test_an_object_that_is_called_passes_too() -> None:
    class Weighted:
        def __init__(self, weight: float) -> None:
            self.weight = weight

        def __call__(self, candidates: Candidates) -> np.ndarray:
            return self.weight * candidates.scores.gap

    check_strategy(Weighted(2.0))


def length_of_first(c: Candidates) -> np.ndarray:
    return c.scores.gap[:-1]


def nan_where_gaps_are_large(c: Candidates) -> np.ndarray:
    return np.where(c.scores.gap > np.median(c.scores.gap), np.nan, 1.0)


def no_single_candidate(c: Candidates) -> np.ndarray:
    return c.scores.gap / len(c) if len(c) > 1 else np.array(1.0)


def divides_by_the_spread(c: Candidates) -> np.ndarray:
    with np.errstate(all="ignore"):
        return (c.scores.gap - c.scores.gap.mean()) / np.ptp(c.scores.gap) if len(c) > 1 else np.zeros(1)


def needs_demonstrations(c: Candidates) -> np.ndarray:
    return c.scores.gap + c.demonstrations[0].path_length


def divides_by_length(c: Candidates) -> np.ndarray:
    with np.errstate(all="ignore"):
        total = sum(shown.path_length for shown in c.demonstrations) if c.demonstrations else 1.0
        return c.scores.gap / np.float64(total)


def overflows(c: Candidates) -> np.ndarray:
    with np.errstate(all="ignore"):
        return np.exp(c.scores.gap)


def draws(c: Candidates) -> np.ndarray:
    return np.random.default_rng().random(len(c))


def counts_its_calls(c: Candidates) -> np.ndarray:
    return c.scores.gap + next(CALLS)


def sorts_in_place(c: Candidates) -> np.ndarray:
    c.scores.gap.sort()
    return np.arange(float(len(c)))


def moves_requests(c: Candidates) -> np.ndarray:
    c.requests[0].start[:] = 0.0
    return np.zeros(len(c))


def hands_out_the_scores(c: Candidates) -> np.ndarray:
    return c.scores.gap


def takes_the_last(c: Candidates) -> np.ndarray:
    return np.arange(float(len(c)))


BROKEN: list[tuple[str, Strategy]] = [
    ("shape", length_of_first),
    ("finite", nan_where_gaps_are_large),
    ("one candidate", no_single_candidate),
    ("equal candidates", divides_by_the_spread),
    ("nothing demonstrated", needs_demonstrations),
    ("one still demonstration", divides_by_length),
    ("extreme scores", overflows),
    ("deterministic", draws),
    ("deterministic", counts_its_calls),
    ("pure", sorts_in_place),
    ("pure", moves_requests),
    ("pure", hands_out_the_scores),
    ("equivariant", takes_the_last),
]


@pytest.mark.parametrize(("rule", "strategy"), BROKEN)
def test_a_broken_strategy_fails_the_right_rule(rule: str, strategy: Strategy) -> None:
    name = strategy.__name__  # type: ignore[attr-defined]
    with pytest.raises(StrategyError, match=f"^strategy {name}: rule {rule}: "):
        check_strategy(strategy)


def test_one_that_changes_its_mind_in_later_rounds_fails_the_ask_cycle() -> None:
    def stateful(c: Candidates) -> np.ndarray:
        return c.scores.gap if c.round < 2 and len(c.asked) < 7 else c.scores.gap / np.float64(0.0)

    def copied(c: Candidates) -> np.ndarray:
        with np.errstate(all="ignore"):
            return np.array(stateful(c))

    with pytest.raises(StrategyError, match="rule ask cycle"):
        check_strategy(copied)


def test_every_rule_is_broken_by_some_test() -> None:
    assert {rule for rule, _ in BROKEN} | {"ask cycle"} == set(RULES)
    assert all(rule.__doc__ for rule in RULES.values())


def test_order_may_matter_where_it_is_declared() -> None:
    check_strategy(order_based(lambda c: np.arange(float(len(c)))))


def test_a_failure_is_told_in_one_line() -> None:
    def fails(c: Candidates) -> np.ndarray:
        raise KeyError("weights")

    with pytest.raises(StrategyError, match="strategy fails: rule shape: it failed with KeyError: 'weights'"):
        check_strategy(fails)
