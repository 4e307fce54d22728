"""The fastest speed along a path under velocity and acceleration bounds, by TOPP-RA.

With x = s.^2 and u = s.. the acceleration bound |q' u + q'' x| <= A is linear, so that a backward pass of
small linear programs finds the controllable x and a forward pass the largest (Pham and Pham 2018, IEEE T-RO
34:645, algorithm 1). Importing this module imports toppra, which takes about a second:
import it where it is needed.
"""

from __future__ import annotations

import logging

import numpy as np
from numpy.typing import NDArray
from toppra.algorithm import TOPPRA
from toppra.constraint import JointAccelerationConstraint
from toppra.constraint.linear_constraint import LinearConstraint

FloatArray = NDArray[np.float64]

logging.getLogger("toppra").setLevel(logging.CRITICAL)  # its failures are reported by the return value here


class _GridPath:
    """Derivatives of a path at the grid points, in the form that toppra asks for."""

    def __init__(self, grid: FloatArray, first: FloatArray, second: FloatArray) -> None:
        self.dof = first.shape[1]
        self.path_interval = grid[[0, -1]]
        self._derivatives = {1: first, 2: second}

    def __call__(self, grid: FloatArray, order: int = 0) -> FloatArray:
        return self._derivatives[order]


class _SpeedCeiling(LinearConstraint):
    """A bound on s. at every grid point."""

    def __init__(self, ceiling: FloatArray, dof: int) -> None:
        super().__init__()
        self.dof = dof
        self._squared = np.column_stack([np.zeros_like(ceiling), ceiling**2])

    def compute_constraint_params(
        self, path: _GridPath, gridpoints: FloatArray
    ) -> tuple[FloatArray | None, ...]:
        """No linear rows, only the bounds on s.^2."""
        return None, None, None, None, None, None, self._squared


def optimal_speed(
    grid: FloatArray, first: FloatArray, second: FloatArray, ceiling: FloatArray, acceleration: FloatArray
) -> FloatArray | None:
    """Fastest path speed from rest to rest.

    Args:
        grid: (N,) increasing path parameters.
        first: (N, dof) first derivative of the path at the grid.
        second: (N, dof) second derivative.
        ceiling: (N,) largest path speed.
        acceleration: (dof,) bound on the joint accelerations.

    Returns:
        (N,) path speeds, zero at both ends and positive between; None where toppra finds none.
    """
    constraints = [_SpeedCeiling(ceiling, first.shape[1]), JointAccelerationConstraint(acceleration)]
    path = _GridPath(grid, first, second)
    try:
        problem = TOPPRA(constraints, path, gridpoints=grid, solver_wrapper="seidel")
        speed = problem.compute_parameterization(0.0, 0.0)[1]
    except (ArithmeticError, ValueError, RuntimeError):
        return None
    if speed is None or not np.isfinite(speed).all() or (speed[1:-1] <= 0.0).any():
        return None
    result = np.array(speed, dtype=np.float64)
    result[[0, -1]] = 0.0
    return result
