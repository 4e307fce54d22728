"""Kinematics against PyBullet, against differences, and against itself."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from envs.arm import ArmEnv
from envs.damped_least_squares import rotation_vector
from envs.errors import WorldError
from envs.kinematics import Kinematics, ToolPose
from envs.robots import load_robot
from envs.simulation import Simulation

ROBOT = load_robot("iiwa")
ARM = Kinematics(ROBOT)


@pytest.mark.sim
@pytest.mark.parametrize("name", ["iiwa", "panda"])
def test_forward_kinematics_equals_pybullet(name: str) -> None:
    robot = load_robot(name)
    arm, simulation = Kinematics(robot), Simulation(robot)
    rng = np.random.default_rng(0)
    link = simulation.link_indices[robot.tool_link]
    for _ in range(50):
        q = rng.uniform(robot.lower, robot.upper)
        simulation.pose(q)
        state = simulation.call("getLinkState", simulation.arm, link, computeForwardKinematics=1)
        rotation = Rotation.from_quat(state[5]).as_matrix()
        pose = arm.tool_pose(q)
        np.testing.assert_allclose(pose.rotation, rotation @ robot.tool_rotation, atol=1e-6)
        np.testing.assert_allclose(pose.position, state[4] + rotation @ robot.tool_offset, atol=1e-6)
    simulation.close()


def test_jacobian_equals_central_differences() -> None:
    q, h = np.array([0.3, -0.5, 0.7, -1.2, 0.4, 0.9, -0.2]), 1e-6
    jacobian = ARM.jacobian(q)
    for j in range(7):
        ahead, behind = (ARM.tool_pose(q + s * h * np.eye(7)[j]) for s in (1, -1))
        np.testing.assert_allclose(jacobian[:3, j], (ahead.position - behind.position) / (2 * h), atol=1e-8)
        turn = Rotation.from_matrix(ahead.rotation @ behind.rotation.T).as_rotvec() / (2 * h)
        np.testing.assert_allclose(jacobian[3:, j], turn, atol=1e-8)


def test_tool_path_is_the_tool_pose_of_every_row() -> None:
    q = np.random.default_rng(0).uniform(-1, 1, (4, 7))
    np.testing.assert_allclose(ARM.tool_path(q)[2], ARM.tool_pose(q[2]).position, atol=1e-12)


@pytest.mark.parametrize("name", ["iiwa", "panda"])
@pytest.mark.parametrize("count", [30, pytest.param(300, marks=pytest.mark.slow)])
def test_inverse_kinematics_with_restarts_solves_every_reachable_pose(name: str, count: int) -> None:
    robot = load_robot(name)
    arm, rng = Kinematics(robot), np.random.default_rng(0)
    for i in range(count):
        pose = arm.tool_pose(rng.uniform(robot.lower, robot.upper))
        q = arm.solve_with_restarts(pose, robot.rest, np.random.default_rng(i))
        assert q is not None, f"pose {i} was not solved"
        assert np.all(q >= robot.lower)
        assert np.all(q <= robot.upper)
        assert max(arm.tool_pose(q).distance(pose)) < 1e-5


def test_an_unreachable_pose_is_refused() -> None:
    pose = ToolPose(np.array([2.0, 0.0, 0.5]), np.eye(3))
    assert ARM.solve(pose, ROBOT.rest) is None
    assert ARM.solve_with_restarts(pose, ROBOT.rest, np.random.default_rng(0), starts=2) is None
    assert ARM.follow([ARM.tool_pose(ROBOT.rest), pose], ROBOT.rest) is None


def test_half_a_turn_away_is_not_taken_for_solved() -> None:
    here = ARM.tool_pose(ROBOT.rest)
    flipped = ToolPose(here.position, here.rotation @ np.diag([-1.0, -1.0, 1.0]))
    q = ARM.solve(flipped, ROBOT.rest)
    assert q is None or ARM.tool_pose(q).distance(flipped)[1] < 1e-5


@pytest.mark.parametrize("angle", [0.0, 1e-9, 1e-3, 1.0, 3.0, np.pi - 1e-5, np.pi - 1e-9, np.pi])
def test_rotation_vector_is_right_up_to_half_a_turn(angle: float) -> None:
    axis = np.array([2.0, -1.0, 2.0]) / 3.0
    rotation = Rotation.from_rotvec(angle * axis).as_matrix()
    found = rotation_vector(rotation)
    assert np.linalg.norm(found) == pytest.approx(angle, abs=1e-6)
    np.testing.assert_allclose(Rotation.from_rotvec(found).as_matrix(), rotation, atol=1e-6)


@pytest.mark.sim
def test_followed_configuration_depends_on_the_pose_only(world: ArmEnv) -> None:
    rng = np.random.default_rng(1)
    for i in range(6):
        request = world.held_out_request(1, i)
        poses = [world.kinematics.tool_pose(q) for q in (request.start, request.goal)]
        for pose, q in zip(poses, (request.start, request.goal), strict=True):
            near = q + rng.normal(0.0, 0.1, 7)
            path = world.kinematics.follow([pose], near)
            assert path is not None
            np.testing.assert_allclose(path[0], q, atol=1e-6)


def test_joints_listed_in_another_order_are_refused() -> None:
    swapped = (ROBOT.joint_names[1], ROBOT.joint_names[0], *ROBOT.joint_names[2:])
    with pytest.raises(WorldError, match="the robot file lists lbr_iiwa_joint_2, lbr_iiwa_joint_1"):
        Kinematics(dataclasses.replace(ROBOT, joint_names=swapped))


def test_fixed_joints_between_and_after_the_moving_ones_count(tmp_path) -> None:
    urdf = tmp_path / "arm.urdf"
    links = "".join(f'<link name="{name}"/>' for name in "abcdef")
    joint = (
        '<joint name="{}" type="{}"><parent link="{}"/><child link="{}"/>'
        '<origin xyz="{}" rpy="{}"/>{}</joint>'
    )
    turning = '<axis xyz="0 0 1"/>'
    urdf.write_text(
        f'<robot name="r">{links}'
        + joint.format("mount", "fixed", "a", "b", "0 0 1", "0 0 0", "")
        + joint.format("one", "revolute", "b", "c", "0 0 0", "0 0 0", turning)
        + joint.format("bend", "fixed", "c", "d", "1 0 0", "0 0 1.5707963267948966", "")
        + joint.format("two", "revolute", "d", "e", "1 0 0", "0 0 0", turning)
        + joint.format("flange", "fixed", "e", "f", "0.5 0 0", "0 0 0", "")
        + "</robot>"
    )
    limits = {name: np.full(2, 3.0) for name in ("upper", "velocity", "acceleration", "jerk", "torque")}
    robot = dataclasses.replace(
        ROBOT, urdf=urdf, joint_names=("one", "two"), tool_link="f", tool_offset=np.array([0.1, 0.0, 0.0]),
        rest=np.zeros(2), lower=-limits["upper"], **limits,
    )  # fmt: skip
    arm = Kinematics(robot)
    np.testing.assert_allclose(arm.tool_pose(np.zeros(2)).position, [1.0, 1.6, 1.0], atol=1e-12)
    np.testing.assert_allclose(
        arm.tool_pose(np.array([0.0, np.pi / 2])).position, [0.4, 1.0, 1.0], atol=1e-12
    )
