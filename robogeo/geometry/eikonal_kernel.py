"""The inner loops of the eikonal solver, compiled by numba when this module is imported.

A grid point p has eight triangles, each with an axis neighbour a and a diagonal neighbour b. A way from p to
the point (1 - s) a + s b of the edge opposite costs what that edge's linear values say there, plus the length
of the straight step under the triangle's mean tensor (half of it from p, a quarter from a and from b):

    T(p) <- min over s in [0, 1] of  (1 - s) T(a) + s T(b) + |(1 - s) (a - p) + s (b - p)|_G.

With e = a - p, q = b - a, fall t = T(b) - T(a) and D = e^T G e q^T G q - (e^T G q)^2 the function is convex
in s, and its least value lies at

    s = (-t sqrt(D / (q^T G q - t^2)) - e^T G q) / q^T G q,    if |t| < |q|_G, else at an end.

Sweeps run over the grid in four directions in turn and visit only points with a neighbour that has fallen.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from robogeo.compiled import compiled
from robogeo.geometry.points import FloatArray

RING = np.array([[1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0], [-1, -1], [0, -1], [1, -1], [1, 0]])
"""Steps (column, row) to the eight neighbours, in turn; the first comes again at the end."""


@compiled
def hopf_lax(
    value_a: float,
    value_b: float,
    a: tuple[float, float],
    b: tuple[float, float],
    G: tuple[float, float, float],
) -> float:
    """Least value that a triangle offers its corner, the opposite corners lying at a and b from it."""
    first, mixed, second = G
    qx, qy = b[0] - a[0], b[1] - a[1]
    ee = first * a[0] * a[0] + 2.0 * mixed * a[0] * a[1] + second * a[1] * a[1]
    eq = first * a[0] * qx + mixed * (a[0] * qy + a[1] * qx) + second * a[1] * qy
    qq = first * qx * qx + 2.0 * mixed * qx * qy + second * qy * qy
    rise = value_b - value_a
    if not np.isfinite(rise) or rise * rise >= qq:
        s = 1.0 if value_b < value_a else 0.0
    else:
        spread = max(ee * qq - eq * eq, 0.0)
        s = (-rise * np.sqrt(spread / (qq - rise * rise)) - eq) / qq
        s = min(max(s, 0.0), 1.0)
    step = np.sqrt(max(ee + 2.0 * s * eq + s * s * qq, 0.0))
    if s == 0.0:
        return value_a + step
    if s == 1.0:
        return value_b + step
    return value_a + s * rise + step


@compiled
def offered(T: FloatArray, G: FloatArray, x: FloatArray, y: FloatArray, row: int, column: int) -> float:
    """Least value that the eight triangles of a grid point offer it."""
    rows, columns = T.shape
    best = np.inf
    for k in range(8):
        ca, ra = column + RING[k, 0], row + RING[k, 1]
        cb, rb = column + RING[k + 1, 0], row + RING[k + 1, 1]
        if min(ra, rb) < 0 or max(ra, rb) >= rows or min(ca, cb) < 0 or max(ca, cb) >= columns:
            continue
        if not (np.isfinite(T[ra, ca]) or np.isfinite(T[rb, cb])):
            continue
        here, at_a, at_b = G[row, column], G[ra, ca], G[rb, cb]
        mean = (
            0.5 * here[0] + 0.25 * (at_a[0] + at_b[0]),
            0.5 * here[1] + 0.25 * (at_a[1] + at_b[1]),
            0.5 * here[2] + 0.25 * (at_a[2] + at_b[2]),
        )
        a = (x[ca] - x[column], y[ra] - y[row])
        b = (x[cb] - x[column], y[rb] - y[row])
        best = min(best, hopf_lax(T[ra, ca], T[rb, cb], a, b, mean))
    return best


@compiled
def rouse(waiting: Any, row: int, column: int) -> None:
    """Mark the eight neighbours of a point whose value has fallen."""
    rows, columns = waiting.shape
    for r in range(max(row - 1, 0), min(row + 2, rows)):
        for c in range(max(column - 1, 0), min(column + 2, columns)):
            if r != row or c != column:
                waiting[r, c] = True


@compiled
def solve(T: FloatArray, G: FloatArray, x: FloatArray, y: FloatArray, rest: float) -> int:
    """Lower T (ny, nx) in place until no value falls by more than `rest` of itself; returns the sweeps.

    T holds upper bounds near the source and infinity elsewhere, G (ny, nx, 3) the tensors' entries. Values
    only fall and are bounded below, so the sweeps end.
    """
    rows, columns = T.shape
    waiting = np.zeros(T.shape, dtype=np.bool_)
    for row in range(rows):
        for column in range(columns):
            if np.isfinite(T[row, column]):
                waiting[row, column] = True
                rouse(waiting, row, column)
    sweeps, moved = 0, True
    while moved:
        moved = False
        for i in range(rows):
            row = i if sweeps % 2 == 0 else rows - 1 - i
            for j in range(columns):
                column = j if sweeps // 2 % 2 == 0 else columns - 1 - j
                if not waiting[row, column]:
                    continue
                waiting[row, column] = False
                value = offered(T, G, x, y, row, column)
                if value < T[row, column] * (1.0 - rest):
                    T[row, column] = value
                    rouse(waiting, row, column)
                    moved = True
        sweeps += 1
    return sweeps
