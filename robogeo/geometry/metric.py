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

import functools
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.autograd import forward_ad

from robogeo.errors import GeometryError
from robogeo.geometry.lengths import segment_lengths
from robogeo.geometry.points import as_points, as_rows
from robogeo.geometry.support import Support

Decoder = Callable[[torch.Tensor], torch.Tensor]
JACOBIAN_ROWS = 128
"""Rows differentiated at a time: larger chunks leave the processor's cache and take longer."""


class Metric(ABC):
    """A metric given by an immersion `embed` of latent space and, if wanted, a support cost.

    Args:
        support: adds c(z)^2 I to the metric tensor.
        dtype: floating-point type in which the decoder works; found from the decoder's parameters when None,
            and points keep their own type when it has none.
    """

    def __init__(self, support: Support | None = None, dtype: torch.dtype | None = None) -> None:
        self.support = support
        self.dtype = dtype
        self.device: torch.device | None = None

    @abstractmethod
    def _immersion(self, rows: torch.Tensor) -> torch.Tensor:
        """F of rows (n, d) -> (n, E), without checks."""

    def embed(self, z: Any) -> torch.Tensor:
        """Immersed points F(z), (..., d) -> (..., E), in observation units; plainly differentiable.

        Raises:
            GeometryError: bad points, or a decoder that fails on them or returns something else than finite
                rows.
        """
        z = self._prepare(z, "z")
        rows = z.reshape(-1, z.shape[-1])
        decoded = self._decoded(rows)
        return decoded.reshape(*z.shape[:-1], decoded.shape[1])

    def jacobian(self, z: Any) -> torch.Tensor:
        """J = dF/dz by forward mode, (..., d) -> (..., E, d); without the support term.

        Raises:
            GeometryError: as `embed`, or a decoder with an operation that forward mode does not know.
        """
        z = self._prepare(z, "z")
        with torch.set_grad_enabled(torch.is_grad_enabled() and z.requires_grad):
            rows = z.reshape(-1, z.shape[-1])
            parts = [self._row_jacobian(part) for part in rows.split(JACOBIAN_ROWS)]
            stacked = torch.cat(parts) if parts else rows.new_zeros(0, 1, z.shape[-1])
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
        """Logarithm of MF, (..., d) -> (...), from QR of J; minus infinity where G is singular."""
        root = self._root(z)
        missing = root.shape[-1] - root.shape[-2]
        if missing > 0:  # fewer rows than columns: rank-deficient, and QR must see a square matrix to tell
            root = torch.cat([root, root.new_zeros(*root.shape[:-2], missing, root.shape[-1])], dim=-2)
        triangle = torch.linalg.qr(root, mode="reduced" if root.requires_grad else "r").R
        return triangle.diagonal(dim1=-2, dim2=-1).abs().log().sum(-1)

    def magnification_factor(self, z: Any) -> torch.Tensor:
        """MF = sqrt(det G(z)), (..., d) -> (...)."""
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
        shape = np.broadcast_shapes(z.shape, dz.shape)
        z, dz = z.expand(shape), dz.expand(shape)
        track = torch.is_grad_enabled() and (z.requires_grad or dz.requires_grad)
        with torch.set_grad_enabled(track):
            rows, tangents = z.reshape(-1, z.shape[-1]), dz.reshape(-1, z.shape[-1])
            square = self._pushed(self._immersion, rows, tangents).square().sum(-1)
            if self.support is not None:
                square = square + (self.support.cost(rows) ** 2) * tangents.square().sum(-1)
        return square.sqrt().reshape(z.shape[:-1])

    def segment_lengths(self, a: Any, b: Any) -> torch.Tensor:
        """Lengths of the straight latent segments a -> b, (n, d), (n, d) -> (n,) float64, see `lengths.py`.

        Raises:
            GeometryError: bad points, or a and b of different shape.
        """
        a, b = as_rows(a, "a"), as_rows(b, "b")
        if a.shape != b.shape:
            raise GeometryError(f"segments: a has shape {tuple(a.shape)} but b has {tuple(b.shape)}")
        return segment_lengths(self, a, b)

    def _prepare(self, z: Any, what: str) -> torch.Tensor:
        z = as_points(z, what)
        return z.to(device=self.device or z.device, dtype=self.dtype or z.dtype)

    def _adopt(self, decoder: Any) -> None:
        """Take type and device from the decoder's parameters, if it is a module or the method of one."""
        while isinstance(decoder, functools.partial):
            decoder = decoder.func
        module = decoder if isinstance(decoder, torch.nn.Module) else getattr(decoder, "__self__", None)
        reference = next(module.parameters(), None) if isinstance(module, torch.nn.Module) else None
        if reference is not None:
            self.device = reference.device
            self.dtype = self.dtype or reference.dtype

    def _decoded(self, rows: torch.Tensor) -> torch.Tensor:
        """`_immersion`, with the decoder's failures told apart; learns the decoder's type."""
        try:
            out = self._immersion(rows)
        except RuntimeError as error:
            other = torch.float32 if rows.dtype == torch.float64 else torch.float64
            if self.dtype is not None or "dtype" not in str(error):
                raise GeometryError(f"decoder failed on points {tuple(rows.shape)}: {error}") from error
            self.dtype = other  # a bare function over weights of the other type: remember it
            return self._decoded(rows.to(other))
        if out.ndim != 2 or out.shape[0] != rows.shape[0]:
            raise GeometryError(
                f"decoder: expected one row per point, got {tuple(out.shape)} for {len(rows)} points"
            )
        if not bool(torch.isfinite(out.detach()).all()):
            raise GeometryError(
                "decoder: returned NaN or infinite values; retrain the model or check the points' range"
            )
        return out

    def _row_jacobian(self, rows: torch.Tensor) -> torch.Tensor:
        """J of rows (n, d) -> (n, E, d), by whatever is fastest."""
        return self._forward_jacobian(self._immersion, rows)

    def _forward_jacobian(self, function: Decoder, rows: torch.Tensor) -> torch.Tensor:
        """J of rows (n, d) -> (n, E, d): every row once per latent axis, all pushed forward in one batch.

        Repeating the rows costs less than vectorising over tangents with `torch.func.vmap`, which has no
        compiled rule for many derivatives and then runs them operation by operation in Python.
        """
        if self.dtype is None:
            rows = self._settled(rows)
        count, d = rows.shape
        basis = torch.eye(d, dtype=rows.dtype, device=rows.device).repeat(count, 1)
        pushed = self._pushed(function, rows.repeat_interleave(d, dim=0), basis)
        return pushed.reshape(count, d, -1).mT

    def _pushed(self, function: Decoder, rows: torch.Tensor, tangents: torch.Tensor) -> torch.Tensor:
        """Derivatives of a function along tangents (n, d) at rows (n, d)."""
        if self.dtype is None:
            rows = self._settled(rows)
        tangents = tangents.to(rows.dtype)
        with forward_ad.dual_level():
            try:
                dual: torch.Tensor = forward_ad.make_dual(rows, tangents)  # type: ignore[no-untyped-call]
                out = function(dual)
            except (NotImplementedError, RuntimeError) as error:
                raise GeometryError(f"decoder: forward-mode differentiation failed: {error}") from error
            primal, tangent = forward_ad.unpack_dual(out)  # type: ignore[no-untyped-call]
        return torch.zeros_like(primal) if tangent is None else tangent

    def _settled(self, rows: torch.Tensor) -> torch.Tensor:
        """Rows in the type the decoder works in, found by decoding one of them."""
        self._decoded(rows[:1].detach())
        return rows if self.dtype is None else rows.to(self.dtype)

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


