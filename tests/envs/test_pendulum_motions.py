"""Whole motions of the pendulum, and learning them from pictures."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from envs.errors import WorldError
from envs.pendulum import PendulumEnv
from envs.pendulum.swings import PLACES, held_out, lifelike, place_of
from robogeo.errors import InputError
from robogeo.motion.path import smooth_path
from robogeo.motion.planner import MotionOptions
from robogeo.motion.timing import time_path
from robogeo.motion.verified import planning_in
from robogeo.motion.world import World

pytestmark = pytest.mark.sim


def test_places_are_directions() -> None:
    assert [place_of(i * np.pi / 4) for i in range(8)] == list(PLACES)
    assert place_of(2 * np.pi - 0.1) == place_of(-0.1) == "down"


def test_held_out_requests_bring_every_pair_once_and_the_life_like_favour_the_low_ones() -> None:
    pairs = {(r.start_place, r.goal_place) for r in (held_out(3, i) for i in range(56))}
    assert len(pairs) == 56
    low = [lifelike(0, i).start_place in ("down", "down left", "down right") for i in range(400)]
    assert np.mean(low) == pytest.approx(16 / 23, abs=0.08)
    for request in (lifelike(1, i, ("up", "down")) for i in range(5)):
        assert {request.start_place, request.goal_place} == {"up", "down"}
        assert place_of(request.start[0]) == request.start_place


@pytest.mark.parametrize(
    ("start", "goal", "turn"), [(0.1, 6.2, -0.183185), (0.0, 3.0, 3.0), (6.0, 0.5, 0.783185)]
)
def test_a_swing_goes_the_shorter_way(start: float, goal: float, turn: float) -> None:
    with World("Pendulum", "pendulum") as world:
        path = world.demonstrate(world.request_between(np.array([start]), np.array([goal])), seed=0)
    assert path[0, 0] == start
    assert path[-1, 0] - start == pytest.approx(turn, abs=1e-6)
    assert np.abs(np.diff(path[:, 0])).max() <= 0.02 + 1e-12


def test_a_timed_swing_is_followed() -> None:
    with World("Pendulum", "pendulum") as world:
        path = world.demonstrate(world.request_between(np.array([0.2]), np.array([2.9])), seed=0)
        motion = time_path(smooth_path(path, limits=world.limits), world.limits)
        seen = world.execute(motion)
        again = world.execute(motion)
        film = world.appearance.film(motion.q, 10.0, (64, 48))
    assert seen.tracking_rmse_rad < 1e-3 and seen.goal_error_m < 1e-3 and not seen.collision
    assert seen.peak_torque_fraction < 1.0
    np.testing.assert_array_equal(seen.q, again.q)
    assert film.shape[1:] == (48, 64, 3)


def test_verified_motions_are_refused_with_the_reason() -> None:
    with World("Pendulum", "pendulum") as world:
        asked: Any = SimpleNamespace(options=MotionOptions(mode="verified"), limits=world.limits)
        with pytest.raises(InputError, match=r"not made in scene Pendulum.*use implicit"):
            planning_in(world, asked)


def test_bad_motions_are_refused() -> None:
    env = PendulumEnv()
    with pytest.raises(WorldError, match=r"shape \(T, 1\)"):
        env.execute(np.zeros((3, 2)), np.zeros((3, 2)))
    with pytest.raises(WorldError, match="finite"):
        env.execute(np.full((3, 1), np.nan), np.zeros((3, 1)))
    with pytest.raises(WorldError, match="pybullet alone"):
        env.execute(np.zeros((3, 1)), np.zeros((3, 1)), "mujoco")
    with pytest.raises(WorldError, match="no place 'north'"):
        env.request(0, 0, ("north",))
    with pytest.raises(WorldError, match="not be negative"):
        env.held_out_request(-1, 0)
    env.close()
