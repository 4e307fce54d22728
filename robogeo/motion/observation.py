"""What the model sees of a configuration, and which configuration it sees.

Learning, geometry and scores live in the space of observations; requests, demonstrations and motions are
joint configurations. For most arms both are one (`JointAngles`). Where a configuration is only seen, as in
the pendulum of Chen et al. (IROS 2018), a table of configurations and their pictures leads there and back
(`Pictures`). Rotations of a tool are seen as matrices (`Poses`, `JointsAndTool`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from robogeo.errors import InputError
from robogeo.motion.kinematic_chain import KinematicChain
from robogeo.motion.rotation_vectors import continued, nearest_rotations

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

    @property
    def picture_shape(self) -> tuple[int, int] | None:
        """Height and width of the pictures, which are square; None where D is no square."""
        side = math.isqrt(self._pictures.shape[1])
        return (side, side) if side**2 == self._pictures.shape[1] else None

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


class Poses:
    """What is seen of a tool's pose q = (x, y, z in a unit that counts as a radian, rotation vector in rad).

    A rotation vector jumps where the angle passes pi, and its differences are no angles. So the rotation
    matrix is seen, divided by the root of 2: two rotations that are an angle theta apart have matrices
    2 sqrt(2) sin(theta / 2) apart (Frobenius), so what is seen differs by 2 sin(theta / 2), theta to first
    order (Huynh 2009, J. Math. Imaging Vis. 35, metric 5). What a decoder makes of it is brought back by the
    nearest rotation in that norm, by singular value decomposition (Schoenemann 1966; Arun et al. 1987).

    Args:
        middle: observation (12,) that networks see as zero; None: no movement.
    """

    def __init__(self, middle: FloatArray | None = None) -> None:
        self.offset: FloatArray = self.observe(np.zeros(6)) if middle is None else middle
        self.scale: FloatArray = np.full(12, JOINT_SCALE)

    def observe(self, q: FloatArray) -> FloatArray:
        """Positions and matrices (..., 12) of poses (..., 6)."""
        vectors = np.array(q[..., 3:]).reshape(-1, 3)  # a copy: SciPy wants to be able to write
        turns = Rotation.from_rotvec(vectors).as_matrix().reshape(*q.shape[:-1], 9)
        return np.concatenate([q[..., :3], turns / np.sqrt(2.0)], axis=-1)

    def configurations(self, x: FloatArray) -> FloatArray:
        """Poses (n, 6) along observations (n, 12); rotation vectors go on beyond pi rather than jump."""
        turns = nearest_rotations(np.sqrt(2.0) * x[:, 3:].reshape(-1, 3, 3))
        return np.concatenate([x[:, :3], continued(Rotation.from_matrix(turns).as_rotvec())], axis=1)


class JointsAndTool:
    """Joint angles, and beside them where the tool is: both matter to the geometry, the joints are kept.

    The tool's position is divided by the metres that count as a radian, its rotation is seen as by `Poses`.

    Args:
        chain: of the arm.
        rest: configuration (dof,) rad that networks see as zero.
        metres_per_radian: movement of the tool that counts as much as a radian, m.
    """

    def __init__(self, chain: KinematicChain, rest: FloatArray, metres_per_radian: float) -> None:
        self._chain, self._metres = chain, metres_per_radian
        self.offset: FloatArray = self.observe(rest)
        self.scale: FloatArray = np.full(len(self.offset), JOINT_SCALE)

    def observe(self, q: FloatArray) -> FloatArray:
        """Joint angles, positions and matrices (..., dof + 12) of configurations (..., dof)."""
        rows = torch.from_numpy(np.array(q, dtype=np.float64).reshape(-1, q.shape[-1]))
        turns, places = (part.numpy() for part in self._chain.tool(rows))
        place = places.reshape(*q.shape[:-1], 3) / self._metres
        return np.concatenate([q, place, turns.reshape(*q.shape[:-1], 9) / np.sqrt(2.0)], axis=-1)

    def configurations(self, x: FloatArray) -> FloatArray:
        """The joint angles among what is seen."""
        return x[..., : self._chain.dof]
