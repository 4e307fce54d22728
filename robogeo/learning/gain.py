"""What a demonstration is expected to mend, told before it is asked for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from robogeo.learning.pairs import NEAR

FloatArray = NDArray[np.float64]


def predicted_gain(ends: FloatArray, wrong: FloatArray, index: int, reach: float = NEAR) -> float:
    """Share of all that is wrong with the candidates which a demonstration of one of them would mend.

    The candidates come as life brings requests, and what is wrong with them foretells their failure. A
    request fails at an end that nothing was shown near to, so each of its two ends answers for half of it;
    a demonstration mends the ends near to either of its own, because the graph joins what it shows to all
    else. The share is thus an estimate of the share of present failures that will succeed. Counting only
    requests both of whose ends are near, it would be several times too small.

    Args:
        ends: start and goal (m, 2, dof) of the candidates, rad.
        wrong: what is wrong with each (m,), >= 0; larger is likelier to fail.
        index: of the candidate to be demonstrated.
        reach: how near two ends have to be, in every joint, rad.

    Returns:
        In [0, 1]; 0 where nothing is wrong with any.
    """
    weight = np.maximum(wrong, 0.0)
    total = float(weight.sum())
    if total <= 0.0:
        return 0.0
    apart = np.minimum(*(np.abs(ends - end).max(axis=2) for end in ends[index]))
    known = np.mean(apart <= reach, axis=1)
    return min(1.0, float(weight @ known) / total)
