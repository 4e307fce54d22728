"""What a decoder gets wrong where it can be known: the residuals of what was demonstrated, interpolated.

A decoder smooths: it puts a demonstrated configuration some hundredths of a radian beside where it was, by
nearly as much for all its neighbours. So the residuals of nearby codes are taken as weighted mean (Nadaraya
1964, Watson 1964) and added to what is decoded. Weights are Gaussian in latent distance, counted from the
nearest code: far from all of them its residual counts alone, instead of none.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from robogeo.geometry.neighbors import nearest

FloatArray = NDArray[np.float64]

_NEIGHBORS = 64  # codes that count at a point; fewer, cut off while they still weigh, make paths restless


class Residuals:
    """Residuals at codes, and their interpolation.

    Args:
        codes: latent codes (N, d) of what was demonstrated.
        residuals: observations minus what is decoded there (N, D).
        width: latent distance over which residuals are alike.
    """

    def __init__(self, codes: FloatArray, residuals: FloatArray, width: float) -> None:
        self._tree, self._residuals, self._width = cKDTree(codes), residuals, width
        self._neighbors = min(_NEIGHBORS, len(codes))

    def at(self, z: FloatArray) -> FloatArray:
        """Residuals (n, D) to be expected at latent points (n, d)."""
        apart, index = nearest(self._tree, z, self._neighbors)
        weights = np.exp(-0.5 * (apart**2 - apart[:, :1] ** 2) / self._width**2)
        weights /= weights.sum(axis=1, keepdims=True)
        return np.einsum("nk,nkj->nj", weights, self._residuals[index])
