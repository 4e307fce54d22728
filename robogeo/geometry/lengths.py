"""Lengths of latent segments from decoded chords alone: no derivative of the decoder is needed.

A segment is cut into m equal parts. With x_i = F(z_i), the support cost c_i and cbar_i the mean of c at a
part's two ends,

    L_h = sum_i sqrt(|x_{i+1} - x_i|^2 + cbar_i^2 |z_{i+1} - z_i|^2)

errs by O(h^2); the same samples taken two by two give L_2h, and L = (4 L_h - L_2h) / 3 (Richardson) errs by
O(h^4). At m = 4 that costs three decodes a segment, a fifth of the sixteen-point rule of Chen et al. 2019
(eq. 6). Segments whose own error estimate |L_h - L_2h| / 3 stays large are cut again. Every length is at
least the decoded chord |F(b) - F(a)|, which keeps the chord a consistent A* heuristic; for a pure pull-back
this holds by the triangle inequality, with support it is enforced.

The formulas are written for numpy arrays, where the engine works, and hold for torch tensors too, where
gradients are wanted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from robogeo.errors import GeometryError
from robogeo.geometry.points import FloatArray, as_array, as_rows

if TYPE_CHECKING:
    from robogeo.geometry.metric import Metric

T = TypeVar("T", NDArray[Any], torch.Tensor)

PARTS = 4
FINEST_PARTS = 32
SMOOTH_PARTS = 16
"""Parts of every segment where gradients are wanted: adaptive ones would make them jump."""
TOLERANCE = 1e-2
"""Estimated relative error of L_h above which a segment is cut into twice as many parts; L errs far less."""
CHUNK = 512
"""Segments measured at a time (at most 1,024: beyond, activations leave the processor's cache)."""


def segment_length_errors(metric: Metric, a: Any, b: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Lengths with their error estimates |L_h - L_2h| / 3, both (n,) float64, at the fixed m = 4.

    The estimate is that of L_h, the length before extrapolation: an upper bound in practice.
    """
    a, b = as_rows(a, "a"), as_rows(b, "b")
    if a.shape != b.shape:
        raise GeometryError(f"segments: a has shape {tuple(a.shape)} but b has {tuple(b.shape)}")
    start, end = as_array(a), as_array(b)
    values = metric.immersion.values(np.concatenate([start, end]))
    ends = (start, end, values[: len(a)], values[len(a) :])
    length, error = _measured(metric, ends, PARTS)
    return torch.from_numpy(length), torch.from_numpy(error)


def lengths_between(
    metric: Metric, a: FloatArray, b: FloatArray, decoded_a: NDArray[Any], decoded_b: NDArray[Any]
) -> FloatArray:
    """Lengths (n,) of segments a -> b (n, d) with decoded ends (n, E): shared nodes are decoded once."""
    lengths = np.empty(len(a))
    for i in range(0, len(a), CHUNK):
        piece = slice(i, i + CHUNK)
        ends = (a[piece], b[piece], decoded_a[piece], decoded_b[piece])
        length, error = _measured(metric, ends, PARTS)
        cuts, rough = PARTS, np.flatnonzero(error > TOLERANCE * length)
        while cuts < FINEST_PARTS and len(rough):
            cuts *= 2
            length[rough], error = _measured(metric, tuple(end[rough] for end in ends), cuts)
            rough = rough[error > TOLERANCE * length[rough]]
        lengths[piece] = length
    return lengths


def _measured(metric: Metric, ends: tuple[NDArray[Any], ...], parts: int) -> tuple[FloatArray, FloatArray]:
    """Lengths and error estimates of segments, given as (a, b, decoded a, decoded b), cut into `parts`."""
    a, b, decoded_a, decoded_b = ends
    t = np.linspace(0.0, 1.0, parts + 1)[:, None]
    z = a[:, None] * (1.0 - t) + b[:, None] * t
    decoded = np.empty((len(a), parts + 1, decoded_a.shape[1]), dtype=decoded_a.dtype)
    decoded[:, 0], decoded[:, -1] = decoded_a, decoded_b
    inner = metric.immersion.values(z[:, 1:-1].reshape(-1, a.shape[1]))
    decoded[:, 1:-1] = inner.reshape(len(a), parts - 1, -1)
    if metric.support is None:
        return richardson(decoded)
    cost = metric.support.cost_values(z.reshape(-1, a.shape[1])).reshape(z.shape[:2])
    return richardson(decoded, z, cost)


def richardson(decoded: T, z: T | None = None, cost: T | None = None) -> tuple[T, T]:
    """Extrapolated lengths of sampled pieces of curve, and the estimates |L_h - L_2h| / 3.

    Args:
        decoded: immersed samples (n, m + 1, E), m even, equally spaced in the parameter.
        z: their latent points (n, m + 1, d), needed with a cost.
        cost: support cost at them (n, m + 1).

    Returns:
        lengths (n,), never below the chord from first to last sample, and error estimates (n,).
    """
    fine = chords(decoded, z, cost).sum(-1)
    halves = (None if z is None else z[:, ::2]), (None if cost is None else cost[:, ::2])
    coarse = chords(decoded[:, ::2], *halves).sum(-1)
    chord = chords(_doubles(decoded[:, :: decoded.shape[1] - 1]), None, None)[:, 0]
    length = (4 * fine - coarse) / 3
    above = torch.maximum if isinstance(decoded, torch.Tensor) else np.maximum
    return above(length, chord), abs(fine - coarse) / 3


def chords(decoded: T, z: T | None, cost: T | None) -> T:
    """Chords sqrt(|dx|^2 + cbar^2 |dz|^2) between successive samples (..., m + 1, E) -> (..., m) float64."""
    square = squared_chords(decoded, z, cost)
    if isinstance(square, torch.Tensor) and square.requires_grad:
        # The derivative of the root at zero is zero instead of NaN, for segments of no length.
        positive = square > 0
        return torch.where(positive, torch.where(positive, square, 1.0).sqrt(), 0.0)
    return square**0.5


def squared_chords(decoded: T, z: T | None, cost: T | None) -> T:
    """Squares of `chords`; their sum times the number of segments is the curve's discrete energy."""
    square = _doubles(_squares(decoded[..., 1:, :] - decoded[..., :-1, :]))
    if z is None or cost is None:
        return square
    mean_cost = 0.5 * (cost[..., 1:] + cost[..., :-1])
    return square + mean_cost**2 * _squares(z[..., 1:, :] - z[..., :-1, :])


def _squares(vectors: T) -> T:
    if isinstance(vectors, torch.Tensor):
        return vectors.square().sum(-1)
    return np.einsum("...e,...e->...", vectors, vectors)


def _doubles(values: T) -> T:
    return values.double() if isinstance(values, torch.Tensor) else values.astype(np.float64, copy=False)
