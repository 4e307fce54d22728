"""Strokes: draw letters on a tilted board.

Task: draw a shape with one stroke from its one end to the other: C (three quarters of a circle), S, U (an
open square), Z, L and V. The pen is 5 cm long and weightless: the tool stays in the drawing plane, 5 cm above
the board, and square to it, so that nothing but the pen would touch.

Randomisation: the shape, the direction in which it is drawn, and both its ends (2 cm along either side of the
board). The similarity that takes the shape's own ends to the wanted ones carries the shape, so place, size
and slant vary with them. The stream of requests favours some shapes; the held-out requests weigh all alike.

Success: see ``robogeo.evaluation``; the scene contributes contact-free motion, the tool within 5 mm and
0.05 rad of the goal, and two measures with bounds: how far the tool left the drawing plane
(``plane_error_mm``, at most 5) and how far it left the wanted stroke within the plane (``stroke_error_mm``,
at most 30). They are in an execution's ``measures`` and in an episode's ``info``.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np
from scipy.spatial.distance import cdist
from scipy.spatial.transform import Rotation

from envs.kinematics import ToolPose
from envs.robots import FloatArray
from envs.scenes.scene import Layout, Place, Scene, round_corners
from envs.simulation import Simulation

_TILT = np.deg2rad(50.0)  # of the board, from level
_CENTRE = np.array([0.66, 0.0, 0.515])  # m
_ACROSS = np.array([0.0, -1.0, 0.0])  # to the right, as the arm sees it
_UPWARD = np.array([np.cos(_TILT), 0.0, np.sin(_TILT)])
_NORMAL = np.array([-np.sin(_TILT), 0.0, np.cos(_TILT)])  # towards the arm
_FRAME = np.stack([_ACROSS, _UPWARD, _NORMAL])
_SQUARE = np.stack([np.cross(-_ACROSS, -_NORMAL), -_ACROSS, -_NORMAL], axis=1)  # the tool, before the board
_HALF = (0.37, 0.235, 0.01)  # m: half extents of the board
_PEN = 0.05  # m: the drawing plane above the board
_SIZE = 0.13  # m: height of a shape
_SPREAD = 0.01  # m
_SAMPLES = 25  # points of an arc
_INK = 0.004  # m: half the width of a painted line

_Box = tuple[Sequence[float], list[float]]


def _arc(centre: tuple[float, float], radius: float, first: float, last: float) -> FloatArray:
    """Points (n, 2) from angle ``first`` to ``last``, in degrees."""
    angles = np.deg2rad(np.linspace(first, last, _SAMPLES))
    return np.asarray(centre) + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)


# Shapes in their own unit (height 1, centred), with how often they are wanted and where they stand.
_SHAPES: dict[str, tuple[FloatArray, float, tuple[float, float]]] = {
    "C": (_arc((0.0, 0.0), 0.5, 45.0, 315.0), 0.30, (-0.20, 0.10)),
    "S": (
        np.concatenate([_arc((0.0, 0.25), 0.25, 20.0, 270.0), _arc((0.0, -0.25), 0.25, 90.0, -160.0)[1:]]),
        0.25,
        (0.0, 0.10),
    ),
    "U": (np.array([[-0.45, 0.5], [-0.45, -0.5], [0.45, -0.5], [0.45, 0.5]]), 0.20, (0.20, 0.10)),
    "Z": (np.array([[-0.45, 0.5], [0.45, 0.5], [-0.45, -0.5], [0.45, -0.5]]), 0.16, (-0.20, -0.10)),
    "L": (np.array([[-0.4, 0.5], [-0.4, -0.5], [0.45, -0.5]]), 0.13, (0.0, -0.10)),
    "V": (np.array([[-0.45, 0.5], [0.0, -0.5], [0.45, 0.5]]), 0.11, (0.20, -0.10)),
}


class Strokes(Scene):
    """A tilted board; place coordinates are right, up along the board, and height above it, in m."""

    name = "Strokes"
    approach = "down"
    camera_eye = (-0.22, 0.98, 1.12)
    camera_target = (0.40, 0.02, 0.40)
    corner_radius = 0.015
    bounds: Mapping[str, float] = {"plane_error_mm": 5.0, "stroke_error_mm": 30.0}

    def __init__(self, layout: Layout = Layout()) -> None:  # noqa: B008 (immutable)
        super().__init__(layout)
        self._curves = {
            name: _SIZE * points + np.asarray(centre) for name, (points, _, centre) in _SHAPES.items()
        }
        self._remembered: tuple[tuple[bytes, bytes], FloatArray] | None = None
        self._places = tuple(self._place(name, end) for name in _SHAPES for end in ("start", "end"))

    @property
    def anchor(self) -> FloatArray:
        """Before the middle of the board."""
        return np.array([0.0, 0.0, _PEN + 0.06])

    @property
    def places(self) -> Sequence[Place]:
        """Both ends of every shape."""
        return self._places

    def pairs(self) -> list[tuple[Place, Place]]:
        """Every shape, drawn in either direction."""
        return [(a, b) for a, b in super().pairs() if a.name.split()[0] == b.name.split()[0]]

    def build(self, simulation: Simulation) -> None:
        """Add the board on its foot, and the shapes painted on it."""
        level = self._position(np.array([0.0, 0.0, -_HALF[2]])).tolist()
        foot: _Box = ((0.012, 0.20, 0.16), [_CENTRE[0] + 0.03, 0.0, 0.10])
        turns = [_angles(_ACROSS), (0.0, 0.0, 0.0)]
        simulation.add_boxes([(_HALF, level), foot], (0.93, 0.90, 0.82, 1.0), turns)
        for curve in self._curves.values():
            strips, turns = self._painted(curve)
            simulation.add_boxes(strips, (0.15, 0.35, 0.65, 1.0), turns, solid=False)

    def tool_pose(self, point: FloatArray) -> ToolPose:
        """Square to the board."""
        return ToolPose(self._position(np.asarray(point, dtype=np.float64)), _SQUARE)

    def coordinates(self, position: FloatArray) -> FloatArray:
        """Right, up and above, seen from the middle of the board."""
        return np.asarray(_FRAME @ (position - _CENTRE))

    def stations(self, start: FloatArray, goal: FloatArray) -> list[FloatArray]:
        """Along the shape that has its ends there, else straight."""
        curve = self._curve_between(start, goal)
        if curve is None:
            return [start, goal]
        height = np.linspace(start[2], goal[2], len(curve))
        return [start, *np.column_stack([curve, height])[1:-1], goal]

    def measures(self, tool: FloatArray, start: FloatArray, goal: FloatArray) -> dict[str, float]:
        """How far the tool left the drawing plane, and within it the wanted stroke, in mm."""
        points = (tool - _CENTRE) @ _FRAME.T
        nearest = cdist(points[:, :2], self._wanted(start, goal), "sqeuclidean").min(axis=1)
        return {
            "plane_error_mm": 1000.0 * float(np.abs(points[:, 2] - _PEN).max()),
            "stroke_error_mm": 1000.0 * math.sqrt(nearest.max()),
        }

    def _wanted(self, start: FloatArray, goal: FloatArray) -> FloatArray:
        """Points (n, 2), 1 mm apart, of the stroke between two tool positions; the last one is remembered."""
        key = (start.tobytes(), goal.tobytes())
        if self._remembered is None or self._remembered[0] != key:
            corners = np.stack(self.stations(self.coordinates(start), self.coordinates(goal)))
            self._remembered = key, round_corners(corners, self.corner_radius, 0.001)[:, :2]
        return self._remembered[1]

    def _position(self, point: FloatArray) -> FloatArray:
        return np.asarray(_CENTRE + point @ _FRAME)

    def _place(self, shape: str, end: str) -> Place:
        point = np.append(self._curves[shape][0 if end == "start" else -1], _PEN)
        spread = np.array([_SPREAD, _SPREAD, 0.0])
        return Place(f"{shape} {end}", point - spread, point + spread, _SHAPES[shape][1])

    def _curve_between(self, start: FloatArray, goal: FloatArray) -> FloatArray | None:
        """The shape (n, 2) whose ends lie about there, carried to just there; None if there is none."""
        places = [next((p for p in self._places if p.contains(point)), None) for point in (start, goal)]
        if places[0] is None or places[1] is None or tuple(places) not in self.pairs():
            return None
        shape, end = places[0].name.split()
        curve = self._curves[shape] if end == "start" else self._curves[shape][::-1]
        own = curve[:, 0] + 1j * curve[:, 1]
        first, last = complex(start[0], start[1]), complex(goal[0], goal[1])
        carried = first + (own - own[0]) * (last - first) / (own[-1] - own[0])
        return np.stack([carried.real, carried.imag], axis=1)

    def _painted(self, curve: FloatArray) -> tuple[list[_Box], list[tuple[float, float, float]]]:
        """Thin strips, and their turns, that show a curve (n, 2) on the board."""
        corners = np.concatenate([curve[: -1 : max(1, len(curve) // 12)], curve[-1:]])
        strips: list[_Box] = []
        turns = []
        for a, b in itertools.pairwise(corners):
            length = float(np.linalg.norm(b - a))
            right, up = (b - a) / length
            strips.append(
                ((length / 2 + _INK, _INK, 0.001), self._position(np.append((a + b) / 2, 0.001)).tolist())
            )
            turns.append(_angles(right * _FRAME[0] + up * _FRAME[1]))
        return strips, turns


def _angles(along: FloatArray) -> tuple[float, float, float]:
    """Roll, pitch and yaw of a box that lies on the board, its first edge along a direction (3,) in it."""
    frame = np.stack([along, np.cross(_NORMAL, along), _NORMAL], axis=1)
    roll, pitch, yaw = Rotation.from_matrix(frame).as_euler("xyz")
    return float(roll), float(pitch), float(yaw)
