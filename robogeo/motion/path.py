"""A smooth joint path near a polyline: the spline of least jerk within a tolerance.

Decoded geodesics and planned paths are polylines; their corners would force a stop. The path is the quintic
B-spline q(u) over the chord length u that minimises

    sum_i |q(u_i) - p_i|^2 + weight * integral |q'''(u)|^2 du,     q(0) = p_first, q(L) = p_last,

with the largest weight whose deviation stays within a tolerance. The third derivative is the criterion of
human reaching (Flash and Hogan 1985, J Neurosci 5:1688); the penalised fit is the general P-spline (Li and
Cao 2022, arXiv:2201.06808), whose integral is a sum over control-point differences. A B-spline lies in the
hull of its control points, so clipping these to the joint range keeps the whole path inside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import BSpline
from scipy.linalg import LinAlgError, solveh_banded
from scipy.sparse import csr_array, eye_array

from robogeo.errors import MotionError
from robogeo.motion.limits import JointLimits

FloatArray = NDArray[np.float64]

DEGREE = 5
_HOLDS = (32, 96)  # segments of the polyline that hold a curve which would leave the joint range
_SAMPLES_PER_SPAN = 16
_FEWEST_SPANS = 15  # a short list of points still leaves the spline room to bend
_WEIGHTS = np.logspace(-20.0, 1.0, 85)  # times L^5, the unit of the penalty; a quarter of a decade apart


def smooth_path(
    points: ArrayLike,
    *,
    tolerance: float = 0.005,
    spacing: float | None = None,
    limits: JointLimits | None = None,
) -> BSpline:
    """Fit the quintic spline of least jerk near a polyline of joint configurations.

    The curve is four times continuously differentiable and ends exactly on the first and the last point.
    Points nearer than a tenth of the tolerance to their predecessor are dropped. Between points the curve may
    bulge: check it for collisions again, or bound the bulge by `spacing`.

    Args:
        points: (n, dof) way-points, rad.
        tolerance: largest deviation of any joint at a way-point, rad. The joint range takes precedence.
        spacing: longest segment kept whole, rad; longer ones get further way-points on the straight line, so
            that the curve follows the polyline. None leaves the segments as they are.
        limits: joint range to stay in. An interior way-point may leave it by at most the tolerance.

    Returns:
        Spline over u in [0, L], L the chord length, rad; `path(u)` is (..., dof).

    Raises:
        MotionError: points that are not finite or not (n >= 2, dof), coincide, or lie outside the range.
    """
    way_points = as_points(points)
    if not (np.isfinite(tolerance) and tolerance > 0.0):
        raise MotionError(f"path tolerance is {tolerance}: it must be a positive number of radians")
    if spacing is not None and not (np.isfinite(spacing) and spacing > 0.0):
        raise MotionError(f"path spacing is {spacing}: it must be a positive number of radians, or None")
    if limits is not None:
        limits.check_positions(way_points, slack=tolerance)
    way_points = _distinct(way_points, 0.1 * tolerance)
    if len(way_points) < 2:
        raise MotionError("path: all way-points coincide, so there is nothing to move along")
    path = _least_jerk(_subdivided(way_points, spacing), tolerance)
    if limits is None:
        return path
    length = float(np.linalg.norm(np.diff(way_points, axis=0), axis=1).sum())
    for pieces in _HOLDS:  # a curve that overshoots the range is held nearer to the polyline
        if _excess(path, limits) <= tolerance:
            break
        closer = min(spacing or np.inf, length / pieces)
        path = _least_jerk(_subdivided(way_points, closer), tolerance)
    return _clipped(path, limits)


def as_points(points: ArrayLike) -> FloatArray:
    """Convert to finite (n, dof) float64 way-points, or raise MotionError."""
    array = np.array(points, dtype=np.float64)
    if array.ndim != 2 or array.shape[0] < 2 or array.shape[1] < 1:
        raise MotionError(f"path: way-points have shape {array.shape}, expected (n >= 2, dof >= 1)")
    if not np.isfinite(array).all():
        row, joint = np.argwhere(~np.isfinite(array))[0]
        raise MotionError(f"path: way-point {row}, joint {joint + 1} is {array[row, joint]}: must be finite")
    return array


def _distinct(points: FloatArray, gap: float) -> FloatArray:
    """Drop points nearer than the gap to the last one kept; the first and the last point stay."""
    kept = [points[0]]
    for point in points[1:-1]:
        if np.linalg.norm(point - kept[-1]) > gap:
            kept.append(point)
    last = points[-1]
    while len(kept) > 1 and np.linalg.norm(last - kept[-1]) <= gap:
        kept.pop()
    if len(kept) > 1 or np.linalg.norm(last - kept[0]) > 1e-9:
        kept.append(last)
    return np.array(kept)


def _subdivided(points: FloatArray, spacing: float | None) -> FloatArray:
    """Insert points on long segments; two points alone get their midpoint, which pins the straight line."""
    lengths = np.linalg.norm(np.diff(points, axis=0), axis=1)
    pieces = np.ones(len(lengths), dtype=int)
    if spacing is not None:
        pieces = np.maximum(pieces, np.ceil(lengths / spacing).astype(int))
    if len(points) == 2:
        pieces = np.maximum(pieces, 2)
    start = np.repeat(np.arange(len(lengths)), pieces)
    within = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = (within / np.repeat(pieces, pieces))[:, None]
    inner = (1.0 - share) * points[start] + share * points[start + 1]
    return np.vstack([inner, points[-1:]])


@dataclass(frozen=True)
class _Fit:
    """Banded normal equations of the free control points: (data + weight * bend) c = pull - weight * lean."""

    data: FloatArray
    bend: FloatArray
    pull: FloatArray
    lean: FloatArray

    def solve(self, weight: float) -> FloatArray | None:
        matrix = self.data + weight * self.bend
        try:
            return np.asarray(solveh_banded(matrix, self.pull - weight * self.lean, lower=True))
        except LinAlgError:  # the data alone do not determine the curve
            return None


def _least_jerk(points: FloatArray, tolerance: float) -> BSpline:
    """The smoothest spline within the tolerance, by bisection on the weight."""
    u = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    knots = _knots(u)
    basis = csr_array(BSpline.design_matrix(u, knots, DEGREE))
    ends = points[[0, -1]]
    fit = _normal_equations(basis, knots, points, ends)
    weights = _WEIGHTS * u[-1] ** 5
    low, high, best, least = -1, len(weights), None, np.inf
    while high - low > 1:
        middle = (low + high) // 2
        free = fit.solve(float(weights[middle]))
        if free is None:
            low = middle
            continue
        control = np.vstack([ends[:1], free, ends[1:]])
        deviation = float(np.abs(basis @ control - points).max())
        if deviation <= max(
            tolerance, least
        ):  # a larger weight within the tolerance, else the nearest so far
            best, least = control, deviation
        low, high = (middle, high) if deviation <= tolerance else (low, middle)
    if best is None:
        raise MotionError("path: the spline cannot be determined from these way-points")
    return BSpline(knots, best, DEGREE)


def _samples(path: BSpline) -> FloatArray:
    """Parameters that divide every knot span evenly."""
    knots = path.t[DEGREE:-DEGREE]
    steps = np.arange(_SAMPLES_PER_SPAN) / _SAMPLES_PER_SPAN
    return np.append((knots[:-1, None] + steps * np.diff(knots)[:, None]).ravel(), knots[-1])


def _excess(path: BSpline, limits: JointLimits) -> float:
    """Farthest that the sampled path leaves the joint range, rad."""
    q = path(_samples(path))
    return float(np.maximum(limits.lower - q, q - limits.upper).max())


def _clipped(path: BSpline, limits: JointLimits) -> BSpline:
    """Clip the control points of those stretches that leave the range.

    A stretch counts as outside unless its samples prove it inside: between samples h apart a curve departs
    from their chord by at most h^2/8 max|q''|, and q'' is bounded by its own control points. At the end every
    stretch is either proven or in the hull of control points inside the range.
    """
    control, u = path.c.copy(), _samples(path)
    step = np.diff(path.t[DEGREE:-DEGREE]).max() / _SAMPLES_PER_SPAN
    first = np.searchsorted(u, path.t[: len(control)] - step)
    last = np.searchsorted(u, path.t[DEGREE + 1 :] + step, side="right")
    while True:
        curve = BSpline(path.t, control, DEGREE)
        bulge = step**2 / 8.0 * np.abs(curve.derivative(2).c).max(axis=0)
        q = curve(u)
        unproven = (q < limits.lower + bulge) | (q > limits.upper - bulge)
        counts = np.vstack([np.zeros(q.shape[1], dtype=int), np.cumsum(unproven, axis=0)])
        inside = np.clip(control, limits.lower, limits.upper)
        wrong = (inside != control) & (counts[last] > counts[first])
        if not wrong.any():
            return curve
        control[wrong] = inside[wrong]


def _knots(u: FloatArray) -> FloatArray:
    """Clamped knots averaged over the way-points' parameters (de Boor), long gaps divided."""
    gaps = np.diff(u)
    pieces = np.maximum(np.ceil(gaps / (u[-1] / _FEWEST_SPANS)).astype(int), 1)
    sites = np.concatenate(
        [start + gap * np.arange(n) / n for start, gap, n in zip(u[:-1], gaps, pieces, strict=True)]
        + [u[-1:]]
    )
    inner = np.convolve(sites[1:-1], np.full(DEGREE, 1.0 / DEGREE), mode="valid")
    return np.concatenate([np.full(DEGREE + 1, u[0]), inner, np.full(DEGREE + 1, u[-1])])