class PullbackMetric(Metric):
    """G = J^T J of one decoder.

    Args:
        decoder: any callable (..., d) -> (..., D) of torch tensors.
        support: as in `Metric`.
        dtype: as in `Metric`.
        derivative: the decoder's own Jacobian (n, d) -> (n, D, d), if it has a faster one than forward mode.
    """

    def __init__(
        self,
        decoder: Decoder,
        support: Support | None = None,
        dtype: torch.dtype | None = None,
        derivative: Decoder | None = None,
    ) -> None:
        super().__init__(support, dtype)
        self.derivative = derivative
        if not callable(decoder):
            raise GeometryError(
                f"decoder: expected a callable of latent points, got {type(decoder).__name__}"
            )
        self.decoder = decoder
        self._adopt(decoder)

    def _immersion(self, rows: torch.Tensor) -> torch.Tensor:
        return self.decoder(rows)

    def _row_jacobian(self, rows: torch.Tensor) -> torch.Tensor:
        return super()._row_jacobian(rows) if self.derivative is None else self.derivative(rows)


class ExpectedMetric(Metric):
    """Expected metric of an ensemble of decoder heads with noise and support, G as in the module's formula.

    Args:
        heads: callable (..., d) -> (..., M, D), the M means.
        noise: callable (..., d) -> (..., D), the standard deviation sigma; none or constant adds nothing.
        support: as in `Metric`.
        dtype: as in `Metric`.
        heads_derivative: the heads' own Jacobian (n, d) -> (n, M, D, d), if they have a faster one than
            forward mode (for small networks an analytic one is three to five times as fast).
    """

    def __init__(
        self,
        heads: Decoder,
        noise: Decoder | None = None,
        support: Support | None = None,
        dtype: torch.dtype | None = None,
        heads_derivative: Decoder | None = None,
    ) -> None:
        super().__init__(support, dtype)
        if not callable(heads) or not (noise is None or callable(noise)):
            raise GeometryError("heads and noise: expected callables of latent points")
        self.heads = heads
        self.noise = noise
        self.heads_derivative = heads_derivative
        self._adopt(heads)

    def _immersion(self, rows: torch.Tensor) -> torch.Tensor:
        means = self.heads(rows)
        if means.ndim != 3 or means.shape[0] != rows.shape[0]:
            raise GeometryError(
                f"heads: expected (n, M, D) for n = {len(rows)} points, got {tuple(means.shape)}"
            )
        stacked = means.flatten(1) * means.shape[1] ** -0.5
        return stacked if self.noise is None else torch.cat([stacked, self.noise(rows)], dim=1)

    def _row_jacobian(self, rows: torch.Tensor) -> torch.Tensor:
        if self.heads_derivative is None:
            return super()._row_jacobian(rows)
        slopes = self.heads_derivative(rows)
        stacked = slopes.flatten(1, 2) * slopes.shape[1] ** -0.5
        if self.noise is None:
            return stacked
        return torch.cat([stacked, self._forward_jacobian(self.noise, rows)], dim=1)
