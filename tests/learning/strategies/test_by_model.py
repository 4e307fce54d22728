from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from robogeo.data.demonstrations import Demonstration
from robogeo.learning.candidates import Candidates
from robogeo.learning.scoring import PARTS, Scores
from robogeo.learning.strategies import STRATEGIES
from robogeo.learning.strategy_check import made_up_candidates


def with_facts(**facts: list[float]) -> Candidates:
    """Four candidates with these facts, and zeros elsewhere."""
    scores = Scores(**{field.name: np.array(facts.get(field.name, [0.0] * 4)) for field in fields(Scores)})
    return replace(made_up_candidates(4), scores=scores)


def shown(ends: NDArray[np.float64]) -> Demonstration:
    return Demonstration(ends, np.array([0.0, 1.0]), "made up")


@pytest.mark.parametrize("part", PARTS)
def test_combined_prefers_what_is_worse_in_any_part(part: str) -> None:
    some = replace(with_facts(**{part: [0.0, 0.0, 0.5, 0.1]}), demonstrations=())
    assert int(np.argmax(STRATEGIES["combined"](some))) == 2


def test_a_detour_counts_up_to_what_decides_and_lifts_nothing_above_what_is_worse() -> None:
    some = with_facts(detour=[0.2, 30.0, 30.0, 30.0], gap=[0.1, 0.1, 0.8, 1.2])
    utility = STRATEGIES["combined"](replace(some, demonstrations=()))
    np.testing.assert_allclose(utility, [0.3, 0.6, 1.0, 1.2])


def test_combined_divides_what_is_wrong_by_the_demonstrations_between_the_same_ends() -> None:
    some = with_facts(jump=[1.0, 1.0, 1.0, 1.0])
    q = some.ends + 10.0 * np.arange(4)[:, None, None]  # far from each other
    apart = replace(
        some, requests=[replace(r, start=a, goal=b) for r, (a, b) in zip(some.requests, q, strict=True)]
    )
    once, twice = shown(q[0]), shown(q[2][::-1])
    utility = STRATEGIES["combined"](replace(apart, demonstrations=(once, twice, twice)))
    np.testing.assert_allclose(utility, [1 / 2, 1.0, 1 / 3, 1.0])
    nothing = STRATEGIES["combined"](replace(apart, demonstrations=()))
    np.testing.assert_array_equal(nothing, np.ones(4))


def test_single_facts_decide_alone() -> None:
    some = with_facts(uncertainty=[0, 1, 0, 0], magnification=[0, 0, 1, 0], noise=[5, 0, 0, 0])
    assert int(np.argmax(STRATEGIES["uncertainty"](some))) == 1
    assert int(np.argmax(STRATEGIES["magnification"](some))) == 2


def test_product_ranks_like_the_product() -> None:
    magnification, uncertainty = np.array([-8.0, -2.0, 1.0, -3.0]), np.array([0.9, 0.01, 0.0, 0.4])
    some = with_facts(magnification=magnification.tolist(), uncertainty=uncertainty.tolist())
    expected = np.argsort(np.exp(magnification) * uncertainty)
    np.testing.assert_array_equal(np.argsort(STRATEGIES["product"](some)), expected)
