"""Discrete energy of curves and its Gauss-Newton model.

For nodes z_0..z_n of a curve, x_i = F(z_i) and c_i the support cost,

    E = sum_i |x_{i+1} - x_i|^2 + |cbar_i (z_{i+1} - z_i)|^2,    cbar_i = (c_i + c_{i+1}) / 2

is a sum of squares, so Gauss-Newton needs first derivatives only: with J_i = dF/dz at z_i, half of gradient
and Hessian are

    g_i = J_i^T (2 x_i - x_{i-1} - x_{i+1}),    H_ii = 2 J_i^T J_i,    H_{i,i+1} = -J_i^T J_{i+1}

plus the same for the residuals of support. The minimiser has nearly constant speed, which a minimiser of
length has not.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from robogeo.geometry.lengths import squared_chords
from robogeo.geometry.perceptron import Array
from robogeo.geometry.points import FloatArray

if TYPE_CHECKING:
    from robogeo.geometry.metric import Metric


@dataclass
class Curves:
    """L curves with what their energy and its model are made of.

    Attributes:
        z: nodes (L, n + 1, d).
        x: decoded nodes (L, n + 1, E), in the decoder's type.
        slopes: J^T at the inner nodes (L, n - 1, d, E), in the decoder's type.
        energy: (L,).
        cost: support cost (L, n + 1); None without support.
        cost_slopes: its gradient (L, n + 1, d); None without support.
    """

    z: FloatArray
    x: Array
    slopes: Array
    energy: FloatArray
    cost: FloatArray | None = None
    cost_slopes: FloatArray | None = None

    def select(self, rows: NDArray[Any]) -> Curves:
        """The curves at these rows, a mask or indices."""
        cost = None if self.cost is None else self.cost[rows]
        cost_slopes = None if self.cost_slopes is None else self.cost_slopes[rows]
        return Curves(self.z[rows], self.x[rows], self.slopes[rows], self.energy[rows], cost, cost_slopes)

    def put(self, rows: NDArray[Any], other: Curves) -> None:
        """Overwrite the curves at these rows with those of `other` at the same rows."""
        for part in fields(self):
            mine = getattr(self, part.name)
            if mine is not None:
                mine[rows] = getattr(other, part.name)[rows]


@dataclass
class Model:
    """Gauss-Newton model of the energy at L curves, for their n - 1 inner nodes.

    Attributes:
        gradient: half gradient (L, n - 1, d).
        diagonal: half Hessian blocks (L, n - 1, d, d).
        upper: blocks (L, n - 2, d, d) that couple neighbours.
    """

    gradient: FloatArray
    diagonal: FloatArray
    upper: FloatArray


def evaluate(metric: Metric, z: FloatArray, before: Curves | None = None) -> Curves:
    """Curves with nodes z (L, n + 1, d); `before` are the same curves elsewhere, whose ends are theirs."""
    count, d = z.shape[1], z.shape[2]
    values, slopes = metric.immersion.linearized(z[:, 1:-1].reshape(-1, d))
    x = np.empty((len(z), count, values.shape[1]), dtype=values.dtype)
    x[:, 1:-1] = values.reshape(len(z), count - 2, -1)
    if before is None:
        x[:, [0, -1]] = metric.immersion.values(z[:, [0, -1]].reshape(-1, d)).reshape(len(z), 2, -1)
    else:
        x[:, [0, -1]] = before.x[:, [0, -1]]
    slopes = slopes.reshape(len(z), count - 2, d, -1)
    if metric.support is None:
        return Curves(z, x, slopes, squared_chords(x, None, None).sum(axis=1))
    cost, cost_slopes = metric.support.cost_and_gradient(z.reshape(-1, d))
    cost, cost_slopes = cost.reshape(z.shape[:2]), cost_slopes.reshape(z.shape)
    return Curves(z, x, slopes, squared_chords(x, z, cost).sum(axis=1), cost, cost_slopes)


def gauss_newton(curves: Curves) -> Model:
    """The model at curves."""
    step = curves.x[:, 1:] - curves.x[:, :-1]
    slopes, columns = curves.slopes, np.swapaxes(curves.slopes, 2, 3)
    gradient = (slopes @ (step[:, :-1] - step[:, 1:])[..., None])[..., 0]
    diagonal, upper = slopes @ columns, slopes[:, :-1] @ columns[:, 1:]
    model = Model(gradient.astype(np.float64), 2.0 * diagonal.astype(np.float64), -upper.astype(np.float64))
    if curves.cost is not None and curves.cost_slopes is not None:
        _add_support(model, curves.z, curves.cost, curves.cost_slopes)
    return model


def _add_support(model: Model, z: FloatArray, cost: FloatArray, slopes: FloatArray) -> None:
    """Add the residuals s_i = cbar_i (z_{i+1} - z_i), with derivatives left in z_i, right in z_{i+1}."""
    step = np.diff(z, axis=1)
    mean = 0.5 * (cost[:, 1:] + cost[:, :-1])
    residual = mean[..., None] * step
    scaled = mean[..., None, None] * np.eye(step.shape[2])
    left = 0.5 * step[..., :, None] * slopes[:, :-1, None, :] - scaled
    right = 0.5 * step[..., :, None] * slopes[:, 1:, None, :] + scaled
    left_t, right_t = np.swapaxes(left, 2, 3), np.swapaxes(right, 2, 3)
    model.gradient += (left_t @ residual[..., None])[:, 1:, :, 0]
    model.gradient += (right_t @ residual[..., None])[:, :-1, :, 0]
    model.diagonal += (left_t @ left)[:, 1:] + (right_t @ right)[:, :-1]
    model.upper += (left_t @ right)[:, 1:-1]
