"""Block-tridiagonal systems of many curves as one banded Cholesky solve.

The curves' systems stand one after another on the diagonal of a single matrix; the blocks that would couple
two curves are zero, so its bandwidth is that of one curve, 2 d - 1, and one LAPACK call solves them all.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg.lapack import dpbsv

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
    # Every block column from d - 1 rows above its upper block down to its diagonal block, then sheared:
    # LAPACK wants A[i, j] of a column j in row 2 d - 1 + i - j of the band.
    columns = np.zeros((systems, blocks, 3 * d - 1, d))
    columns[:, 1:, d - 1 : 2 * d - 1] = upper
    columns[:, :, 2 * d - 1 :] = diagonal
    column = np.arange(d)[:, None]
    band = columns[:, :, column + np.arange(2 * d), column].reshape(-1, 2 * d)
    _, solution, failed = dpbsv(band.T, right.reshape(-1, 1), overwrite_ab=True)
    if failed:
        raise np.linalg.LinAlgError(f"the leading minor of order {failed} is not positive definite")
    result: FloatArray = solution.reshape(systems, blocks, d)
    return result
