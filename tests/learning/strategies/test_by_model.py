from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from robogeo.learning.candidates import Candidates
from robogeo.learning.scoring import PARTS, Scores
from robogeo.learning.strategies import STRATEGIES
from robogeo.learning.strategy_check import made_up_candidates


def with_facts(**facts: list[float]) -> Candidates:
    """Four candidates with these facts, and zeros elsewhere."""
    scores = Scores(**{field.name: np.array(facts.get(field.name, [0.0] * 4)) for field in fields(Scores)})
    return replace(made_up_candidates(4), scores=scores)


@pytest.mark.parametrize("part", [part for part in PARTS if part != "detour"])
def test_combined_prefers_what_is_worse_in_any_part_that_is_asked_by(part: str) -> None:
    assert int(np.argmax(STRATEGIES["combined"](with_facts(**{part: [0.0, 0.0, 0.5, 0.1]})))) == 2


def test_a_detour_is_wrong_but_not_asked_by() -> None:
    some = with_facts(detour=[0.0, 3.0, 0.0, 0.0], gap=[0.0, 0.0, 0.5, 0.1])
    assert int(np.argmax(some.scores.wrong)) == 1
    assert int(np.argmax(STRATEGIES["combined"](some))) == 2


def test_combined_asks_less_of_what_was_joined_already() -> None:
    some = with_facts(jump=[1.0, 1.0, 1.0, 1.0])
    ends = some.ends
    shown = np.stack([ends[0], ends[2][::-1]])
    utility = STRATEGIES["combined"](replace(some, asked=shown))
    assert utility[[0, 2]].tolist() == [0.0, 0.0] and (utility[[1, 3]] > 0.0).all()
    everything_is_new = replace(some, asked=np.zeros((0, *ends.shape[1:])))
    np.testing.assert_array_equal(STRATEGIES["combined"](everything_is_new), some.scores.wrong)


def test_single_facts_decide_alone() -> None:
    some = with_facts(uncertainty=[0, 1, 0, 0], magnification=[0, 0, 1, 0], noise=[5, 0, 0, 0])
    assert int(np.argmax(STRATEGIES["uncertainty"](some))) == 1
    assert int(np.argmax(STRATEGIES["magnification"](some))) == 2


def test_product_ranks_like_the_product() -> None:
    magnification, uncertainty = np.array([-8.0, -2.0, 1.0, -3.0]), np.array([0.9, 0.01, 0.0, 0.4])
    some = with_facts(magnification=magnification.tolist(), uncertainty=uncertainty.tolist())
    expected = np.argsort(np.exp(magnification) * uncertainty)
    np.testing.assert_array_equal(np.argsort(STRATEGIES["product"](some)), expected)
