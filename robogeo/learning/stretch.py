"""The stretch of a geodesic that is worst: what a query asks to be shown above all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from robogeo.motion.manifold import Manifold
from robogeo.motion.request import Request

FloatArray = NDArray[np.float64]
_SAMPLES = 33  # points looked at along the geodesic
_KEPT = 9  # points that a stretch is told by, at most


@dataclass(frozen=True, eq=False)
class Stretch:
    """A part of a geodesic.

    Attributes:
        codes: latent codes (k, d) along it.
        motion: what the model makes of them, (k, dof) rad.
        middle: configuration (dof,) in the middle, rad.
    """

    codes: FloatArray
    motion: FloatArray
    middle: FloatArray


def worst_stretch(manifold: Manifold, request: Request, kind: str) -> Stretch:
    """Find the contiguous part of a request's graph geodesic that is most wrong in the way of its kind.

    Where a demonstration is to ``smooth``, wrong is a decoded step above the median one; else it is decoded
    length without support, and disagreement of the ensemble.
    """
    geodesic = manifold.graph_geodesics(request.start[None], request.goal[None])
    codes = manifold.along(geodesic, _SAMPLES)[0]
    seen = manifold.decode(codes)
    motion = manifold.observation.configurations(seen)
    steps = np.linalg.norm(np.diff(seen, axis=0), axis=1)
    if kind == "smooth":
        wrong = np.maximum(steps - np.median(steps), 0.0)
    else:
        with torch.no_grad():
            lack = manifold.support.lack(codes).double().numpy()
            heads = manifold.model.decode_heads(codes)
            spread = heads.var(dim=-2, correction=0).sum(dim=-1).sqrt().double().numpy()
        wrong = _between(lack) * steps + _between(spread) / len(steps)
    first, last = worst_run(wrong)
    kept = np.unique(np.linspace(first, last, min(_KEPT, last - first + 1)).round().astype(int))
    return Stretch(codes[kept].double().numpy(), motion[kept], motion[(first + last) // 2])


def worst_run(wrong: FloatArray) -> tuple[int, int]:
    """The run of pieces whose wrongness exceeds the mean by most in sum (Kadane's largest subarray).

    Args:
        wrong: of each piece (n,) between n + 1 points.

    Returns:
        Indices of the first and last point of the run; all points where no piece is worse than another.
    """
    excess = wrong - wrong.mean()
    best, total, first = 0.0, 0.0, 0
    found = (0, len(wrong))
    for index, value in enumerate(excess.tolist()):
        if total <= 0.0:
            total, first = 0.0, index
        total += value
        if total > best:
            best, found = total, (first, index + 1)
    return found


def _between(values: FloatArray) -> FloatArray:
    """Means (n - 1,) of neighbouring values (n,)."""
    return 0.5 * (values[1:] + values[:-1])
