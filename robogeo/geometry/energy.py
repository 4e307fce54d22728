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

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from robogeo.geometry.points import FloatArray, as_array

if TYPE_CHECKING:
    from robogeo.geometry.metric import Metric


@dataclass
class State:
    """L curves with what their energy is made of.

    Attributes:
        z: nodes (L, n + 1, d).
        x: decoded nodes (L, n + 1, E).
        cost: support cost (L, n + 1), zero without support.
        slope: its gradient (L, n + 1, d).
        energy: (L,).
    """

    z: FloatArray
    x: FloatArray
    cost: FloatArray
    slope: FloatArray
    energy: FloatArray

    def select(self, rows: np.ndarray) -> State:
        """The curves with these indices."""
        return State(self.z[rows], self.x[rows], self.cost[rows], self.slope[rows], self.energy[rows])

    def put(self, rows: np.ndarray, other: State) -> None:
        """Overwrite the curves with these indices."""
        self.z[rows], self.x[rows], self.energy[rows] = other.z, other.x, other.energy
        self.cost[rows], self.slope[rows] = other.cost, other.slope


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

    def select(self, rows: np.ndarray) -> Model:
        """The models of the curves with these indices."""
        return Model(self.gradient[rows], self.diagonal[rows], self.upper[rows])

    def put(self, rows: np.ndarray, other: Model) -> None:
        """Overwrite the models of the curves with these indices."""
        self.gradient[rows], self.diagonal[rows], self.upper[rows] = (
            other.gradient,
            other.diagonal,
            other.upper,
        )


def evaluate(metric: Metric, z: FloatArray) -> State:
    """Energy of curves with nodes (L, n + 1, d)."""
    with torch.no_grad():
        x = as_array(metric.embed(torch.from_numpy(z)))
    energy = np.square(np.diff(x, axis=1)).sum(axis=(1, 2))
    if metric.support is None:
        return State(z, x, np.zeros(z.shape[:2]), np.zeros_like(z), energy)
    flat_cost, flat_slope = metric.support.cost_and_gradient(z.reshape(-1, z.shape[-1]))
    cost, slope = flat_cost.reshape(z.shape[:2]), flat_slope.reshape(z.shape)
    squares = np.square(np.diff(z, axis=1)).sum(axis=2)
    energy = energy + (np.square(0.5 * (cost[:, 1:] + cost[:, :-1])) * squares).sum(axis=1)
    return State(z, x, cost, slope, energy)


def linearize(metric: Metric, state: State) -> Model:
    """Gauss-Newton model at the curves of a state."""
    with torch.no_grad():
        J = as_array(metric.jacobian(torch.from_numpy(state.z[:, 1:-1])))
    step = np.diff(state.x, axis=1)
    J_t = np.swapaxes(J, 2, 3)
    gradient = (J_t @ (step[:, :-1] - step[:, 1:])[..., None])[..., 0]
    model = Model(gradient, 2.0 * (J_t @ J), -(J_t[:, :-1] @ J[:, 1:]))
    if metric.support is not None:
        _add_support(model, state)
    return model


def _add_support(model: Model, state: State) -> None:
    """Add the residuals s_i = cbar_i (z_{i+1} - z_i), with derivatives left in z_i, right in z_{i+1}."""
    step = np.diff(state.z, axis=1)
    mean = 0.5 * (state.cost[:, 1:] + state.cost[:, :-1])
    residual = mean[..., None] * step
    scaled = mean[..., None, None] * np.eye(step.shape[2])
    left = 0.5 * step[..., :, None] * state.slope[:, :-1, None, :] - scaled
    right = 0.5 * step[..., :, None] * state.slope[:, 1:, None, :] + scaled
    left_t, right_t = np.swapaxes(left, 2, 3), np.swapaxes(right, 2, 3)
    model.gradient += (left_t @ residual[..., None])[:, 1:, :, 0] + (right_t @ residual[..., None])[
        :, :-1, :, 0
    ]
    model.diagonal += (left_t @ left)[:, 1:] + (right_t @ right)[:, :-1]
    model.upper += (left_t @ right)[:, 1:-1]
