"""The world of whole motions: one arm in one scene, in a simulator of its own.

:meth:`ArmWorld.execute` runs a timed motion in a freshly loaded world and reports what happened;
:meth:`ArmWorld.request`, :meth:`ArmWorld.held_out_request` and :meth:`ArmWorld.demonstrate` serve learning
from demonstrations; the rest answers what a planner asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from envs import rrt
from envs.appearance import Drawn, visual_arrays
from envs.arm_spheres import arm_spheres
from envs.collision import Clearance, Collision, CollisionChecker
from envs.demonstrator import SEARCH_MARGIN, DemonstratedPath, Demonstrator, NoDemonstration
from envs.errors import WorldError
from envs.execution import Execution, execute, film
from envs.free_requests import FreeDemonstrator, FreeSampler
from envs.kinematics import Kinematics, ToolPose
from envs.obstacles import obstacle_arrays
from envs.requests import Request, RequestSampler
from envs.robots import FloatArray, load_robot
from envs.scenes import Layout, Scene, find_scene
from envs.scenes.checks import build
from envs.self_collision import check_rest
from envs.simulation import Simulation

if TYPE_CHECKING:
    from envs.mujoco_simulation import MujocoSimulation

ENGINES = ("pybullet", "mujoco")


class ArmWorld:
    """An arm in a scene, asked about whole motions.

    Args:
        scene: name of the scene, as for `envs.scenes.find_scene`.
        robot: name of the robot, a file of ``configs/robots``, or the path of a ``.yaml`` file anywhere.

    Raises:
        WorldError: unknown scene or robot.
    """

    def __init__(self, scene: str, robot: str) -> None:
        kind = find_scene(scene)
        self.robot = load_robot(robot).facing(kind.approach)
        self.scene = kind(Layout.for_arm(self.robot))
        self.kinematics = Kinematics(self.robot)
        self._simulation = Simulation(self.robot, floor=self.scene.floor)
        self._checker = CollisionChecker(self._simulation)
        self._added: list[tuple[FloatArray, FloatArray]] = []
        self._loaded: int | None = None  # the world as it was when just loaded
        self._mujoco: MujocoSimulation | None = None
        self._sampler: RequestSampler | FreeSampler
        self._demonstrator: Demonstrator | FreeDemonstrator
        try:
            self._furnish()
        except BaseException:
            self._simulation.close()
            raise

    def _furnish(self) -> None:
        """Put the scene round the arm, and make who draws requests in it and who shows motions."""
        check_rest(self._simulation, self._checker.pairs)
        build(self.scene, self._simulation)
        if isinstance(self.scene, Scene):
            self._sampler = RequestSampler(self.scene, self.kinematics, self._checker)
            self._sampler.check_places()
            self._demonstrator = Demonstrator(self.scene, self.kinematics, self._checker)
        else:
            self._sampler = FreeSampler(self.robot, self._checker)
            self._demonstrator = FreeDemonstrator(self.robot, self._checker)

    def close(self) -> None:
        """Free the simulator; closing twice does nothing."""
        self._simulation.close()

    def request(self, seed: int, index: int, places: tuple[str, ...] = ()) -> Request:
        """Request ``index`` of the life-like stream ``seed``, only between ``places`` if any are named."""
        return self._sampler.lifelike(seed, index, places)

    def held_out_request(self, seed: int, index: int) -> Request:
        """Held-out request ``index``; the streams of requests and of held-out requests never meet."""
        return self._sampler.held_out(seed, index)

    def place_names(self) -> list[str]:
        """Names of the scene's places."""
        return self._sampler.place_names()

    def place_of(self, q: FloatArray) -> str:
        """Name of the place in which the tool lies at q (dof,) rad, or ``elsewhere``."""
        return self._sampler.place_of(q)

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

    def visual_arrays(self) -> list[Drawn]:
        """What arm and scene look like, see `envs.appearance`."""
        return visual_arrays(self._simulation)

    def cameras(self) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
        """From where (3,) m the scene is looked at, and at what (3,) m."""
        return self.scene.camera_eye, self.scene.camera_target

    def reached(self, position: FloatArray, rotation: FloatArray, near: FloatArray) -> FloatArray | None:
        """Configuration (dof,) rad near another one at which the tool has a pose, None if there is none."""
        pose = ToolPose(np.asarray(position, dtype=np.float64), np.asarray(rotation, dtype=np.float64))
        seed = self._within_limits("near", near)
        found = self.kinematics.solve(pose, seed)
        return self.kinematics.solve(pose, seed, pulled=False) if found is None else found

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
        """Run a motion, sampled at 240 Hz as q, qd (T, dof), in a world as if freshly loaded.

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
        if self._loaded is None:  # only a world loaded from nothing is promised to be the same every time
            self._rebuild()
            self._loaded = self._simulation.save()
        self._simulation.renew(self._loaded)
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
        if self._loaded is not None:
            self._simulation.forget(self._loaded)
            self._loaded = None
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
