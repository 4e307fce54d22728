"""Spheres of an arm of every kind of shape, and the obstacles that they are compared with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from envs.arm_spheres import arm_spheres
from envs.errors import WorldError
from envs.obstacles import obstacle_arrays
from envs.robots import load_robot
from envs.simulation import Simulation
from tests.envs.small_arm import URDF, write_arm

pytestmark = pytest.mark.sim
GREY = (0.5, 0.5, 0.5, 1.0)
SHAPES = [
    '<sphere radius="0.02"/>',
    '<box size="0.05 0.04 0.03"/>',
    '<cylinder radius="0.02" length="0.06"/>',
    '<capsule radius="0.02" length="0.06"/>',
]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture(params=SHAPES)
def simulation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Simulation]:
    path = write_arm(tmp_path, urdf=URDF.replace(SHAPES[0], request.param))
    made = Simulation(load_robot(str(path)))
    yield made
    made.close()


def frames(simulation: Simulation) -> list[np.ndarray]:
    """Frames of the two moving links."""
    found = []
    for joint in simulation.joints:
        state = simulation.call("getLinkState", simulation.arm, joint, computeForwardKinematics=1)
        pose = np.eye(4)
        pose[:3, :3], pose[:3, 3] = Rotation.from_quat(state[5]).as_matrix(), state[4]
        found.append(pose)
    return found


@pytest.mark.long
def test_a_probe_that_touches_the_arm_touches_a_sphere(simulation: Simulation) -> None:
    spheres = arm_spheres(simulation)
    assert set(spheres.joints) == {0, 1}
    rng = np.random.default_rng(0)
    shape = simulation.call("createCollisionShape", 2, radius=0.001)
    probe = simulation.call("createMultiBody", 0.0, shape)
    seen = 0
    for _ in range(40):
        simulation.pose(rng.uniform(simulation.robot.lower, simulation.robot.upper))
        poses = frames(simulation)
        centres = np.stack(
            [
                poses[j][:3, :3] @ c + poses[j][:3, 3]
                for j, c in zip(spheres.joints, spheres.centres, strict=True)
            ]
        )
        for _ in range(25):
            point = centres[rng.integers(len(centres))] + rng.normal(0, 0.05, 3)
            simulation.call("resetBasePositionAndOrientation", probe, point.tolist(), [0, 0, 0, 1])
            near = simulation.call("getClosestPoints", simulation.arm, probe, 1.0)
            exact = min(row[8] for row in near) + 0.001
            mine = (np.linalg.norm(centres - point, axis=1) - spheres.radii).min()
            if exact > 0.0:
                assert mine <= exact + 1e-9
                assert mine >= exact - 0.05
                seen += exact < 0.05
    assert seen > 50


@pytest.mark.long
def test_spheres_are_fitted_once(simulation: Simulation, monkeypatch: pytest.MonkeyPatch) -> None:
    first = arm_spheres(simulation)
    monkeypatch.setattr("envs.arm_spheres.cover", None)
    again = arm_spheres(simulation)
    for name in ("joints", "centres", "radii"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))


def test_obstacles_are_handed_over_where_they_are(tmp_path: Path) -> None:
    simulation = Simulation(load_robot("iiwa"))
    simulation.add_boxes([((0.1, 0.2, 0.3), (1.0, 2.0, 3.0)), ((0.4, 0.4, 0.4), (0.0, 5.0, 0.0))], GREY)
    simulation.add_cylinder(0.05, 1.0, (0.5, 0.0, 0.0), GREY)
    turn = Rotation.from_rotvec([0.3, -0.2, 0.5])
    simulation.call(
        "resetBasePositionAndOrientation", simulation.obstacles[1], [0.0, 0.0, 1.0], turn.as_quat().tolist()
    )
    floor, first, second, pole = obstacle_arrays(simulation)
    assert floor[0] == "box"
    assert first[0] == "box"
    np.testing.assert_allclose(first[1], [0.1, 0.2, 0.3])
    np.testing.assert_allclose(first[2][:3, :3], turn.as_matrix(), atol=1e-9)
    np.testing.assert_allclose(first[2][:3, 3], turn.apply([1.0, 2.0, 3.0]) + np.array([0, 0, 1]), atol=1e-9)
    np.testing.assert_allclose(second[2][:3, 3], turn.apply([0.0, 5.0, 0.0]) + np.array([0, 0, 1]), atol=1e-9)
    assert pole[0] == "cylinder"
    np.testing.assert_allclose(pole[1], [0.05, 0.5])
    np.testing.assert_allclose(pole[2][:3, 3], [0.5, 0.0, 0.5])
    shape = simulation.call("createCollisionShape", 7, radius=0.1, height=0.2)
    simulation.obstacles.append(simulation.call("createMultiBody", 0.0, shape))
    with pytest.raises(WorldError, match="is no box, sphere, cylinder or plane"):
        obstacle_arrays(simulation)
    simulation.close()
