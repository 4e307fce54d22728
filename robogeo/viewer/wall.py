"""The wall beside the arm on which cards hang: where they are in space, and where a look meets them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

FloatArray = NDArray[np.float64]
FOV = np.deg2rad(40.0)  # vertical angle of view
_HEIGHT = 2.15  # m of the wall that fill the window from top to bottom
_LEFT = 0.56  # m by which the middle of the window lies to the left of what is looked at
_WIDTH = 1.2  # m of a card
_NEARER = 0.7  # of the distance from the eye: before the floor, which would hide what hangs low


@dataclass(frozen=True, eq=False)
class Wall:
    """A plane that faces whoever looks at the scene for the first time.

    Attributes:
        right, up, normal: its axes (3,), unit vectors; the normal points to the onlooker.
        middle: the point (3,) in the middle of the window, m.
        eye: from where (3,) it is looked at, m.
    """

    right: FloatArray
    up: FloatArray
    normal: FloatArray
    middle: FloatArray
    eye: FloatArray

    @classmethod
    def facing(cls, eye: FloatArray, target: FloatArray) -> Wall:
        """The wall for a scene that is best looked at from ``eye`` (3,) towards ``target`` (3,), m."""
        normal = (eye - target) / np.linalg.norm(eye - target)
        right = np.cross([0.0, 0.0, 1.0], normal)
        right /= np.linalg.norm(right)
        up = np.cross(normal, right)
        middle = target - _LEFT * right
        return cls(right, up, normal, middle, middle + normal * (0.5 * _HEIGHT / np.tan(0.5 * FOV)))

    @property
    def wxyz(self) -> FloatArray:
        """Orientation of what hangs there: x to the right, y up, z to the onlooker."""
        matrix = np.stack([self.right, self.up, self.normal], axis=1)
        return np.roll(Rotation.from_matrix(matrix).as_quat(), 1)


@dataclass(frozen=True, eq=False)
class Hanging:
    """A rectangle on the wall.

    Attributes:
        wall: it hangs on.
        centre: of it (3,), m.
        width, height: m.
    """

    wall: Wall
    centre: FloatArray
    width: float
    height: float

    def local(self, shares: FloatArray) -> FloatArray:
        """Places (n, 2) as shares of it, from the lower left, in its own frame (n, 3), just before it."""
        flat = (np.asarray(shares) - 0.5) * [self.width, self.height]
        return np.concatenate([flat, np.full((len(flat), 1), 0.004)], axis=1)

    def met_by(self, origin: FloatArray, direction: FloatArray) -> FloatArray | None:
        """Where a ray meets it, as shares (2,); None where it does not."""
        across = float(direction @ self.wall.normal)
        if abs(across) < 1e-9:
            return None
        distance = float((self.centre - origin) @ self.wall.normal) / across
        offset = origin + distance * direction - self.centre
        share = 0.5 + np.array([offset @ self.wall.right / self.width, offset @ self.wall.up / self.height])
        return share if distance > 0.0 and ((share >= 0.0) & (share <= 1.0)).all() else None


def column(wall: Wall, aspects: tuple[float, ...]) -> list[Hanging]:
    """Cards of given height over width, one below the other, in the left part of the window."""
    width = _NEARER * _WIDTH
    heights = [aspect * width for aspect in aspects]
    top = 0.5 * sum(heights)
    left = wall.eye + _NEARER * (wall.middle - 0.58 * wall.right - wall.eye)
    placed = []
    for height in heights:
        centre = left + (top - 0.5 * height) * wall.up
        placed.append(Hanging(wall, centre, width, height))
        top -= height
    return placed
