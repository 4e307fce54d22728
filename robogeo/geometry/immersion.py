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
from robogeo.geometry.perceptron import Array, Perceptron, chain_state

Decoder = Callable[[torch.Tensor], torch.Tensor]
JACOBIAN_ROWS = 128
"""Rows differentiated at a time: larger chunks leave the processor's cache and take longer."""


class Immersion:
    """F, (n, d) -> (n, E), with its derivatives.

    Args:
        function: rows (n, d) -> (n, E) of torch tensors.
        owner: the module, or method of one, whose parameters give type and device.
        dtype: floating-point type of the decoder; that of its parameters when None, or found at the first
            call.
        perceptron: the same function in closed form, if there is one.
        chain: a `torch.nn` module that is looked at for a closed form instead, now and when it has changed.
    """

    def __init__(
        self,
        function: Decoder,
        owner: Any = None,
        dtype: torch.dtype | None = None,
        perceptron: Perceptron | None = None,
        chain: Any = None,
    ) -> None:
        self.function = function
        self._owner, self._dtype = owner, dtype
        self._perceptron, self._chain = perceptron, chain
        self._state: tuple[int, ...] = ()
        self.refresh()

    def refresh(self) -> None:
        """Read the closed form again if its module has moved or changed; costs some microseconds."""
        if self._chain is not None and self._state != (state := chain_state(self._chain)):
            self._perceptron, self._state = Perceptron.recognized(self._chain), state

    @property
    def dtype(self) -> torch.dtype | None:
        """Type the decoder works in, as far as it is known."""
        if self._dtype is not None:
            return self._dtype
        reference = _parameter(self._owner)
        if reference is None and self._perceptron is not None:
            return _TYPES[self._perceptron.dtype]
        return None if reference is None else reference.dtype

    @property
    def device(self) -> torch.device | None:
        """Where the decoder works, as far as it is known."""
        reference = _parameter(self._owner)
        return None if reference is None else reference.device

    @property
    def perceptron(self) -> Perceptron | None:
        """The closed form as it was at the last `refresh`, if there is one of the type that is asked for."""
        found = self._perceptron
        return found if found is None or self._dtype in (None, _TYPES[found.dtype]) else None

    @property
    def closed_form(self) -> bool:
        """Whether some of F goes through a closed form."""
        return self.perceptron is not None

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
        return torch.cat([self._pushed_basis(part)[1] for part in torch.split(rows, JACOBIAN_ROWS)])

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
        perceptron = self.perceptron
        if perceptron is None:
            with torch.no_grad():
                return self._decoded(self._tensor(rows)).cpu().numpy()
        return _finite(perceptron.values(rows))

    def linearized(self, rows: Array) -> tuple[Array, Array]:
        """F and the rows of J^T at finite rows (n, d) -> (n, E), (n, d, E), without gradients.

        Raises:
            GeometryError: as `jacobian`.
        """
        perceptron = self.perceptron
        if perceptron is None:
            with torch.no_grad():
                tensor = self._tensor(rows)
                parts = [self._pushed_basis(part) for part in torch.split(tensor, JACOBIAN_ROWS)]
                decoded = torch.cat([values for values, _ in parts]).cpu().numpy()
                slopes = torch.cat([jacobian for _, jacobian in parts]).mT.cpu().numpy()
                return decoded, _finite(slopes, _NO_DERIVATIVE)
        values, slopes = perceptron.linearized(rows)
        return _finite(values), slopes

    def _tensor(self, rows: Array) -> torch.Tensor:
        tensor = torch.from_numpy(np.ascontiguousarray(rows))
        return tensor.to(device=self.device or tensor.device, dtype=self.dtype or tensor.dtype)

    def _decoded(self, rows: torch.Tensor) -> torch.Tensor:
        """F through torch, with the decoder's failures told apart; learns the decoder's type."""
        try:
            out = self.function(rows)
        except (RuntimeError, ValueError) as error:
            if self.dtype is not None or isinstance(error, GeometryError):
                raise _failure(error, rows) from error
            out = self._in_the_other_type(rows, error)
        return _checked(out, rows)

    def _in_the_other_type(self, rows: torch.Tensor, error: Exception) -> torch.Tensor:
        """F of a bare function over weights of the other type, which is remembered."""
        other = torch.float32 if rows.dtype == torch.float64 else torch.float64
        try:
            out = self.function(rows.to(other))
        except (RuntimeError, ValueError):
            raise _failure(error, rows) from error
        self._dtype = other
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
        return values[::d], pushed.reshape(count, d, pushed.shape[-1]).mT

    def _forward_mode(self, rows: torch.Tensor, tangents: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        rows = self._settled(rows)
        with forward_ad.dual_level():
            try:
                dual: torch.Tensor = forward_ad.make_dual(rows, tangents.to(rows.dtype))  # type: ignore[no-untyped-call]
                out = self.function(dual)
            except (RuntimeError, ValueError, IndexError) as error:
                raise GeometryError(f"decoder: forward-mode differentiation failed: {error}") from error
            primal, tangent = forward_ad.unpack_dual(out)  # type: ignore[no-untyped-call]
        _checked(primal, rows)
        if tangent is None:
            self._require_constant(rows, primal)
            return primal, torch.zeros_like(primal)
        return primal, tangent

    def _require_constant(self, rows: torch.Tensor, values: torch.Tensor) -> None:
        """A decoder without any derivative must be constant; else it hides its derivative."""
        with torch.no_grad():
            moved = self.function(rows.detach() + 1e-2 * (1.0 + rows.detach().abs()))
        if not torch.equal(moved, values.detach()):
            raise GeometryError(
                "decoder: its values change but no derivative passes; it must not leave torch or run under "
                "inference_mode"
            )


class JoinedImmersion(Immersion):
    """F = [F_1, F_2, ..] of several immersions, each evaluated in its own fastest way."""

    def __init__(self, parts: Sequence[Immersion]) -> None:
        super().__init__(self._joined)
        self.parts = tuple(parts)

    def refresh(self) -> None:
        """See `Immersion.refresh`."""
        for part in getattr(self, "parts", ()):
            part.refresh()

    @property
    def dtype(self) -> torch.dtype | None:
        """Type of the first part that has one."""
        return next((part.dtype for part in self.parts if part.dtype is not None), None)

    @property
    def device(self) -> torch.device | None:
        """Where the first part works that says so."""
        return next((part.device for part in self.parts if part.device is not None), None)

    @property
    def closed_form(self) -> bool:
        """Whether some part has a closed form."""
        return any(part.closed_form for part in self.parts)

    def _joined(self, rows: torch.Tensor) -> torch.Tensor:
        found = [part.function(rows.to(part.dtype or rows.dtype)) for part in self.parts]
        return torch.cat([part.to(found[0].dtype) for part in found], dim=1)

    def values(self, rows: Array) -> Array:
        """See `Immersion.values`."""
        return np.concatenate([part.values(rows) for part in self.parts], axis=1)

    def linearized(self, rows: Array) -> tuple[Array, Array]:
        """See `Immersion.linearized`."""
        values, slopes = zip(*(part.linearized(rows) for part in self.parts), strict=True)
        return np.concatenate(values, axis=1), np.concatenate(slopes, axis=2)


_NOT_FINITE = "decoder: returned NaN or infinite values; retrain the model or check the points' range"
_NO_DERIVATIVE = "decoder: has NaN or infinite derivatives there; no metric is defined at such points"
_TYPES = {np.dtype(np.float32): torch.float32, np.dtype(np.float64): torch.float64}


def _finite(values: Array, complaint: str = _NOT_FINITE) -> Array:
    # A sum is finite only if every value is; it may overflow on its own, which the second look forgives.
    if not np.isfinite(values.sum()) and not np.isfinite(values).all():
        raise GeometryError(complaint)
    return values


def _checked(out: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    if out.ndim != 2 or out.shape[0] != rows.shape[0]:
        raise GeometryError(
            f"decoder: expected one row per point, got {tuple(out.shape)} for {len(rows)} points"
        )
    if not bool(torch.isfinite(out.detach()).all()):
        raise GeometryError(_NOT_FINITE)
    return out


def _failure(error: Exception, rows: torch.Tensor) -> GeometryError:
    return GeometryError(f"decoder failed on points {tuple(rows.shape)}: {error}")


def _tracked(tensor: torch.Tensor) -> bool:
    return torch.is_grad_enabled() and tensor.requires_grad


def _parameter(owner: Any) -> torch.Tensor | None:
    """First parameter of a module, of the module behind a method, or of either behind a partial."""
    while isinstance(owner, functools.partial):
        owner = owner.func
    module = owner if isinstance(owner, torch.nn.Module) else getattr(owner, "__self__", None)
    return next(module.parameters(), None) if isinstance(module, torch.nn.Module) else None
