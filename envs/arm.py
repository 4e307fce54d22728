"""ArmEnv: an arm in a scene as a Gymnasium environment, besides the world of whole motions that it is.

The action is a joint velocity as a share of its limit, held for 1/20 s; the episode ends when the goal
configuration of a request is reached. Episodes have a simulator of their own, so that questions asked of the
world of whole motions in the middle of an episode leave it alone.
"""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from envs.arm_world import ArmWorld
from envs.collision import CollisionChecker
from envs.engine import PHYSICS_RATE
from envs.errors import WorldError
from envs.robots import FloatArray
from envs.scenes.checks import build
from envs.simulation import Simulation

_STEPS_PER_ACTION = 12  # physics steps: actions come at 20 Hz
_TIMES = np.arange(_STEPS_PER_ACTION + 1)[:, None] / PHYSICS_RATE  # s, within one action
_REACHED = 0.02  # rad: largest joint distance at which an episode's goal counts as reached


class ArmEnv(ArmWorld, gymnasium.Env[dict[str, FloatArray], NDArray[np.float32]]):
    """An arm in a scene.

    Args:
        scene: name of the scene, as for `envs.scenes.find_scene`.
        robot: name of the robot, a file of ``configs/robots``, or the path of a ``.yaml`` file anywhere.
        render_mode: None or ``rgb_array``.

    Raises:
        WorldError: unknown scene, robot or render mode.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012
        "render_modes": ["rgb_array"],
        "render_fps": int(PHYSICS_RATE / _STEPS_PER_ACTION),
    }

    def __init__(
        self, scene: str = "ShelfReach", robot: str = "iiwa", render_mode: str | None = None
    ) -> None:
        if render_mode not in (None, "rgb_array"):
            raise WorldError(f"unknown render mode {render_mode!r}; known: rgb_array")
        super().__init__(scene, robot)
        self.render_mode = render_mode
        try:
            self._episode = Simulation(self.robot, floor=self.scene.floor)
        except BaseException:
            super().close()
            raise
        build(self.scene, self._episode)
        self._fresh = self._episode.save()
        self._episode_checker = CollisionChecker(self._episode)
        self._goal = self.robot.rest
        self._target = self.robot.rest
        self._ends = (np.zeros(3), np.zeros(3))  # tool positions of the episode's start and goal
        self._worst: dict[str, float] = {}
        self._self_watch = self._episode_checker.self_watch()
        self._distance = 0.0  # largest joint distance from the goal, rad
        self._seed: int | None = None
        self.action_space = spaces.Box(-1.0, 1.0, (self.robot.dof,), np.float32)
        reach = np.maximum(np.abs(self.robot.lower), np.abs(self.robot.upper)) + 0.1
        bound = np.concatenate([reach, 4.0 * self.robot.velocity])
        self._bound = bound
        self.observation_space = spaces.Dict(  # type: ignore[assignment]
            {
                "observation": spaces.Box(-bound, bound, dtype=np.float64),
                "achieved_goal": spaces.Box(-reach, reach, dtype=np.float64),
                "desired_goal": spaces.Box(-reach, reach, dtype=np.float64),
            }
        )

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, FloatArray], dict[str, Any]]:
        """Start an episode: a life-like request, or ``options`` with ``start`` and ``goal`` (dof,) rad.

        Raises:
            WorldError: only one of the two is given, or one is not a configuration within limits.
        """
        super().reset(seed=seed)
        self._seed = seed
        given = {"start", "goal"} & set(options or {})
        if len(given) == 1:
            raise WorldError(
                f"an episode's options name {given.pop()!r} alone; give both start and goal, or neither"
            )
        if options and given:
            start, self._goal = (self._within_limits(name, options[name]) for name in ("start", "goal"))
        else:
            request = self._sampler.lifelike(int(self.np_random.integers(2**31)), 0)
            start, self._goal = request.start, request.goal
        self._episode.restore(self._fresh)
        self._episode.place(start)
        self._target = start
        self._ends = self._tool_at(start), self._tool_at(self._goal)
        self._worst = {}
        observation = self._observe()
        return observation, self._info(observation["achieved_goal"], touched=False)

    def step(
        self, action: NDArray[np.float32]
    ) -> tuple[dict[str, FloatArray], float, bool, bool, dict[str, Any]]:
        """Move with joint velocities ``action`` (dof,), shares of their limits, for 1/20 s."""
        # np.clip takes three times as long.
        share = np.minimum(np.maximum(self._configuration("action", action), -1.0), 1.0)
        wanted = self._target + _TIMES * (share * self.robot.velocity)
        targets = np.minimum(np.maximum(wanted, self.robot.lower), self.robot.upper)
        touched = self._episode.follow(targets[1:], (targets[1:] - targets[:-1]) * PHYSICS_RATE)
        self._target = targets[-1]
        observation = self._observe()
        info = self._info(observation["achieved_goal"], touched=touched)
        return observation, -self._distance, bool(info["is_success"]), False, info

    def render(self) -> NDArray[np.uint8] | None:
        """A picture (360, 480, 3) of the world, in render mode ``rgb_array``."""
        if self.render_mode is None:
            return None
        return self._episode.image(self.scene.camera_eye, self.scene.camera_target, (480, 360))

    def close(self) -> None:
        """Free both simulators; closing twice does nothing."""
        super().close()
        self._episode.close()

    def _observe(self) -> dict[str, FloatArray]:
        q, qd, _ = self._episode.joint_state()
        state = np.minimum(np.maximum(np.concatenate([q, qd]), -self._bound), self._bound)
        return {
            "observation": state,
            "achieved_goal": state[: self.robot.dof].copy(),
            "desired_goal": self._goal.copy(),
        }

    def _info(self, q: FloatArray, *, touched: bool) -> dict[str, Any]:
        """What is known at configuration q (dof,) rad; the scene's own measures are the episode's worst."""
        clearance = self._episode_checker.present_surroundings()
        collision = touched or clearance <= 0.0 or self._self_watch.near(q, q)
        present = self.scene.measures(self._tool_at(q)[None], *self._ends)
        self._worst = {name: max(value, self._worst.get(name, 0.0)) for name, value in present.items()}
        self._distance = float(np.abs(q - self._goal).max())
        kept = all(self._worst[name] <= bound for name, bound in self.scene.bounds.items())
        return {
            "is_success": bool(self._distance < _REACHED and kept and not collision),
            "collision": collision,
            "min_clearance_m": clearance,
            "seed": self._seed,
            **self._worst,
        }
