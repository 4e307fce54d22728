"""Pendulum: a rod with a weight on a hinge of PyBullet, seen as a grey image of 16 x 16 pixels.

Step level (Gymnasium): swing the pendulum up and hold it there by the hinge's torque. Motion level, as other
worlds have it: turn it from one angle to another (`envs.pendulum.swings`), knowing pictures only.

Angles are in rad and grow counter-clockwise: 0 hangs down, pi stands up; they repeat every turn.

Randomisation: the angle at rest, uniform in [0, 2 pi), and the noise of every picture.

Success: upright within 0.1 rad and slower than 0.5 rad/s. There is nothing to collide with.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from envs.collision import Clearance
from envs.demonstrator import DemonstratedPath
from envs.engine import PHYSICS_RATE
from envs.errors import WorldError
from envs.execution import SETTLE, Execution
from envs.pendulum import swings
from envs.pendulum.hinge import LENGTH, TORQUE, Hinge
from envs.pendulum.pictures import NOISE, SIDE, Images, clean, draw, noisy
from envs.requests import Request

_STEPS_PER_ACTION = 12  # physics steps: actions come at 20 Hz
_CLEAR = 0.2  # m: what every world reports where nothing is near
_UPRIGHT, _STILL = 0.1, 0.5  # rad, rad/s

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class PendulumSpec:
    """The pendulum's hinge as a robot of one joint, without end to its range: see `envs.robots.RobotSpec`."""

    name: str = "pendulum"
    joint_names: tuple[str, ...] = ("hinge",)
    continuous: tuple[bool, ...] = (True,)
    dof: int = 1
    rest: FloatArray = field(default_factory=lambda: np.zeros(1))
    lower: FloatArray = field(default_factory=lambda: np.array([-20.0]))
    upper: FloatArray = field(default_factory=lambda: np.array([20.0]))
    velocity: FloatArray = field(default_factory=lambda: np.array([4.0]))
    acceleration: FloatArray = field(default_factory=lambda: np.array([6.0]))
    jerk: FloatArray = field(default_factory=lambda: np.array([60.0]))
    torque: FloatArray = field(default_factory=lambda: np.array([TORQUE]))


