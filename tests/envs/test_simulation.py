"""The owner of the engine: nothing that is not finite gets in, nothing is left behind."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from envs.errors import WorldError
from envs.robots import load_robot
from envs.simulation import Simulation

pytestmark = pytest.mark.sim
GREY = (0.5, 0.5, 0.5, 1.0)


@pytest.fixture
def simulation():
    made = Simulation(load_robot("iiwa"))
    yield made
    made.close()


def test_values_that_are_not_finite_never_reach_the_engine(simulation: Simulation) -> None:
    bad, good = np.full(7, np.nan), np.zeros(7)
    for q, qd in ((bad, good), (good, bad)):
        with pytest.raises(WorldError, match="must be finite"):
            simulation.command(q, qd)
    with pytest.raises(WorldError, match="must be finite"):
        simulation.pose(bad)


def test_a_placed_arm_stays_where_it_is(simulation: Simulation) -> None:
    q = simulation.robot.rest + 0.2
    simulation.place(q)
    for _ in range(240):
        simulation.step()
    np.testing.assert_allclose(simulation.joint_state()[0], q, atol=1e-4)


def test_restoring_goes_back_to_the_kept_state(simulation: Simulation) -> None:
    kept = simulation.save()
    before = simulation.joint_state()[0]
    simulation.pose(np.ones(7))
    simulation.restore(kept)
    np.testing.assert_array_equal(simulation.joint_state()[0], before)


def test_reloading_empties_the_world(simulation: Simulation) -> None:
    simulation.add_cylinder(0.1, 1.0, (1.0, 0.0, 0.0), GREY)
    bodies = simulation.call("getNumBodies")
    simulation.reload()
    assert len(simulation.obstacles) == 1  # the floor
    assert simulation.call("getNumBodies") == bodies - 1


def test_near_is_not_yet_touching(simulation: Simulation) -> None:
    """The engine lists contact points up to a millimetre before contact."""
    simulation.place(np.zeros(7))
    simulation.add_boxes([((0.5, 0.5, 0.01), (0.0, 0.0, 2.0))], GREY)
    plate = simulation.obstacles[-1]
    gap = simulation.call("getClosestPoints", simulation.arm, plate, 2.0)
    nearest = min(point[8] for point in gap)
    for distance, touching in ((0.0005, False), (-0.002, True)):
        simulation.call("resetBasePositionAndOrientation", plate, [0, 0, distance - nearest], [0, 0, 0, 1])
        simulation.place(np.zeros(7))
        simulation.step()
        assert simulation.touching() == touching


@pytest.mark.parametrize(
    ("box", "said"),
    [
        (((0.1, 0.0, 0.1), (0.0, 0.0, 0.0)), "half extents must be positive"),
        (((0.1, 0.1), (0.0, 0.0, 0.0)), "half extents must be three finite numbers"),
        (((0.1, 0.1, 0.1), (0.0, np.nan, 0.0)), "centre must be three finite numbers"),
    ],
)
def test_boxes_that_are_none_are_refused(simulation: Simulation, box: tuple, said: str) -> None:
    with pytest.raises(WorldError, match=said):
        simulation.add_boxes([box], GREY)


def test_turns_and_cylinders_that_are_none_are_refused(simulation: Simulation) -> None:
    box = ((0.1, 0.1, 0.1), (3.0, 0.0, 0.0))
    with pytest.raises(WorldError, match="2 boxes need as many turns, got 1"):
        simulation.add_boxes([box, box], GREY, [(0.0, 0.0, 0.0)])
    with pytest.raises(WorldError, match="radius and height must be positive"):
        simulation.add_cylinder(0.1, -1.0, (0.0, 0.0, 0.0), GREY)


def test_a_turned_box_stands_where_it_was_turned_to(simulation: Simulation) -> None:
    """Half a metre long and turned by a right angle, it reaches the arm's far side of y, not of x."""
    simulation.place(np.zeros(7))
    distances = []
    for turn in ((0.0, 0.0, 0.0), (0.0, 0.0, np.pi / 2)):
        body = simulation.add_boxes([((0.5, 0.01, 0.01), (0.7, 0.0, 1.0))], GREY, [turn])
        distances.append(min(p[8] for p in simulation.call("getClosestPoints", simulation.arm, body, 2.0)))
    assert distances[1] - distances[0] == pytest.approx(0.49, abs=1e-3)


def test_what_is_only_to_be_seen_is_no_obstacle(simulation: Simulation) -> None:
    before = len(simulation.obstacles)
    body = simulation.add_boxes([((0.1, 0.1, 0.1), (0.0, 0.0, 0.5))], GREY, solid=False)
    assert len(simulation.obstacles) == before
    assert not simulation.call("getClosestPoints", simulation.arm, body, 1.0)


def test_a_body_of_too_many_boxes_is_refused(simulation: Simulation) -> None:
    box = ((0.1, 0.1, 0.1), (3.0, 0.0, 0.0))
    simulation.add_boxes([box] * 16, GREY)
    for count in (0, 17):
        with pytest.raises(WorldError, match=f"takes 1 to 16 boxes, got {count}"):
            simulation.add_boxes([box] * count, GREY)


def test_an_arm_that_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    robot = load_robot("iiwa")
    broken = tmp_path / "broken.urdf"
    broken.write_text("not xml")
    with pytest.raises(WorldError, match=r"broken\.urdf: PyBullet cannot load it"):
        Simulation(dataclasses.replace(robot, urdf=broken))
    with pytest.raises(WorldError, match="no joint named 'elbow'"):
        Simulation(dataclasses.replace(robot, joint_names=("elbow", *robot.joint_names[1:])))


def test_pictures_have_the_asked_size(simulation: Simulation) -> None:
    picture = simulation.image((-1.0, -1.0, 1.0), (0.0, 0.0, 0.5), (80, 40))
    assert picture.shape == (40, 80, 3)
    assert picture.std() > 5.0
