"""The world a robot lives in, met only through Gymnasium.

robogeo never imports a simulator: it asks for one (`robogeo.motion.worlds`) and speaks to it through `World`,
which turns plain arrays into robogeo's own words and the world's complaints into `InputError`. Any
environment with the methods of `ArmEnvironment` will do.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from robogeo.data.demonstrations import Demonstration
from robogeo.errors import InputError, RobogeoError
from robogeo.motion.appearance import Appearance
from robogeo.motion.deviation import Reference
from robogeo.motion.environment import Execution, complaints
from robogeo.motion.free_tool import TOOLS
from robogeo.motion.kinematic_chain import KinematicChain
from robogeo.motion.limits import JointLimits
from robogeo.motion.observation import JointAngles, JointsAndTool, Observation, Pictures, Poses
from robogeo.motion.request import Refusal, Request
from robogeo.motion.request_stream import RequestStream
from robogeo.motion.sphere_model import Obstacle, SphereModel
from robogeo.motion.trajectory import Motion
from robogeo.motion.worlds import limits_of, make
from robogeo.parallel import Workers

FloatArray = NDArray[np.float64]
_VIEWS = 720  # pictures round a full turn


class World:
    """One arm in one scene.

    Args:
        scene: name of the scene, as in ``envs:robogeo/SCENE-v0``.
        robot: name of the robot, or the path of its ``.yaml`` file.
        metres_per_radian: movement of the tool, m, that counts as much as a radian where a model is to see
            the tool beside the joints; None: it sees the joints alone.

    Attributes:
        changes: how often its obstacles changed; what was found out about them before is void.

    Raises:
        InputError: unknown scene or robot.
    """

    def __init__(self, scene: str, robot: str, metres_per_radian: float | None = None) -> None:
        self.scene, self._robot = scene, robot
        self._metres_per_radian = metres_per_radian
        self._environment = make(scene, robot)
        spec = self._environment.robot
        self.robot_name = str(spec.name)
        self.limits: JointLimits = limits_of(spec)
        self.joint_names: tuple[str, ...] = tuple(spec.joint_names)
        self.rest: FloatArray = np.asarray(spec.rest, dtype=np.float64)
        self.changes, self._added = 0, 0
        self._stream = RequestStream(self._environment)

    @property
    def dof(self) -> int:
        """Number of joints."""
        return self.limits.dof

    @property
    def has_body(self) -> bool:
        """Whether there is an arm to be seen, and to hit something; a tool alone has none."""
        return self.robot_name not in TOOLS

    @property
    def place_names(self) -> list[str]:
        """Names of the scene's places."""
        return self._environment.place_names()

    def place_of(self, q: FloatArray) -> str:
        """Name of the place of a configuration (dof,) rad, or ``elsewhere``."""
        return self._environment.place_of(q)

    def request(self, seed: int, index: int, places: tuple[str, ...] = ()) -> Request:
        """Request ``index`` of the life-like stream ``seed``, only between ``places`` if any are named."""
        return self._stream.at(seed, index, places)

    def held_out(self, seed: int, count: int) -> list[Request]:
        """The first ``count`` held-out requests of ``seed``; all pairs of places weigh alike."""
        return self._stream.held_out(seed, count)

    def request_between(self, start: FloatArray, goal: FloatArray) -> Request:
        """A request between two configurations (dof,) rad that a person gave.

        Raises:
            InputError: wrong number of joints, outside the limits, or in collision; it says which and where.
        """
        for name, q in (("start", start), ("goal", goal)):
            self._check_configuration(name, q)
        return Request(start, goal, self.place_of(start), self.place_of(goal))

    def demonstrate(self, request: Request, seed: int) -> FloatArray | Refusal:
        """A collision-free joint path (n, dof) rad for the request, shown by the world's demonstrator."""
        with complaints():
            shown = self._environment.demonstrate(request.start, request.goal, seed)
        path = getattr(shown, "q", None)
        return Refusal("no-demonstration", str(shown.reason)) if path is None else np.asarray(path)

    def search(self, request: Request, seed: int) -> FloatArray | Refusal:
        """A collision-free joint path (n, dof) rad by RRT-Connect with short cuts; nothing demonstrated."""
        with complaints():
            path = self._environment.search(request.start, request.goal, seed)
        return Refusal("no-path", "the search found no way") if path is None else np.asarray(path)

    def clearance(self, q: FloatArray) -> float:
        """Exact distance (m, at most 0.2) to the nearest obstacle at q (dof,) rad."""
        with complaints():
            return float(self._environment.clearance(q).surroundings)

    def first_collision(self, path: FloatArray, margin: float = 0.0) -> float | None:
        """Where a path first comes nearer than ``margin`` m to an obstacle or the arm to itself.

        Args:
            path: configurations (n, dof), rad; straight segments between them are checked every 0.02 rad.
            margin: clearance asked for, m (1 cm at most between the arm's own links).

        Returns:
            The place in way-points (2.25: a quarter of the way from way-point 2 to 3), None if it is free.
        """
        with complaints():
            found = self._environment.first_collision(path, margin)
        return None if found is None else float(found.at)

    @cached_property
    def observation(self) -> Observation:
        """What a model sees of a configuration in this world."""
        table = getattr(self._environment, "observation_table", None)
        return self._observation(self.rest) if table is None else Pictures(table(_VIEWS))

    def candidates(self, seed: int, round: int, count: int, given: Sequence[Demonstration]) -> list[Request]:
        """The requests that may be asked about in a round: its part of the life-like stream ``seed``.

        Args:
            seed: of the stream.
            round: of the loop.
            count: how many.
            given: demonstrations that the model of that round knows; a world without end needs no regard.
        """
        return [self.request(seed, index) for index in range(round * count, (round + 1) * count)]

    def draw_ahead(self, seed: int, round: int, count: int, workers: Workers) -> None:
        """Let workers draw what `candidates` will give, where that is very many and they can."""
        if self.sendable:
            indices = range(round * count, (round + 1) * count)
            self._stream.draw_ahead(seed, indices, partial(workers.map, partial(_requests, self, seed)))

    def exhausted(self, given: Sequence[Demonstration]) -> bool:
        """Whether nothing is left that could be demonstrated beside what was given; never in a simulator."""
        return False

    def reference(self, request: Request, shown: FloatArray) -> Reference | None:
        """What a motion for a request is held against, given what was shown for it; None: nothing."""
        return None

    @cached_property
    def chain(self) -> KinematicChain:
        """The arm's forward kinematics for whole batches of configurations."""
        return KinematicChain(**self._environment.kinematic_arrays())

    def sphere_model(self) -> SphereModel:
        """The arm as spheres among the present obstacles: fast clearances that are never too large.

        The first time an arm is met its spheres are fitted, which takes seconds; then they are cached.
        """
        with complaints():
            spheres = self._environment.sphere_arrays()
            obstacles = [Obstacle(*given) for given in self._environment.obstacle_arrays()]
        return SphereModel(self.chain, **spheres, obstacles=obstacles)

    @cached_property
    def appearance(self) -> Appearance:
        """What the world looks like."""
        return Appearance(self._environment)

    def reached(self, position: FloatArray, rotation: FloatArray, near: FloatArray) -> FloatArray | None:
        """Configuration (dof,) rad near another one at which the tool has a pose, None where it cannot be.

        Args:
            position: of the tool (3,), m.
            rotation: of the tool (3, 3).
            near: configuration (dof,) rad within the limits to start from.
        """
        with complaints():
            return self._environment.reached(position, rotation, near)

    def free(self, path: FloatArray, margin: float) -> NDArray[np.bool_]:
        """Which configurations (n, dof) rad keep ``margin`` m from obstacles and the arm itself, (n,)."""
        with complaints():
            return np.asarray(self._environment.free(path, margin), dtype=np.bool_)

    def add_obstacle(self, half_extents: ArrayLike, centre: ArrayLike) -> None:
        """Put a box with half extents (3,) m at a centre (3,) m, which no demonstration knew of.

        Raises:
            InputError: not such a box.
        """
        with complaints():
            self._environment.add_obstacle(
                np.asarray(half_extents, dtype=float), np.asarray(centre, dtype=float)
            )
        self.changes, self._added = self.changes + 1, self._added + 1

    def remove_obstacles(self) -> None:
        """Take away what `add_obstacle` put there."""
        self._environment.remove_obstacles()
        self.changes, self._added = self.changes + 1, 0

    def execute(self, motion: Motion, engine: str = "pybullet") -> Execution:
        """Run a motion, sampled at 240 Hz, in a freshly loaded world.

        Args:
            motion: to run.
            engine: ``pybullet``, or ``mujoco`` for a second opinion.

        Raises:
            InputError: an unknown engine, or one that is not installed.
        """
        with complaints():
            return cast(Execution, self._environment.execute(motion.q, motion.qd, engine))

    def check_engine(self, engine: str) -> None:
        """Raise InputError unless motions can run in an engine: known, installed, able to load the arm."""
        with complaints():
            self._environment.check_engine(engine)

    @property
    def sendable(self) -> bool:
        """Whether another process can have the same: a world without recordings, or obstacles put into it."""
        return type(self) is World and not self._added

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to another process as the names that it was made of.

        Raises:
            RobogeoError: it is not `sendable`.
        """
        if not self.sendable:
            raise RobogeoError("a world with recordings or obstacles of its own stays in its process")
        from robogeo.motion.opened import arrived  # which knows this module

        return arrived, (self.scene, self._robot, self._metres_per_radian)

    def close(self) -> None:
        """Free the simulator."""
        self._environment.close()

    def __enter__(self) -> World:
        """Return the world."""
        return self

    def __exit__(self, *_: object) -> None:
        """Free the simulator."""
        self.close()

    def _observation(self, middle: FloatArray) -> Observation:
        """What is seen, with a configuration (dof,) that networks see as zero."""
        if self.robot_name == "tool-pose":
            return Poses(Poses().observe(middle))
        if self._metres_per_radian is not None and self.has_body:
            return JointsAndTool(self.chain, middle, self._metres_per_radian)
        return JointAngles(middle)

    def _check_configuration(self, name: str, q: FloatArray) -> None:
        if q.shape != (self.dof,):
            raise InputError(
                f"{name}: {q.size} joint values, the robot {self.robot_name} has {self.dof} joints"
            )
        self.limits.check_configuration(name, q)
        with complaints():
            clearance = self._environment.clearance(q)
        if clearance.smallest <= 0.0:
            what = "an obstacle" if clearance.surroundings <= clearance.itself else "itself"
            raise InputError(
                f"{name}: the arm collides with {what} there, {-1000 * clearance.smallest:.1f} mm deep"
            )


def _requests(world: World, seed: int, indices: Sequence[int]) -> list[Request]:
    """Requests of the life-like stream ``seed``."""
    return [world.request(seed, index) for index in indices]
