"""Boxes that stand round the arm, for scenes in cylinder coordinates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

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
