from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from envs.appearance import visual_arrays
from envs.arm_world import ArmWorld
from envs.errors import WorldError

pytestmark = pytest.mark.sim
pytest.importorskip("trimesh", reason="the extra 'viewer' is not installed")


@pytest.fixture(scope="module")
def world() -> ArmWorld:
    return ArmWorld("ShelfReach", "iiwa")


def test_links_stand_where_the_engine_has_them(world: ArmWorld) -> None:
    simulation = world._simulation
    q = world.robot.rest + 0.3
    found = world.visual_arrays()
    simulation.pose(q)
    seen = [part for part in found if part[0] == 6]
    assert len(seen) == 1
    joint, vertices, faces, color = seen[0]
    state = simulation.call(
        "getLinkState", simulation.arm, simulation.joints[joint], computeForwardKinematics=1
    )
    lower, upper = simulation.call("getAABB", simulation.arm, simulation.joints[joint])
    matrix = np.array(simulation.call_free("getMatrixFromQuaternion", state[5])).reshape(3, 3)
    placed = vertices @ matrix.T + state[4]
    slack = 0.05  # the engine's boxes are generous, and of collision shapes
    assert (placed.min(axis=0) >= np.array(lower) - slack).all()
    assert (placed.max(axis=0) <= np.array(upper) + slack).all()
    assert faces.max() < len(vertices) and color.shape == (4,)


def test_every_joint_and_every_obstacle_is_drawn(world: ArmWorld) -> None:
    found = visual_arrays(world._simulation)
    assert {joint for joint, *_ in found} == set(range(-1, 7))
    still = np.concatenate([vertices for joint, vertices, *_ in found if joint == -1])
    for kind, size, pose in world.obstacle_arrays():
        assert kind == "box"
        corner = pose[:3, 3] + pose[:3, :3] @ size
        assert np.abs(still - corner).sum(axis=1).min() < 1e-6


def test_a_tool_is_led_to_a_pose_or_told_that_it_cannot_be(world: ArmWorld) -> None:
    q = world.robot.rest
    pose = world.kinematics.tool_pose(q)
    moved = pose.position + np.array([0.0, 0.03, -0.02])
    found = world.reached(moved, pose.rotation, q)
    assert found is not None and np.abs(found - q).max() < 0.5
    assert np.allclose(world.kinematics.tool_pose(found).position, moved, atol=2e-5)
    assert world.reached(np.array([5.0, 0.0, 0.0]), pose.rotation, q) is None
    with pytest.raises(WorldError, match="limits"):
        world.reached(moved, pose.rotation, world.robot.upper + 1.0)


def test_a_mesh_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    from envs.appearance import _read

    empty = tmp_path / "empty.stl"
    empty.write_bytes(b"")
    with pytest.raises(WorldError, match=r"empty\.stl"):
        _read(empty)
