"""Rotation vectors, axis times angle in rad: a rotation by theta about an axis is one by theta - 2 pi too."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_TURN = 2.0 * np.pi
_NOTHING = 1e-9  # rad: below it a rotation has no axis


def continued(vectors: FloatArray, before: FloatArray | None = None) -> FloatArray:
    """Rotation vectors (n, 3) rad of the same rotations, each the one of its kind nearest to the one before.

    Args:
        vectors: along a path.
        before: what the first is to be near to (3,); None: the first stays as it is.
    """
    found = vectors.copy()
    for vector in found:
        if before is not None:
            vector += _turns_towards(before, vector)
        before = vector
    return found


def _turns_towards(before: FloatArray, vector: FloatArray) -> FloatArray:
    """Whole turns (3,) rad about a rotation vector's axis that bring it nearest to another."""
    angle = float(np.linalg.norm(vector))
    if angle > _NOTHING:
        return round((float(before @ vector) / angle - angle) / _TURN) * _TURN / angle * vector
    # No rotation at all is a whole turn about any axis.
    far = float(np.linalg.norm(before))
    return round(far / _TURN) * _TURN / max(far, _NOTHING) * before


def nearest_rotations(matrices: FloatArray) -> FloatArray:
    """The rotations (n, 3, 3) nearest to matrices (n, 3, 3) in Frobenius' norm."""
    left, _, right = np.linalg.svd(matrices)
    left[:, :, 2] *= np.sign(np.linalg.det(left @ right))[:, None]  # a reflection is no rotation
    return np.asarray(left @ right)
