"""The pendulum and its pictures."""

from __future__ import annotations

import time

import numpy as np
import pytest

from envs.errors import WorldError
from envs.pendulum import PendulumEnv, draw

pytestmark = pytest.mark.sim


@pytest.fixture
def env():
    made = PendulumEnv(render_mode="rgb_array")
    yield made
    made.close()


def test_the_weight_is_where_the_angle_says() -> None:
    """The centre of what is lit lies from the image's middle in the direction of the weight."""
    angles = np.linspace(0.0, 2 * np.pi, 40, endpoint=False)
    lit = draw(angles, noise=0.0) - 0.2
    across = np.arange(16) - 7.5
    x = (lit * across).sum(axis=(1, 2)) / lit.sum(axis=(1, 2))
    y = -(lit * across[:, None]).sum(axis=(1, 2)) / lit.sum(axis=(1, 2))
    seen = np.arctan2(x, -y)
    assert np.abs(np.angle(np.exp(1j * (seen - angles)))).max() < 0.03
    np.testing.assert_allclose(np.hypot(x, y), np.hypot(x, y).mean(), rtol=0.05)


def test_pictures_change_smoothly_with_the_angle() -> None:
    """Anti-aliasing: a hundredth of a radian changes no pixel by more than the weight's edge moves."""
    angles = np.arange(0.0, 2 * np.pi, 0.01)
    steps = np.abs(np.diff(draw(angles, noise=0.0), axis=0))
    assert steps.max() < 0.6 * 0.01 * 8.5
    assert steps.max(axis=(1, 2)).min() > 0.0


def test_noise_has_the_asked_deviation_and_pictures_stay_within_range() -> None:
    angles = np.zeros(4000)
    noisy, clean = draw(angles), draw(angles, noise=0.0)
    assert np.std(noisy - clean) == pytest.approx(0.05, rel=0.01)
    assert noisy.dtype == np.float32
    assert noisy.min() >= 0.0 and noisy.max() <= 1.0


def test_15000_pictures_are_fast_and_the_same_to_the_bit(env: PendulumEnv) -> None:
    angles = np.random.default_rng(0).uniform(0.0, 2 * np.pi, 15_000)
    env.reset(seed=3)
    began = time.process_time()
    first = env.images(angles)
    assert time.process_time() - began < 2.0
    assert first.shape == (15_000, 16, 16)
    np.testing.assert_array_equal(first, env.images(angles))
    assert not np.array_equal(first, env.images(angles, seed=1))


def test_it_swings_with_the_period_of_a_physical_pendulum(env: PendulumEnv) -> None:
    """T = 2 pi sqrt(I / (m g l)), with I = m l^2 + 2/5 m r^2 for a ball of radius r."""
    env.reset(options={"angle": 0.05})
    angle = np.array([env.step(np.zeros(1, np.float32))[4]["angle"] for _ in range(150)])
    swing = np.angle(np.exp(1j * angle))
    cross = np.flatnonzero(np.diff(np.sign(swing)) != 0)
    exact = cross + swing[cross] / (swing[cross] - swing[cross + 1])
    expected = 2 * np.pi * np.sqrt((0.5**2 + 0.4 * 0.05**2) / (9.81 * 0.5))
    assert 2 * np.diff(exact).mean() / 20 == pytest.approx(expected, rel=0.01)
    assert np.abs(swing).max() < 0.051  # no energy comes from nowhere


def test_the_torque_that_holds_it_level_holds_it_level(env: PendulumEnv) -> None:
    env.reset(options={"angle": np.pi / 2})
    for _ in range(20):
        _, _, _, _, info = env.step(np.array([9.81 * 0.5 / 7.0], np.float32))
    assert info["angle"] == pytest.approx(np.pi / 2, abs=1e-3)


def test_upright_and_still_is_success(env: PendulumEnv) -> None:
    _, info = env.reset(options={"angle": np.pi})
    assert info["is_success"] and not info["collision"] and info["min_clearance_m"] == 0.2
    _, info = env.reset(options={"angle": np.pi + 0.2})
    assert not info["is_success"]


def test_a_controller_that_sees_the_angle_swings_it_up(env: PendulumEnv) -> None:
    _, info = env.reset(options={"angle": 0.3})
    for _ in range(200):
        pull = 20.0 * (np.pi - info["angle"]) - 4.0 * info["speed"]
        _, _, ended, _, info = env.step(np.array([pull / 7.0], np.float32))
        if ended:
            break
    assert info["is_success"]


def test_a_seed_fixes_angles_and_noise(env: PendulumEnv) -> None:
    def seen() -> list[np.ndarray]:
        first = env.reset(seed=5)[0]
        return [first, env.step(np.ones(1, np.float32))[0], env.reset()[0]]

    for a, b in zip(seen(), seen(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_picture_for_people(env: PendulumEnv) -> None:
    env.reset(seed=0)
    assert env.render().shape == (256, 256, 3)


def test_bad_input_is_refused(env: PendulumEnv) -> None:
    with pytest.raises(WorldError, match="unknown render mode 'human'"):
        PendulumEnv(render_mode="human")
    with pytest.raises(WorldError, match="angle must be a finite number"):
        env.reset(options={"angle": np.nan})
    with pytest.raises(WorldError, match="one finite number"):
        env.step(np.zeros(2, np.float32))
    with pytest.raises(WorldError, match="row of finite angles"):
        draw(np.array([np.inf]))
    with pytest.raises(WorldError, match="not negative, got -1"):
        draw(np.zeros(1), noise=-1)
    env.close()
    with pytest.raises(WorldError, match="closed"):
        env.reset()
