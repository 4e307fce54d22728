"""Pendulum: a rod with a weight, seen as a grey image of 16 x 16 pixels, as in Chen et al. (2018).

Task: swing the pendulum up and hold it there. A hinge of PyBullet carries the weight; the picture is drawn
from the hinge's angle alone: rod and weight as a capsule and a disc, each pixel lit by how much of it they
cover (by its distance to their edge), plus Gaussian noise with a standard deviation of 0.05. The shades run
from 0.2 to 0.8, so that cutting the noise at 0 and 1 touches one pixel in 30,000.

Angles are in rad and grow counter-clockwise: 0 hangs down, pi stands up.

Randomisation: the angle at rest, uniform in [0, 2 pi), and the noise of every picture.

Success: upright within 0.1 rad and slower than 0.5 rad/s. There is nothing to collide with.
"""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from envs.engine import PHYSICS_RATE, Engine, pybullet
from envs.errors import WorldError

_SIDE = 16  # pixels
_LENGTH, _WEIGHT_RADIUS, _MASS = 0.5, 0.05, 1.0  # m, m, kg
_TORQUE = 7.0  # N m: more than the 4.9 that hold the pendulum level
_STEPS_PER_ACTION = 12  # physics steps: actions come at 20 Hz
_REACH = 5.6  # pixels from hinge to weight
_ROD, _DISC = 0.9, 1.8  # pixels: half the rod's width, the weight's radius
_DARK, _LIGHT, _NOISE = 0.2, 0.8, 0.05
_CLEAR = 0.2  # m: what every world reports where nothing is near
_UPRIGHT, _STILL = 0.1, 0.5  # rad, rad/s

FloatArray = NDArray[np.float64]
Images = NDArray[np.float32]


def draw(angles: FloatArray, noise: float = _NOISE, seed: int = 0) -> Images:
    """Pictures (n, 16, 16) in [0, 1] of a pendulum at ``angles`` (n,) rad; the same for the same arguments.

    Args:
        angles: where it hangs, 0 down and growing counter-clockwise.
        noise: standard deviation of the noise on every pixel.
        seed: of the noise.

    Raises:
        WorldError: angles that are not a row of finite numbers, or a negative noise or seed.
    """
    angles = np.asarray(angles, dtype=np.float64)
    if angles.ndim != 1 or not np.isfinite(angles).all():
        raise WorldError(f"pictures need a row of finite angles, got shape {angles.shape}")
    if not 0.0 <= noise < np.inf or seed < 0:
        raise WorldError(f"pictures need noise and seed that are not negative, got {noise} and {seed}")
    return _noisy(_clean(angles), noise, np.random.default_rng(seed))


def _clean(angles: FloatArray) -> Images:
    """Pictures without noise; row 0 is the top."""
    across = np.arange(_SIDE, dtype=np.float32) - np.float32((_SIDE - 1) / 2)
    x, y = across[None, None, :], -across[None, :, None]
    c, s = (f(angles).astype(np.float32)[:, None, None] for f in (np.cos, np.sin))
    along, aside = x * s - y * c, x * c + y * s  # of the rod, from the hinge
    beyond = along - np.clip(along, 0.0, np.float32(_REACH))
    rod = np.sqrt(beyond**2 + aside**2) - np.float32(_ROD)
    disc = np.sqrt((along - np.float32(_REACH)) ** 2 + aside**2) - np.float32(_DISC)
    covered = np.clip(np.float32(0.5) - np.minimum(rod, disc), 0.0, 1.0)
    return (np.float32(_DARK) + np.float32(_LIGHT - _DARK) * covered).astype(np.float32)


def _noisy(pictures: Images, noise: float, rng: np.random.Generator) -> Images:
    if noise > 0.0:
        pictures = pictures + np.float32(noise) * rng.standard_normal(pictures.shape, dtype=np.float32)
    return np.clip(pictures, 0.0, 1.0, out=pictures)


