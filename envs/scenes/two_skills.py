"""TwoSkills: sweep over a table, reach into a shelf, and get from one to the other.

Task: on the left the tool points down and sweeps low over a table, in and out of bays between walls. On the
right it points outward and reaches into the compartments of a curved shelf. A wall stands between the two.
Whoever has seen both skills has never seen how to get from one to the other: pull back, rise above the
wall while the tool turns over, pass, reach in.

Randomisation: the two places (three bays, three compartments) and the tool position in each (5 cm along and
across, 3 cm in height in a bay and 5 cm in a compartment). The stream of requests favours some places;
restricted to named places it keeps to one skill at a time, so that first demonstrations show both skills
and no transition. The held-out requests weigh all pairs alike; 18 of the 30 pairs are transitions.

Success: see ``robogeo.evaluation``; the scene contributes contact-free motion and the tool within 5 mm and
0.05 rad of the goal.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from envs.kinematics import ToolPose
from envs.robots import FloatArray
from envs.scenes.scene import Place, Scene
from envs.simulation import Simulation

_AZIMUTH = {"near": 40.0, "middle": 68.0, "far": 96.0}  # degrees from straight ahead; left is positive
_PITCH = 28.0  # degrees from place to place
_FREQUENCY = {"near": 0.60, "middle": 0.28, "far": 0.12}
_SWEEP_RADIUS, _SWEEP_HEIGHT = 0.64, 0.12  # m: the tool in a bay
_REACH_RADIUS, _REACH_HEIGHT = 0.70, 0.44  # m: the tool in a compartment
_SWEEP_TRAVEL, _REACH_TRAVEL = 0.46, 0.55  # m: radius at which the tool goes from place to place
_PASS_HEIGHT = 0.56  # m: the tool above the wall between the skills
_TURNED = np.deg2rad(24.0)  # azimuth at which the tool has turned down (left) or outward (right)
_BAY_FRONT, _BAY_BACK, _BAY_HEIGHT = 0.54, 0.80, 0.20  # m
_SHELF_FRONT, _SHELF_BACK, _SHELF_FLOOR, _SHELF_HEIGHT = 0.62, 0.88, 0.32, 0.24  # m
_WALL = 0.015  # m

_Box = tuple[Sequence[float], Sequence[float]]


class TwoSkills(Scene):
    """Bays on the left, a shelf on the right; place coordinates are azimuth (rad), radius, height (m)."""

    name = "TwoSkills"
    camera_eye = (-1.30, -0.10, 1.75)  # from behind, so that neither side hides the other
    camera_target = (0.25, 0.0, 0.22)

    def __init__(self) -> None:
        self._places = tuple(self._place(skill, name) for skill in ("table", "shelf") for name in _AZIMUTH)

    @property
    def anchor(self) -> FloatArray:
        """Above the wall between the skills."""
        return np.array([0.0, (_SWEEP_TRAVEL + _REACH_TRAVEL) / 2, _PASS_HEIGHT])

    @property
    def places(self) -> Sequence[Place]:
        """Three bays of the table and three compartments of the shelf."""
        return self._places

    def build(self, simulation: Simulation) -> None:
        """Add the table with its bays, the wall and the shelf."""
        simulation.add_boxes([((0.65, 0.41, 0.02), (0.25, 0.59, -0.02))], (0.55, 0.60, 0.65, 1.0))
        self._add(simulation, self._bays(), (0.72, 0.55, 0.36, 1.0))
        self._add(simulation, self._shelf(), (0.36, 0.56, 0.66, 1.0))
        simulation.add_boxes([((0.22, 0.0125, 0.19), (0.70, 0.0, 0.13))], (0.80, 0.25, 0.20, 1.0))

    def tool_pose(self, point: FloatArray) -> ToolPose:
        """Down on the left, outward on the right, and turning over between them."""
        azimuth, radius, height = point
        share = np.clip((_TURNED - azimuth) / (2 * _TURNED), 0.0, 1.0)
        lift = 0.5 * np.pi * share**2 * (3 - 2 * share)
        c, s = np.cos(azimuth), np.sin(azimuth)
        outward, up, across = np.array([c, s, 0.0]), np.array([0.0, 0.0, 1.0]), np.array([-s, c, 0.0])
        approach = np.sin(lift) * outward - np.cos(lift) * up
        rotation = np.stack([np.cross(across, approach), across, approach], axis=1)
        return ToolPose(np.array([radius * c, radius * s, height]), rotation)

    def coordinates(self, position: FloatArray) -> FloatArray:
        """Azimuth, radius and height of a position."""
        x, y, z = position
        return np.array([np.arctan2(y, x), np.hypot(x, y), z])

    def stations(self, start: FloatArray, goal: FloatArray) -> list[FloatArray]:
        """Pull back, along the places (over the wall if the skill changes), reach in."""
        out, into = (_pulled_back(point) for point in (start, goal))
        corners = [start, out]
        if start[0] * goal[0] < 0:
            corners += [np.array([_turned(point), point[1], _PASS_HEIGHT]) for point in (out, into)]
        return [*corners, into, goal]

    def _place(self, skill: str, name: str) -> Place:
        azimuth = np.deg2rad(_AZIMUTH[name])
        middle = np.array([azimuth, _SWEEP_RADIUS, _SWEEP_HEIGHT])
        spread = np.array([0.025 / _SWEEP_RADIUS, 0.025, 0.015])
        if skill == "shelf":
            middle = np.array([-azimuth, _REACH_RADIUS, _REACH_HEIGHT])
            spread = np.array([0.025 / _REACH_RADIUS, 0.025, 0.025])
        return Place(f"{skill} {name}", middle - spread, middle + spread, _FREQUENCY[name], skill)

    @staticmethod
    def _bays() -> list[tuple[_Box, float]]:
        """Boxes and their yaw: radial walls and a back for each bay."""
        length, tall = (_BAY_BACK - _BAY_FRONT) / 2, _BAY_HEIGHT / 2
        walls = [
            (((length, _WALL / 2, tall), _at(yaw, _BAY_FRONT + length, tall)), yaw) for yaw in _edges(1.0)
        ]
        wide = _BAY_BACK * np.tan(np.deg2rad(_PITCH / 2))
        backs = [
            (((_WALL / 2, wide, tall), _at(yaw, _BAY_BACK, tall)), yaw)
            for yaw in np.deg2rad(list(_AZIMUTH.values()))
        ]
        return walls + backs

    @staticmethod
    def _shelf() -> list[tuple[_Box, float]]:
        """Boxes and their yaw: radial walls, and plinth, roof and back for each compartment."""
        deep, tall = (_SHELF_BACK - _SHELF_FRONT) / 2, (_SHELF_FLOOR + _SHELF_HEIGHT + 0.06 + _WALL) / 2
        radius, wide = _SHELF_FRONT + deep, _SHELF_BACK * np.tan(np.deg2rad(_PITCH / 2))
        boxes = [(((deep, _WALL / 2, tall), _at(yaw, radius, tall - 0.06)), yaw) for yaw in _edges(-1.0)]
        for yaw in -np.deg2rad(list(_AZIMUTH.values())):
            roof = _SHELF_FLOOR + _SHELF_HEIGHT + _WALL / 2
            plinth = (_SHELF_FLOOR + 0.06) / 2
            boxes.append((((deep, wide, plinth), _at(yaw, radius, plinth - 0.06)), yaw))
            boxes.append((((deep, wide, _WALL / 2), _at(yaw, radius, roof)), yaw))
            boxes.append((((_WALL / 2, wide, tall), _at(yaw, _SHELF_BACK, tall - 0.06)), yaw))
        return boxes

    @staticmethod
    def _add(
        simulation: Simulation, boxes: list[tuple[_Box, float]], color: tuple[float, float, float, float]
    ) -> None:
        simulation.add_boxes([box for box, _ in boxes], color, [(0.0, 0.0, yaw) for _, yaw in boxes])


def _pulled_back(point: FloatArray) -> FloatArray:
    """Where the tool can go from place to place."""
    travel = _SWEEP_TRAVEL if point[0] > 0 else _REACH_TRAVEL
    return np.array([point[0], min(point[1], travel), point[2]])


def _turned(point: FloatArray) -> float:
    """The azimuth beside the wall, on the point's side."""
    return float(np.clip(point[0], -_TURNED, _TURNED))


def _edges(side: float) -> list[float]:
    """Azimuths (rad) of the walls beside the places."""
    middle = list(_AZIMUTH.values())
    degrees = [middle[0] - _PITCH / 2, *(azimuth + _PITCH / 2 for azimuth in middle)]
    return [float(side * np.deg2rad(azimuth)) for azimuth in degrees]


def _at(azimuth: float, radius: float, height: float) -> tuple[float, float, float]:
    return float(radius * np.cos(azimuth)), float(radius * np.sin(azimuth)), height
