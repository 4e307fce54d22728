"""ReachDetour: from one side of a table to the other, round a pillar.

Task: bring the tool from a deep tray on one side of the table into one on the other side. A tall pillar
stands between the sides, so the arm has to lift, pull in, pass between pillar and its own base, reach out
and lower; nobody tells it about the pillar: it avoids what demonstrations avoided.

Randomisation: the two trays (three on each side) and the tool position in each (5 cm along and
across, 6 cm in height). The stream of requests favours some trays; the held-out requests
weigh all pairs alike.

Success: see ``robogeo.evaluation``; the scene contributes contact-free motion and the tool within 5 mm and
0.05 rad of the goal.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from envs.kinematics import ToolPose
from envs.robots import FloatArray
from envs.scenes.ring import leaning
from envs.scenes.scene import Layout, Place, Scene
from envs.simulation import Simulation

_TABLE_TOP = 0.0  # m, the height of the arm's base
_TRAY_INSIDE, _TRAY_WALL, _TRAY_HEIGHT = 0.22, 0.01, 0.16  # m
_TRAY_RADIUS = 0.58  # m from the arm's axis
_TRAYS = ("near", "middle", "far")
_TRAY_AZIMUTH, _TRAY_APART = 66.0, 28.0  # degrees: the middle tray from straight ahead; between neighbours
_FREQUENCY = {"near": 0.72, "middle": 0.23, "far": 0.05}
_PILLAR_RADIUS, _PILLAR_HEIGHT, _PILLAR_DISTANCE = 0.05, 1.0, 0.62  # m
_TRAVEL_HEIGHT = 0.34  # m: the tool above the trays' rims
_PASS_RADIUS = 0.40  # m: the tool between pillar and base
_PASS_AZIMUTH = np.deg2rad(16.0)  # where the arm has pulled in


class ReachDetour(Scene):
    """Trays left and right, a pillar between; place coordinates are azimuth (rad), radius, height (m)."""

    name = "ReachDetour"
    approach = "down"
    camera_eye = (-1.27, -0.32, 1.80)  # from behind, so that the pillar never hides the arm
    camera_target = (0.22, -0.03, 0.25)

    def __init__(self, layout: Layout = Layout()) -> None:  # noqa: B008 (immutable)
        super().__init__(layout)
        self._inside = _TRAY_INSIDE + layout.room
        self._radius, self._pass_radius = _TRAY_RADIUS * layout.stretch, _PASS_RADIUS * layout.stretch
        # Neighbouring trays must not overlap: larger or nearer ones stand a larger angle apart.
        self._apart = _TRAY_APART * (self._inside / _TRAY_INSIDE) / layout.stretch
        self._places = tuple(self._tray(side, name) for side in ("left", "right") for name in _TRAYS)

    @property
    def anchor(self) -> FloatArray:
        """Between pillar and base."""
        return np.array([0.0, self._pass_radius, _TRAVEL_HEIGHT])

    @property
    def places(self) -> Sequence[Place]:
        """Three trays on either side."""
        return self._places

    def pairs(self) -> list[tuple[Place, Place]]:
        """Every request crosses from one side to the other."""
        return [(a, b) for a, b in super().pairs() if a.name.split()[0] != b.name.split()[0]]

    def build(self, simulation: Simulation) -> None:
        """Add table, pillar and trays."""
        depth, side, far = 0.02, 0.285, self.layout.stretch
        table: list[tuple[Sequence[float], Sequence[float]]] = [
            ((0.265 * far, 0.95 * far, depth), (0.585 * far, 0.0, _TABLE_TOP - depth)),
            ((0.31 * far, side * far, depth), (0.01 * far, (0.95 - side) * far, _TABLE_TOP - depth)),
            ((0.31 * far, side * far, depth), (0.01 * far, (side - 0.95) * far, _TABLE_TOP - depth)),
        ]
        simulation.add_boxes(table, (0.55, 0.60, 0.65, 1.0))
        simulation.add_cylinder(
            _PILLAR_RADIUS,
            _PILLAR_HEIGHT,
            (_PILLAR_DISTANCE * self.layout.stretch, 0.0, _TABLE_TOP),
            (0.80, 0.25, 0.20, 1.0),
        )
        for where in ("left", "right"):
            trays = [place for place in self._places if place.name.startswith(where)]
            azimuths = [float((place.lower[0] + place.upper[0]) / 2) for place in trays]
            walls = [box for azimuth in azimuths for box in self._tray_boxes(azimuth)]
            simulation.add_boxes(walls, (0.72, 0.55, 0.36, 1.0))

    def tool_pose(self, point: FloatArray) -> ToolPose:
        """The tool points down, turned with the azimuth."""
        azimuth, radius, height = point
        return leaning(azimuth, 0.0, radius, height)

    def coordinates(self, position: FloatArray) -> FloatArray:
        """Azimuth, radius and height of a position."""
        x, y, z = position
        return np.array([np.arctan2(y, x), np.hypot(x, y), z])

    def stations(self, start: FloatArray, goal: FloatArray) -> list[FloatArray]:
        """Lift, pull in before the pillar, pass, reach out behind it, lower."""
        above_start = np.array([start[0], start[1], max(start[2], _TRAVEL_HEIGHT)])
        above_goal = np.array([goal[0], goal[1], max(goal[2], _TRAVEL_HEIGHT)])
        corners = [start, above_start]
        if start[0] * goal[0] < 0:
            entry = np.sign(start[0]) * min(abs(start[0]), _PASS_AZIMUTH)
            leave = np.sign(goal[0]) * min(abs(goal[0]), _PASS_AZIMUTH)
            corners.append(np.array([entry, min(start[1], self._pass_radius), above_start[2]]))
            corners.append(np.array([leave, min(goal[1], self._pass_radius), above_goal[2]]))
        return [*corners, above_goal, goal]

    def _tray(self, side: str, name: str) -> Place:
        azimuth = np.deg2rad(_TRAY_AZIMUTH + (_TRAYS.index(name) - 1) * self._apart)
        azimuth *= 1.0 if side == "left" else -1.0
        spread = 0.025 / self._radius
        lower = np.array([azimuth - spread, self._radius - 0.025, _TABLE_TOP + 0.06])
        upper = np.array([azimuth + spread, self._radius + 0.025, _TABLE_TOP + 0.12])
        return Place(f"{side} {name}", lower, upper, _FREQUENCY[name])

    def _tray_boxes(self, azimuth: float) -> list[tuple[Sequence[float], Sequence[float]]]:
        """Four walls round a square opening centred at the azimuth; edges parallel to x and y."""
        x, y = self._radius * np.cos(azimuth), self._radius * np.sin(azimuth)
        z, reach = _TABLE_TOP + _TRAY_HEIGHT / 2, self._inside / 2 + _TRAY_WALL / 2
        across, along = self._inside / 2 + _TRAY_WALL, _TRAY_WALL / 2
        return [
            ((along, across, _TRAY_HEIGHT / 2), (x + reach, y, z)),
            ((along, across, _TRAY_HEIGHT / 2), (x - reach, y, z)),
            ((across, along, _TRAY_HEIGHT / 2), (x, y + reach, z)),
            ((across, along, _TRAY_HEIGHT / 2), (x, y - reach, z)),
        ]
