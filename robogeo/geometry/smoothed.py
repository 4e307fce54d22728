"""The smoothed metric of Chen et al. 2018 (eqs. 15-17), for reproducing their experiments.

With the singular value decomposition G = U diag(s) U^T of the symmetric tensor G = J^T J, the paper replaces

    s_i    by    s_i^3 / (s_i^2 + lambda)    for the r largest of them, and by 0 for the others,

a post-processing that shrinks small singular values far more than large ones: a repair for a mean-only metric
that takes short cuts where no data are. At full rank no decomposition is needed, since all of these share
their eigenvectors: G_hat = G (G^2 + lambda I)^-1 G^2, which is safe to differentiate where values coincide.

lambda is absolute, in units of s^2: it depends on the scale of pixels and of latent space, and it changes
every length. The expected metric with support needs no such number; prefer it for anything but reproduction.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

from robogeo.errors import GeometryError
from robogeo.geometry.immersion import Decoder
from robogeo.geometry.metric import PullbackMetric
from robogeo.geometry.perceptron import Perceptron
from robogeo.geometry.points import FloatArray

QUADRATURE = 8
"""Gauss-Legendre points of a segment: its length is no limit of chords, which this metric undercuts."""
CHUNK = 256
TOLERANCE, DEEPEST = 1e-7, 10
"""Relative change of a length by cutting the segment in halves that is let pass, and how often it is cut."""


def smoothed_tensor(G: torch.Tensor, smoothing: float, rank: int | None = None) -> torch.Tensor:
    """G_hat of metric tensors G (..., d, d), float64; see `SmoothedMetric` for the numbers."""
    G = G.double()
    square, d = G @ G, G.shape[-1]
    if rank is None or rank >= d:
        eye = torch.eye(d, dtype=G.dtype, device=G.device)
        smooth = G @ torch.linalg.solve(square + smoothing * eye, square)
        return 0.5 * (smooth + smooth.mT)
    s, U = torch.linalg.eigh(G)
    s, U = s[..., d - rank :], U[..., d - rank :]
    return (U * (s**3 / (s**2 + smoothing)).unsqueeze(-2)) @ U.mT


class SmoothedMetric(PullbackMetric):
    """G_hat of one decoder.

    Lengths fall below the decoded chord, so its graphs must search with landmarks, and `relax`, which
    descends a sum of chords, refuses it: use `fit_neural_geodesic`.

    Args:
        decoder: as for `PullbackMetric`.
        smoothing: lambda > 0, in units of squared singular values of G.
        rank: r, singular values kept; all of them when None. With fewer, lengths have no derivative where
            values coincide.
        dtype: as for `PullbackMetric`.
        perceptron: as for `PullbackMetric`.

    Raises:
        GeometryError: lambda or r out of range.
    """

    chordal = False

    def __init__(
        self,
        decoder: Decoder,
        smoothing: float,
        rank: int | None = None,
        dtype: torch.dtype | None = None,
        perceptron: Perceptron | None = None,
    ) -> None:
        if not (math.isfinite(smoothing) and smoothing > 0):
            raise GeometryError(f"smoothing: must be positive and finite, got {smoothing}")
        if rank is not None and rank < 1:
            raise GeometryError(f"rank: must be at least 1, got {rank}")
        super().__init__(decoder, None, dtype, perceptron)
        self.smoothing, self.rank = float(smoothing), rank

    def tensor(self, z: Any) -> torch.Tensor:
        """G_hat, (..., d) -> (..., d, d) float64, symmetric and positive semi-definite."""
        return smoothed_tensor(super().tensor(z), self.smoothing, self.rank)

    def log_magnification_factor(self, z: Any) -> torch.Tensor:
        """Logarithm of sqrt(det G_hat), (..., d) -> (...) float64; minus infinity below full rank."""
        jacobian = self.jacobian(z).double()
        if jacobian.shape[-2] < jacobian.shape[-1] or (self.rank or jacobian.shape[-1]) < jacobian.shape[-1]:
            return jacobian.new_full(jacobian.shape[:-2], -math.inf)
        sigma = torch.linalg.svdvals(jacobian)
        return (3 * sigma.log() - 0.5 * (sigma**4 + self.smoothing).log()).sum(-1)

    def lengths_between(
        self, a: FloatArray, b: FloatArray, decoded_a: Any, decoded_b: Any, tolerance: float = TOLERANCE
    ) -> FloatArray:
        """See `Metric.lengths_between`; the decoded ends and the tolerance are of no use here."""
        lengths, owners, whole = np.zeros(len(a)), np.arange(len(a)), self._integrated(a, b)
        for depth in range(DEEPEST):
            middle = 0.5 * (a + b)
            first, second = self._integrated(a, middle), self._integrated(middle, b)
            rough = (abs(first + second - whole) > TOLERANCE * whole) & (depth < DEEPEST - 1)
            np.add.at(lengths, owners[~rough], (first + second)[~rough])
            owners, whole = np.tile(owners[rough], 2), np.concatenate([first[rough], second[rough]])
            a, b = np.concatenate([a[rough], middle[rough]]), np.concatenate([middle[rough], b[rough]])
        return lengths

    def _integrated(self, a: FloatArray, b: FloatArray) -> FloatArray:
        parts = [slice(i, i + CHUNK) for i in range(0, len(a), CHUNK)]
        with torch.no_grad():
            found = [self._quadrature(torch.from_numpy(a[p]), torch.from_numpy(b[p])) for p in parts]
        return np.concatenate([part.cpu().numpy() for part in found]) if found else np.zeros(0)

    def _differentiable_lengths(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return self._quadrature(a, b)

    def _quadrature(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        nodes, weights = (torch.from_numpy(part) for part in np.polynomial.legendre.leggauss(QUADRATURE))
        t = (0.5 * (nodes + 1.0)).to(a)[:, None]
        z = a.unsqueeze(1) * (1 - t) + b.unsqueeze(1) * t
        speed = self.speed(z, (b - a).unsqueeze(1)).double()
        return (speed * (0.5 * weights).to(speed.device)).sum(-1)

    def _squared_speed(self, rows: torch.Tensor, tangents: torch.Tensor) -> torch.Tensor:
        v = tangents.double()
        return torch.einsum("na,nab,nb->n", v, self.tensor(rows), v).clamp_min(0.0)
