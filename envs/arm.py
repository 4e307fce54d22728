"""ArmEnv: an arm in a scene, as a Gymnasium environment and as a world for whole motions.

Step level (Gymnasium): the action is a joint velocity as a share of its limit, held for 1/20 s; the episode
ends when the goal configuration of a request is reached. Motion level: :meth:`ArmEnv.execute` runs a timed
motion in a freshly loaded world and reports what happened; :meth:`ArmEnv.request`,
:meth:`ArmEnv.held_out_request` and :meth:`ArmEnv.demonstrate` serve learning from demonstrations.

The two levels live in two simulators, so that questions asked in the middle of an episode leave it alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from envs import rrt
from envs.arm_spheres import arm_spheres
from envs.collision import Clearance, Collision, CollisionChecker
from envs.demonstrator import SEARCH_MARGIN, DemonstratedPath, Demonstrator, NoDemonstration
from envs.engine import PHYSICS_RATE
from envs.errors import WorldError
from envs.execution import Execution, execute, film
from envs.kinematics import Kinematics
from envs.obstacles import obstacle_arrays
from envs.requests import Request, RequestSampler
from envs.robots import FloatArray, load_robot
from envs.scenes import SCENES, Layout
from envs.scenes.checks import build
from envs.self_collision import check_rest
from envs.simulation import Simulation

if TYPE_CHECKING:
    from envs.mujoco_simulation import MujocoSimulation

ENGINES = ("pybullet", "mujoco")
_STEPS_PER_ACTION = 12  # physics steps: actions come at 20 Hz
_REACHED = 0.02  # rad: largest joint distance at which an episode's goal counts as reached


class ArmEnv(gymnasium.Env[dict[str, FloatArray], NDArray[np.float32]]):
    """An arm in a scene.

    Args:
        scene: name of the scene, a key of ``envs.scenes.SCENES``.
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
        if scene not in SCENES:
            raise WorldError(f"unknown scene {scene!r}; known: {', '.join(SCENES)}")
        if render_mode not in (None, "rgb_array"):
            raise WorldError(f"unknown render mode {render_mode!r}; known: rgb_array")
        self.render_mode = render_mode
        self.robot = load_robot(robot).facing(SCENES[scene].approach)
        self.scene = SCENES[scene](Layout.for_arm(self.robot))
        self.kinematics = Kinematics(self.robot)
        self._simulation = Simulation(self.robot)
        self._checker = CollisionChecker(self._simulation)
        check_rest(self._simulation, self._checker.pairs)
        self._episode = Simulation(self.robot)
        self._added: list[tuple[FloatArray, FloatArray]] = []
        self._mujoco: MujocoSimulation | None = None
        for simulation in (self._simulation, self._episode):
            build(self.scene, simulation)
        self._fresh = self._episode.save()
        self._episode_checker = CollisionChecker(self._episode)
        self._sampler = RequestSampler(self.scene, self.kinematics, self._checker)
        self._sampler.check_places()
        self._demonstrator = Demonstrator(self.scene, self.kinematics, self._checker)
        self._goal = self.robot.rest
        self._target = self.robot.rest
        self._ends = (np.zeros(3), np.zeros(3))  # tool positions of the episode's start and goal
        self._worst: dict[str, float] = {}
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

    # -- Gymnasium ---------------------------------------------------------------------------------

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
        speed = np.clip(self._configuration("action", action), -1.0, 1.0) * self.robot.velocity
        share = np.arange(_STEPS_PER_ACTION + 1)[:, None] / PHYSICS_RATE
        targets = np.clip(self._target + share * speed, self.robot.lower, self.robot.upper)
        touched = self._episode.follow(targets[1:], np.diff(targets, axis=0) * PHYSICS_RATE)
        self._target = targets[-1]
        observation = self._observe()
        info = self._info(observation["achieved_goal"], touched=touched)
        distance = float(np.abs(observation["achieved_goal"] - self._goal).max())
        return observation, -distance, bool(info["is_success"]), False, info

    def render(self) -> NDArray[np.uint8] | None:
        """A picture (360, 480, 3) of the world, in render mode ``rgb_array``."""
        if self.render_mode is None:
            return None
        return self._episode.image(self.scene.camera_eye, self.scene.camera_target, (480, 360))

    def close(self) -> None:
        """Free the simulator; closing twice does nothing."""
        self._simulation.close()
        self._episode.close()

    # -- whole motions -----------------------------------------------------------------------------

    def request(self, seed: int, index: int, places: tuple[str, ...] = ()) -> Request:
        """Request ``index`` of the life-like stream ``seed``, only between ``places`` if any are named."""
        return self._sampler.lifelike(seed, index, places)

    def held_out_request(self, seed: int, index: int) -> Request:
        """Held-out request ``index``; the streams of requests and of held-out requests never meet."""
        return self._sampler.held_out(seed, index)

    def place_names(self) -> list[str]:
        """Names of the scene's places."""
        return [place.name for place in self.scene.places]

    def place_of(self, q: FloatArray) -> str:
        """Name of the place in which the tool lies at q (dof,) rad, or ``elsewhere``."""
        place = self.scene.place_of(self.kinematics.tool_pose(q).position)
        return "elsewhere" if place is None else place.name

    def demonstrate(
        self, start: FloatArray, goal: FloatArray, seed: int = 0
    ) -> DemonstratedPath | NoDemonstration:
        """Show a collision-free joint path between two configurations (dof,) rad, or refuse."""
        ends = [self._configuration(name, q) for name, q in (("start", start), ("goal", goal))]
        return self._demonstrator.demonstrate(ends[0], ends[1], np.random.default_rng([2, seed]))

    def search(self, start: FloatArray, goal: FloatArray, seed: int = 0) -> FloatArray | None:
        """A path (n, dof) rad found by RRT-Connect with short cuts, ignoring the scene's routes; or None."""
        ends = [self._within_limits(name, q) for name, q in (("start", start), ("goal", goal))]
        rng = np.random.default_rng([3, seed])
        return rrt.plan(self._checker, self.robot, ends[0], ends[1], SEARCH_MARGIN, rng)

    def clearance(self, q: FloatArray) -> Clearance:
        """Exact clearance at configuration q (dof,) rad, from surroundings and itself."""
        return self._checker.clearance(self._configuration("q", q))

    def first_collision(self, path: FloatArray, margin: float = 0.0) -> Collision | None:
        """Where a path (n, dof) rad, checked every 0.02 rad, first comes nearer than ``margin`` m."""
        path = np.asarray(path, dtype=np.float64)
        if path.ndim != 2 or len(path) == 0 or path.shape[1] != self.robot.dof:
            raise WorldError(f"a path needs the shape (n, {self.robot.dof}), got {path.shape}")
        if not np.isfinite(path).all():
            raise WorldError("a path has a joint value that is not finite")
        return self._checker.first_collision(path, margin)

    def kinematic_arrays(self) -> dict[str, FloatArray]:
        """The arm's kinematics: joint ``origins`` (dof, 4, 4), ``axes`` (dof, 3), ``tool`` (4, 4)."""
        chain = self.kinematics
        return {"origins": chain.origins.copy(), "axes": chain.axes.copy(), "tool": chain.tool.copy()}

    def sphere_arrays(self) -> dict[str, NDArray[Any]]:
        """Spheres that cover the moving links: ``joints`` (n,), ``centres`` (n, 3), ``radii`` (n,)."""
        spheres = arm_spheres(self._simulation)
        return {"joints": spheres.joints, "centres": spheres.centres, "radii": spheres.radii}

    def obstacle_arrays(self) -> list[tuple[str, FloatArray, FloatArray]]:
        """Kind, size and pose (4, 4) of every primitive obstacle, see `envs.obstacles`."""
        return obstacle_arrays(self._simulation)

    def free(self, path: FloatArray, margin: float) -> NDArray[np.bool_]:
        """Which of ``path`` (n, dof) rad keep ``margin`` m from obstacles (0.01 m at most from the arm)."""
        rows = np.asarray(path, dtype=np.float64)
        if rows.ndim != 2 or rows.shape[1] != self.robot.dof:
            raise WorldError(f"a path needs configurations (n, {self.robot.dof}), got {rows.shape}")
        return self._checker.free(rows, margin)

    def add_obstacle(self, half_extents: FloatArray, centre: FloatArray) -> None:
        """Put a box, given by half extents (3,) and centre (3,) m, into the world of whole motions.

        Demonstrations, checks and motions meet it from now on; running step-level episodes do not.

        Raises:
            WorldError: not two times three finite numbers, or an extent that is not positive.
        """
        box = [np.asarray(part, dtype=np.float64) for part in (half_extents, centre)]
        if any(part.shape != (3,) or not np.isfinite(part).all() for part in box) or (box[0] <= 0.0).any():
            raise WorldError("an obstacle needs three positive half extents and a centre x, y, z in m")
        self._added.append((box[0], box[1]))
        self._mujoco = None
        self._rebuild()

    def remove_obstacles(self) -> None:
        """Take away what :meth:`add_obstacle` put there."""
        self._added.clear()
        self._mujoco = None
        self._rebuild()

    def execute(self, q: FloatArray, qd: FloatArray, engine: str = "pybullet") -> Execution:
        """Run a motion, sampled at 240 Hz as q, qd (T, dof), in a freshly loaded world.

        Args:
            q: positions, rad.
            qd: velocities, rad/s.
            engine: ``pybullet``, or ``mujoco`` for a second opinion on the same arm among the same solids.

        Raises:
            WorldError: an unknown engine, one that is not installed, or a motion that is none.
        """
        self.check_engine(engine)
        if engine == "mujoco":
            second = self._second_engine()
            return execute(second, self.scene, self.kinematics, second, q, qd)
        self._rebuild()  # only a world loaded from nothing is promised to be the same every time
        return execute(self._simulation, self.scene, self.kinematics, self._checker, q, qd)

    def check_engine(self, engine: str) -> None:
        """Raise WorldError unless motions can run in an engine: known, installed, able to load the arm."""
        if engine not in ENGINES:
            raise WorldError(f"unknown engine {engine!r}; known: {', '.join(ENGINES)}")
        if engine == "mujoco":
            self._second_engine()

    def film(self, q: FloatArray, fps: float, size: tuple[int, int]) -> NDArray[np.uint8]:
        """Pictures (n, height, width, 3) of configurations q (T, dof) that were measured at 240 Hz."""
        return film(self._simulation, q, self.scene.camera_eye, self.scene.camera_target, fps, size)

    # -- inside ------------------------------------------------------------------------------------

    def _second_engine(self) -> MujocoSimulation:
        """The world in MuJoCo, compiled when first asked for and after every change."""
        if self._mujoco is None:
            from envs.mujoco_simulation import MujocoSimulation

            names = {index: name for name, index in self._simulation.link_indices.items()}
            base = self._simulation.call("getBodyInfo", self._simulation.arm)[0].decode()
            link = {-1: base, **names}
            pairs = [(link[a], link[b]) for a, b in self._checker.pairs]
            fixed = [link[index] for index in self._simulation.fixed_links]
            self._mujoco = MujocoSimulation(self.robot, obstacle_arrays(self._simulation), pairs, fixed)
        return self._mujoco

    def _rebuild(self) -> None:
        self._simulation.reload()
        build(self.scene, self._simulation)
        for half, centre in self._added:
            self._simulation.add_boxes([(half.tolist(), centre.tolist())], (0.85, 0.35, 0.25, 1.0))

    def _configuration(self, name: str, values: Any) -> FloatArray:
        q = np.asarray(values, dtype=np.float64)
        if q.shape != (self.robot.dof,):
            raise WorldError(f"{name} needs {self.robot.dof} joint values, got {q.size}")
        if not np.isfinite(q).all():
            raise WorldError(f"{name} has a joint value that is not finite")
        return q

    def _within_limits(self, name: str, values: Any) -> FloatArray:
        q = self._configuration(name, values)
        outside = np.flatnonzero((q < self.robot.lower) | (q > self.robot.upper))
        if outside.size:
            raise WorldError(f"{name} is outside the limits of {self.robot.joint_names[outside[0]]}")
        return q

    def _tool_at(self, q: FloatArray) -> FloatArray:
        return self.kinematics.tool_pose(q).position

    def _observe(self) -> dict[str, FloatArray]:
        q, qd, _ = self._episode.joint_state()
        state = np.clip(np.concatenate([q, qd]), -self._bound, self._bound)
        return {
            "observation": state,
            "achieved_goal": state[: self.robot.dof].copy(),
            "desired_goal": self._goal.copy(),
        }

    def _info(self, q: FloatArray, *, touched: bool) -> dict[str, Any]:
        """What is known at configuration q (dof,) rad; the scene's own measures are the episode's worst."""
        clearance = self._episode_checker.present_surroundings()
        collision = touched or clearance <= 0.0 or self._episode_checker.touches_itself()
        present = self.scene.measures(self._tool_at(q)[None], *self._ends)
        self._worst = {name: max(value, self._worst.get(name, 0.0)) for name, value in present.items()}
        reached = np.abs(q - self._goal).max() < _REACHED
        kept = all(self._worst[name] <= bound for name, bound in self.scene.bounds.items())
        return {
            "is_success": bool(reached and kept and not collision),
            "collision": collision,
            "min_clearance_m": clearance,
            "seed": self._seed,
            **self._worst,
        }
