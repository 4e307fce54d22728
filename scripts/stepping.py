"""How fast an environment steps, measured beside bare calls of its engine (used by benchmark_motion.py)."""

from __future__ import annotations

import time
from typing import Any

import gymnasium
import numpy as np

STEPPED = 400  # actions of 1/20 s in one measurement


def stepping_ratio(scene: str, robot: str) -> float:
    """Actions a second of the environment, in those of bare PyBullet calls; the best of three."""
    with gymnasium.make(f"envs:robogeo/{scene}-v0", disable_env_checker=True, robot=robot) as made:
        env: Any = made.unwrapped
        generator = np.random.default_rng(0)
        actions = generator.uniform(-0.3, 0.3, (STEPPED, env.robot.dof)).astype(np.float32)
        return max(_raw_seconds(env, actions) / _env_seconds(env, actions) for _ in range(3))


def _env_seconds(env: Any, actions: np.ndarray) -> float:
    env.reset(seed=0)
    started = time.perf_counter()
    for action in actions:
        env.step(action)
    return time.perf_counter() - started


def _raw_seconds(env: Any, actions: np.ndarray) -> float:
    """The same actions by PyBullet's own calls: twelve motor commands and steps, and a look at the joints."""
    env.reset(seed=0)
    simulation = env._episode
    q, _, _ = simulation.joint_state()
    forces, call = env.robot.torque.tolist(), simulation.call
    plans = []
    for action in actions:
        speed = action * env.robot.velocity
        plans.append([((q := q + speed / 240.0).tolist(), speed.tolist()) for _ in range(12)])
    started = time.perf_counter()
    for plan in plans:
        for position, velocity in plan:
            call(
                "setJointMotorControlArray",
                simulation.arm,
                simulation.joints,
                2,  # POSITION_CONTROL
                targetPositions=position,
                targetVelocities=velocity,
                forces=forces,
            )
            call("stepSimulation")
        call("getJointStates", simulation.arm, simulation.joints)
    return time.perf_counter() - started
