from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from robogeo.data.demonstrations import Demonstration
from robogeo.learning.strategies import STRATEGIES
from robogeo.learning.strategies.renyi import _Component, entropy
from robogeo.learning.strategy_check import made_up_candidates
from robogeo.motion.request import Request


def path(start: np.ndarray, goal: np.ndarray, count: int = 12) -> np.ndarray:
    return np.linspace(start, goal, count)


def test_one_component_has_the_entropy_of_its_gaussian() -> None:
    """H2 of N(mu, S) is (D / 2) ln(4 pi) + ln det(S) / 2."""
    component = _Component.of(path(np.zeros(2), np.ones(2)))
    x = np.array([[0.2, 0.1, 1.0, 1.0], [3.0, -2.0, 1.0, 0.0]])
    _, factor = component.predict(x)
    expected = np.log(4 * np.pi) + 0.5 * np.linalg.slogdet(factor[:, None, None] * component.noise)[1]
    np.testing.assert_allclose(entropy([component], x), expected)


def test_equal_components_are_as_one() -> None:
    component = _Component.of(path(np.zeros(2), np.ones(2)))
    x = np.random.default_rng(0).normal(size=(5, 4))
    np.testing.assert_allclose(entropy([component, component], x), entropy([component], x))


def test_two_opinions_are_more_uncertain_than_one() -> None:
    """Where two demonstrations begin alike and lead apart, the mixture is uncertain which to follow."""
    a, b = (_Component.of(path(np.zeros(2), np.array(goal))) for goal in ([2.0, 0.1], [2.0, -0.1]))
    other = _Component.of(path(np.zeros(2), np.array([-2.0, 0.0])))
    x = np.array([[0.0, 0.0, 2.0, 0.0]])
    assert entropy([a, b, other], x)[0] > entropy([a], x)[0] - 1e-9


def test_entropy_grows_away_from_what_was_shown() -> None:
    rng = np.random.default_rng(3)
    shown = [
        Demonstration(path(*rng.normal(size=(2, 3)), 40), np.linspace(0, 1, 40), "test") for _ in range(4)
    ]
    q = shown[0].q
    away = np.array([1.0, -1.0, 1.0])
    requests = [Request(q[0] + k * away, q[-1] + k * away) for k in (0.0, 1.0, 3.0)]
    some = replace(made_up_candidates(3), requests=requests, demonstrations=shown)
    utility = STRATEGIES["renyi"](some)
    assert utility[0] < utility[1] < utility[2]
    assert utility[2] < 100.0 and utility == pytest.approx(STRATEGIES["renyi"](some))
