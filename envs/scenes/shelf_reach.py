"""ShelfReach: reach into a rack of 2 x 3 compartments.

Task: bring the tool from one place to another; a place is a compartment of the rack or the home side, the
free space before it. The arm has to withdraw, travel before the rack, and insert.

Randomisation: start and goal places, and the tool position in each (depth 7 cm, sideways 6 cm, height 5 cm
in a compartment). The stream of requests favours some compartments, as life does; the held-out requests
weigh all pairs of places alike.

Success: see ``robogeo.evaluation``; the scene contributes contact-free motion and the tool within 5 mm and
0.05 rad of the goal.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from envs.kinematics import ToolPose
from envs.robots import FloatArray
from envs.scenes.scene import Layout, Place, Scene
from envs.simulation import Simulation

_FRONT, _DEPTH = 0.62, 0.34  # m: front plane and depth of the rack
_WIDTH, _HEIGHT, _WALL = 0.26, 0.24, 0.02  # m: inside of a compartment, thickness of its walls
_BOTTOM = 0.30  # m: floor of the lower row
_COLUMNS, _ROWS = ("left", "centre", "right"), ("low", "high")
_TRAVEL = 0.06  # m: distance before the rack at which the tool travels
_FREQUENCY = {
    "centre low": 0.30,
    "centre high": 0.22,
    "left low": 0.16,
    "right low": 0.05,
    "left high": 0.05,
    "right high": 0.04,
    "home": 0.18,
}
_FORWARD = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])  # tool axis into the rack


class ShelfReach(Scene):
    """A rack of 2 x 3 compartments before the arm; place coordinates are x, y, z in m."""

    name = "ShelfReach"
    approach = "forward"
    camera_eye = (-0.66, -1.08, 1.24)
    camera_target = (0.42, 0.0, 0.44)

    def __init__(self, layout: Layout = Layout()) -> None:  # noqa: B008 (immutable)
        super().__init__(layout)
        self._front, self._bottom = _FRONT * layout.stretch, _BOTTOM + layout.lift
        self._width, self._travel = _WIDTH + layout.room, self._front - _TRAVEL
        compartments = [
            self._compartment(column, row) for row in range(len(_ROWS)) for column in range(len(_COLUMNS))
        ]
        lower, upper = self._before([0.52, -0.10, 0.50]), self._before([0.56, 0.10, 0.64])
        self._places = (*compartments, Place("home", lower, upper, _FREQUENCY["home"]))

    @property
    def anchor(self) -> FloatArray:
        """The middle of the home side."""
        return self._before([0.54, 0.0, 0.57])

    @property
    def places(self) -> Sequence[Place]:
        """Six compartments and the home side."""
        return self._places

    def build(self, simulation: Simulation) -> None:
        """Add the rack's plinth, walls, shelves and back as one body."""
        middle, half = self._front + _DEPTH / 2, _DEPTH / 2
        pitch_y, pitch_z = self._width + _WALL, _HEIGHT + _WALL
        span = len(_COLUMNS) * pitch_y / 2 + _WALL / 2
        tall = len(_ROWS) * pitch_z / 2
        centre_z = self._bottom - _WALL / 2 + tall
        boxes: list[tuple[Sequence[float], Sequence[float]]] = []
        for i in range(len(_COLUMNS) + 1):
            y = (i - len(_COLUMNS) / 2) * pitch_y
            boxes.append(((half, _WALL / 2, tall + _WALL / 2), (middle, y, centre_z)))
        for i in range(len(_ROWS) + 1):
            z = self._bottom - _WALL / 2 + i * pitch_z
            boxes.append(((half, span, _WALL / 2), (middle, 0.0, z)))
        boxes.append(((_WALL / 2, span, tall + _WALL / 2), (self._front + _DEPTH + _WALL / 2, 0.0, centre_z)))
        plinth = (self._bottom - _WALL) / 2
        boxes.append(((half, span, plinth), (middle, 0.0, plinth)))
        simulation.add_boxes(boxes, (0.72, 0.55, 0.36, 1.0))

    def tool_pose(self, point: FloatArray) -> ToolPose:
        """The tool always points into the rack."""
        return ToolPose(np.asarray(point, dtype=np.float64), _FORWARD)

    def coordinates(self, position: FloatArray) -> FloatArray:
        """Place coordinates are the position itself."""
        return np.asarray(position, dtype=np.float64)

    def stations(self, start: FloatArray, goal: FloatArray) -> list[FloatArray]:
        """Straight out of the rack, across before it, straight in."""
        corners = [start]
        if start[0] > self._travel:
            corners.append(np.array([self._travel, start[1], start[2]]))
        if goal[0] > self._travel:
            corners.append(np.array([self._travel, goal[1], goal[2]]))
        return [*corners, goal]

    def _before(self, point: Sequence[float]) -> FloatArray:
        """A point (3,) m on the home side, nearer for an arm of less reach."""
        x, y, z = point
        return np.array([x * self.layout.stretch, y, z + self.layout.lift])

    def _compartment(self, column: int, row: int) -> Place:
        name = f"{_COLUMNS[column]} {_ROWS[row]}"
        y = ((len(_COLUMNS) - 1) / 2 - column) * (self._width + _WALL)
        z = self._bottom + row * (_HEIGHT + _WALL) + _HEIGHT / 2
        lower = np.array([self._front + 0.07, y - 0.03, z - 0.025])
        upper = np.array([self._front + 0.14, y + 0.03, z + 0.025])
        return Place(name, lower, upper, _FREQUENCY[name])
