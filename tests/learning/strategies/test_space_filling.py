from __future__ import annotations

from dataclasses import replace

import numpy as np

from robogeo.learning.candidates import Candidates
from robogeo.learning.strategies import STRATEGIES
from robogeo.learning.strategy_check import made_up_candidates
from robogeo.motion.request import Request


def between(ends: np.ndarray, asked: np.ndarray | None = None) -> Candidates:
    """Candidates with these ends (m, 2, 3)."""
    some = made_up_candidates(len(ends))
    requests = [Request(start, goal) for start, goal in ends]
    return replace(some, requests=requests, asked=some.asked if asked is None else asked)


def test_random_takes_what_comes() -> None:
    assert int(np.argmax(STRATEGIES["random"](made_up_candidates()))) == 0


def test_farthest_counts_a_motion_and_its_reverse_as_the_same() -> None:
    axis = np.array([1.0, 0.0, 0.0])
    ends = np.array([[0, 1], [0, 3], [3, 0], [5, 6]])[..., None] * axis
    utility = STRATEGIES["farthest"](between(ends, ends[:2]))
    np.testing.assert_allclose(utility, [0.0, 0.0, 0.0, np.hypot(5 - 0, 6 - 3)])


def test_farthest_latent_judges_by_codes() -> None:
    some = made_up_candidates()
    codes, asked = some.codes, some.asked_codes
    assert codes.shape == (len(some), 2, 2)
    apart = np.linalg.norm((codes[:, None] - asked[None]).reshape(len(some), len(asked), -1), axis=2)
    back = np.linalg.norm((codes[:, None] - asked[None, :, ::-1]).reshape(len(some), len(asked), -1), axis=2)
    np.testing.assert_allclose(STRATEGIES["farthest_latent"](some), np.minimum(apart, back).min(axis=1))


def test_novelty_is_small_on_a_demonstration_and_grows_with_distance() -> None:
    shown = made_up_candidates().demonstrations[0]
    inside = np.stack([shown.q[6], shown.q[18]])
    utility = STRATEGIES["novelty"](between(np.stack([inside, inside + 0.5, inside + 2.0])))
    assert utility[0] < 0.6 and utility[0] < utility[1] < utility[2]
    assert abs(utility[2] - utility[1] - 2 * 1.5 * 3**0.5) < 1.5


def test_sobol_spreads_better_than_chance() -> None:
    """The first 32 of 400 candidates leave smaller holes in start-goal space than 32 random ones."""
    rng = np.random.default_rng(0)
    ends = rng.uniform(0.0, 1.0, (400, 2, 3))
    ends[:, :, 1:] = 0.5  # two dimensions matter, so holes are seen with few points
    flat = ends[:, :, 0]
    order = np.argsort(-STRATEGIES["sobol"](between(ends)))

    def hole(rows: np.ndarray) -> float:
        return float(np.linalg.norm(flat[:, None] - flat[rows][None], axis=2).min(axis=1).max())

    chance = [hole(rng.choice(400, 32, replace=False)) for _ in range(50)]
    assert hole(order[:32]) < np.quantile(chance, 0.2)


def test_sobol_goes_on_where_it_was() -> None:
    """With one question more behind it, the sequence is one point further."""
    ends = np.random.default_rng(1).uniform(0.0, 1.0, (300, 2, 3))
    first, later = (between(ends, np.zeros((asked, 2, 3))) for asked in (2, 3))
    order = np.argsort(-STRATEGIES["sobol"](first))
    assert int(np.argmax(STRATEGIES["sobol"](later))) == order[1]


def test_seeds_shift_the_sequence() -> None:
    some = made_up_candidates()
    other = replace(some, seed=7)
    assert not np.array_equal(STRATEGIES["sobol"](some), STRATEGIES["sobol"](other))
