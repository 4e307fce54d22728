"""What is seen while a motion runs."""

from __future__ import annotations

import numpy as np
import pytest

from envs.arm import ArmEnv
from envs.errors import WorldError

pytestmark = pytest.mark.sim


def minimum_jerk(start: np.ndarray, goal: np.ndarray, seconds: float) -> tuple[np.ndarray, np.ndarray]:
    u = np.linspace(0.0, 1.0, int(240 * seconds) + 1)[:, None]
    s, rate = 10 * u**3 - 15 * u**4 + 6 * u**5, (30 * u**2 - 60 * u**3 + 30 * u**4) / seconds
    return start + s * (goal - start), rate * (goal - start)


def test_a_slow_motion_is_tracked_closely(worlds: dict[str, ArmEnv]) -> None:
    world = worlds["ShelfReach"]
    start = world.robot.rest
    q, qd = minimum_jerk(start, start - 0.2, 2.0)
    seen = world.execute(q, qd)
    assert seen.q.shape == q.shape
    assert seen.tracking_rmse_rad < 1e-3
    assert seen.goal_error_m < 1e-3
    assert seen.goal_error_rad < 1e-3
    assert 0.0 < seen.peak_torque_fraction < 1.0
    assert not seen.collision
    assert seen.min_clearance_m == pytest.approx(
        min(world.clearance(row).surroundings for row in seen.q), abs=2e-3
    )


def test_the_same_motion_gives_the_same_bits(world: ArmEnv) -> None:
    q, qd = minimum_jerk(world.robot.rest, world.robot.rest + 0.2, 0.5)
    first, again = world.execute(q, qd), world.execute(q, qd)
    np.testing.assert_array_equal(first.q, again.q)
    assert first.min_clearance_m == again.min_clearance_m


def test_a_motion_after_collisions_gives_the_bits_of_a_world_loaded_anew(worlds: dict[str, ArmEnv]) -> None:
    """Pushing into things leaves contacts in the engine, which must not reach into the next motion."""
    for name in ("ShelfReach", "ReachDetour"):
        world, fresh = worlds[name], ArmEnv(name)
        for index in range(3):
            request = world.held_out_request(0, index)
            through = minimum_jerk(request.start, request.goal, 0.8)
            seen = world.execute(*through)
            fresh.remove_obstacles()  # loads everything anew
            expected = fresh.execute(*through)
            np.testing.assert_array_equal(seen.q, expected.q)
            assert seen.collision == expected.collision
            assert seen.min_clearance_m == expected.min_clearance_m
            assert seen.peak_torque_fraction == expected.peak_torque_fraction
        fresh.close()


def test_the_least_clearance_is_that_of_all_looks(worlds: dict[str, ArmEnv]) -> None:
    world = worlds["ShelfReach"]
    request = world.held_out_request(0, 1)
    for goal in (request.goal, request.start + 0.3 * (request.goal - request.start)):
        seen = world.execute(*minimum_jerk(request.start, goal, 1.0))
        rows = [seen.q[0], *seen.q[1::4]]
        least = min(world.clearance(row).surroundings for row in rows)
        assert seen.min_clearance_m == pytest.approx(least, abs=1e-6)


def test_a_motion_through_a_wall_collides(worlds: dict[str, ArmEnv]) -> None:
    for name, places in (
        ("ShelfReach", ("left low", "right low")),
        ("ReachDetour", ("left near", "right near")),
    ):
        world = worlds[name]
        request = world.request(0, 0, places)
        seen = world.execute(*minimum_jerk(request.start, request.goal, 1.5))
        assert seen.collision
        assert seen.min_clearance_m < 0.005


def test_an_arm_folded_into_itself_collides(worlds: dict[str, ArmEnv]) -> None:
    world = worlds["ReachDetour"]
    rng = np.random.default_rng(0)
    samples = (rng.uniform(world.robot.lower, world.robot.upper) for _ in range(2000))
    q = next(
        q for q in samples if world.clearance(q).itself < -0.005 and world.clearance(q).surroundings > 0.02
    )
    seen = world.execute(q[None], np.zeros((1, 7)))
    assert seen.collision
    assert seen.min_clearance_m > 0.01


@pytest.mark.parametrize("row", [0, 3])
def test_values_that_are_not_finite_are_refused(world: ArmEnv, row: int) -> None:
    q = np.repeat(world.robot.rest[None], 5, axis=0)
    broken = q.copy()
    broken[row, 2] = np.nan
    with pytest.raises(WorldError, match=f"q has others at sample {row}"):
        world.execute(broken, np.zeros_like(q))
    with pytest.raises(WorldError, match=f"qd has others at sample {row}"):
        world.execute(q, np.where(np.isnan(broken), np.inf, 0.0))


@pytest.mark.parametrize("shapes", [((0, 7), (0, 7)), ((4, 6), (4, 6)), ((4, 7), (3, 7)), ((7,), (7,))])
def test_wrong_shapes_are_refused(world: ArmEnv, shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    with pytest.raises(WorldError, match=r"needs q and qd of shape \(T, 7\)"):
        world.execute(np.zeros(shapes[0]), np.zeros(shapes[1]))


def test_a_film_has_the_asked_rate_and_size_and_shows_the_motion(world: ArmEnv) -> None:
    q, _ = minimum_jerk(world.robot.rest, world.robot.rest + 0.4, 1.0)
    frames = world.film(q, 4.0, (64, 48))
    assert frames.shape == (5, 48, 64, 3)
    assert frames.dtype == np.uint8
    assert np.mean(frames[0] != frames[-1]) > 0.01
    for bad in ((q[:0], 4.0, (64, 48)), (q, 0.0, (64, 48)), (q, 4.0, (0, 48))):
        with pytest.raises(WorldError, match="a film needs"):
            world.film(*bad)


def test_the_arm_and_the_obstacles_are_in_the_picture(world: ArmEnv) -> None:
    """Orange of the arm and the colour of rack, trays, bays or board each cover a share of the picture."""
    frame = world.film(world.request(0, 0).start[None], 24.0, (240, 180))[0].astype(int)
    red, green, blue = frame[..., 0], frame[..., 1], frame[..., 2]
    orange = (red > 150) & (green < red / 1.8) & (blue < 60)
    brown = (red > blue * 1.4) & (green > red / 1.8) & (blue > 30)
    paper = (red > blue * 1.05) & (green > red / 1.2) & (blue > 80)
    assert orange.mean() > 0.005
    assert (paper if world.scene.name == "Strokes" else brown).mean() > 0.03
