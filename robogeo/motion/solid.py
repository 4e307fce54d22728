"""What is seen in a world, as plain triangles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Solid:
    """Something that is seen in a world.

    Attributes:
        joint: that moves it; -1 where it stands still.
        vertices: (V, 3) m, in the frame of the joint's link; in the world's where it stands still.
        faces: triangles (F, 3), indices of vertices.
        color: red, green, blue and opacity (4,), in [0, 1].
    """

    joint: int
    vertices: FloatArray
    faces: NDArray[np.int64]
    color: FloatArray
