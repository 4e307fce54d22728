"""A KUKA iiwa whose tool goes round a circle: joint angles by inverse kinematics, distance from the circle.

Chen et al. 2018 (section 4.5) name neither model, centre, plane nor method, only six joints. Here the arm is
the iiwa without its seventh joint, which merely spins the flange, and the circle stands upright in front of
it. Of all configurations that reach a place the one nearest to the rest posture is taken, so that the circle
of places is a closed curve of configurations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from robogeo.errors import MotionError
from robogeo.motion.kinematic_chain import KinematicChain

FloatArray = NDArray[np.float64]
JOINTS = 6
_ANCHORS, _STEP = 256, 1e-6
_PULLED, _EXACT = 80, 6  # iterations towards the rest posture, and of place alone
_ACCURACY = 1e-9  # m


@dataclass(frozen=True)
class Circle:
    """Upright circle in the plane x = centre[0], m."""

    centre: tuple[float, float, float]
    radius: float

    def points(self, angles: FloatArray) -> FloatArray:
        """Places (n, 3) at angles (n,) rad, 0 to the left of the robot and growing upwards."""
        across, up = self.radius * np.cos(angles), self.radius * np.sin(angles)
        return np.array(self.centre) + np.stack([np.zeros(len(angles)), across, up], axis=1)

    def distance(self, places: FloatArray) -> FloatArray:
        """Distances (...) of places (..., 3) from the circle, m."""
        away = places - np.array(self.centre)
        radial = np.hypot(away[..., 1], away[..., 2]) - self.radius
        return np.asarray(np.hypot(radial, away[..., 0]))


class CircleArm:
    """Forward and inverse kinematics of the first six joints.

    Args:
        chain: of the seven-joint arm.
        rest: its rest posture (7,) rad.
    """

    def __init__(self, chain: KinematicChain, rest: FloatArray) -> None:
        self._chain, self._rest = chain, np.array(rest[:JOINTS])

    def tool(self, q: FloatArray) -> FloatArray:
        """Tool places (n, 3) m at the six joints (n, 6) rad."""
        whole = np.zeros((len(q), self._chain.dof))
        whole[:, :JOINTS] = q
        place: FloatArray = self._chain.tool(torch.from_numpy(whole))[1].numpy()
        return place

    def follow(self, circle: Circle, angles: FloatArray) -> FloatArray:
        """Configurations (n, 6) rad with the tool on the circle at angles (n,) rad.

        Raises:
            MotionError: some of it is out of reach.
        """
        anchors = np.linspace(0.0, 2.0 * np.pi, _ANCHORS + 1)
        places = circle.points(anchors)
        q = np.tile(self._rest, (len(anchors), 1))
        for _ in range(_PULLED):
            q = self._nearer(q, places, pulled=True)
        q[-1] = q[0]
        found: FloatArray = CubicSpline(anchors, q, bc_type="periodic")(np.mod(angles, 2.0 * np.pi))
        wanted = circle.points(angles)
        for _ in range(_EXACT):
            if np.abs(self.tool(found) - wanted).max() < _ACCURACY:
                return found
            found = self._nearer(found, wanted, pulled=False)
        raise MotionError("circle: the arm does not reach all of it; choose another centre or radius")

    def _nearer(self, q: FloatArray, places: FloatArray, *, pulled: bool) -> FloatArray:
        """One step dq = J^+ (place - tool), and (1 - J^+ J) (rest - q) where the null space is pulled."""
        columns = [
            (self.tool(q + step) - self.tool(q - step)) / (2.0 * _STEP) for step in np.eye(JOINTS) * _STEP
        ]
        J = np.stack(columns, axis=2)
        inverse = np.linalg.pinv(J)
        step = np.einsum("nji,ni->nj", inverse, places - self.tool(q))
        if pulled:
            away = self._rest - q
            step += away - np.einsum("nji,nik,nk->nj", inverse, J, away)
        return q + step * np.minimum(1.0, 0.3 / np.abs(step).max(axis=1, keepdims=True).clip(1e-300))
