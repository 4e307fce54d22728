"""TwoSkills: sweep over a table, reach into a shelf, and get from one to the other.

Task: on the left the tool points down and sweeps low over a table, in and out of bays between walls. On the
right it points outward and somewhat down, and reaches into the slanting compartments of a shelf. A wall
stands between the two. Whoever has seen both skills has never seen how to get from one to the other: pull
back, rise above the wall while the tool turns over, pass, reach in.

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
from envs.scenes.ring import Part, add_parts, leaning
from envs.scenes.scene import Layout, Place, Scene
from envs.simulation import Simulation

_WHICH = ("near", "middle", "far")  # from straight ahead, on either side
_FIRST_EDGE, _APART = 26.0, 28.0  # degrees: the wall before the near place; between neighbours
_FREQUENCY = {"near": 0.66, "middle": 0.28, "far": 0.06}
_SLANT = np.deg2rad(30.0)  # of the compartments, and of the tool in them, down from level
_SWEEP = (0.64, 0.12)  # m: radius and height of the tool in a bay
_REACH = (0.64, 0.66)  # m: in a compartment
_SWEEP_TRAVEL = 0.46  # m: radius at which the tool goes from bay to bay
_REACH_TRAVEL = -0.18  # m: distance, along a compartment, at which it goes from one to the next
_PASS = (0.48, 0.64)  # m: radius and height of the tool above the wall between the skills
_TURNED = np.deg2rad(24.0)  # azimuth at which the tool has turned down (left) or outward (right)
_BAY_FRONT, _BAY_BACK, _BAY_HEIGHT = 0.54, 0.80, 0.20  # m
_SHELF_FRONT, _SHELF_BACK, _SHELF_HALF = -0.09, 0.16, 0.12  # m: along a compartment, and half its height
_WALL = 0.015  # m
_FLOOR = -0.06  # m


class TwoSkills(Scene):
    """Bays on the left, a shelf on the right; place coordinates are azimuth (rad), radius, height (m)."""

    name = "TwoSkills"
    approach = "down"
    camera_eye = (-1.62, -0.10, 1.92)  # from behind, so that neither side hides the other
    camera_target = (0.16, -0.01, 0.20)

    def __init__(self, layout: Layout = Layout()) -> None:  # noqa: B008 (immutable)
        super().__init__(layout)
        # Wider places stand a larger angle apart.
        self._apart = np.deg2rad(_APART) * (1.0 + layout.room / (_BAY_FRONT * np.deg2rad(_APART)))
        self._azimuths = np.deg2rad(_FIRST_EDGE) + self._apart * (np.arange(len(_WHICH)) + 0.5)
        numbers = range(len(_WHICH))
        self._places = tuple(self._place(skill, i) for skill in ("table", "shelf") for i in numbers)

    @property
    def anchor(self) -> FloatArray:
        """Above the wall between the skills."""
        return np.array([0.0, *_PASS])

    @property
    def places(self) -> Sequence[Place]:
        """Three bays of the table and three compartments of the shelf."""
        return self._places

    def build(self, simulation: Simulation) -> None:
        """Add the table with its bays, the wall and the shelf."""
        simulation.add_boxes([((0.75, 0.41, 0.02), (0.15, 0.59, -0.02))], (0.55, 0.60, 0.65, 1.0))
        add_parts(simulation, self._bays(), (0.72, 0.55, 0.36, 1.0))
        add_parts(simulation, self._shelf(), (0.36, 0.56, 0.66, 1.0))
        simulation.add_boxes([((0.22, 0.0125, 0.23), (0.70, 0.0, _FLOOR + 0.23))], (0.80, 0.25, 0.20, 1.0))

    def tool_pose(self, point: FloatArray) -> ToolPose:
        """Down on the left, outward on the right, and turning over between them."""
        azimuth, radius, height = point
        share = np.clip((_TURNED - azimuth) / (2 * _TURNED), 0.0, 1.0)
        lift = (0.5 * np.pi - _SLANT) * share**2 * (3 - 2 * share)
        return leaning(azimuth, lift, radius, height)

    def coordinates(self, position: FloatArray) -> FloatArray:
        """Azimuth, radius and height of a position."""
        x, y, z = position
        return np.array([np.arctan2(y, x), np.hypot(x, y), z])

    def stations(self, start: FloatArray, goal: FloatArray) -> list[FloatArray]:
        """Pull back, along the places (over the wall if the skill changes), reach in."""
        out, into = _pulled_back(start), _pulled_back(goal)
        corners = [start, out]
        if start[0] * goal[0] < 0:
            corners += [np.array([np.clip(point[0], -_TURNED, _TURNED), *_PASS]) for point in (out, into)]
        return [*corners, into, goal]

    def _place(self, skill: str, index: int) -> Place:
        (radius, height), side = (_SWEEP, 1.0) if skill == "table" else (_REACH, -1.0)
        middle = np.array([side * self._azimuths[index], radius, height])
        spread = np.array([0.025 / radius, 0.025, 0.015 if skill == "table" else 0.025])
        name = _WHICH[index]
        return Place(f"{skill} {name}", middle - spread, middle + spread, _FREQUENCY[name], skill)

    def _edges(self) -> FloatArray:
        """Azimuths (rad) of the walls beside the places, on the left."""
        return np.deg2rad(_FIRST_EDGE) + self._apart * np.arange(len(_WHICH) + 1)

    def _bays(self) -> list[Part]:
        """Walls between the bays, and a back for each."""
        half, tall = (_BAY_BACK - _BAY_FRONT) / 2, _BAY_HEIGHT / 2
        wide = _BAY_BACK * np.tan(self._apart / 2)
        walls = [((half, _WALL / 2, tall), edge, _BAY_FRONT + half, tall, 0.0) for edge in self._edges()]
        backs = [((_WALL / 2, wide, tall), azimuth, _BAY_BACK, tall, 0.0) for azimuth in self._azimuths]
        return walls + backs

    def _shelf(self) -> list[Part]:
        """Walls between the compartments, and floor, roof, back and foot for each."""
        middle, half = (_SHELF_BACK + _SHELF_FRONT) / 2, (_SHELF_BACK - _SHELF_FRONT) / 2
        tall, wide = _SHELF_HALF + _WALL, (_REACH[0] + 0.10) * np.tan(self._apart / 2)
        parts = [((half, _WALL / 2, tall), -edge, *_along(middle, 0.0), _SLANT) for edge in self._edges()]
        for azimuth in -self._azimuths:
            for side in (-1.0, 1.0):
                at = _along(middle, side * (_SHELF_HALF + _WALL / 2))
                parts.append(((half, wide, _WALL / 2), azimuth, *at, _SLANT))
            radius, height = _along(_SHELF_BACK, 0.0)
            parts.append(((_WALL / 2, wide, tall), azimuth, radius, height, _SLANT))
            foot = (height - _SHELF_HALF - _FLOOR) / 2
            parts.append(((0.02, 0.05, foot), azimuth, radius - 0.06, _FLOOR + foot, 0.0))
        return parts


def _along(distance: float, above: float) -> tuple[float, float]:
    """Radius and height at a distance along a compartment's axis (0 in its place), and above the axis."""
    c, s = np.cos(_SLANT), np.sin(_SLANT)
    return float(_REACH[0] + distance * c + above * s), float(_REACH[1] - distance * s + above * c)


def _pulled_back(point: FloatArray) -> FloatArray:
    """Where the tool can go from place to place."""
    azimuth, radius, height = point
    if azimuth > 0:
        return np.array([azimuth, min(radius, _SWEEP_TRAVEL), height])
    c, s = np.cos(_SLANT), np.sin(_SLANT)
    back = max(0.0, (radius - _REACH[0]) * c - (height - _REACH[1]) * s - _REACH_TRAVEL)
    return np.array([azimuth, radius - back * c, height + back * s])
