from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robogeo.errors import MotionError
from robogeo.motion.endpoints import correct_end_points, end_gaps


def some_path(seed: int, count: int = 40, dof: int = 3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.normal(scale=0.1, size=(count, dof)), axis=0)


@given(seed=st.integers(0, 1000), reach=st.floats(0.05, 0.5))
def test_ends_are_met_exactly_and_the_middle_is_left_alone(seed: int, reach: float) -> None:
    path = some_path(seed)
    start, goal = path[0] + 0.3, path[-1] - 0.2
    corrected = correct_end_points(path, start, goal, reach)
    assert (corrected[0] == start).all() and (corrected[-1] == goal).all()
    arc = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    share = arc / arc[-1]
    alone = (share >= reach) & (share <= 1.0 - reach)
    np.testing.assert_allclose(corrected[alone], path[alone], atol=1e-12)
    # Nowhere is more added than at the ends.
    moved = np.linalg.norm(corrected - path, axis=1)
    assert moved.max() <= max(np.linalg.norm(start - path[0]), np.linalg.norm(goal - path[-1])) + 1e-12


@given(seed=st.integers(0, 1000))
def test_a_path_that_fits_stays_as_it_is(seed: int) -> None:
    path = some_path(seed)
    np.testing.assert_array_equal(correct_end_points(path, path[0], path[-1]), path)


def test_the_fade_is_the_minimum_jerk_profile() -> None:
    path = np.linspace([0.0], [1.0], 101)
    corrected = correct_end_points(path, path[0] + 1.0, path[-1], reach=1.0)
    s = path[:, 0]
    np.testing.assert_allclose(corrected[:, 0] - s, 1 - (10 * s**3 - 15 * s**4 + 6 * s**5), atol=1e-12)


def test_a_path_without_length_is_led_from_start_to_goal() -> None:
    start, goal = np.array([0.0, 0.0]), np.array([1.0, 0.0])
    corrected = correct_end_points(np.tile([0.5, 0.5], (9, 1)), start, goal)
    assert (corrected[0] == start).all() and (corrected[-1] == goal).all()
    assert np.isfinite(corrected).all()


def test_gaps_are_distances() -> None:
    path = np.array([[0.0, 0.0], [1.0, 1.0]])
    assert end_gaps(path, np.array([3.0, 4.0]), np.array([1.0, 1.0])) == (5.0, 0.0)


@pytest.mark.parametrize(
    ("path", "start", "reach"),
    [
        (np.zeros((1, 2)), np.zeros(2), 0.5),
        (np.zeros(4), np.zeros(2), 0.5),
        (np.zeros((4, 2)), np.zeros(3), 0.5),
        (np.zeros((4, 2)), np.zeros(2), 0.0),
        (np.zeros((4, 2)), np.zeros(2), 1.5),
    ],
)
def test_what_does_not_fit_is_refused(path: np.ndarray, start: np.ndarray, reach: float) -> None:
    with pytest.raises(MotionError):
        correct_end_points(path, start, np.zeros(2), reach)
