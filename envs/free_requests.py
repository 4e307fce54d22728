"""Requests and demonstrations where there is nothing but the arm: any free configuration may be asked for."""

from __future__ import annotations

import numpy as np

from envs import rrt
from envs.collision import CollisionChecker, sampled
from envs.demonstrator import MARGIN, SEARCH_MARGIN, DemonstratedPath, NoDemonstration
from envs.errors import WorldError
from envs.requests import HELD_OUT, LIFELIKE, TRIES, Request, require_natural
from envs.robots import FloatArray, RobotSpec

ANYWHERE = "anywhere"
_STRIDE = 0.06  # rad: largest joint step between two way-points


class FreeSampler:
    """Draws requests between configurations that are free of self-collision, evenly within the limits."""

    def __init__(self, robot: RobotSpec, checker: CollisionChecker) -> None:
        self._robot, self._checker = robot, checker

    def place_names(self) -> list[str]:
        """The one place that there is."""
        return [ANYWHERE]

    def place_of(self, q: FloatArray) -> str:
        """The one place that there is."""
        return ANYWHERE

    def lifelike(self, seed: int, index: int, places: tuple[str, ...] = ()) -> Request:
        """Request ``index`` of the stream ``seed``.

        Raises:
            WorldError: a place is named that there is not.
        """
        for name in places:
            if name != ANYWHERE:
                raise WorldError(f"scene Free has no place {name!r}; known: {ANYWHERE}")
        return self._draw(LIFELIKE, seed, index)

    def held_out(self, seed: int, index: int) -> Request:
        """Held-out request ``index``; the streams of requests and of held-out requests never meet."""
        return self._draw(HELD_OUT, seed, index)

    def _draw(self, stream: int, seed: int, index: int) -> Request:
        require_natural(seed, index)
        rng = np.random.default_rng([stream, seed, index])
        return Request(self._configuration(rng), self._configuration(rng), ANYWHERE, ANYWHERE)

    def _configuration(self, rng: np.random.Generator) -> FloatArray:
        for _ in range(TRIES):
            q = rng.uniform(self._robot.lower, self._robot.upper)
            if self._checker.is_free(q, MARGIN):
                return q
        raise WorldError(f"robot {self._robot.name}: {TRIES} random configurations all touch the arm itself")


class FreeDemonstrator:
    """Shows the straight joint line where it is free, else what a search finds."""

    def __init__(self, robot: RobotSpec, checker: CollisionChecker) -> None:
        self._robot, self._checker = robot, checker

    def demonstrate(
        self, start: FloatArray, goal: FloatArray, rng: np.random.Generator
    ) -> DemonstratedPath | NoDemonstration:
        """Show how to get from ``start`` to ``goal``, both (dof,) rad."""
        for name, q in (("start", start), ("goal", goal)):
            if np.any(q < self._robot.lower) or np.any(q > self._robot.upper):
                return NoDemonstration(f"{name} is outside the joint limits")
            if not self._checker.is_free(q, 0.0):
                return NoDemonstration(f"{name} is in collision")
        line, _ = sampled(np.stack([start, goal]), _STRIDE)
        if self._checker.path_is_free(line, MARGIN):
            return DemonstratedPath(line, "route")
        path = rrt.plan(self._checker, self._robot, start, goal, SEARCH_MARGIN, rng)
        return (
            NoDemonstration("a search found no free way")
            if path is None
            else DemonstratedPath(path, "search")
        )