class PendulumEnv(gymnasium.Env[Images, NDArray[np.float32]]):
    """A pendulum whose observation is its picture (16, 16) in [0, 1]; the action is a share of the torque.

    Args:
        robot: ``pendulum``, the only one.
        render_mode: None or ``rgb_array``.

    Raises:
        WorldError: another robot, or an unknown render mode.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012
        "render_modes": ["rgb_array"],
        "render_fps": int(PHYSICS_RATE / _STEPS_PER_ACTION),
    }

    def __init__(self, robot: str = "pendulum", render_mode: str | None = None) -> None:
        self.robot = PendulumSpec()
        if robot != self.robot.name:
            raise WorldError(f"unknown robot {robot!r}; the scene Pendulum has one alone: pendulum")
        if render_mode not in (None, "rgb_array"):
            raise WorldError(f"unknown render mode {render_mode!r}; known: rgb_array")
        self.render_mode = render_mode
        self.observation_space = spaces.Box(0.0, 1.0, (SIDE, SIDE), np.float32)
        self.action_space = spaces.Box(-1.0, 1.0, (1,), np.float32)
        self._hinge = Hinge()
        self._seed: int | None = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Images, dict[str, Any]]:
        """Start at rest, at a random angle or at the one given as ``options["angle"]`` (rad).

        Raises:
            WorldError: that angle is not a finite number.
        """
        super().reset(seed=seed)
        self._seed = seed
        angle = float(self.np_random.uniform(0.0, 2.0 * np.pi))
        if options and "angle" in options:
            angle = float(options["angle"])
            if not np.isfinite(angle):
                raise WorldError(f"an episode's angle must be a finite number, got {angle}")
        self._hinge.place(angle)
        return self._observe(), self._info()

    def step(self, action: NDArray[np.float32]) -> tuple[Images, float, bool, bool, dict[str, Any]]:
        """Turn with a torque ``action`` (1,), a share of 7 N m, for 1/20 s.

        Raises:
            WorldError: an action of another shape, or one that is not finite.
        """
        given = np.asarray(action, dtype=np.float64)
        if given.shape != (1,) or not np.isfinite(given).all():
            raise WorldError(f"action needs one finite number, got {np.asarray(action).tolist()}")
        torque = TORQUE * float(np.clip(given[0], -1.0, 1.0))
        for _ in range(_STEPS_PER_ACTION):
            self._hinge.turn(torque)
        info = self._info()
        away = abs(float(np.angle(np.exp(1j * (info["angle"] - np.pi)))))
        return self._observe(), -away, bool(info["is_success"]), False, info

    def render(self) -> NDArray[np.uint8] | None:
        """A picture (256, 256, 3) without noise, in render mode ``rgb_array``."""
        if self.render_mode is None:
            return None
        grey = np.round(255 * clean(np.array([self._angle_and_speed()[0]]))[0]).astype(np.uint8)
        return np.repeat(np.kron(grey, np.ones((16, 16), np.uint8))[:, :, None], 3, axis=2)

    def images(self, angles: FloatArray, noise: float = NOISE, seed: int = 0) -> Images:
        """Pictures (n, 16, 16) at ``angles`` (n,) rad, whatever the episode: see :func:`draw`."""
        return draw(angles, noise, seed)

    def close(self) -> None:
        """Free the simulator; closing twice does nothing."""
        self._hinge.close()

    # -- whole motions -----------------------------------------------------------------------------

    def request(self, seed: int, index: int, places: tuple[str, ...] = ()) -> Request:
        """Request ``index`` of the life-like stream ``seed``, only between ``places`` if any are named."""
        return swings.lifelike(seed, index, places)

    def held_out_request(self, seed: int, index: int) -> Request:
        """Held-out request ``index``."""
        return swings.held_out(seed, index)

    def place_names(self) -> list[str]:
        """Directions in which the weight may hang."""
        return list(swings.PLACES)

    def place_of(self, q: FloatArray) -> str:
        """Direction in which the weight hangs at q (1,) rad."""
        return swings.place_of(float(q[0]))

    def demonstrate(self, start: FloatArray, goal: FloatArray, seed: int = 0) -> DemonstratedPath:
        """The swing (n, 1) rad by the shorter way."""
        return swings.demonstrate(float(start[0]), float(goal[0]))

    def search(self, start: FloatArray, goal: FloatArray, seed: int = 0) -> FloatArray:
        """As :meth:`demonstrate`: nothing is in the way."""
        return swings.demonstrate(float(start[0]), float(goal[0])).q

    def clearance(self, q: FloatArray) -> Clearance:
        """There is nothing to collide with."""
        return Clearance(_CLEAR, _CLEAR)

    def first_collision(self, path: FloatArray, margin: float = 0.0) -> None:
        """There is nothing to collide with."""

    def free(self, path: FloatArray, margin: float) -> NDArray[np.bool_]:
        """Every configuration is free."""
        return np.ones(len(path), dtype=np.bool_)

    def check_engine(self, engine: str) -> None:
        """Raise WorldError unless motions can run in an engine."""
        if engine != "pybullet":
            raise WorldError(f"the scene Pendulum runs in pybullet alone, not in {engine!r}")

    def execute(self, q: FloatArray, qd: FloatArray, engine: str = "pybullet") -> Execution:
        """Let the hinge's motor follow samples q, qd (T, 1) at 240 Hz.

        Raises:
            WorldError: another engine, wrong shapes, no samples, or values that are not finite.
        """
        self.check_engine(engine)
        q, qd = np.asarray(q, dtype=np.float64), np.asarray(qd, dtype=np.float64)
        if q.shape != qd.shape or q.ndim != 2 or len(q) == 0 or q.shape[1] != 1:
            raise WorldError(f"a motion needs q and qd of shape (T, 1), got {q.shape}, {qd.shape}")
        if not (np.isfinite(q).all() and np.isfinite(qd).all()):
            raise WorldError("a motion needs finite values")
        with closing(Hinge()) as hinge:
            return _executed(hinge, q[:, 0], qd[:, 0])

    def film(self, q: FloatArray, fps: float, size: tuple[int, int]) -> NDArray[np.uint8]:
        """Pictures (n, height, width, 3) without noise of q (T, 1), measured at 240 Hz."""
        rows = np.unique(np.append(np.arange(0, len(q), PHYSICS_RATE / fps).astype(int), len(q) - 1))
        grey = np.round(255 * clean(np.asarray(q)[rows, 0])).astype(np.uint8)
        width, height = size
        down, across = (np.arange(n) * SIDE // n for n in (height, width))
        return np.repeat(grey[:, down][:, :, across, None], 3, axis=3)

    def observation_table(self, count: int) -> tuple[FloatArray, FloatArray]:
        """What a learner sees: configurations (count, 1) round the circle and pictures (count, 256)."""
        angles = np.linspace(0.0, 2.0 * np.pi, count, endpoint=False)
        return angles[:, None], clean(angles).reshape(count, -1).astype(np.float64)

    # -- inside ------------------------------------------------------------------------------------

    def _angle_and_speed(self) -> tuple[float, float]:
        angle, speed, _ = self._hinge.state()
        return angle % (2.0 * np.pi), speed

    def _observe(self) -> Images:
        angle, _ = self._angle_and_speed()
        return noisy(clean(np.array([angle])), NOISE, self.np_random)[0]

    def _info(self) -> dict[str, Any]:
        angle, speed = self._angle_and_speed()
        return {
            "angle": angle,
            "speed": speed,
            "is_success": bool(abs(angle - np.pi) < _UPRIGHT and abs(speed) < _STILL),
            "collision": False,
            "min_clearance_m": _CLEAR,
            "seed": self._seed,
        }


def _executed(hinge: Hinge, q: FloatArray, qd: FloatArray) -> Execution:
    """Run angles and speeds (T,) on a hinge that hangs at rest anywhere."""
    hinge.place(float(q[0]))
    measured, torque = [float(q[0])], 0.0
    for target, speed in zip(q[:-1].tolist(), qd[:-1].tolist(), strict=True):
        hinge.follow(target, speed)
        angle, _, effort = hinge.state()
        measured.append(angle)
        torque = max(torque, abs(effort) / TORQUE)
    for _ in range(SETTLE):
        hinge.follow(float(q[-1]), 0.0)
    away = abs(hinge.state()[0] - float(q[-1]))
    seen = np.array(measured)
    return Execution(
        q=seen[:, None],
        collision=False,
        min_clearance_m=_CLEAR,
        goal_error_m=2.0 * LENGTH * float(np.sin(0.5 * min(away, np.pi))),
        goal_error_rad=away,
        tracking_rmse_rad=float(np.sqrt(np.mean((seen - q) ** 2))),
        peak_torque_fraction=torque,
        tool_length_m=LENGTH * float(np.abs(np.diff(seen)).sum()),
    )
