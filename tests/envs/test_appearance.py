from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from envs.appearance import _CAPSULE, _CYLINDER, _SPHERE, _triangles, visual_arrays
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


@pytest.mark.parametrize(
    ("kind", "size", "half"),  # sizes as the engine gives them: radius, or length and radius
    [
        (_SPHERE, (0.1, 0.0, 0.0), (0.1, 0.1, 0.1)),
        (_CYLINDER, (0.4, 0.1, 0.0), (0.1, 0.1, 0.2)),
        (_CAPSULE, (0.4, 0.1, 0.0), (0.1, 0.1, 0.3)),
    ],
)
def test_round_shapes_lie_about_their_middle(
    kind: int, size: tuple[float, ...], half: tuple[float, ...]
) -> None:
    vertices, _ = _triangles((0, 0, kind, size, b""))
    assert np.allclose(vertices.max(axis=0), half, atol=1.5e-3)
    assert np.allclose(vertices.min(axis=0), -np.array(half), atol=1.5e-3)


def test_a_capsule_is_drawn_where_the_engine_has_it(tmp_path: Path) -> None:
    import pybullet

    file = tmp_path / "capsule.urdf"
    shape = '<geometry><capsule radius="0.05" length="0.3"/></geometry>'
    link = f"<visual>{shape}</visual><collision>{shape}</collision>"
    file.write_text(f'<robot name="c"><link name="l">{link}</link></robot>')
    client = pybullet.connect(pybullet.DIRECT)
    try:
        body = pybullet.loadURDF(str(file), physicsClientId=client)
        shown = pybullet.getVisualShapeData(body, physicsClientId=client)[0]
        lower, upper = pybullet.getAABB(body, -1, physicsClientId=client)
    finally:
        pybullet.disconnect(client)
    vertices = _triangles(shown)[0] + np.array(shown[5])
    assert np.allclose(vertices.min(axis=0), lower, atol=5e-3)
    assert np.allclose(vertices.max(axis=0), upper, atol=5e-3)


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
