"""The compiled inner loops of kinematics: forward kinematics, and inverse by damped least squares.

`envs.kinematics` says what is solved and why so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from envs.robots import FloatArray

_ITERATIONS = 200


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile, keeping the machine code on disk unless no folder for it can be written."""
    try:
        return numba.njit(cache=True)(function)
    except RuntimeError:
        return numba.njit(function)


@_compiled
def forward(
    q: FloatArray, origins: FloatArray, axes: FloatArray, tool: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Frames of the joints and the tool (dof + 1, 4, 4), and the geometric Jacobian (6, dof)."""
    dof = q.shape[0]
    frames = np.zeros((dof + 1, 4, 4))
    transform = np.eye(4)
    for j in range(dof):
        transform = transform @ origins[j]
        frames[j] = transform
        x, y, z = axes[j]
        c, s = np.cos(q[j]), np.sin(q[j])
        turn = np.eye(4)
        turn[0, 0], turn[0, 1], turn[0, 2] = (
            c + x * x * (1 - c),
            x * y * (1 - c) - z * s,
            x * z * (1 - c) + y * s,
        )
        turn[1, 0], turn[1, 1], turn[1, 2] = (
            y * x * (1 - c) + z * s,
            c + y * y * (1 - c),
            y * z * (1 - c) - x * s,
        )
        turn[2, 0], turn[2, 1], turn[2, 2] = (
            z * x * (1 - c) - y * s,
            z * y * (1 - c) + x * s,
            c + z * z * (1 - c),
        )
        transform = transform @ turn
    frames[dof] = transform @ tool
    jacobian = np.zeros((6, dof))
    for j in range(dof):
        axis = frames[j, :3, :3].copy() @ axes[j]
        jacobian[:3, j] = np.cross(axis, frames[dof, :3, 3] - frames[j, :3, 3])
        jacobian[3:, j] = axis
    return frames, jacobian


@_compiled
def rotation_vector(rotation: FloatArray) -> FloatArray:
    """Axis times angle (3,) of a rotation matrix, angles from 0 to pi."""
    skew = np.array(
        [rotation[2, 1] - rotation[1, 2], rotation[0, 2] - rotation[2, 0], rotation[1, 0] - rotation[0, 1]]
    )
    sine = 0.5 * np.sqrt(np.sum(skew**2))
    cosine = 0.5 * (rotation[0, 0] + rotation[1, 1] + rotation[2, 2] - 1.0)
    if sine > 1e-6:
        return skew * (0.5 * np.arctan2(sine, cosine) / sine)
    if cosine > 0.0:
        return 0.5 * skew
    # Half a turn has no skew part: its axis is the eigenvector (R + 1) / 2 = a a^T.
    outer = 0.5 * (rotation + np.eye(3))
    k = np.argmax(np.diag(outer))
    return np.pi * outer[k] / np.sqrt(outer[k, k])


@_compiled
def _step(
    q: FloatArray,
    error: FloatArray,
    jacobian: FloatArray,
    pull: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
) -> FloatArray:
    """One damped step (dof,) within limits: joints that would leave stop there, others make up."""
    worst = max(np.sqrt(np.sum(error[:3] ** 2)), np.sqrt(np.sum(error[3:] ** 2)))
    # Far from the target the damping keeps singular directions quiet; near it, it must vanish.
    damping = min(1e-3, 1e-2 * worst * worst + 1e-10) * np.eye(6)
    dof = len(q)
    step = np.zeros(dof)
    free = jacobian.copy()
    wish = pull.copy()
    for _ in range(dof):
        rest = error - jacobian @ step
        part = wish + free.T @ np.linalg.solve(free @ free.T + damping, rest - free @ wish)
        length = np.sqrt(np.sum(part**2))
        if length > 0.3:
            part *= 0.3 / length
        stopped = False
        for j in range(dof):
            bound = min(max(q[j] + part[j], lower[j]), upper[j])
            if bound != q[j] + part[j]:
                step[j], wish[j], free[:, j], stopped = bound - q[j], 0.0, 0.0, True
        if not stopped:
            return step + part
    return step


@_compiled
def solve(
    position: FloatArray,
    rotation: FloatArray,
    seed: FloatArray,
    rest: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    origins: FloatArray,
    axes: FloatArray,
    tool: FloatArray,
    pull: float,
) -> tuple[FloatArray, float, float]:
    """Damped least squares with null space.

    Returns the configuration, the larger of its remaining errors, and the length of the last step (rad).
    """
    q = np.minimum(np.maximum(seed, lower), upper)
    worst, moved = 1e9, 1e9
    for _ in range(_ITERATIONS):
        frames, jacobian = forward(q, origins, axes, tool)
        error = np.zeros(6)
        error[:3] = position - frames[-1, :3, 3]
        error[3:] = rotation_vector(rotation @ frames[-1, :3, :3].copy().T)
        worst = max(np.sqrt(np.sum(error[:3] ** 2)), np.sqrt(np.sum(error[3:] ** 2)))
        if moved < 1e-7:
            break
        step = _step(q, error, jacobian, pull * (rest - q), lower, upper)
        after = np.minimum(np.maximum(q + step, lower), upper)
        moved = np.sqrt(np.sum((after - q) ** 2))
        q = after
    return q, worst, moved
