"""Block-tridiagonal systems of many curves as one banded Cholesky solve.

The curves' systems stand one after another on the diagonal of a single matrix; the blocks that would couple
two curves are zero, so its bandwidth is that of one curve, 2 d - 1, and one LAPACK call solves them all.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import solveh_banded

from robogeo.geometry.points import FloatArray


def solve_block_tridiagonal(diagonal: FloatArray, upper: FloatArray, right: FloatArray) -> FloatArray:
    """Solve L symmetric positive definite block-tridiagonal systems.

    Args:
        diagonal: blocks (L, n, d, d).
        upper: blocks (L, n - 1, d, d) right of them; those left are their transposes.
        right: right-hand sides (L, n, d).

    Returns:
        solutions (L, n, d).

    Raises:
        numpy.linalg.LinAlgError: a system is not positive definite.
    """
    systems, blocks, d = right.shape
    padded = np.concatenate([upper, np.zeros((systems, 1, d, d))], axis=1).reshape(-1, d, d)
    centre = diagonal.reshape(-1, d, d)
    band = np.zeros((2 * d, systems * blocks * d))
    for a in range(d):
        for b in range(a, d):
            band[2 * d - 1 + a - b, b::d] = centre[:, a, b]
        for b in range(d):
            band[d - 1 + a - b, d + b :: d] = padded[:-1, a, b]
    solution = solveh_banded(band, right.reshape(-1), overwrite_ab=True, check_finite=False)
    result: FloatArray = solution.reshape(systems, blocks, d)
    return result
