"""Distances from one point to a whole map of a 2-D latent space, for iso-geodesic contours.

The distance T under a metric tensor G solves the anisotropic eikonal equation

    sqrt(grad T^T G^-1 grad T) = 1,   T(source) = 0.

On a grid it is found as Bornemann and Rasch 2006 do ("Finite-element discretization of static
Hamilton-Jacobi equations based on a local variational principle"): every grid point takes the least value
that its triangles offer (Hopf-Lax; see `eikonal_kernel.py`), point by point until nothing falls any more
(adaptive Gauss-Seidel). The error falls with the first order of the grid step h, but for a factor log(1 / h)
that the field's tip at the source adds. To keep that small, points near the source begin with the lengths of
straight latent segments from it: over a radius of sqrt(n) of n steps these err by less than the grid does.
They are upper bounds, which the iteration may lower.

Chen et al. 2018 ("Metrics for deep generative models", fig. 6) show such equidistance lines for digits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from robogeo.errors import GeometryError
from robogeo.geometry.points import FloatArray, as_array, as_point

if TYPE_CHECKING:
    from robogeo.geometry.metric import Metric

ROWS = 4096
"""Grid points whose metric tensor is found at a time."""
REST = 1e-10
"""Relative fall of a value below which its neighbours are not asked again."""


@dataclass(frozen=True)
class DistanceField:
    """Riemannian distances over a rectangle of a 2-D latent space.

    Attributes:
        x: (nx,) grid lines of the first latent coordinate.
        y: (ny,) grid lines of the second.
        distance: (ny, nx) distances from the source, in observation units.
    """

    x: FloatArray
    y: FloatArray
    distance: FloatArray

    def contours(self, levels: Sequence[float]) -> list[list[FloatArray]]:
        """Iso-geodesic lines: for every level its curves (m, 2) in latent coordinates, closed or cut off.

        Raises:
            GeometryError: a level that is not finite.
        """
        if not all(math.isfinite(level) for level in levels):
            raise GeometryError(f"contour levels: must be finite, got {list(levels)}")
        from contourpy import contour_generator

        generator = contour_generator(self.x, self.y, self.distance)
        return [
            [np.asarray(line, dtype=np.float64) for line in generator.lines(float(level))] for level in levels
        ]


def distance_field(metric: Metric, source: Any, x: Any, y: Any) -> DistanceField:
    """Distances from a source point to all points of a grid, by ways that stay in its rectangle.

    Args:
        metric: any metric of this room with d = 2.
        source: latent point (2,) inside the rectangle, on a grid point or between.
        x: (nx,) increasing grid lines of the first latent coordinate, nx >= 3.
        y: (ny,) those of the second.

    Raises:
        GeometryError: bad points or grid, a source outside it, another d than 2, or a metric that is singular
            somewhere on the grid, where distances would not depend on one direction.
    """
    origin = as_array(as_point(source, "source", dimension=2))
    x, y = _grid_lines(x, "x"), _grid_lines(y, "y")
    if not (x[0] <= origin[0] <= x[-1] and y[0] <= origin[1] <= y[-1]):
        raise GeometryError(
            f"source: {origin.tolist()} lies outside the grid [{x[0]}, {x[-1]}] x [{y[0]}, {y[-1]}]"
        )
    nodes = np.stack(np.meshgrid(x, y), axis=-1)
    tensors = _tensors(metric, nodes)
    start = np.full(nodes.shape[:2], np.inf)
    _start_near(metric, origin, nodes, start)
    from robogeo.geometry.eikonal_kernel import solve

    solve(start, tensors, x, y, REST)
    return DistanceField(x, y, start)


def _grid_lines(value: Any, what: str) -> FloatArray:
    try:
        lines = np.array(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise GeometryError(f"grid {what}: not an array of numbers ({error})") from error
    if lines.ndim != 1 or len(lines) < 3 or not np.isfinite(lines).all() or (np.diff(lines) <= 0).any():
        raise GeometryError(f"grid {what}: needs at least three finite, increasing numbers")
    return lines


def _tensors(metric: Metric, nodes: FloatArray) -> FloatArray:
    """Entries (ny, nx, 3) G_11, G_12, G_22 of the metric tensor at all grid points."""
    rows = nodes.reshape(-1, 2)
    with torch.no_grad():
        parts = [metric.tensor(rows[i : i + ROWS]) for i in range(0, len(rows), ROWS)]
    tiny = torch.finfo(parts[0].dtype).eps
    G = np.concatenate([as_array(part) for part in parts])
    determinant = G[:, 0, 0] * G[:, 1, 1] - G[:, 0, 1] * G[:, 1, 0]
    singular = ~(determinant > 4.0 * tiny * (G[:, 0, 0] + G[:, 1, 1]) ** 2)
    if singular.any():
        where = rows[int(singular.argmax())]
        raise GeometryError(
            f"distance field: the metric is singular at {int(singular.sum())} of {len(rows)} grid points, "
            f"first at [{where[0]:.4g}, {where[1]:.4g}]; use a metric with support, or a smaller grid"
        )
    return np.ascontiguousarray(G[:, [0, 0, 1], [0, 1, 1]].reshape(*nodes.shape[:2], 3))


def _start_near(metric: Metric, origin: FloatArray, nodes: FloatArray, start: FloatArray) -> None:
    """Write into `start` the lengths of straight segments to points within sqrt(n) steps of the source."""
    x, y = nodes[0, :, 0], nodes[:, 0, 1]
    reach = np.array([(lines[-1] - lines[0]) / math.sqrt(len(lines)) for lines in (x, y)])
    widest = np.array([np.diff(lines).max() for lines in (x, y)])  # at the least the corners of its own cell
    offset = np.abs(nodes - origin)
    near = (np.square(offset / reach).sum(axis=-1) <= 1.0) | (offset <= widest).all(axis=-1)
    ends = nodes[near]
    with torch.no_grad():
        start[near] = as_array(metric.segment_lengths(np.broadcast_to(origin, ends.shape), ends))
