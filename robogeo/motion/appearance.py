"""What a world looks like: its solids, from where to see them, and films of the arm in it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from robogeo.motion.environment import ArmEnvironment, complaints
from robogeo.motion.solid import Solid

FloatArray = NDArray[np.float64]


class Appearance:
    """Shows an environment.

    Args:
        environment: what is shown, as it is at the moment of looking.
    """

    def __init__(self, environment: ArmEnvironment) -> None:
        self._environment = environment

    @property
    def has_arm(self) -> bool:
        """Whether there is an arm in space to be drawn and led by its tool; a world of pictures has none."""
        return hasattr(self._environment, "visual_arrays")

    def solids(self) -> list[Solid]:
        """What arm and scene look like.

        Raises:
            InputError: a mesh cannot be read, or the library that reads it is not installed.
        """
        with complaints():
            return [Solid(*given) for given in self._environment.visual_arrays()]

    def view(self) -> tuple[FloatArray, FloatArray]:
        """From where (3,) m the scene is best looked at, and at what (3,) m."""
        eye, target = self._environment.cameras()
        return np.array(eye), np.array(target)

    def film(self, q: FloatArray, fps: float, size: tuple[int, int]) -> NDArray[np.uint8]:
        """Pictures (n, height, width, 3) of configurations q (T, dof), measured at 240 Hz."""
        return self._environment.film(q, fps, size)
