"""Boxes that stand round the arm and tools that lean outward, for scenes in cylinder coordinates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from envs.kinematics import ToolPose
from envs.simulation import Simulation
from envs.static_bodies import Color

# A box: half extents (outward, across, up), azimuth (rad), radius and height of its centre (m), and its
# slant (rad), outward and down from level.
Part = tuple[tuple[float, float, float], float, float, float, float]


def add_parts(simulation: Simulation, parts: Sequence[Part], color: Color) -> None:
    """Add one body made of such boxes, 16 at most."""
    boxes = [
        (half, (radius * np.cos(azimuth), radius * np.sin(azimuth), height))
        for half, azimuth, radius, height, _ in parts
    ]
    simulation.add_boxes(boxes, color, [(0.0, slant, azimuth) for _, azimuth, _, _, slant in parts])


def leaning(azimuth: float, lift: float, radius: float, height: float) -> ToolPose:
    """A tool at cylinder coordinates (rad, m, m) that points down at lift 0, at a quarter turn (rad) outward.

    Written out: a route takes dozens, and NumPy's cross product of two vectors takes as long as solving the
    inverse kinematics.
    """
    c, s, down, out = (float(f(angle)) for angle in (azimuth, lift) for f in (np.cos, np.sin))
    x, y, z = out * c, out * s, -down  # where the tool points
    rotation = np.array([[c * z, -s, x], [s * z, c, y], [-s * y - c * x, 0.0, z]])
    return ToolPose(np.array([radius * c, radius * s, height]), rotation)
