"""How far a chart tears what was demonstrated.

A demonstration is one sweep, and so should its codes be. Early in training an encoder may fold or cut the
data; it seldom mends that later, a warm start inherits it, and geodesics then lead all the way round the cut.
A tear is told by the stretch of the encoder from one observation to the next: in whole charts the greatest is
two to three medians, in torn ones ten and more.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
TORN = 5.0  # medians


def tear(x: FloatArray, codes: FloatArray, groups: NDArray[np.int64]) -> float:
    """Greatest over median stretch |dz| / |dx| between successive observations of one demonstration.

    Observations nearer to each other than usual count as if they were not, so that rounding stretches
    nothing. Where nothing moves, or there is nothing to compare, it is 1.

    Args:
        x: observations (N, D).
        codes: their latent codes (N, d).
        groups: the index (N,) of each row's demonstration.
    """
    together = groups[1:] == groups[:-1]
    apart = np.linalg.norm(np.diff(x, axis=0), axis=1)[together]
    if not apart.any():
        return 1.0
    usual = float(np.median(apart[apart > 0]))
    stretch = np.linalg.norm(np.diff(codes, axis=0), axis=1)[together] / np.maximum(apart, usual)
    median = float(np.median(stretch[apart > 0]))
    return float(stretch.max()) / median if median > 0 else 1.0
