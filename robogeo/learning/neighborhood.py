"""When two requests are alike: both ends near, either way round, because a motion shows its reverse too."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def alike(ends: FloatArray, others: FloatArray, radius: float) -> NDArray[np.bool_]:
    """Which requests are alike.

    Args:
        ends: start and goal (m, 2, dof) of some requests, rad.
        others: of others (k, 2, dof), rad.
        radius: no joint differs by more than this at either end, rad.

    Returns:
        (m, k), true where they are.
    """
    if not len(others):
        return np.zeros((len(ends), 0), dtype=np.bool_)
    # Request by request: all pairs at once would take m * k * dof numbers.
    rows = [
        np.minimum(
            np.abs(others - pair).max(axis=(1, 2)),
            np.abs(others - pair[::-1]).max(axis=(1, 2)),
        )
        for pair in ends
    ]
    return np.array(rows).reshape(len(ends), len(others)) <= radius
