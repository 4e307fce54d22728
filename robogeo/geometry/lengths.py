"""Lengths of latent segments from decoded chords alone: no derivative of the decoder is needed.

A segment is cut into m = 4 equal parts. With x_i = F(z_i), the support cost c_i and cbar_i the mean of c at a
part's two ends,

    L_h = sum_i sqrt(|x_{i+1} - x_i|^2 + cbar_i^2 |z_{i+1} - z_i|^2)

errs by O(h^2); the same samples taken two by two give L_2h, and R_h = (4 L_h - L_2h) / 3 (Richardson) errs by
O(h^4). That costs three decodes a segment, a fifth of the sixteen-point rule of Chen et al. 2019 (eq. 6). The
samples taken four by four give R_2h too, and |R_h - R_2h| / 15 estimates the error of R_h: segments where it
is large are cut in halves, again and again, which closes in on the kinks of the support cost.

Every length is at least the decoded chord |F(b) - F(a)|, which keeps the chord a consistent A* heuristic; for
a pure pull-back this holds by the triangle inequality, with support it is enforced.

The formulas are written for numpy arrays, where the engine works, and hold for torch tensors too, where
gradients are wanted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from robogeo.errors import GeometryError
from robogeo.geometry.points import FloatArray, as_array, as_rows, unit_steps

if TYPE_CHECKING:
    from robogeo.geometry.metric import Metric

T = TypeVar("T", NDArray[Any], torch.Tensor)

PARTS = 4
SMOOTH_PARTS = 16
"""Parts of every segment where gradients are wanted: adaptive ones would make them jump."""
TOLERANCE = 1e-6
"""Estimated error, relative to the whole segment, above which a piece of it is cut in halves."""
ROUNDING = 8.0
"""Errors of so many units in the last place of the decoded points are rounding, which no cutting mends."""
DEEPEST = 10
"""Times a segment may be cut in halves."""
CHUNK = 512
"""Segments measured at a time (at most 1,024: beyond, activations leave the processor's cache)."""


@dataclass(frozen=True)
class _Segments:
    """Straight latent segments a -> b (n, d) with their decoded ends (n, E)."""

    a: FloatArray
    b: FloatArray
    decoded_a: NDArray[Any]
    decoded_b: NDArray[Any]

    def __getitem__(self, rows: Any) -> _Segments:
        return _Segments(self.a[rows], self.b[rows], self.decoded_a[rows], self.decoded_b[rows])


def segment_length_errors(metric: Metric, a: Any, b: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Lengths R_h and their error estimates |R_h - R_2h| / 15, both (n,) float64, at four parts a segment."""
    a, b = as_rows(a, "a"), as_rows(b, "b")
    if not metric.chordal:
        raise GeometryError(f"length errors: {type(metric).__name__} is no pull-back, its lengths no chords")
    if a.shape != b.shape:
        raise GeometryError(f"segments: a has shape {tuple(a.shape)} but b has {tuple(b.shape)}")
    start, end = as_array(a), as_array(b)
    values = metric.immersion.values(np.concatenate([start, end]))
    length, error, _ = _measured(metric, _Segments(start, end, values[: len(a)], values[len(a) :]))
    return torch.from_numpy(length), torch.from_numpy(error)


def lengths_between(
    metric: Metric,
    a: FloatArray,
    b: FloatArray,
    decoded_a: NDArray[Any],
    decoded_b: NDArray[Any],
    tolerance: float = TOLERANCE,
) -> FloatArray:
    """Lengths (n,) of segments a -> b (n, d) with decoded ends (n, E): shared nodes are decoded once.

    Pieces whose estimated error is above the tolerance, relative to the whole segment, are cut in halves.
    """
    segments = _Segments(a, b, decoded_a, decoded_b)
    with np.errstate(over="ignore", invalid="ignore"):  # told below, in one line
        parts = [_adaptive(metric, segments[i : i + CHUNK], tolerance) for i in range(0, len(a), CHUNK)]
    lengths = np.concatenate(parts) if parts else np.zeros(0)
    if not np.isfinite(lengths).all():
        raise GeometryError("lengths: too large for the decoder's type; scale the observations")
    return lengths


def _adaptive(metric: Metric, segments: _Segments, tolerance: float) -> FloatArray:
    """Lengths (n,) of segments, rough pieces of them cut in halves until their estimates are small."""
    lengths, error, middle = _measured(metric, segments)
    size = np.maximum(abs(segments.decoded_a).max(axis=1), abs(segments.decoded_b).max(axis=1))
    allowed = np.maximum(tolerance * lengths, ROUNDING * np.finfo(size.dtype).eps * size)
    rough = np.flatnonzero((error > allowed) | _overlooked(metric, segments))
    owners, allowed, pieces, middle = rough, allowed[rough], segments[rough], middle[rough]
    lengths[rough] = 0.0
    for depth in range(DEEPEST):
        if not len(owners):
            break
        pieces, owners, allowed = _halves(pieces, middle), np.tile(owners, 2), np.tile(allowed, 2)
        length, error, middle = _measured(metric, pieces)
        cut = (error > allowed) | _overlooked(metric, pieces)
        cut &= depth < DEEPEST - 1
        np.add.at(lengths, owners[~cut], length[~cut])
        owners, allowed, pieces, middle = owners[cut], allowed[cut], pieces[cut], middle[cut]
    return lengths


def _overlooked(metric: Metric, segments: _Segments) -> NDArray[np.bool_]:
    """Segments (n,) so long that islands of support may lie between their samples, unseen by any estimate."""
    if metric.support is None:
        return np.zeros(len(segments.a), dtype=bool)
    square = np.square(segments.b - segments.a).sum(axis=1)
    return np.asarray(square > (PARTS * metric.support.width) ** 2)


def _halves(pieces: _Segments, middle: NDArray[Any]) -> _Segments:
    """First halves, then second halves of pieces whose decoded middles (n, E) are known."""
    centre = 0.5 * (pieces.a + pieces.b)
    return _Segments(
        np.concatenate([pieces.a, centre]),
        np.concatenate([centre, pieces.b]),
        np.concatenate([pieces.decoded_a, middle]),
        np.concatenate([middle, pieces.decoded_b]),
    )


def _measured(metric: Metric, segments: _Segments) -> tuple[FloatArray, FloatArray, NDArray[Any]]:
    """Lengths (n,), error estimates (n,) and decoded middles (n, E) of segments, from four parts each."""
    count, d = segments.a.shape
    t = unit_steps(PARTS)[:, None]
    z = segments.a[:, None] * (1.0 - t) + segments.b[:, None] * t
    decoded = np.empty((count, PARTS + 1, segments.decoded_a.shape[1]), dtype=segments.decoded_a.dtype)
    decoded[:, 0], decoded[:, -1] = segments.decoded_a, segments.decoded_b
    decoded[:, 1:-1] = metric.immersion.values(z[:, 1:-1].reshape(-1, d)).reshape(count, PARTS - 1, -1)
    if metric.support is None:
        return *richardson(decoded), decoded[:, PARTS // 2]
    cost = metric.support.cost_values(z.reshape(-1, d)).reshape(z.shape[:2])
    return *richardson(decoded, z, cost), decoded[:, PARTS // 2]


def richardson(decoded: T, z: T | None = None, cost: T | None = None) -> tuple[T, T]:
    """Extrapolated lengths of sampled pieces of curve, and estimates of their errors.

    Args:
        decoded: immersed samples (n, m + 1, E), m even, equally spaced in the parameter.
        z: their latent points (n, m + 1, d), needed with a cost.
        cost: support cost at them (n, m + 1).

    Returns:
        lengths R_h (n,), never below the chord from first to last sample; and |R_h - R_2h| / 15 (n,), or
        |L_h - L_2h| / 3, the error before extrapolation, if m is no multiple of four.
    """
    steps = decoded.shape[1] - 1
    thinned = [
        chords(decoded[:, ::s], None if z is None else z[:, ::s], None if cost is None else cost[:, ::s])
        for s in ((1, 2, 4) if steps % 4 == 0 else (1, 2))
    ]
    fine, coarse, *rest = (part.sum(-1) for part in thinned)
    length = (4 * fine - coarse) / 3
    error = abs(length - (4 * coarse - rest[0]) / 3) / 15 if rest else abs(fine - coarse) / 3
    above = torch.maximum if isinstance(decoded, torch.Tensor) else np.maximum
    return above(length, chords(_doubles(decoded[:, ::steps]), None, None)[:, 0]), error


def chords(decoded: T, z: T | None, cost: T | None) -> T:
    """Chords sqrt(|dx|^2 + cbar^2 |dz|^2) between successive samples (..., m + 1, E) -> (..., m) float64."""
    square = squared_chords(decoded, z, cost)
    return safe_root(square) if isinstance(square, torch.Tensor) else square**0.5


def safe_root(square: torch.Tensor) -> torch.Tensor:
    """Square root whose derivative at zero is zero instead of infinite, for steps of no length."""
    if not square.requires_grad:
        return square.sqrt()
    positive = square > 0
    return torch.where(positive, torch.where(positive, square, 1.0).sqrt(), 0.0)


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