def _normal_equations(basis: csr_array, knots: FloatArray, points: FloatArray, ends: FloatArray) -> _Fit:
    third, widths = _third_difference(knots)
    data = (basis.T @ basis).tocsr()
    bend = (third.T @ third.multiply(widths[:, None])).tocsr()
    border = [0, data.shape[0] - 1]
    pull = (basis.T @ points - data[:, border] @ ends)[1:-1]
    lean = (bend[:, border] @ ends)[1:-1]
    return _Fit(_banded(data[1:-1, 1:-1]), _banded(bend[1:-1, 1:-1]), pull, lean)


def _third_difference(knots: FloatArray) -> tuple[csr_array, FloatArray]:
    """Map control points to those of the third derivative; with the integrals of its basis functions."""
    count = len(knots) - DEGREE - 1
    matrix = csr_array(eye_array(count))
    for order in range(1, 4):
        left, shape = np.arange(order, count), (count - order, count - order + 1)
        slope = (DEGREE + 1 - order) / (knots[left + DEGREE + 1 - order] - knots[left])
        step = eye_array(*shape, k=1, format="csr") - eye_array(*shape, format="csr")
        matrix = csr_array(step.multiply(slope[:, None]) @ matrix)
    left = np.arange(3, count)
    return matrix, (knots[left + DEGREE - 2] - knots[left]) / (DEGREE - 2)


def _banded(matrix: csr_array) -> FloatArray:
    """Lower banded storage of a symmetric matrix, as solveh_banded wants it."""
    size = matrix.shape[0]
    bands = np.zeros((DEGREE + 1, size))
    for offset in range(min(DEGREE + 1, size)):
        bands[offset, : size - offset] = matrix.diagonal(-offset)
    return bands
