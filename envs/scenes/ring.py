"""Boxes that stand round the arm and tools that lean outward, for scenes in cylinder coordinates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from envs.robots import FloatArray
from envs.simulation import Color, Simulation

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


def leaning(azimuth: float, lift: float) -> FloatArray:
    """Rotation (3, 3) of a tool at an azimuth (rad): at lift 0 it points down, at a quarter turn outward.

    Written out: a route takes dozens, and NumPy's cross product of two vectors takes as long as solving the
    inverse kinematics.
    """
    c, s, out, down = (float(f(angle)) for angle in (azimuth, lift) for f in (np.cos, np.sin))
    x, y, z = down * c, down * s, -out  # where the tool points
    return np.array([[c * z - 0.0 * y, -s, x], [0.0 * x + s * z, c, y], [-s * y - c * x, 0.0, z]])
