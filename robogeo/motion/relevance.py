"""Which demonstrations tell how a request is to be done: those that came near both its ends.

Geodesics alone prefer the shortest of all demonstrated ways between two places, though each way may have been
meant for ends of its own (a large letter and a small one, say). So ways are longer at nodes whose
demonstration passed by the ends of the request, the farther the longer. Where no demonstration came near both
ends, all nodes count the same and the way is the plain geodesic: motions that have to be put together from
several demonstrations are not biased.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_NEAR = 0.25  # rad: a demonstration that misses the ends by more, both together, tells nothing of the request
_PENALTY = 3.0  # times its length that a stretch of such a demonstration costs on top


def relevance_factors(
    shown: FloatArray, groups: NDArray[np.int64], start: FloatArray, goal: FloatArray
) -> FloatArray:
    """Factors (N,) >= 1 by which nodes make ways longer that are to serve a request.

    Args:
        shown: demonstrated configurations (N, dof) behind the nodes, rad.
        groups: demonstration (N,) that each comes from, numbered from 0.
        start: configuration (dof,), rad.
        goal: configuration (dof,), rad.
    """
    missed = np.zeros(int(groups.max()) + 1)
    for end in (start, goal):
        nearest = np.full(len(missed), np.inf)
        np.minimum.at(nearest, groups, np.linalg.norm(shown - end, axis=1))
        missed += nearest
    factors: FloatArray = (1.0 + _PENALTY * np.minimum(1.0, missed / _NEAR))[groups]
    return factors
