"""PotsAndNiches: reach into seven places round the arm, deep pots and roofed niches in turn.

Task: bring the tool from one place to another. A pot is entered from above with the tool pointing down, a
niche from the front with the tool pointing outward and somewhat down. In between the arm pulls back, tilts
the tool half-way, goes round on a ring above the pots and before the niches, tilts and reaches in. No place
is entered as its neighbours are, and the straight joint line hits a wall between any two.

Randomisation: start and goal places, and the tool position in each (5 cm along each direction). The stream of
requests strongly favours some places; the held-out requests weigh all pairs alike.

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

# From right to left, and how often each is wanted.
_FREQUENCY = {
    "pot 1": 0.035,
    "niche 1": 0.14,
    "pot 2": 0.31,
    "niche 2": 0.27,
    "pot 3": 0.16,
    "niche 3": 0.05,
    "pot 4": 0.035,
}
_APART = np.deg2rad(29.0)  # between neighbours
_TURN = (0.46, 0.70)  # m: radius and height of the points about which the tool tilts
_TRAVEL = (np.deg2rad(30.0), 0.08)  # rad and m: tilt on the ring, and distance there from those points
_POT, _NICHE = (0.0, 0.59), (np.deg2rad(60.0), 0.30)  # the same in the middle of a pot and of a niche
_SPREAD = 0.025  # m
_WALL, _FLOOR = 0.015, -0.06  # m
_POT_INSIDE, _POT_RIM = 0.22, 0.20  # m
_NICHE_FRONT, _NICHE_BACK = 0.20, 0.46  # m from the points about which the tool tilts
_NICHE_HEIGHT, _NICHE_WIDTH = 0.23, 0.26  # m


class PotsAndNiches(Scene):
    """Pots below and niches outside a ring round the arm.

    Place coordinates are azimuth (rad), tilt of the tool from straight down (rad), and distance (m) from the
    point, one for each azimuth, about which the tool tilts and from which it points away.
    """

    name = "PotsAndNiches"
    approach = "down"
    camera_eye = (-1.30, -0.32, 1.90)  # from behind, so that the arm hides no place
    camera_target = (0.25, -0.02, 0.24)

    def __init__(self, layout: Layout = Layout()) -> None:  # noqa: B008 (immutable)
        super().__init__(layout)
        self._radius, self._height = _TURN[0] * layout.stretch, _TURN[1]
        self._apart = _APART * max(1.0, 1.0 / layout.stretch)
        middle = (len(_FREQUENCY) - 1) / 2
        self._azimuths = {name: (i - middle) * self._apart for i, name in enumerate(_FREQUENCY)}
        self._places = tuple(self._place(name) for name in _FREQUENCY)

    @property
    def anchor(self) -> FloatArray:
        """On the ring, straight ahead."""
        return np.array([0.0, *_TRAVEL])

    @property
    def places(self) -> Sequence[Place]:
        """Four pots and three niches, from right to left."""
        return self._places

    def build(self, simulation: Simulation) -> None:
        """Add the pots and the niches, each as one body."""
        for name, azimuth in self._azimuths.items():
            if name.startswith("pot"):
                add_parts(simulation, self._pot(azimuth), (0.72, 0.55, 0.36, 1.0))
            else:
                add_parts(simulation, self._niche(azimuth), (0.36, 0.56, 0.66, 1.0))

    def tool_pose(self, point: FloatArray) -> ToolPose:
        """The tool points away from where it tilts."""
        azimuth, tilt, distance = point
        return leaning(azimuth, tilt, *self._along(tilt, distance))

    def coordinates(self, position: FloatArray) -> FloatArray:
        """Azimuth of a position, and its direction and distance from where the tool tilts there."""
        x, y, z = position
        out, down = np.hypot(x, y) - self._radius, self._height - z
        return np.array([np.arctan2(y, x), np.arctan2(out, down), np.hypot(out, down)])

    def stations(self, start: FloatArray, goal: FloatArray) -> list[FloatArray]:
        """Pull back, tilt, round on the ring, tilt, reach in."""
        tilt, distance = _TRAVEL
        out, into = (np.array([p[0], p[1], min(p[2], distance)]) for p in (start, goal))
        ring = [np.array([p[0], tilt, p[2]]) for p in (out, into)]
        return [start, out, *ring, into, goal]

    def _along(self, tilt: float, distance: float, above: float = 0.0) -> tuple[float, float]:
        """Radius and height (m) at a distance in a direction, and ``above`` it, at right angles."""
        c, s = np.cos(tilt), np.sin(tilt)
        return float(self._radius + distance * s + above * c), float(self._height - distance * c + above * s)

    def _place(self, name: str) -> Place:
        tilt, distance = _POT if name.startswith("pot") else _NICHE
        middle = np.array([self._azimuths[name], tilt, distance])
        spread = _SPREAD / np.array([self._along(tilt, distance)[0], distance, 1.0])
        return Place(name, middle - spread, middle + spread, _FREQUENCY[name])

    def _pot(self, azimuth: float) -> list[Part]:
        """Four walls on the floor: two across, two that point outward."""
        inside, tall = (_POT_INSIDE + self.layout.room) / 2, (_POT_RIM - _FLOOR) / 2
        beside = np.arcsin(inside / self._radius)
        out, long = np.array([self._radius, inside]) / np.cos(beside)  # seen along a wall, not along the pot
        walls: list[Part] = [
            ((long, _WALL / 2, tall), azimuth + side * beside, out, _FLOOR + tall, 0.0)
            for side in (-1.0, 1.0)
        ]
        for radius in (self._radius - inside, self._radius + inside):
            wide = radius * np.tan(beside) + _WALL / 2
            walls.append(((_WALL / 2, wide, tall), azimuth, radius, _FLOOR + tall, 0.0))
        return walls

    def _niche(self, azimuth: float) -> list[Part]:
        """Sides, floor, roof and back, and a foot."""
        tilt, distance = _NICHE
        slant, high = np.pi / 2 - tilt, (_NICHE_HEIGHT + self.layout.room) / 2 + _WALL
        middle, half = (_NICHE_FRONT + _NICHE_BACK) / 2, (_NICHE_BACK - _NICHE_FRONT) / 2
        open_half = (_NICHE_WIDTH + self.layout.room) / 2
        beside = np.arctan(open_half / self._along(tilt, distance)[0])
        wide = self._along(tilt, _NICHE_BACK)[0] * np.tan(beside) + _WALL / 2
        radius, height = self._along(tilt, middle)
        parts: list[Part] = []
        for side in (-1.0, 1.0):
            out = radius / np.cos(beside)  # seen along a side, not along the niche
            parts.append(((half, _WALL / 2, high), azimuth + side * beside, out, height, slant))
            at = self._along(tilt, middle, side * (high - _WALL / 2))
            parts.append(((half, wide, _WALL / 2), azimuth, *at, slant))
        radius, height = self._along(tilt, _NICHE_BACK)
        parts.append(((_WALL / 2, wide, high), azimuth, radius, height, slant))
        tall = (height - high - _FLOOR) / 2
        parts.append(((0.02, 0.05, tall), azimuth, radius - 0.06, _FLOOR + tall, 0.0))
        return parts
