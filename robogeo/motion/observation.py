"""What the model sees of a configuration, and which configuration it sees.

Learning, geometry and scores live in the space of observations; requests, demonstrations and motions are
joint configurations. For most arms both are one (`JointAngles`). Where a configuration is only seen, as in
the pendulum of Chen et al. (IROS 2018), a table of configurations and their pictures leads there and back
(`Pictures`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from robogeo.errors import InputError

FloatArray = NDArray[np.float64]

JOINT_SCALE = 0.5  # rad: unit in which the networks see joint angles, the same in every round
_TURN = 2.0 * np.pi


class Observation(Protocol):
    """Leads from configurations (..., dof), rad, to observations (..., D), and back."""

    @property
    def offset(self) -> FloatArray:
        """Shift (D,) of the observations that networks see."""
        ...

    @property
    def scale(self) -> FloatArray:
        """Unit (D,) in which networks see observations."""
        ...

    def observe(self, q: FloatArray) -> FloatArray:
        """Observations (..., D) of configurations (..., dof)."""
        ...

    def configurations(self, x: FloatArray) -> FloatArray:
        """Configurations (n, dof) along a sequence of observations (n, D)."""
        ...


@dataclass(frozen=True, eq=False)
class JointAngles:
    """A configuration is its own observation; networks see its distance from the rest posture (dof,)."""

    offset: FloatArray

    @property
    def scale(self) -> FloatArray:
        """The same unit for every joint."""
        return np.full(self.offset.shape, JOINT_SCALE)

    def observe(self, q: FloatArray) -> FloatArray:
        """The configurations themselves."""
        return q

    def configurations(self, x: FloatArray) -> FloatArray:
        """The observations themselves."""
        return x


class Pictures:
    """Pictures of one joint that turns without end.

    Args:
        table: angles (n, 1), evenly spaced from 0 over one turn, and their pictures (n, D).

    Raises:
        InputError: the table is none.
    """

    def __init__(self, table: tuple[FloatArray, FloatArray]) -> None:
        angles, pictures = table
        count = len(angles)
        if angles.shape != (count, 1) or pictures.ndim != 2 or len(pictures) != count or count < 3:
            raise InputError(f"pictures: angles {angles.shape} and pictures {pictures.shape} are no table")
        self._pictures = pictures
        self._squares = (pictures**2).sum(axis=1)
        self.offset: FloatArray = pictures.mean(axis=0)
        self.scale: FloatArray = np.full(pictures.shape[1], float(pictures.std()))

    def observe(self, q: FloatArray) -> FloatArray:
        """Pictures (..., D), between those of the table by linear interpolation."""
        count = len(self._pictures)
        place = np.mod(q[..., 0] / _TURN, 1.0) * count
        below = np.floor(place).astype(int)
        share = (place - below)[..., None]
        first, second = self._pictures[below % count], self._pictures[(below + 1) % count]
        return np.asarray((1.0 - share) * first + share * second)

    def configurations(self, x: FloatArray) -> FloatArray:
        """Angles (n, 1) of the most similar pictures, without jumps of a whole turn from one to the next.

        Between neighbours of the table the angle is where a parabola through their distances is least.
        """
        count = len(self._pictures)
        apart = self._squares - 2.0 * x @ self._pictures.T  # up to a term of x alone
        best = apart.argmin(axis=1)
        rows = np.arange(len(x))
        left, middle, right = (apart[rows, (best + step) % count] for step in (-1, 0, 1))
        bend = left - 2.0 * middle + right
        beside = np.where(bend > 0.0, 0.5 * (left - right) / np.where(bend > 0.0, bend, 1.0), 0.0)
        return np.unwrap((best + beside) * _TURN / count)[:, None]
