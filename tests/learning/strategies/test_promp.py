from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from robogeo.data.demonstrations import Demonstration
from robogeo.learning.strategies import STRATEGIES
from robogeo.learning.strategies.promp import end_marginal
from robogeo.learning.strategy_check import made_up_candidates
from robogeo.motion.request import Request


def straight(start: np.ndarray, goal: np.ndarray) -> Demonstration:
    return Demonstration(np.linspace(start, goal, 30), np.linspace(0.0, 1.0, 30), "test")


def test_the_marginal_is_that_of_the_ends_with_many_demonstrations() -> None:
    rng = np.random.default_rng(0)
    mixing = rng.normal(size=(6, 6))
    ends = rng.normal(size=(400, 6)) @ mixing.T + 1.0
    mean, covariance = end_marginal([straight(row[:3], row[3:]) for row in ends])
    np.testing.assert_allclose(mean, ends.mean(axis=0), atol=1e-3)
    sample = np.cov(ends.T)
    assert np.linalg.norm(covariance - sample) < 0.05 * np.linalg.norm(sample)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_demonstrations_leave_a_proper_gaussian(count: int) -> None:
    rng = np.random.default_rng(1)
    shown = [straight(*rng.normal(size=(2, 7))) for _ in range(count)]
    _, covariance = end_marginal(shown)
    assert np.linalg.eigvalsh(covariance).min() > 1e-4


def test_the_unlike_is_asked_first_in_either_direction() -> None:
    rng = np.random.default_rng(2)
    shown = [straight(0.1 * rng.normal(size=3), 1.0 + 0.1 * rng.normal(size=3)) for _ in range(6)]
    like, unlike = (np.zeros(3), np.ones(3)), (np.zeros(3), -np.ones(3))
    requests = [Request(*like), Request(*like[::-1]), Request(*unlike)]
    some = made_up_candidates(3)
    utility = STRATEGIES["promp"](replace(some, requests=requests, demonstrations=shown))
    assert utility[0] == pytest.approx(utility[1]) and utility[2] > 3.0 * utility[0]
