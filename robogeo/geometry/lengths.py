"""Lengths of latent segments from decoded chords alone: no derivative of the decoder is needed.

A segment is cut into m equal parts. With x_i = F(z_i), the support cost c_i and cbar_i the mean of c at a
part's two ends,

    L_h = sum_i sqrt(|x_{i+1} - x_i|^2 + cbar_i^2 |z_{i+1} - z_i|^2)

errs by O(h^2); the same samples taken two by two give L_2h, and L = (4 L_h - L_2h) / 3 (Richardson) errs by
O(h^4). At m = 4 that costs three decodes a segment, a fifth of the sixteen-point rule of Chen et al. 2019
(eq. 6). Segments whose own error estimate |L_h - L_2h| / 3 stays large are cut again. Every length is at
least the decoded chord |F(b) - F(a)|, which keeps the chord a consistent A* heuristic; for a pure pull-back
this holds by the triangle inequality, with support it is enforced.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch

from robogeo.errors import GeometryError
from robogeo.geometry.points import as_rows

if TYPE_CHECKING:
    from robogeo.geometry.metric import Metric

PARTS = 4
FINEST_PARTS = 32
TOLERANCE = 1e-2
"""Estimated relative error of L_h above which a segment is cut into twice as many parts; L errs far less."""
CHUNK = 512
"""Segments measured at a time (at most 1,024: beyond, activations leave the processor's cache)."""


def segment_lengths(metric: Metric, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Lengths of straight latent segments, (n, d), (n, d) -> (n,) float64; differentiable if wanted."""
    track = torch.is_grad_enabled() and (a.requires_grad or b.requires_grad)
    with torch.set_grad_enabled(track):
        return lengths_between(metric, a, b, metric.embed(a), metric.embed(b))


def segment_length_errors(metric: Metric, a: Any, b: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Lengths with their error estimates |L_h - L_2h| / 3, both (n,) float64, at the fixed m = 4.

    The estimate is that of L_h, the length before extrapolation: an upper bound in practice.
    """
    a, b = as_rows(a, "a"), as_rows(b, "b")
    if a.shape != b.shape:
        raise GeometryError(f"segments: a has shape {tuple(a.shape)} but b has {tuple(b.shape)}")
    with torch.no_grad():
        return _measured(metric, [a, b, metric.embed(a), metric.embed(b)], PARTS)


def lengths_between(
    metric: Metric, a: torch.Tensor, b: torch.Tensor, decoded_a: torch.Tensor, decoded_b: torch.Tensor
) -> torch.Tensor:
    """As `segment_lengths`, with the ends already decoded, (n, E) each: shared nodes are decoded once."""
    parts = []
    for i in range(0, len(a), CHUNK):
        piece = slice(i, i + CHUNK)
        ends = [end[piece] for end in (a, b, decoded_a, decoded_b)]
        length, error = _measured(metric, ends, PARTS)
        cuts = PARTS
        rough = torch.nonzero(error.detach() > TOLERANCE * length.detach()).squeeze(1)
        while cuts < FINEST_PARTS and len(rough):
            cuts *= 2
            finer, error = _measured(metric, [end[rough] for end in ends], cuts)
            length = length.index_copy(0, rough, finer)
            rough = rough[error.detach() > TOLERANCE * finer.detach()]
        parts.append(length)
    return torch.cat(parts) if parts else torch.zeros(0, dtype=torch.float64)


def _measured(metric: Metric, ends: Sequence[torch.Tensor], parts: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Lengths and error estimates of segments, given as [a, b, decoded a, decoded b], cut into `parts`."""
    a, b, decoded_a, decoded_b = ends
    t = (torch.arange(1, parts, dtype=a.dtype, device=a.device) / parts)[:, None]
    inner = a.unsqueeze(1) * (1 - t) + b.unsqueeze(1) * t
    decoded = torch.cat([decoded_a.unsqueeze(1), metric.embed(inner), decoded_b.unsqueeze(1)], dim=1).double()
    if metric.support is None:
        return richardson(decoded)
    z = torch.cat([a.unsqueeze(1), inner, b.unsqueeze(1)], dim=1).to(decoded)
    return richardson(decoded, z, metric.support.cost(z).to(decoded))


def richardson(
    decoded: torch.Tensor, z: torch.Tensor | None = None, cost: torch.Tensor | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Extrapolated lengths of sampled pieces of curve, and the estimates |L_h - L_2h| / 3.

    Args:
        decoded: immersed samples (n, m + 1, E), m even, equally spaced in the parameter.
        z: their latent points (n, m + 1, d), needed with a cost.
        cost: support cost at them (n, m + 1).

    Returns:
        lengths (n,), never below the chord from first to last sample, and error estimates (n,).
    """
    fine = polygon(decoded, z, cost)
    coarse = polygon(
        decoded[:, ::2], None if z is None else z[:, ::2], None if cost is None else cost[:, ::2]
    )
    chord = _norm(decoded[:, -1] - decoded[:, 0])
    return torch.maximum((4 * fine - coarse) / 3, chord), (fine - coarse).abs() / 3


def polygon(decoded: torch.Tensor, z: torch.Tensor | None, cost: torch.Tensor | None) -> torch.Tensor:
    """Sum of chords of samples (n, m + 1, E), each with its support part, -> (n,)."""
    return chords(decoded, z, cost).sum(-1)


def chords(decoded: torch.Tensor, z: torch.Tensor | None, cost: torch.Tensor | None) -> torch.Tensor:
    """Chords sqrt(|dx|^2 + cbar^2 |dz|^2) between successive samples (..., m + 1, E) -> (..., m)."""
    return _root(squared_chords(decoded, z, cost))


def squared_chords(decoded: torch.Tensor, z: torch.Tensor | None, cost: torch.Tensor | None) -> torch.Tensor:
    """Squares of `chords`; their sum times the number of segments is the curve's discrete energy."""
    square = decoded.diff(dim=-2).square().sum(-1)
    if z is not None and cost is not None:
        mean_cost = 0.5 * (cost[..., 1:] + cost[..., :-1])
        square = square + mean_cost.square() * z.diff(dim=-2).square().sum(-1)
    return square


def _norm(vectors: torch.Tensor) -> torch.Tensor:
    return _root(vectors.square().sum(-1))


def _root(square: torch.Tensor) -> torch.Tensor:
    """Square root whose derivative at zero is zero instead of NaN, for segments of no length."""
    if not square.requires_grad:
        return square.sqrt()
    positive = square > 0
    return torch.where(positive, torch.where(positive, square, torch.ones_like(square)).sqrt(), 0.0)
