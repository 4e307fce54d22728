"""Exact clearance of an arm from itself and its surroundings, by PyBullet's closest-point queries.

Links fixed to the base never move, so their distance from the obstacles says nothing about a motion: they are
left out.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from envs.robots import FloatArray
from envs.self_collision import self_collision_pairs
from envs.simulation import Simulation
from envs.travel import PairWatch, pair_reaches

_REACH = 0.2  # m: clearances are exact below this distance and reported as this value above it
PATH_RESOLUTION = 0.02  # rad: largest joint step between two checks of a path
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


@dataclass(frozen=True, eq=False)
class Collision:
    """Where a path first comes too near.

    Attributes:
        at: position along the path in way-points: 2.25 is a quarter of the way from way-point 2 to 3.
        q: the configuration there (dof,), rad.
    """

    at: float
    q: FloatArray


class CollisionChecker:
    """Clearance and path checks in one simulation; the arm is left where the last check put it."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self.pairs = self_collision_pairs(simulation)
        self._reaches = pair_reaches(simulation, self.pairs)

    def clearance(self, q: FloatArray) -> Clearance:
        """Clearance at configuration q (dof,) rad."""
        self._simulation.pose(q)
        return self.present_clearance()

    def present_clearance(self) -> Clearance:
        """Clearance in the present state of the simulation."""
        arm, call, nearest = self._simulation.arm, self._simulation.call, _REACH
        for a, b in self.pairs:
            points = call("getClosestPoints", arm, arm, nearest, linkIndexA=a, linkIndexB=b)
            nearest = min((point[_DISTANCE] for point in points), default=nearest)
        return Clearance(self.present_surroundings(), nearest)

    def present_surroundings(self, nearest: float = _REACH) -> float:
        """Distance (m) between the arm's moving links and the obstacles as they are now, at most ``nearest``.

        The smaller that is, the fewer shapes need an exact look.
        """
        arm, bodies, fixed = self._simulation.arm, self._simulation.obstacles, self._simulation.fixed_links
        closest = self._simulation.bound("getClosestPoints", arm)
        for body in bodies:  # whatever lies beyond the nearest so far need not be looked at
            for point in closest(body, max(nearest, 0.0)):
                if point[_LINK] not in fixed and point[_DISTANCE] < nearest:
                    nearest = point[_DISTANCE]
        return float(nearest)

    def touches_itself(self) -> bool:
        """Whether two links that are checked touch, as they are now."""
        arm = self._simulation.arm
        near = self._simulation.bound("getClosestPoints", arm, arm, 0.0)
        return any(near(linkIndexA=a, linkIndexB=b) for a, b in self.pairs)

    def is_free(self, q: FloatArray, margin: float) -> bool:
        """Whether configuration q (dof,) rad keeps ``margin`` m from obstacles and 0.01 m from itself."""
        return next(self._verdicts(q[None], margin))

    def free(self, path: FloatArray, margin: float) -> NDArray[np.bool_]:
        """Which configurations of ``path`` (n, dof) rad are free in the sense of :meth:`is_free`, (n,)."""
        return np.fromiter(self._verdicts(path, margin), dtype=np.bool_, count=len(path))

    def first_collision(
        self, path: FloatArray, margin: float = 0.0, resolution: float = PATH_RESOLUTION
    ) -> Collision | None:
        """Where a path (n, dof) rad first comes nearer than ``margin`` m to obstacles or itself, else None.

        Straight joint segments are sampled at ``resolution`` rad (largest joint). Between two samples a point
        of the arm leaves the nearer one by at most half the resolution times its distances from the joint
        axes, added up: 4 cm at 0.02 rad for the tool of a stretched arm all of whose joints turn, mostly much
        less. So ask for a margin where that matters.
        """
        points, at = sampled(path, resolution)
        first = next((i for i, free in enumerate(self._verdicts(points, margin)) if not free), None)
        return None if first is None else Collision(float(at[first]), points[first])

    def path_is_free(
        self, path: FloatArray, margin: float = 0.0, resolution: float = PATH_RESOLUTION
    ) -> bool:
        """Whether a path (n, dof) rad keeps ``margin`` m all along; see `first_collision`."""
        return self.first_collision(path, margin, resolution) is None

    def _verdicts(self, points: FloatArray, margin: float) -> Iterator[bool]:
        """Whether each of configurations (n, dof) keeps the margins, in order."""
        watch = PairWatch(self._simulation, self.pairs, self._reaches, min(margin, _SELF_MARGIN))
        for q, following in itertools.zip_longest(points, points[1:]):
            self._simulation.pose(q)
            yield not (self._near_obstacle(margin) or watch.near(q, following))

    def self_watch(self) -> PairWatch:
        """Whoever lets the arm move on asks this whether it touches itself."""
        return PairWatch(self._simulation, self.pairs, self._reaches, 0.0)

    def _near_obstacle(self, margin: float) -> bool:
        """Whether a moving link is nearer than ``margin`` m to an obstacle, as they are now."""
        arm, call, fixed = self._simulation.arm, self._simulation.call, self._simulation.fixed_links
        for body in self._simulation.obstacles:
            for point in call("getClosestPoints", arm, body, margin):
                if point[_LINK] not in fixed:
                    return True
        return False


def segment(a: FloatArray, b: FloatArray, resolution: float) -> FloatArray:
    """Points (n, dof) on the straight joint segment from a to b, at most ``resolution`` rad apart."""
    steps = max(1, int(np.ceil(np.abs(b - a).max() / resolution)))
    return a + np.linspace(0.0, 1.0, steps + 1)[:, None] * (b - a)


def sampled(path: FloatArray, resolution: float) -> tuple[FloatArray, FloatArray]:
    """The polyline ``path`` (n, dof) at points (m, dof) at most ``resolution`` rad apart, its corners kept.

    Also returns where they lie (m,), in way-points.
    """
    pieces = [segment(a, b, resolution)[:-1] for a, b in itertools.pairwise(path)]
    at = [i + np.arange(len(piece)) / len(piece) for i, piece in enumerate(pieces)]
    return np.concatenate([*pieces, path[-1:]]), np.concatenate([*at, [len(path) - 1.0]])
