"""Exact clearance of an arm from itself and its surroundings, by PyBullet's closest-point queries.

Links fixed to the base never move, so their distance from the obstacles says nothing about a motion: they are
left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from envs.robots import FloatArray
from envs.self_collision import self_collision_pairs
from envs.simulation import Simulation

_REACH = 0.2  # m: clearances are exact below this distance and reported as this value above it
_LINK, _DISTANCE = 3, 8  # fields of a point that PyBullet returns
_SELF_MARGIN = 0.01  # m: some links pass each other closely by construction (iiwa: 0.029 m at best)


@dataclass(frozen=True)
class Clearance:
    """Distances in m, at most 0.2; negative values are penetrations.

    Attributes:
        surroundings: distance between the arm's moving links and the obstacles.
        itself: distance between those links of the arm that can collide.
    """

    surroundings: float
    itself: float

    @property
    def smallest(self) -> float:
        """The smaller of both."""
        return min(self.surroundings, self.itself)


class CollisionChecker:
    """Clearance and path checks in one simulation; the arm is left where the last check put it."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self.pairs = self_collision_pairs(simulation)

    def clearance(self, q: FloatArray) -> Clearance:
        """Clearance at configuration q (dof,) rad."""
        self._simulation.pose(q)
        return self.present_clearance()

    def present_clearance(self) -> Clearance:
        """Clearance in the present state of the simulation."""
        arm, bodies, fixed = self._simulation.arm, self._simulation.obstacles, self._simulation.fixed_links
        call = self._simulation.call
        around = [
            point[_DISTANCE]
            for body in bodies
            for point in call("getClosestPoints", arm, body, _REACH)
            if point[_LINK] not in fixed
        ]
        itself = [
            point[_DISTANCE]
            for a, b in self.pairs
            for point in call("getClosestPoints", arm, arm, _REACH, linkIndexA=a, linkIndexB=b)
        ]
        return Clearance(min(around, default=_REACH), min(itself, default=_REACH))

    def is_free(self, q: FloatArray, margin: float) -> bool:
        """Whether configuration q (dof,) rad keeps ``margin`` m from obstacles and 0.01 m from itself."""
        self._simulation.pose(q)
        arm, call, fixed = self._simulation.arm, self._simulation.call, self._simulation.fixed_links
        for body in self._simulation.obstacles:
            if any(point[_LINK] not in fixed for point in call("getClosestPoints", arm, body, margin)):
                return False
        return not any(
            call("getClosestPoints", arm, arm, min(margin, _SELF_MARGIN), linkIndexA=a, linkIndexB=b)
            for a, b in self.pairs
        )

    def free(self, path: FloatArray, margin: float) -> NDArray[np.bool_]:
        """Which configurations of ``path`` (n, dof) rad are free in the sense of :meth:`is_free`, (n,)."""
        return np.array([self.is_free(q, margin) for q in path], dtype=np.bool_)

    def first_hit(self, path: FloatArray, margin: float, resolution: float = 0.05) -> int | None:
        """Index of the first way-point of ``path`` (n, dof) whose approach violates ``margin``, else None.

        Straight joint segments are sampled at ``resolution`` rad (largest joint).
        """
        if not self.is_free(path[0], margin):
            return 0
        for i in range(1, len(path)):
            for q in segment(path[i - 1], path[i], resolution)[1:]:
                if not self.is_free(q, margin):
                    return i
        return None

    def smallest_along(self, path: FloatArray) -> float:
        """Smallest clearance m over configurations (n, dof)."""
        return min(self.clearance(q).smallest for q in path)


def segment(a: FloatArray, b: FloatArray, resolution: float) -> FloatArray:
    """Points (n, dof) on the straight joint segment from a to b, at most ``resolution`` rad apart."""
    steps = max(1, int(np.ceil(np.abs(b - a).max() / resolution)))
    return a + np.linspace(0.0, 1.0, steps + 1)[:, None] * (b - a)
