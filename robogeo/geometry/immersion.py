"""The immersion F of latent space into observation space, of which every metric here is the pull-back.

An immersion is a decoder, an ensemble's heads side by side, or several of these joined. It is called in two
ways: with torch tensors, where any decoder will do, gradients flow and derivatives come from forward mode;
and with numpy arrays, where the solvers work, nothing is recorded, and plain perceptrons go through their
closed forms (`perceptron.py`).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch.autograd import forward_ad

from robogeo.errors import GeometryError
from robogeo.geometry.perceptron import Array, Perceptron

Decoder = Callable[[torch.Tensor], torch.Tensor]
JACOBIAN_ROWS = 128
"""Rows differentiated at a time: larger chunks leave the processor's cache and take longer."""


class Immersion:
    """F, (n, d) -> (n, E), with its derivatives.

    Args:
        function: rows (n, d) -> (n, E) of torch tensors.
        owner: the module, or method of one, whose parameters give type and device.
        dtype: floating-point type of the decoder; found from its parameters when None, or at the first call.
        perceptron: the same function in closed form, if there is one.
    """

    def __init__(
        self,
        function: Decoder,
        owner: Any = None,
        dtype: torch.dtype | None = None,
        perceptron: Perceptron | None = None,
    ) -> None:
        self.function, self.perceptron = function, perceptron
        self.dtype, self.device = dtype, None
        reference = _parameter(owner)
        if reference is not None:
            self.device = reference.device
            self.dtype = self.dtype or reference.dtype
        if perceptron is not None and self.dtype != torch.from_numpy(np.zeros(0, perceptron.dtype)).dtype:
            self.perceptron = None  # another type was asked for than the weights have
        self.closed_form = self.perceptron is not None

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        """F of rows (n, d) -> (n, E), differentiable if the rows ask for it.

        Raises:
            GeometryError: the decoder fails, or returns something else than one finite row a point.
        """
        if self.closed_form and not _tracked(rows):
            return torch.from_numpy(self.values(rows.detach().numpy()))
        return self._decoded(rows)

    def jacobian(self, rows: torch.Tensor) -> torch.Tensor:
        """J of rows (n, d) -> (n, E, d).

        Raises:
            GeometryError: as when called, or the decoder has an operation that forward mode does not know.
        """
        if self.closed_form and not _tracked(rows):
            return torch.from_numpy(self.linearized(rows.detach().numpy())[1]).mT
        parts = [self._pushed_basis(part)[1] for part in torch.split(rows, JACOBIAN_ROWS)]
        return torch.cat(parts) if len(rows) else rows.new_zeros(0, 1, rows.shape[1])

    def pushed(self, rows: torch.Tensor, tangents: torch.Tensor) -> torch.Tensor:
        """Derivatives J v of F along tangents v (n, d) at rows (n, d), -> (n, E).

        Raises:
            GeometryError: as `jacobian`.
        """
        if self.closed_form and not (_tracked(rows) or _tracked(tangents)):
            slopes = self.linearized(rows.detach().numpy())[1]
            return torch.from_numpy(np.einsum("nde,nd->ne", slopes, tangents.detach().numpy()))
        return self._forward_mode(rows, tangents)[1]

    def values(self, rows: Array) -> Array:
        """F of finite rows (n, d) -> (n, E) of the decoder's type, without gradients.

        Raises:
            GeometryError: as when called.
        """
        if self.perceptron is None:
            with torch.no_grad():
                return self._decoded(self._tensor(rows)).cpu().numpy()
        return _finite(self.perceptron.values(rows))

    def linearized(self, rows: Array) -> tuple[Array, Array]:
        """F and the rows of J^T at finite rows (n, d) -> (n, E), (n, d, E), without gradients.

        Raises:
            GeometryError: as `jacobian`.
        """
        if self.perceptron is None:
            with torch.no_grad():
                tensor = self._tensor(rows)
                parts = [self._pushed_basis(part) for part in torch.split(tensor, JACOBIAN_ROWS)]
                decoded = torch.cat([values for values, _ in parts]).cpu().numpy()
                return _finite(decoded), torch.cat([jacobian for _, jacobian in parts]).mT.cpu().numpy()
        values, slopes = self.perceptron.linearized(rows)
        return _finite(values), slopes

    def _tensor(self, rows: Array) -> torch.Tensor:
        tensor = torch.from_numpy(np.ascontiguousarray(rows))
        return tensor.to(device=self.device or tensor.device, dtype=self.dtype or tensor.dtype)

    def _decoded(self, rows: torch.Tensor) -> torch.Tensor:
        """F through torch, with the decoder's failures told apart; learns the decoder's type."""
        try:
            out = self.function(rows)
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
            raise GeometryError(_NOT_FINITE)
        return out

    def _settled(self, rows: torch.Tensor) -> torch.Tensor:
        """Rows in the type the decoder works in, found by decoding one of them."""
        if self.dtype is None and len(rows):
            self._decoded(rows[:1].detach())
        return rows if self.dtype is None else rows.to(self.dtype)

    def _pushed_basis(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """F and J of rows (n, d) -> (n, E), (n, E, d): each row once per axis, all in one batch.

        Repeating the rows costs less than vectorising over tangents with `torch.func.vmap`, which has no
        compiled rule for many derivatives and then runs them operation by operation in Python.
        """
        count, d = rows.shape
        basis = torch.eye(d, dtype=rows.dtype, device=rows.device).repeat(count, 1)
        values, pushed = self._forward_mode(rows.repeat_interleave(d, dim=0), basis)
        return values[::d], pushed.reshape(count, d, -1).mT

    def _forward_mode(self, rows: torch.Tensor, tangents: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        rows = self._settled(rows)
        with forward_ad.dual_level():
            try:
                dual: torch.Tensor = forward_ad.make_dual(rows, tangents.to(rows.dtype))  # type: ignore[no-untyped-call]
                out = self.function(dual)
            except (NotImplementedError, RuntimeError) as error:
                raise GeometryError(f"decoder: forward-mode differentiation failed: {error}") from error
            primal, tangent = forward_ad.unpack_dual(out)  # type: ignore[no-untyped-call]
        return primal, torch.zeros_like(primal) if tangent is None else tangent


class JoinedImmersion(Immersion):
    """F = [F_1, F_2, ..] of several immersions, each evaluated in its own fastest way."""

    def __init__(self, parts: Sequence[Immersion]) -> None:
        super().__init__(lambda rows: torch.cat([part.function(rows) for part in parts], dim=1))
        self.parts = tuple(parts)
        self.closed_form = any(part.closed_form for part in parts)
        self.device = next((part.device for part in parts if part.device is not None), None)
        self.dtype = next((part.dtype for part in parts if part.dtype is not None), None)

    def values(self, rows: Array) -> Array:
        """See `Immersion.values`."""
        return np.concatenate([part.values(rows) for part in self.parts], axis=1)

    def linearized(self, rows: Array) -> tuple[Array, Array]:
        """See `Immersion.linearized`."""
        values, slopes = zip(*(part.linearized(rows) for part in self.parts), strict=True)
        return np.concatenate(values, axis=1), np.concatenate(slopes, axis=2)


_NOT_FINITE = "decoder: returned NaN or infinite values; retrain the model or check the points' range"


def _finite(values: Array) -> Array:
    # A sum is finite only if every value is; it may overflow on its own, which the second look forgives.
    if not np.isfinite(values.sum()) and not np.isfinite(values).all():
        raise GeometryError(_NOT_FINITE)
    return values


def _tracked(tensor: torch.Tensor) -> bool:
    return torch.is_grad_enabled() and tensor.requires_grad


def _parameter(owner: Any) -> torch.Tensor | None:
    """First parameter of a module, of the module behind a method, or of either behind a partial."""
    while isinstance(owner, functools.partial):
        owner = owner.func
    module = owner if isinstance(owner, torch.nn.Module) else getattr(owner, "__self__", None)
    return next(module.parameters(), None) if isinstance(module, torch.nn.Module) else None
