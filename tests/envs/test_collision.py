"""Clearances against distances that are known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from envs.collision import CollisionChecker, sampled, segment
from envs.robots import load_robot
from envs.self_collision import find_self_collision_pairs
from envs.simulation import Simulation

pytestmark = pytest.mark.sim
UPRIGHT = np.zeros(7)
GREY = (0.5, 0.5, 0.5, 1.0)


@pytest.fixture
def simulation() -> Iterator[Simulation]:
    made = Simulation(load_robot("iiwa"))
    yield made
    made.close()


def test_clearance_is_the_distance_to_a_plate_above(simulation: Simulation) -> None:
    checker = CollisionChecker(simulation)
    assert checker.clearance(UPRIGHT).surroundings == pytest.approx(0.2)
    simulation.add_boxes([((0.5, 0.5, 0.01), (0.0, 0.0, 1.45))], GREY)
    low = checker.clearance(UPRIGHT).surroundings
    simulation.call("resetBasePositionAndOrientation", simulation.obstacles[-1], [0, 0, 0.05], [0, 0, 0, 1])
    assert checker.clearance(UPRIGHT).surroundings == pytest.approx(low + 0.05, abs=1e-3)


def test_the_fixed_base_does_not_count(simulation: Simulation) -> None:
    checker = CollisionChecker(simulation)
    simulation.add_boxes([((0.05, 0.05, 0.02), (0.1, 0.0, 0.0))], GREY)
    assert checker.clearance(UPRIGHT).surroundings > 0.05
    assert checker.is_free(UPRIGHT, 0.05)
    simulation.command(UPRIGHT, UPRIGHT)
    simulation.step()
    assert not simulation.touching()


def test_is_free_agrees_with_clearance(world) -> None:
    rng = np.random.default_rng(0)
    checker = world._checker
    verdicts = []
    for _ in range(150):
        q = rng.uniform(world.robot.lower, world.robot.upper)
        clearance = checker.clearance(q)
        free = clearance.surroundings > 0.03 and clearance.itself > 0.01
        assert checker.is_free(q, 0.03) == free
        verdicts.append(free)
    assert 10 < sum(verdicts) < 140


def test_an_arm_folded_into_itself_is_seen(simulation: Simulation) -> None:
    pairs = simulation.robot.self_collision_pairs
    rng = np.random.default_rng(0)
    checker = CollisionChecker(simulation)
    samples = rng.uniform(simulation.robot.lower, simulation.robot.upper, (400, 7))
    folded = [q for q in samples if checker.clearance(q).itself <= 0.0]
    assert folded
    assert not checker.is_free(folded[0], 0.0)
    assert checker.clearance(UPRIGHT).smallest > 0.02
    assert set(find_self_collision_pairs(simulation, rng, samples=200)) <= set(pairs)


def test_the_first_collision_is_found_between_way_points(simulation: Simulation) -> None:
    simulation.add_cylinder(0.03, 1.5, (0.5, 0.0, 0.0), GREY)
    checker = CollisionChecker(simulation)
    left, right = (np.array([turn, 1.2, 0.0, -0.3, 0.0, 0.0, 0.0]) for turn in (0.8, -0.8))
    there_and_back = np.stack([left, left + 0.01, right, left])
    hit = checker.first_collision(there_and_back)
    assert hit is not None
    assert 1.0 < hit.at < 2.0
    np.testing.assert_allclose(hit.q, left + 0.01 + (hit.at - 1.0) * (right - left - 0.01))
    assert checker.clearance(hit.q).surroundings <= 0.0
    before = left + 0.01 + (hit.at - 1.0 - 0.02 / 1.61) * (right - left - 0.01)
    assert checker.clearance(before).surroundings > 0.0
    nearer = checker.first_collision(there_and_back, margin=0.03)
    assert nearer is not None
    assert 1.0 < nearer.at < hit.at
    assert checker.path_is_free(there_and_back[:2])
    inside = checker.first_collision(np.stack([0.5 * (left + right), right]))
    assert inside is not None
    assert inside.at == 0.0
    assert checker.clearance(0.5 * (left + right)).smallest < 0.0 < checker.clearance(left).smallest


def test_a_path_is_sampled_at_its_resolution_with_its_corners() -> None:
    path = np.array([[0.0, 0.0], [0.1, -0.05], [0.1, -0.05], [0.1, 0.05]])
    points, at = sampled(path, 0.03)
    assert np.abs(np.diff(points, axis=0)).max() <= 0.03
    np.testing.assert_allclose(at[[0, -1]], [0.0, 3.0])
    for corner in range(4):
        np.testing.assert_allclose(points[np.flatnonzero(at == corner)[0]], path[corner])
    assert len(sampled(path[:1], 0.03)[0]) == 1


def test_segment_keeps_its_resolution_and_ends() -> None:
    a, b = np.zeros(3), np.array([0.1, -0.52, 0.0])
    points = segment(a, b, 0.05)
    assert np.abs(np.diff(points, axis=0)).max() <= 0.05
    np.testing.assert_allclose(points[[0, -1]], [a, b])
    assert len(segment(a, a, 0.05)) == 2
