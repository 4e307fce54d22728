"""What a model sees of a configuration, and back."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from robogeo.errors import InputError
from robogeo.motion.kinematic_chain import KinematicChain
from robogeo.motion.limits import JointLimits
from robogeo.motion.observation import (
    JointAngles,
    JointsAndTool,
    Pictures,
    Poses,
)
from robogeo.motion.rotation_vectors import continued, nearest_rotations


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


@given(st.floats(0.0, 3.1), st.integers(0, 100))
def test_rotations_an_angle_apart_are_seen_twice_the_sine_of_half_of_it_apart(angle: float, key: int) -> None:
    generator = np.random.default_rng(key)
    first = Rotation.random(random_state=key)
    second = first * Rotation.from_rotvec(angle * unit(generator.normal(size=3)))
    q = np.zeros((2, 6))
    q[:, 3:] = np.stack([first.as_rotvec(), second.as_rotvec()])
    apart = np.linalg.norm(np.diff(Poses().observe(q), axis=0))
    assert apart == pytest.approx(2.0 * np.sin(0.5 * angle), abs=1e-9)


def test_a_turn_about_one_axis_has_the_length_and_magnification_of_its_angle() -> None:
    """The curve t -> (p(t), exp(t axis)) is seen with the speed of |p'| and 1 rad per rad: MF and length."""
    axis, speed = unit(np.array([1.0, -2.0, 0.5])), np.array([0.3, 0.0, -0.4])
    t = np.linspace(0.0, 2.5, 2001)
    seen = Poses().observe(np.concatenate([t[:, None] * speed, t[:, None] * axis], axis=1))
    steps = np.linalg.norm(np.diff(seen, axis=0), axis=1)
    magnification = steps / np.diff(t)
    np.testing.assert_allclose(magnification, np.hypot(0.5, 1.0), rtol=1e-6)
    assert steps.sum() == pytest.approx(2.5 * np.hypot(0.5, 1.0), rel=1e-6)


def test_the_metric_of_poses_is_that_of_turning_and_moving() -> None:
    """Pulled back through what is seen, one latent coordinate that turns and one that moves: diag(1, c^2)."""
    from robogeo.geometry import PullbackMetric

    axis, rate = torch.tensor([0.0, 0.6, 0.8], dtype=torch.float64), 0.7
    cross = torch.tensor([[0.0, -0.8, 0.6], [0.8, 0.0, 0.0], [-0.6, 0.0, 0.0]], dtype=torch.float64)
    np.testing.assert_allclose(cross @ axis, 0.0, atol=1e-12)

    def decoder(z: torch.Tensor) -> torch.Tensor:
        turn = torch.linalg.matrix_exp(z[..., 0, None, None] * cross)
        place = torch.stack([rate * z[..., 1], 0.0 * z[..., 1], 0.0 * z[..., 1]], dim=-1)
        return torch.cat([place, turn.flatten(-2) / 2.0**0.5], dim=-1)

    z = torch.tensor([[0.2, -1.0], [2.0, 0.4]], dtype=torch.float64)
    metric = PullbackMetric(decoder)
    wanted = torch.diag(torch.tensor([1.0, rate**2], dtype=torch.float64)).expand(2, 2, 2)
    torch.testing.assert_close(metric.tensor(z), wanted, atol=1e-9, rtol=1e-9)
    torch.testing.assert_close(metric.magnification_factor(z), torch.full((2,), rate, dtype=torch.float64))


def test_poses_lead_there_and_back_beyond_half_a_turn() -> None:
    t = np.linspace(0.0, 5.0, 200)[:, None]  # rad: rotation vectors go on where matrices repeat
    q = np.concatenate([t, -t, 0.1 * t, t * unit(np.array([1.0, 1.0, 0.2]))], axis=1)
    np.testing.assert_allclose(Poses().configurations(Poses().observe(q)), q, atol=1e-7)


@given(st.integers(0, 1000))
def test_a_disturbed_matrix_is_brought_to_the_nearest_rotation(key: int) -> None:
    generator = np.random.default_rng(key)
    turn = Rotation.random(random_state=key).as_matrix()
    disturbed = turn + 0.2 * generator.normal(size=(3, 3))
    (found,) = nearest_rotations(disturbed[None])
    np.testing.assert_allclose(found @ found.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(found) == pytest.approx(1.0)
    others = Rotation.from_matrix(found) * Rotation.from_rotvec(0.05 * generator.normal(size=(50, 3)))
    apart = np.linalg.norm(others.as_matrix() - disturbed, axis=(1, 2))
    assert np.linalg.norm(found - disturbed) <= apart.min() + 1e-9


def test_rotation_vectors_go_on_rather_than_jump() -> None:
    angles = np.linspace(2.5, 4.5, 50)
    wrapped = np.stack([np.zeros(50), np.zeros(50), (angles + np.pi) % (2 * np.pi) - np.pi], axis=1)
    np.testing.assert_allclose(continued(wrapped)[:, 2], angles, atol=1e-9)
    np.testing.assert_array_equal(continued(np.zeros((3, 3))), np.zeros((3, 3)))


def test_joints_and_tool_keep_the_joints_and_weigh_the_tool() -> None:
    origins = np.stack([np.eye(4), np.eye(4)])
    origins[1, 0, 3] = 0.5
    tool = np.eye(4)
    tool[0, 3] = 0.25
    seen = JointsAndTool(KinematicChain(origins, [[0, 0, 1.0]] * 2, tool), np.zeros(2), 0.25)
    q = np.array([[[0.0, 0.0], [np.pi / 2, 0.0]]])
    x = seen.observe(q)
    np.testing.assert_array_equal(seen.configurations(x), q)
    np.testing.assert_allclose(x[..., 2:5], [[[3.0, 0.0, 0.0], [0.0, 3.0, 0.0]]], atol=1e-12)
    assert np.linalg.norm(x[0, 1, 5:] - x[0, 0, 5:]) == pytest.approx(2.0 * np.sin(np.pi / 4))
    assert seen.offset.shape == seen.scale.shape == (14,)


def unit(vector: np.ndarray) -> np.ndarray:
    return np.asarray(vector / np.linalg.norm(vector))


@pytest.mark.parametrize(("pixels", "shape"), [(16, (4, 4)), (1, (1, 1)), (15, None)])
def test_square_pictures_have_a_shape(pixels: int, shape: tuple[int, int] | None) -> None:
    angles = np.linspace(0.0, 2.0 * np.pi, 8, endpoint=False)[:, None]
    assert Pictures((angles, np.cos(angles + np.arange(pixels)))).picture_shape == shape
