"""Lack of support: how far a latent point lies from where the data are, as a cost in the metric.

A decoder says nothing honest about latent regions that no demonstration visits, so geodesics of the mean
metric take short cuts through them. Following the idea that the metric must grow away from data (Arvanitidis,
Hansen and Hauberg 2018, "Latent space oddity", where the generator's variance does it), the term c(z)^2 I is
added to G with

    c(z) = weight * nu(z),    nu(z) = prod_k (1 - exp(-|z - n_k|^2 / (2 width^2))) in [0, 1]

over the nearest nodes n_k: 0 on a node, 1 far from all. Two nodes that change rank are equally far when they
do, so nu is continuous; it has kinks there, which a product over the k nearest makes small.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from scipy.spatial import cKDTree

from robogeo.errors import GeometryError
from robogeo.geometry.neighbors import nearest
from robogeo.geometry.points import FloatArray, as_array, as_points, as_rows


class Support:
    """Support cost of latent points, from nodes that stand evenly where the data are.

    Args:
        nodes: latent points (N, d) that are supported; thin them evenly first.
        width: how far a node's support reaches, in latent units.
        weight: cost where there is no support at all, in observation units per latent unit.
        neighbors: nodes that count at a point (fewer if there are fewer).

    Raises:
        GeometryError: bad nodes, or a width, weight or number of neighbours out of range.
    """

    def __init__(self, nodes: Any, width: float, weight: float, neighbors: int = 8) -> None:
        self.nodes = as_rows(nodes, "support nodes").detach().to(device="cpu", dtype=torch.float64)
        if len(self.nodes) == 0:
            raise GeometryError("support nodes: none given; support needs at least one point")
        if not (np.isfinite(width) and width > 0):
            raise GeometryError(f"support width: must be positive and finite, got {width}")
        if not (np.isfinite(weight) and weight >= 0):
            raise GeometryError(f"support weight: must be finite and not negative, got {weight}")
        if neighbors < 1:
            raise GeometryError(f"support neighbors: must be at least 1, got {neighbors}")
        self.width = float(width)
        self.weight = float(weight)
        self.neighbors = min(int(neighbors), len(self.nodes))
        self._tree = cKDTree(self.nodes.numpy(), leafsize=32)

    @classmethod
    def calibrated(
        cls, nodes: Any, metric_scale: float, width_factor: float = 1.5, weight_factor: float = 20.0
    ) -> Support:
        """Support with its width and weight taken from the data instead of by hand.

        Args:
            nodes: latent points (N, d), N >= 2, evenly thinned.
            metric_scale: observation units per latent unit, see `Metric.scale` and take the median over
                nodes.
            width_factor: width in median distances to the nearest other node.
            weight_factor: weight in units of `metric_scale`.

        Raises:
            GeometryError: fewer than two distinct nodes, or a scale that is not positive.
        """
        rows = as_rows(nodes, "support nodes").detach()
        distinct = np.unique(as_array(rows), axis=0)
        if len(distinct) < 2:
            raise GeometryError("support nodes: calibration needs at least two distinct points")
        if not (np.isfinite(metric_scale) and metric_scale > 0):
            raise GeometryError(f"metric_scale: must be positive and finite, got {metric_scale}")
        spacing = nearest(cKDTree(distinct), distinct, 2)[0][:, 1]
        return cls(rows, width_factor * float(np.median(spacing)), weight_factor * float(metric_scale))

    def lack(self, z: Any) -> torch.Tensor:
        """nu(z) in [0, 1] for points (..., d) -> (...): 0 on a node. Differentiable."""
        z = as_points(z, "z", dimension=self.nodes.shape[1])
        flat = z.reshape(-1, z.shape[-1])
        _, index = nearest(self._tree, as_array(flat), self.neighbors)
        near = self.nodes[torch.from_numpy(index)]
        offset = flat.unsqueeze(1) - near.to(flat)
        exponent = offset.square().sum(-1) / (2.0 * self.width**2)
        return (-torch.expm1(-exponent)).prod(-1).reshape(z.shape[:-1])

    def cost(self, z: Any) -> torch.Tensor:
        """c(z) = weight * nu(z) for points (..., d) -> (...), in observation units per latent unit."""
        return self.weight * self.lack(z)

    def cost_values(self, z: FloatArray) -> FloatArray:
        """c(z) at rows (n, d) -> (n,), as `cost` without torch."""
        _, exponent = self._near(z)
        return self.weight * np.prod(-np.expm1(-exponent), axis=1)

    def cost_and_gradient(self, z: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Cost c and its gradient at rows (n, d) -> (n,), (n, d), in closed form.

        With factors f_k = 1 - e_k, dnu/dz = sum_k (e_k (z - n_k) / width^2) prod_{l != k} f_l; the
        leave-one-out products are formed from prefixes and suffixes, so a factor of zero (z on a node)
        divides nothing.
        """
        offset, exponent = self._near(z)
        factors = -np.expm1(-exponent)
        ones = np.ones((len(z), 1))
        before = np.cumprod(np.hstack([ones, factors]), axis=1)
        after = np.cumprod(np.hstack([ones, factors[:, ::-1]]), axis=1)[:, ::-1]
        slope = np.exp(-exponent) * before[:, :-1] * after[:, 1:] / self.width**2
        gradient = self.weight * np.einsum("nk,nkd->nd", slope, offset)
        return self.weight * before[:, -1], gradient

    def _near(self, z: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Offsets (n, k, d) from the nearest nodes at rows (n, d), and their |z - n_k|^2 / (2 width^2)."""
        _, index = nearest(self._tree, z, self.neighbors)
        offset = z[:, None, :] - self.nodes.numpy()[index]
        return offset, np.einsum("nkd,nkd->nk", offset, offset) / (2.0 * self.width**2)
