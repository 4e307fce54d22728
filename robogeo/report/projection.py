"""A flat map of a latent space: principal plane, and a way back onto the data sheet.

Nodes z_i in R^d are centred and projected on their two leading principal axes (Pearson 1901). A point p of
the plane is lifted back to

    z(p) = mean + A^T p + sum_k w_k r_k / sum_k w_k,    w_k = 1 / |p - p_k|^2  (Shepard 1968),

with r_k the off-plane residuals of the nodes nearest to p in the plane. So a background drawn over z(p) is
a map of the sheet on which the data lie, and not of an arbitrary slice that may miss all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from robogeo.errors import InputError

if TYPE_CHECKING:
    from scipy.spatial import cKDTree


@dataclass(frozen=True)
class Projection:
    """A plane through latent nodes.

    Attributes:
        mean: (d,) centre of the nodes.
        axes: (2, d) orthonormal axes of the plane.
        plane_nodes: (N, 2) the nodes in the plane.
        residuals: (N, d) what the plane misses of each node.
        explained: share of the nodes' variance that the plane holds, in [0, 1].
    """

    mean: NDArray[np.float64]
    axes: NDArray[np.float64]
    plane_nodes: NDArray[np.float64]
    residuals: NDArray[np.float64]
    explained: float

    @classmethod
    def fit(cls, nodes: ArrayLike) -> Projection:
        """Fit the principal plane to nodes (N, d); for d = 2 only the centre is moved and the axes stay.

        Raises:
            InputError: when the nodes are not a finite (N, d) array with N >= 1 and d >= 2.
        """
        points = np.asarray(nodes, dtype=np.float64)
        if points.ndim != 2 or points.shape[0] < 1 or points.shape[1] < 2:
            raise InputError(
                f"latent map: nodes have shape {points.shape}; expected (N, d), N >= 1 and d >= 2"
            )
        if not np.isfinite(points).all():
            raise InputError("latent map: nodes contain NaN or infinity; leave such nodes out")
        mean = points.mean(axis=0)
        centred = points - mean
        axes = np.eye(2) if points.shape[1] == 2 else _principal_axes(centred)
        plane = centred @ axes.T
        residuals = centred - plane @ axes
        total = float(np.sum(centred**2))
        explained = float(np.sum(plane**2)) / total if total > 0.0 else 1.0
        return cls(mean, axes, plane, residuals, min(explained, 1.0))

    def project(self, points: ArrayLike) -> NDArray[np.float64]:
        """Latent points (P, d) -> their shadows in the plane (P, 2)."""
        return (np.asarray(points, dtype=np.float64) - self.mean) @ self.axes.T

    def lift(self, plane_points: ArrayLike, neighbors: int = 8) -> NDArray[np.float64]:
        """Plane points (P, 2) -> latent points (P, d) that follow the sheet of the nodes, as above."""
        flat = np.asarray(plane_points, dtype=np.float64).reshape(-1, 2)
        return self.mean + flat @ self.axes + self._residual(flat, neighbors)

    @cached_property
    def _tree(self) -> cKDTree:
        from scipy.spatial import cKDTree

        return cKDTree(self.plane_nodes)

    def _residual(self, flat: NDArray[np.float64], neighbors: int) -> NDArray[np.float64]:
        ranks = np.arange(1, 1 + min(neighbors, len(self.plane_nodes)))
        found, nearest = self._tree.query(flat, ranks)
        distance = np.asarray(found)
        # The floor lets a point on a node take that node's residual without dividing by zero.
        weight = 1.0 / (distance**2 + 1e-12 * max(float(np.sum(self.plane_nodes.var(axis=0))), 1e-12))
        return np.einsum("pk,pkd->pd", weight / weight.sum(axis=1, keepdims=True), self.residuals[nearest])


def _principal_axes(centred: NDArray[np.float64]) -> NDArray[np.float64]:
    """Leading eigenvectors (2, d) of the covariance; the largest entry is positive, so maps do not flip."""
    _, vectors = np.linalg.eigh(centred.T @ centred)
    axes = vectors[:, ::-1][:, :2].T
    largest = np.take_along_axis(axes, np.argmax(np.abs(axes), axis=1)[:, None], axis=1)
    result: NDArray[np.float64] = axes * np.where(largest < 0.0, -1.0, 1.0)
    return result
