"""Pairs of places on a closed round: angles of a pendulum, or of a circle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def drawn_turns(count: int, generator: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Angles (n,) in [0, 2 pi) at which pairs start, and signed turns (n,) of up to half a round, rad."""
    start = generator.uniform(0.0, 2.0 * np.pi, count)
    size = np.pi * (1.0 - generator.uniform(0.0, 1.0, count))
    return start, size * generator.choice([-1.0, 1.0], count)
