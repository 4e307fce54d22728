"""The second engine: the same arm, the same solids, the same motions, and nearly the same measures."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from envs.arm import ArmEnv
from envs.errors import WorldError
from envs.mujoco_simulation import MujocoSimulation
from envs.robots import load_robot

pytest.importorskip("mujoco", reason="MuJoCo is not installed: pip install 'robogeo[mujoco]'")
pytestmark = pytest.mark.sim


@pytest.fixture(scope="module", params=["iiwa", "panda"])
def arm(request: pytest.FixtureRequest) -> Iterator[ArmEnv]:
    made = ArmEnv("ReachDetour", request.param)
    yield made
    made.close()


def swing(arm: ArmEnv, reach: float = 0.2, seconds: float = 2.0) -> tuple[Any, Any]:
    """A minimum-jerk move of every joint, leaning back from the pillar, sampled at 240 Hz."""
    x = np.linspace(0.0, 1.0, round(240 * seconds) + 1)[:, None]
    step = reach * np.where(np.arange(arm.robot.dof) % 2, -0.5, 1.0)
    back = arm.robot.rest + np.where(np.arange(arm.robot.dof) == 1, -0.6, 0.0)
    q = back + step * x**3 * (10.0 - 15.0 * x + 6.0 * x**2)
    return q, step * 30.0 * x**2 * (1.0 - x) ** 2 / seconds


def test_clearances_agree_with_bullets(arm: ArmEnv) -> None:
    second = arm._second_engine()
    rng = np.random.default_rng(0)
    compared = 0
    for _ in range(60):
        q = np.clip(arm.robot.rest + rng.normal(0.0, 0.4, arm.robot.dof), arm.robot.lower, arm.robot.upper)
        bullet = arm.clearance(q).surroundings
        second.place(q)
        mine = second.present_clearance().surroundings
        if 0.0 < bullet < 0.19:
            compared += 1
            assert mine == pytest.approx(bullet, abs=0.004)  # Bullet rounds hulls by a millimetre or so
        elif bullet < -0.005:
            assert mine < 0.0
    assert compared > 10


def test_both_engines_track_a_motion_alike(arm: ArmEnv) -> None:
    q, qd = swing(arm)
    seen = [arm.execute(q, qd, engine) for engine in ("pybullet", "mujoco")]
    assert not seen[0].collision and not seen[1].collision
    assert max(execution.tracking_rmse_rad for execution in seen) < 2e-3
    assert max(execution.goal_error_m for execution in seen) < 1e-3
    assert seen[0].min_clearance_m == pytest.approx(seen[1].min_clearance_m, abs=0.004)
    assert seen[0].tool_length_m == pytest.approx(seen[1].tool_length_m, rel=0.01)
    assert 0.0 < seen[1].peak_torque_fraction <= 1.0


def test_the_same_motion_runs_the_same_twice(arm: ArmEnv) -> None:
    q, qd = swing(arm, seconds=1.0)
    runs = [arm.execute(q, qd, "mujoco").q for _ in range(2)]
    assert (runs[0] == runs[1]).all()


def test_an_added_obstacle_is_hit_in_both(arm: ArmEnv) -> None:
    q, qd = swing(arm)
    tool = arm.kinematics.tool_pose(q[-1]).position
    arm.add_obstacle(np.full(3, 0.05), tool)
    try:
        assert arm.execute(q, qd).collision and arm.execute(q, qd, "mujoco").collision
    finally:
        arm.remove_obstacles()
    assert not arm.execute(q, qd, "mujoco").collision


def test_falling_is_prevented_by_the_motors_alone() -> None:
    robot = load_robot("iiwa")
    world = MujocoSimulation(robot, [], [], ["lbr_iiwa_link_0"])
    world.place(robot.rest)
    for _ in range(240):
        world.step()
    q, qd, torque = world.joint_state()
    np.testing.assert_allclose(q, robot.rest, atol=1e-4)
    assert (
        np.abs(qd).max() < 1e-4 and np.abs(torque).max() > 5.0
    )  # gravity is held by torque, not switched off


@pytest.mark.parametrize("kind", ["box", "sphere", "cylinder", "plane"])
def test_solids_stand_where_they_are(kind: str) -> None:
    robot = load_robot("iiwa")
    size = {"box": [2.0, 2.0, 0.1], "sphere": [0.1], "cylinder": [2.0, 0.1], "plane": []}[kind]
    pose = np.eye(4)
    apart = []
    for top in (-0.5, 0.4):  # far below the tool, which points forward 0.6 m high, and near it
        pose[:3, 3] = (0.55, 0.0, top - (0.0 if kind == "plane" else 0.1))
        world = MujocoSimulation(robot, [(kind, np.array(size), pose.copy())], [], ["lbr_iiwa_link_0"])
        world.place(robot.rest)
        apart.append(world.present_clearance().surroundings)
    assert apart[0] == 0.2 or kind == "plane"
    assert apart[1] < 0.2


def test_complaints_are_for_the_user(arm: ArmEnv, monkeypatch: pytest.MonkeyPatch) -> None:
    q, qd = swing(arm)
    with pytest.raises(WorldError, match="unknown engine 'ode'; known: pybullet, mujoco"):
        arm.execute(q, qd, "ode")
    honest = builtins.__import__

    def absent(name: str, *rest: Any, **more: Any) -> Any:
        if name == "mujoco":
            raise ImportError(name)
        return honest(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(WorldError, match=r"not installed.*pip install 'robogeo\[mujoco\]'"):
        MujocoSimulation(arm.robot, [], [], [])
