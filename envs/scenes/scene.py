"""What stands round an arm, and what a scene is: obstacles, places of starts and goals, routes between."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from envs.kinematics import ToolPose
from envs.robots import FloatArray, RobotSpec
from envs.simulation import Simulation

_LAID_OUT_REACH, _LAID_OUT_WIDTH = 0.946, 0.13  # m: of the arm that the scenes' lengths were written for


@dataclass(frozen=True)
class Layout:
    """What a scene has to know of an arm to ask of it what it asks of others.

    Attributes:
        stretch: factor on the distances at which the scene stands from the arm.
        lift: m by which what stands before the arm is higher.
        room: m by which openings are wider, for the sake of a wide tool.
    """

    stretch: float = 1.0
    lift: float = 0.0
    room: float = 0.0

    @classmethod
    def for_arm(cls, robot: RobotSpec) -> Layout:
        """The layout for an arm, by its reach and the width of its tool."""
        room = max(0.0, robot.tool_width - _LAID_OUT_WIDTH)
        return cls(robot.reach / _LAID_OUT_REACH, robot.lift, room)


@dataclass(frozen=True)
class Place:
    """A box of tool positions.

    Attributes:
        name: as shown to people.
        lower, upper: corners of the box (3,), in the scene's own place coordinates.
        frequency: how often the stream of requests visits it, relative to the others.
        skill: which of the scene's skills it belongs to, if there are several.
    """

    name: str
    lower: FloatArray
    upper: FloatArray
    frequency: float
    skill: str = ""

    def sample(self, rng: np.random.Generator) -> FloatArray:
        """A point (3,) drawn uniformly."""
        return rng.uniform(self.lower, self.upper)

    def contains(self, point: FloatArray, slack: float = 0.02) -> bool:
        """Whether ``point`` (3,) lies in the box, within ``slack``."""
        return bool(np.all(point >= self.lower - slack) and np.all(point <= self.upper + slack))


class Surroundings(ABC):
    """What stands round an arm, and from where it is looked at.

    Args:
        layout: how it is fitted to the arm.

    Attributes:
        name: as in ``robogeo/NAME-v0``.
        approach: how the tool points at rest, ``forward`` or ``down``; "" leaves the arm at its own rest.
        camera_eye, camera_target: from where pictures are taken, and what is in their middle, m.
        floor: whether the arm stands on a floor, an obstacle like any other.
        bounds: largest values of the scene's own measures that a successful motion may have.
    """

    name: str
    approach: str
    camera_eye: tuple[float, float, float]
    camera_target: tuple[float, float, float]
    floor: bool = True
    bounds: Mapping[str, float] = {}

    def __init__(self, layout: Layout = Layout()) -> None:
        self.layout = layout

    @abstractmethod
    def build(self, simulation: Simulation) -> None:
        """Put the obstacles into the simulation."""

    def measures(self, tool: FloatArray, start: FloatArray, goal: FloatArray) -> dict[str, float]:
        """The scene's own measures of a motion, smaller is better; every one in ``bounds`` is among them.

        Args:
            tool: tool positions (n, 3) along the motion, m.
            start: tool position (3,) from which it was asked, m.
            goal: tool position (3,) to which it was asked, m.
        """
        return {}


class Scene(Surroundings):
    """Obstacles, places and routes. Place coordinates may be curved (cylindrical, say).

    Attributes:
        corner_radius: how far from its corners a route is rounded, in place coordinates.
    """

    corner_radius: float = 0.06

    @property
    @abstractmethod
    def anchor(self) -> FloatArray:
        """A point (3,), in place coordinates, from which places are approached to find postures."""

    @property
    @abstractmethod
    def places(self) -> Sequence[Place]:
        """Where requests start and end."""

    @abstractmethod
    def tool_pose(self, point: FloatArray) -> ToolPose:
        """Tool pose at a point (3,) in place coordinates."""

    @abstractmethod
    def coordinates(self, position: FloatArray) -> FloatArray:
        """Place coordinates (3,) of a tool position (3,) m."""

    @abstractmethod
    def stations(self, start: FloatArray, goal: FloatArray) -> list[FloatArray]:
        """Corner points (3,) of the way from start to goal, both included, in place coordinates."""

    def pairs(self) -> list[tuple[Place, Place]]:
        """The ordered pairs of places that a request may join."""
        return [(a, b) for a in self.places for b in self.places if a.name != b.name]

    def place_of(self, position: FloatArray) -> Place | None:
        """The place in which a tool position (3,) m lies, if any."""
        point = self.coordinates(position)
        return next((place for place in self.places if place.contains(point)), None)

    def route(self, start: ToolPose, goal: ToolPose, spacing: float = 0.02) -> list[ToolPose]:
        """Tool poses from start to goal: withdraw, travel, insert, with rounded corners.

        Positions follow :meth:`stations`; the tool has the scene's own orientation, except that what start
        and goal deviate from it fades out along the first and the last quarter of the way.
        """
        corners = self.stations(self.coordinates(start.position), self.coordinates(goal.position))
        points = round_corners(np.stack(corners), self.corner_radius, spacing)
        poses = [self.tool_pose(point) for point in points]
        fade = np.clip(1.0 - 4.0 * np.linspace(0.0, 1.0, len(poses)), 0.0, 1.0)[:, None]
        ends = (poses[0], start), (poses[-1], goal)
        differing = np.stack([wanted.rotation @ own.rotation.T for own, wanted in ends])
        first, last = Rotation.from_matrix(differing).as_rotvec()
        turns = Rotation.from_rotvec(fade * first + fade[::-1] * last).as_matrix()
        return [
            ToolPose(pose.position, turn @ pose.rotation) for pose, turn in zip(poses, turns, strict=True)
        ]


def round_corners(corners: FloatArray, radius: float = 0.06, spacing: float = 0.02) -> FloatArray:
    """Points (n, k) along the polyline ``corners`` (m, k), its corners replaced by parabolic arcs.

    An arc starts ``radius`` before a corner, or half a leg if that is shorter. Ends are exact.
    """
    keep = np.concatenate([[True], np.linalg.norm(np.diff(corners, axis=0), axis=1) > 1e-9])
    corners = corners[keep]
    if len(corners) == 1:
        return np.repeat(corners, 2, axis=0)
    pieces = [corners[:1]]
    for before, corner, after in zip(corners[:-2], corners[1:-1], corners[2:], strict=True):
        reach_in = min(radius, np.linalg.norm(corner - before) / 2) / np.linalg.norm(corner - before)
        reach_out = min(radius, np.linalg.norm(after - corner) / 2) / np.linalg.norm(after - corner)
        enter, leave = corner + reach_in * (before - corner), corner + reach_out * (after - corner)
        u = np.linspace(0.0, 1.0, 9)[:, None]
        pieces.append((1 - u) ** 2 * enter + 2 * u * (1 - u) * corner + u**2 * leave)
    pieces.append(corners[-1:])
    dense = np.concatenate(pieces)
    arc = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(dense, axis=0), axis=1))])
    count = max(2, int(np.ceil(arc[-1] / spacing)) + 1)
    at = np.linspace(0.0, arc[-1], count)
    return np.stack([np.interp(at, arc, column) for column in dense.T], axis=1)
