"""Latent points as they come in, checked once at the border so that the mathematics may trust them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from robogeo.errors import GeometryError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
_PART = 1024  # points at a time: their Jacobians stay in the processor's cache
FARTHEST = 1e100
"""Coordinates beyond this overflow in squares, and mean nothing."""


def as_points(value: Any, what: str, *, dimension: int | None = None) -> torch.Tensor:
    """Latent points (..., d) as a floating-point tensor; tensors keep their type, arrays become float64.

    Args:
        value: points (..., d), a tensor or array-like.
        what: name of the argument, for messages.
        dimension: demanded d, if known.

    Raises:
        GeometryError: no trailing dimension, another d than demanded, not numbers, NaN or infinite.
    """
    if isinstance(value, torch.Tensor):
        points = value if value.is_floating_point() else value.to(torch.get_default_dtype())
    else:
        try:
            points = torch.from_numpy(np.array(value, dtype=np.float64))
        except (TypeError, ValueError) as error:
            raise GeometryError(f"{what}: not an array of numbers ({error})") from error
    if points.ndim == 0 or points.shape[-1] == 0:
        raise GeometryError(f"{what}: expected points of shape (..., d), got {tuple(points.shape)}")
    if dimension is not None and points.shape[-1] != dimension:
        raise GeometryError(f"{what}: expected {dimension} latent dimensions, got {points.shape[-1]}")
    if not bool((points.detach().abs() < FARTHEST).all()):
        raise GeometryError(
            f"{what}: holds NaN or infinite values, or some beyond {FARTHEST:g}; remove them first"
        )
    return points


def as_point(value: Any, what: str, *, dimension: int | None = None) -> torch.Tensor:
    """One latent point (d,); a single row (1, d) is accepted.

    Raises:
        GeometryError: more than one point, or as `as_points`.
    """
    points = as_points(value, what, dimension=dimension)
    if points.numel() != points.shape[-1]:
        raise GeometryError(f"{what}: expected one point (d,), got shape {tuple(points.shape)}")
    return points.reshape(-1)


def as_rows(value: Any, what: str, *, dimension: int | None = None) -> torch.Tensor:
    """Latent points as rows (n, d); one point (d,) becomes one row.

    Raises:
        GeometryError: more than two axes, or as `as_points`.
    """
    points = as_points(value, what, dimension=dimension)
    if points.ndim > 2:
        raise GeometryError(f"{what}: expected points (n, d), got shape {tuple(points.shape)}")
    return points.reshape(-1, points.shape[-1])


def as_array(tensor: torch.Tensor) -> FloatArray:
    """A tensor's values as a float64 array of its own."""
    return tensor.detach().to(device="cpu", dtype=torch.float64).numpy().copy()


@lru_cache(maxsize=64)
def unit_steps(count: int) -> FloatArray:
    """Parameters 0, 1 / count, .., 1 (count + 1,), kept from call to call and not to be written to."""
    steps: FloatArray = np.linspace(0.0, 1.0, count + 1)
    steps.flags.writeable = False
    return steps


def as_indices(values: Any, what: str, columns: int) -> IntArray:
    """Whole numbers as rows (n, columns).

    Raises:
        GeometryError: not whole numbers, or not a multiple of so many.
    """
    found = np.asarray(values)
    if found.size and (found.dtype.kind not in "iu" or found.size % columns):
        raise GeometryError(f"{what}: expected whole numbers (n, {columns}), got {values!r:.60}")
    return found.astype(np.int64).reshape(-1, columns)


def in_parts(function: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[FloatArray], FloatArray]:
    """A function of latent tensors as one of arrays (P, d) -> (P,), part by part and without gradients."""

    def evaluated(points: FloatArray) -> FloatArray:
        rows = torch.as_tensor(points, dtype=torch.float32)
        with torch.no_grad():
            return torch.cat([function(part) for part in torch.split(rows, _PART)]).double().cpu().numpy()

    return evaluated
