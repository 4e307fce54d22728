"""Pictures of the simulated pendulum, and what decoded ones say: which angle, how far from a true picture.

The pendulum is met through Gymnasium, like every world.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray

from robogeo.fitting import decoded
from robogeo.geometry.curve import spread
from robogeo.models import IWAE
from robogeo.motion.observation import Pictures
from robogeo.motion.worlds import make

FloatArray = NDArray[np.float64]
VIEWS = 720
LOOKS = 65
"""Places at even latent steps at which a way is looked at."""


@dataclass(frozen=True)
class Look:
    """What a way shows: rms distance of its pictures from the nearest true ones, and shares of right steps.

    Attributes:
        error: mean over the way, in grey levels of 1.
        worst: of the worst picture.
        order: share of steps in which the angle, read off the picture, goes the way of the shorter arc.
    """

    error: float
    worst: float
    order: float


class PendulumPictures:
    """The pendulum's camera; a context manager.

    Args:
        noise: standard deviation of the noise of every pixel.
    """

    def __init__(self, noise: float) -> None:
        self.noise = noise
        self._world = cast(Any, make("Pendulum", "pendulum"))
        table: tuple[FloatArray, FloatArray] = self._world.observation_table(VIEWS)
        self._table, self._reader = table[1], Pictures(table)

    def seen(self, angles: FloatArray, seed: int) -> FloatArray:
        """Noisy pictures (n, D) at angles (n,) rad."""
        images = self._world.images(angles, self.noise, seed)
        return np.asarray(images, dtype=np.float64).reshape(len(angles), -1)

    def clean(self, angles: FloatArray) -> FloatArray:
        """Pictures (n, D) without noise."""
        return np.asarray(self._world.images(angles, 0.0, 0), dtype=np.float64).reshape(len(angles), -1)

    def decoded_along(self, model: IWAE, way: torch.Tensor, count: int) -> FloatArray:
        """Decoded pictures (count, D) at even latent steps along a way (n, d)."""
        return decoded(model, _evenly(way, count))

    def judged(self, model: IWAE, way: torch.Tensor, turn: float) -> Look:
        """What the pictures along a way (n, d) show that should turn by an angle, rad."""
        pictures = self.decoded_along(model, way, LOOKS)
        apart = ((pictures[:, None] - self._table[::4]) ** 2).mean(axis=2).min(axis=1) ** 0.5
        angles = self._reader.configurations(pictures)[:, 0]
        right = np.diff(angles) * np.sign(turn) > 0.0
        return Look(float(apart.mean()), float(apart.max()), float(right.mean()))

    def __enter__(self) -> PendulumPictures:
        """Return the camera."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Free the simulator."""
        self._world.close()


def _evenly(way: torch.Tensor, count: int) -> torch.Tensor:
    """Points (count, d) at even latent arc length on a polyline (n, d)."""
    rows = way.double().numpy()
    return torch.from_numpy(spread(rows, np.linalg.norm(np.diff(rows, axis=0), axis=1), count))
