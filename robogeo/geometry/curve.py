"""Geodesics as results: points along a curve, with its length and how it was found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from robogeo.errors import GeometryError
from robogeo.geometry.points import FloatArray, IntArray, as_array, as_rows

if TYPE_CHECKING:
    from robogeo.geometry.metric import Metric


@dataclass(frozen=True, eq=False)
class Geodesic:
    """A shortest curve, or an attempt at one, that every solver of the room returns.

    Attributes:
        points: latent points (n, d) along it, first and last exactly those asked for; none (0, d) where there
            is no way.
        length: its length in observation units; infinite where there is no way.
        expanded: graph nodes that the search expanded.
        converged: whether the solver came to rest; for a graph search, whether there is a way.
        bridged: share of the length on bridges between components of the graph, in [0, 1]; a relaxed curve
            keeps the value of the path it was relaxed from.
        method: which solver, and start, gave it: `graph`, `relaxed from path`, `relaxed from line`,
            `half relaxed`, `line`, `path`, `neural`, `neural as published` (which names coordinates that stay
            frozen), `none` where no curve was sought.
        nodes: indices of the graph's nodes that it passes, for a graph geodesic; none otherwise.
    """

    points: torch.Tensor
    length: float
    expanded: int
    converged: bool = True
    bridged: float = 0.0
    method: str = "graph"
    nodes: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    @property
    def reached(self) -> bool:
        """Whether there is a way at all."""
        return math.isfinite(self.length)


def polyline_length(metric: Metric, points: Any) -> float:
    """Length of the curve of straight latent segments through points (n, d), in observation units.

    Raises:
        GeometryError: bad points or fewer than one.
    """
    rows = as_curve(points, "points")
    with torch.no_grad():
        return float(metric.segment_lengths(rows[:-1], rows[1:]).sum())


def resample_uniform(metric: Metric, points: Any, n: int) -> torch.Tensor:
    """Points (n, d) at equal distances under the metric along the polyline through points (m, d).

    Distances are measured along the polyline; within one of its segments the speed counts as constant. Ends
    are kept exactly; a curve of no length repeats its end.

    Raises:
        GeometryError: bad points, or n < 2.
    """
    rows = as_curve(points, "points").detach()
    if n < 2:
        raise GeometryError(f"n: a curve needs at least 2 points, got {n}")
    with torch.no_grad():
        lengths = metric.segment_lengths(rows[:-1], rows[1:])
    return torch.from_numpy(spread(as_array(rows), as_array(lengths), n)).to(rows)


def spread(points: FloatArray, lengths: FloatArray, n: int) -> FloatArray:
    """Points (n, d) at equal distances along the polyline (m, d) with segments of `lengths` (m - 1,)."""
    travelled = np.concatenate([[0.0], np.cumsum(lengths)])
    kept = np.concatenate([[True], np.diff(travelled) > 0])
    wanted = np.linspace(0.0, travelled[-1], n)
    result = np.stack([np.interp(wanted, travelled[kept], column[kept]) for column in points.T], axis=1)
    result[0], result[-1] = points[0], points[-1]
    return result


def as_curve(points: Any, what: str) -> torch.Tensor:
    """Points (n, d) of a curve, n >= 2; a single point stands still.

    Raises:
        GeometryError: no point at all, or as `as_rows`.
    """
    rows = as_rows(points.points if isinstance(points, Geodesic) else points, what)
    if len(rows) == 0:
        raise GeometryError(f"{what}: a curve needs at least one point")
    return torch.cat([rows, rows]) if len(rows) == 1 else rows


def curve_rows(curves: Sequence[Any]) -> list[torch.Tensor]:
    """Points of several curves, all of one latent dimension.

    Raises:
        GeometryError: curves of different dimension, or as `as_curve`.
    """
    rows = [as_curve(curve, f"path {i}").detach() for i, curve in enumerate(curves)]
    if len({part.shape[1] for part in rows}) > 1:
        raise GeometryError(
            f"paths: of different latent dimensions {sorted({part.shape[1] for part in rows})}"
        )
    return rows