class PendulumEnv(gymnasium.Env[Images, NDArray[np.float32]]):
    """A pendulum whose observation is its picture (16, 16) in [0, 1]; the action is a share of the torque.

    Args:
        render_mode: None or ``rgb_array``.

    Raises:
        WorldError: unknown render mode.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012
        "render_modes": ["rgb_array"],
        "render_fps": int(PHYSICS_RATE / _STEPS_PER_ACTION),
    }

    def __init__(self, render_mode: str | None = None) -> None:
        if render_mode not in (None, "rgb_array"):
            raise WorldError(f"unknown render mode {render_mode!r}; known: rgb_array")
        self.render_mode = render_mode
        self.observation_space = spaces.Box(0.0, 1.0, (_SIDE, _SIDE), np.float32)
        self.action_space = spaces.Box(-1.0, 1.0, (1,), np.float32)
        self._engine = Engine()
        self._body = self._hang()
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
        self._engine.call("resetJointState", self._body, 0, angle, 0.0)
        return self._observe(), self._info()

    def step(self, action: NDArray[np.float32]) -> tuple[Images, float, bool, bool, dict[str, Any]]:
        """Turn with a torque ``action`` (1,), a share of 7 N m, for 1/20 s.

        Raises:
            WorldError: an action of another shape, or one that is not finite.
        """
        given = np.asarray(action, dtype=np.float64)
        if given.shape != (1,) or not np.isfinite(given).all():
            raise WorldError(f"action needs one finite number, got {np.asarray(action).tolist()}")
        torque = _TORQUE * float(np.clip(given[0], -1.0, 1.0))
        for _ in range(_STEPS_PER_ACTION):
            self._engine.call("setJointMotorControl2", self._body, 0, pybullet.TORQUE_CONTROL, force=torque)
            self._engine.step()
        info = self._info()
        away = abs(float(np.angle(np.exp(1j * (info["angle"] - np.pi)))))
        return self._observe(), -away, bool(info["is_success"]), False, info

    def render(self) -> NDArray[np.uint8] | None:
        """A picture (256, 256, 3) without noise, in render mode ``rgb_array``."""
        if self.render_mode is None:
            return None
        grey = np.round(255 * _clean(np.array([self._angle_and_speed()[0]]))[0]).astype(np.uint8)
        return np.repeat(np.kron(grey, np.ones((16, 16), np.uint8))[:, :, None], 3, axis=2)

    def images(self, angles: FloatArray, noise: float = _NOISE, seed: int = 0) -> Images:
        """Pictures (n, 16, 16) at ``angles`` (n,) rad, whatever the episode: see :func:`draw`."""
        return draw(angles, noise, seed)

    def close(self) -> None:
        """Free the simulator; closing twice does nothing."""
        self._engine.close()

    # -- inside ------------------------------------------------------------------------------------

    def _hang(self) -> int:
        """Make the pendulum, free to turn, and return its body."""
        call = self._engine.call
        self._engine.empty()
        ball = call("createCollisionShape", pybullet.GEOM_SPHERE, radius=_WEIGHT_RADIUS)
        body = int(
            call(
                "createMultiBody",
                baseMass=0.0,
                linkMasses=[_MASS],
                linkCollisionShapeIndices=[ball],
                linkVisualShapeIndices=[-1],
                linkPositions=[[0.0, 0.0, 0.0]],
                linkOrientations=[[0.0, 0.0, 0.0, 1.0]],
                linkInertialFramePositions=[[0.0, 0.0, -_LENGTH]],
                linkInertialFrameOrientations=[[0.0, 0.0, 0.0, 1.0]],
                linkParentIndices=[0],
                linkJointTypes=[pybullet.JOINT_REVOLUTE],
                linkJointAxis=[[0.0, -1.0, 0.0]],
            )
        )
        call("setJointMotorControl2", body, 0, pybullet.VELOCITY_CONTROL, force=0.0)
        for link in (-1, 0):
            call("changeDynamics", body, link, linearDamping=0.0, angularDamping=0.0, jointDamping=0.0)
        return body

    def _angle_and_speed(self) -> tuple[float, float]:
        state = self._engine.call("getJointState", self._body, 0)
        return float(state[0] % (2.0 * np.pi)), float(state[1])

    def _observe(self) -> Images:
        angle, _ = self._angle_and_speed()
        return _noisy(_clean(np.array([angle])), _NOISE, self.np_random)[0]

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
