"""What a model sees of a configuration, and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robogeo.errors import InputError
from robogeo.motion.limits import JointLimits
from robogeo.motion.observation import JointAngles, Pictures


def circles(angles: np.ndarray) -> np.ndarray:
    """Smooth pictures that repeat every turn."""
    return np.stack([np.cos(angles), np.sin(angles), np.cos(2 * angles), np.sin(2 * angles)], axis=-1)


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    angles = np.linspace(0.0, 2 * np.pi, 720, endpoint=False)
    return Pictures((angles[:, None], circles(angles)))


def test_joint_angles_are_their_own_observation() -> None:
    seen, q = JointAngles(np.array([0.1, 0.2])), np.array([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_array_equal(seen.configurations(seen.observe(q)), q)
    np.testing.assert_array_equal(seen.scale, [0.5, 0.5])


def test_pictures_lead_there_and_back_without_a_jump_over_turns(pictures: Pictures) -> None:
    q = np.linspace(-3.0, 12.0, 500)[:, None]
    np.testing.assert_allclose(pictures.observe(q), circles(q[:, 0]), atol=2e-4)
    back = pictures.configurations(pictures.observe(q))
    turns = (back[0, 0] - q[0, 0]) / (2 * np.pi)
    assert turns == pytest.approx(round(turns), abs=1e-4)
    np.testing.assert_allclose(np.diff(back, axis=0), np.diff(q, axis=0), atol=2e-4)


def test_a_faint_picture_shows_the_same_angle(pictures: Pictures) -> None:
    q = np.array([[0.3], [0.31]])
    np.testing.assert_allclose(pictures.configurations(0.7 * pictures.observe(q)), q, atol=1e-3)


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(InputError, match="are no table"):
        Pictures((np.zeros((4, 2)), np.zeros((4, 3))))


@given(st.floats(-15, 15), st.floats(-15, 15))
def test_an_endless_joint_is_turned_by_whole_turns_to_the_nearest(q: float, to: float) -> None:
    ones = np.ones(2)
    limits = JointLimits(-20 * ones, 20 * ones, ones, ones, ones, ones, np.array([True, False]))
    near = limits.nearest(np.array([q, q]), np.array([to, to]))
    assert near[1] == q
    assert abs(near[0] - to) <= np.pi + 1e-9
    assert np.cos(near[0] - q) == pytest.approx(1.0)
    assert JointLimits.from_dict(limits.to_dict()).continuous.tolist() == [True, False]
