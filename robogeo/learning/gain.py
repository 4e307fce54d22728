"""What a demonstration is expected to mend, told before it is asked for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from robogeo.learning.neighborhood import alike

FloatArray = NDArray[np.float64]
_REACH = 0.5  # rad: a demonstration helps requests whose ends are that near to its own


def predicted_gain(ends: FloatArray, wrong: FloatArray, index: int, reach: float = _REACH) -> float:
    """Share of all that is wrong with the candidates which lies near one of them.

    The candidates come as life brings requests, and what is wrong with them foretells their failure. So this
    share estimates by how much of the present failure rate success on life's requests would rise, if the
    demonstration mended all it lies near.

    Args:
        ends: start and goal (m, 2, dof) of the candidates, rad.
        wrong: what is wrong with each (m,), >= 0; larger is likelier to fail.
        index: of the candidate to be demonstrated.
        reach: how near both ends have to be, in any joint, rad.

    Returns:
        In [0, 1]; 0 where nothing is wrong with any.
    """
    weight = np.maximum(wrong, 0.0)
    total = float(weight.sum())
    if total <= 0.0:
        return 0.0
    near = alike(ends[index : index + 1], ends, reach)[0]
    return min(1.0, float(weight[near].sum()) / total)
