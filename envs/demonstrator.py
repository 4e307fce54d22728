"""The demonstrator: shows motions as a practised person would.

Like requests get like motions: the tool withdraws, travels and inserts along the scene's own route, and
inverse kinematics with a null-space pull turns it into a joint path that depends on the tool's way alone.
So demonstrations lie on one manifold and are worth learning from. Where the route fails, RRT-Connect
looks for any way; where that fails too, the request is refused with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from envs import rrt
from envs.collision import CollisionChecker
from envs.kinematics import Kinematics
from envs.robots import FloatArray
from envs.scenes.scene import Scene

MARGIN = 0.012  # m: clearance along the practised route
SEARCH_MARGIN = 0.006  # m: clearance along a path that had to be searched for
_SPACING = 0.02  # m between the tool poses of a route
_STRIDE = 0.06  # rad: largest joint step between two way-points
_RESOLUTION = 0.05  # rad: way-points at most _STRIDE apart are checked with one between at most
_BRANCH = 0.35  # rad: a larger gap between route's end and goal means another posture


@dataclass(frozen=True)
class DemonstratedPath:
    """A collision-free joint path.

    Attributes:
        q: configurations (n, dof) rad from start to goal, at most 0.06 rad (largest joint) apart; both ends
            are met exactly.
        method: ``route`` (clearance of at least ``MARGIN``) or ``search`` (at least ``SEARCH_MARGIN``).
    """

    q: FloatArray
    method: str


@dataclass(frozen=True)
class NoDemonstration:
    """A refusal: why no motion can be shown."""

    reason: str


class Demonstrator:
    """Plans demonstrations for one arm in one scene."""

    def __init__(self, scene: Scene, kinematics: Kinematics, checker: CollisionChecker) -> None:
        self._scene, self._kinematics, self._checker = scene, kinematics, checker

    def demonstrate(
        self, start: FloatArray, goal: FloatArray, rng: np.random.Generator
    ) -> DemonstratedPath | NoDemonstration:
        """Show how to get from ``start`` to ``goal``, both (dof,) rad."""
        robot = self._kinematics.robot
        for name, q in (("start", start), ("goal", goal)):
            if np.any(q < robot.lower) or np.any(q > robot.upper):
                return NoDemonstration(f"{name} is outside the joint limits")
            if not self._checker.is_free(q, 0.0):
                return NoDemonstration(f"{name} is in collision")
            if not self._checker.is_free(q, SEARCH_MARGIN):
                return NoDemonstration(f"{name} is closer than {1000 * SEARCH_MARGIN:g} mm to a collision")
        path = self._along_route(start, goal)
        if path is not None:
            return DemonstratedPath(path, "route")
        path = rrt.plan(self._checker, robot, start, goal, SEARCH_MARGIN, rng)
        if path is not None:
            return DemonstratedPath(path, "search")
        return NoDemonstration("neither the practised route nor a search found a free way")

    def _along_route(self, start: FloatArray, goal: FloatArray) -> FloatArray | None:
        """Follow the scene's route and meet both ends exactly, or None."""
        ends = self._kinematics.tool_pose(start), self._kinematics.tool_pose(goal)
        spacing = _SPACING
        for _ in range(4):
            path = self._kinematics.follow(self._scene.route(*ends, spacing=spacing), start)
            path = None if path is None else self._meet(path, start, goal)
            if path is None:
                return None
            widest = np.abs(np.diff(path, axis=0)).max()
            if widest <= _STRIDE:
                return path if self._checker.path_is_free(path, MARGIN, _RESOLUTION) else None
            if widest > _BRANCH:
                return None
            # Near a singularity (a stretched wrist) equal steps of the tool are unequal steps of the joints.
            spacing /= np.ceil(widest / (0.9 * _STRIDE))
        return None

    def _meet(self, path: FloatArray, start: FloatArray, goal: FloatArray) -> FloatArray | None:
        """The path, bent so that it meets both ends exactly, or None if it is in another posture there."""
        if max(np.abs(start - path[0]).max(), np.abs(goal - path[-1]).max()) > _BRANCH:
            return None
        share = np.linspace(0.0, 1.0, len(path))[:, None]
        path = path + (1 - share) * (start - path[0]) + share * (goal - path[-1])
        path = np.clip(path, self._kinematics.robot.lower, self._kinematics.robot.upper)
        path[0], path[-1] = start, goal
        return path
