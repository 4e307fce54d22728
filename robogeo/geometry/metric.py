"""Riemannian metrics of a generative model's latent space, all as pull-backs of one immersion.

For a decoder f the metric tensor is G = J^T J with J = df/dz, and the magnification factor MF = sqrt(det G)
(Bishop, Svensen and Williams 1997; Chen et al. 2018, "Metrics for deep generative models", eqs. 2-5). An
ensemble f_1..f_M with noise sigma has the expected metric (Arvanitidis et al. 2018; Tosi et al. 2014)

    G(z) = 1/M sum_m J_m^T J_m + J_sigma^T J_sigma + c(z)^2 I,

which is the pull-back of the stacked immersion F = [f_1, .., f_M] / sqrt(M), sigma, plus the support cost c.
So lengths are sums of chords of F, and one code path serves every metric. MF comes from the QR decomposition
of J, not from det G: in float32 the determinant of a nearly collapsed, rotated direction is pure rounding.

Gradients flow only when the points ask for them (`z.requires_grad`); nothing else is recorded.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import torch

from robogeo.errors import GeometryError
from robogeo.geometry.immersion import Decoder, Immersion, JoinedImmersion
from robogeo.geometry.lengths import SMOOTH_PARTS, TOLERANCE, lengths_between, richardson, safe_root
from robogeo.geometry.perceptron import Perceptron
from robogeo.geometry.points import FloatArray, as_array, as_points, as_rows
from robogeo.geometry.support import Support


class Metric:
    """The pull-back of an immersion, with a support cost if wanted.

    Args:
        immersion: F.
        support: adds c(z)^2 I to the metric tensor.

    Attributes:
        chordal: whether lengths are limits of sums of chords of the immersion, and so never below a chord;
            true of every pull-back.
    """

    chordal = True

    def __init__(self, immersion: Immersion, support: Support | None = None) -> None:
        self.immersion, self.support = immersion, support

    def embed(self, z: Any) -> torch.Tensor:
        """Immersed points F(z), (..., d) -> (..., E), in observation units; plainly differentiable.

        Raises:
            GeometryError: bad points, or a decoder that fails on them or returns something else than finite
                rows.
        """
        z = self._prepare(z, "z")
        with torch.set_grad_enabled(torch.is_grad_enabled() and z.requires_grad):
            decoded = self.immersion(z.reshape(-1, z.shape[-1]))
        return decoded.reshape(*z.shape[:-1], decoded.shape[1])

    def jacobian(self, z: Any) -> torch.Tensor:
        """J = dF/dz, (..., d) -> (..., E, d); without the support term.

        Raises:
            GeometryError: as `embed`, or a decoder with an operation that forward mode does not know.
        """
        z = self._prepare(z, "z")
        with torch.set_grad_enabled(torch.is_grad_enabled() and z.requires_grad):
            stacked = self.immersion.jacobian(z.reshape(-1, z.shape[-1]))
        return stacked.reshape(*z.shape[:-1], *stacked.shape[1:])

    def cost(self, z: Any) -> torch.Tensor:
        """Support cost c(z), (..., d) -> (...); zero without support."""
        z = self._prepare(z, "z")
        return z.new_zeros(z.shape[:-1]) if self.support is None else self.support.cost(z)

    def tensor(self, z: Any) -> torch.Tensor:
        """Metric tensor G(z), (..., d) -> (..., d, d), symmetric and positive semi-definite."""
        root = self._root(z)
        return root.mT @ root

    def log_magnification_factor(self, z: Any) -> torch.Tensor:
        """Logarithm of MF, (..., d) -> (...) float64; where G is singular, minus infinity or far below -30.

        The sum of log |R_aa| of J = QR, by the modified Gram-Schmidt process over all points at once. It
        neither over- nor underflows, however large d is.
        """
        rest = self._root(z).double()
        total = rest.new_zeros(rest.shape[:-2])
        for _ in range(rest.shape[-1]):
            column, rest = rest[..., :1], rest[..., 1:]
            square = column.square().sum(-2, keepdim=True)
            total = total + 0.5 * square.log().squeeze(-1).squeeze(-1)
            unit = column / torch.where(square > 0, square, 1.0).sqrt()
            rest = rest - unit @ (unit.mT @ rest)
        return total

    def magnification_factor(self, z: Any) -> torch.Tensor:
        """MF = sqrt(det G(z)), (..., d) -> (...) float64."""
        return self.log_magnification_factor(z).exp()

    def scale(self, z: Any) -> torch.Tensor:
        """Stretch sqrt(tr(J^T J) / d) without support, (..., d) -> (...), observation per latent unit."""
        jacobian = self.jacobian(z)
        return (jacobian.square().sum((-2, -1)) / jacobian.shape[-1]).sqrt()

    def speed(self, z: Any, dz: Any) -> torch.Tensor:
        """Length of the velocity dz at z, sqrt(dz^T G(z) dz); z and dz (..., d), broadcast -> (...)."""
        z, dz = self._prepare(z, "z"), self._prepare(dz, "dz")
        if z.shape[-1] != dz.shape[-1]:
            raise GeometryError(f"dz: expected {z.shape[-1]} latent dimensions, got {dz.shape[-1]}")
        try:
            shape = np.broadcast_shapes(z.shape, dz.shape)
        except ValueError as error:
            raise GeometryError(f"speed: z {tuple(z.shape)} and dz {tuple(dz.shape)} do not fit") from error
        z, dz = z.expand(shape), dz.expand(shape)
        with torch.set_grad_enabled(torch.is_grad_enabled() and (z.requires_grad or dz.requires_grad)):
            rows, tangents = z.reshape(-1, z.shape[-1]), dz.reshape(-1, z.shape[-1])
            return safe_root(self._squared_speed(rows, tangents)).reshape(z.shape[:-1])

    def segment_lengths(self, a: Any, b: Any) -> torch.Tensor:
        """Lengths of the straight latent segments a -> b, (n, d), (n, d) -> (n,) float64, see `lengths.py`.

        Raises:
            GeometryError: bad points, or a and b of different shape.
        """
        a, b = as_rows(a, "a"), as_rows(b, "b")
        if a.shape != b.shape:
            raise GeometryError(f"segments: a has shape {tuple(a.shape)} but b has {tuple(b.shape)}")
        if torch.is_grad_enabled() and (a.requires_grad or b.requires_grad):
            return self._differentiable_lengths(a, b)
        self.immersion.refresh()
        start, end = as_array(a), as_array(b)
        ends = self.immersion.values(np.concatenate([start, end]))
        return torch.from_numpy(self.lengths_between(start, end, ends[: len(a)], ends[len(a) :]))

    def lengths_between(
        self, a: FloatArray, b: FloatArray, decoded_a: Any, decoded_b: Any, tolerance: float = TOLERANCE
    ) -> FloatArray:
        """As `segment_lengths` for finite arrays whose ends are decoded already, (n, E) each."""
        return lengths_between(self, a, b, decoded_a, decoded_b, tolerance)

    def _differentiable_lengths(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        """Lengths through torch, with equally many parts everywhere."""
        t = torch.linspace(0, 1, SMOOTH_PARTS + 1, dtype=a.dtype, device=a.device)[:, None]
        z = a.unsqueeze(1) * (1 - t) + b.unsqueeze(1) * t
        decoded = self.embed(z).double()
        cost = None if self.support is None else self.support.cost(z).to(decoded)
        return richardson(decoded, z.to(decoded), cost)[0]

    def _squared_speed(self, rows: torch.Tensor, tangents: torch.Tensor) -> torch.Tensor:
        square = self.immersion.pushed(rows, tangents).square().sum(-1)
        if self.support is not None:
            square = square + (self.support.cost(rows) ** 2) * tangents.square().sum(-1)
        return square

    def _root(self, z: Any) -> torch.Tensor:
        """A root R of the metric, G = R^T R, (..., d) -> (..., E [+ d], d): J above c(z) I."""
        z = self._prepare(z, "z")
        with torch.set_grad_enabled(torch.is_grad_enabled() and z.requires_grad):
            jacobian = self.jacobian(z)
            if self.support is None:
                return jacobian
            identity = torch.eye(z.shape[-1], dtype=jacobian.dtype, device=jacobian.device)
            rows = self.support.cost(z).to(jacobian)[..., None, None] * identity
            return torch.cat([jacobian, rows], dim=-2)

    def _prepare(self, z: Any, what: str) -> torch.Tensor:
        self.immersion.refresh()
        z = as_points(z, what)
        return z.to(device=self.immersion.device or z.device, dtype=self.immersion.dtype or z.dtype)


class PullbackMetric(Metric):
    """G = J^T J of one decoder.

    Args:
        decoder: any callable (..., d) -> (..., D) of torch tensors.
        support: as in `Metric`.
        dtype: floating-point type in which the decoder works; found from its parameters when None, and
            points keep their own type when it has none.
        perceptron: the decoder in closed form, found by itself in a `torch.nn.Sequential`.
    """

    def __init__(
        self,
        decoder: Decoder,
        support: Support | None = None,
        dtype: torch.dtype | None = None,
        perceptron: Perceptron | None = None,
    ) -> None:
        if not callable(decoder):
            raise GeometryError(
                f"decoder: expected a callable of latent points, got {type(decoder).__name__}"
            )
        self.decoder = decoder
        chain = decoder if perceptron is None else None
        super().__init__(Immersion(decoder, decoder, dtype, perceptron, chain), support)


class ExpectedMetric(Metric):
    """Expected metric of an ensemble of decoder heads with noise and support, G as in the module's formula.

    Args:
        heads: callable (..., d) -> (..., M, D), the M means.
        noise: callable (..., d) -> (..., D), the standard deviation sigma; none or constant adds nothing.
        support: as in `Metric`.
        dtype: as in `PullbackMetric`.
        perceptron: the heads in closed form, if they have one (three to five times as fast).
    """

    def __init__(
        self,
        heads: Decoder,
        noise: Decoder | None = None,
        support: Support | None = None,
        dtype: torch.dtype | None = None,
        perceptron: Perceptron | None = None,
    ) -> None:
        if not callable(heads) or not (noise is None or callable(noise)):
            raise GeometryError("heads and noise: expected callables of latent points")
        self.heads, self.noise = heads, noise
        means = Immersion(partial(_side_by_side, heads), heads, dtype, perceptron)
        if noise is None:
            super().__init__(means, support)
        else:
            deviation = Immersion(noise, noise, dtype, chain=noise)
            super().__init__(JoinedImmersion([means, deviation]), support)


def _side_by_side(heads: Decoder, rows: torch.Tensor) -> torch.Tensor:
    """[f_1, .., f_M] / sqrt(M) at rows (n, d) -> (n, M D)."""
    means = heads(rows)
    if means.ndim != 3 or means.shape[0] != rows.shape[0]:
        raise GeometryError(f"heads: expected (n, M, D) for n = {len(rows)} points, got {tuple(means.shape)}")
    return means.flatten(1) * means.shape[1] ** -0.5
