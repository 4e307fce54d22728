"""Meeting start and goal exactly.

A decoder reconstructs a little beside what it encodes, so a decoded path begins near the start, not at it.
The gaps at both ends are added back, fading away along the path: wholly at the end itself, so that the last
straight stretch (out of a compartment, into it) is shifted as a whole rather than bent. The correction is
bounded by whoever plans: beyond some hundredths of a radian it would do the work that the manifold should.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from robogeo.errors import MotionError

FloatArray = NDArray[np.float64]


def end_gaps(path: FloatArray, start: FloatArray, goal: FloatArray) -> tuple[float, float]:
    """Euclidean joint distances (rad) of a path (n, dof) from its wanted ends (dof,)."""
    return float(np.linalg.norm(start - path[0])), float(np.linalg.norm(goal - path[-1]))


def correct_end_points(
    path: FloatArray, start: FloatArray, goal: FloatArray, reach: float = 0.5
) -> FloatArray:
    """Path (n, dof) rad that begins at ``start`` and ends at ``goal`` (dof,), otherwise like ``path``.

    Args:
        path: configurations (n, dof), n >= 2.
        start: wanted first configuration (dof,).
        goal: wanted last configuration (dof,).
        reach: share of the path's arc length, in (0, 1], along which each correction fades to nothing.

    Raises:
        MotionError: shapes that do not agree, or a reach outside (0, 1].
    """
    if path.ndim != 2 or len(path) < 2 or start.shape != path[0].shape or goal.shape != path[0].shape:
        raise MotionError(f"end points {start.shape}, {goal.shape} do not fit a path {path.shape}")
    if not 0.0 < reach <= 1.0:
        raise MotionError(f"reach is {reach}, it must lie in (0, 1]")
    arc = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    share = arc / arc[-1] if arc[-1] > 0 else np.linspace(0.0, 1.0, len(path))
    corrected = path + _fade(share / reach)[:, None] * (start - path[0])
    corrected += _fade((1.0 - share) / reach)[:, None] * (goal - path[-1])
    corrected[0], corrected[-1] = start, goal
    return corrected


def _fade(x: FloatArray) -> FloatArray:
    """From 1 at x <= 0 to 0 at x >= 1 with zero slope and curvature at both (the minimum-jerk profile)."""
    x = np.clip(x, 0.0, 1.0)
    return 1.0 - x**3 * (10.0 - 15.0 * x + 6.0 * x**2)
