"""Lengths of given curves over a range of the paper's smoothing constant lambda_s, and the choice of one.

The paper needs a large lambda_s and does not print it. Here the metric tensors along the curves are worked
out once; every lambda_s is then a small formula.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from robogeo.geometry import PullbackMetric, smoothed_tensor

FloatArray = NDArray[np.float64]


def smoothing_sweep(
    metric: PullbackMetric, curves: Mapping[str, torch.Tensor], levels: Sequence[float]
) -> dict[str, FloatArray]:
    """Lengths (levels, m) by name of curves (m, n, d), each n points on a smooth curve at even parameters."""
    found = {}
    for name, points in curves.items():
        middles = 0.5 * (points[:, 1:] + points[:, :-1])
        steps = points.diff(dim=1).double()
        with torch.no_grad():
            parts = [metric.tensor(part) for part in torch.split(middles, 4)]
        G = torch.cat(parts).double()
        found[name] = np.stack([_lengths(G, steps, level) for level in levels])
    return found


def chosen_smoothing(sweep: Mapping[str, FloatArray], levels: Sequence[float], ratio: float) -> float:
    """The least level above 0 at which mean manifold / mean line is at most a ratio, else that of the least.

    Args:
        sweep: lengths (levels, m) of ``manifold`` and ``line``.
        levels: of the sweep.
        ratio: wanted.
    """
    found = sweep["manifold"].mean(axis=1) / sweep["line"].mean(axis=1)
    able = [i for i, level in enumerate(levels) if level > 0.0]
    enough = [i for i in able if found[i] <= ratio]
    return levels[enough[0] if enough else min(able, key=lambda i: found[i])]


def _lengths(G: torch.Tensor, steps: torch.Tensor, level: float) -> FloatArray:
    smooth = smoothed_tensor(G, level) if level > 0.0 else G
    squares = torch.einsum("mna,mnab,mnb->mn", steps, smooth, steps)
    return squares.clamp_min(0.0).sqrt().sum(dim=1).numpy()
