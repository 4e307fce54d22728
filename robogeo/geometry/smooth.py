"""Smooth curves known by samples: their lengths, and samples of them at constant speed.

A latent polyline through 32 nodes of a geodesic is up to 1e-2 too long where the chart is strongly distorted,
and has corners; the C2 cubic spline through the same nodes is good to 3e-9 on the sphere. So curves are
sampled from splines, densely, and the chords of the samples give the length of the smooth curve by the same
extrapolation that measures segments. Who needs a geodesic as a function, with derivatives, gets the spline
itself from `spline_of`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.interpolate import BSpline, CubicSpline, make_interp_spline

from robogeo.errors import GeometryError
from robogeo.geometry.curve import as_curve
from robogeo.geometry.lengths import PARTS, chords, richardson
from robogeo.geometry.perceptron import Array
from robogeo.geometry.points import FloatArray, as_array, unit_steps

if TYPE_CHECKING:
    from robogeo.geometry.metric import Metric


class SplineCurves:
    """C2 cubic splines through the nodes (L, n + 1, d) of L curves, at equal steps of a parameter in [0, 1].

    Their slopes at the nodes depend linearly on the nodes, by a matrix that only n decides; with them a
    spline is its cubic Hermite form, piece by piece.
    """

    def __init__(self, nodes: FloatArray) -> None:
        self.nodes, self.slopes = nodes, _slope_matrix(nodes.shape[1]) @ nodes

    def __call__(self, t: FloatArray) -> FloatArray:
        """Points (L, m, d) at parameters t, (m,) for all curves or (L, m)."""
        pieces = self.nodes.shape[1] - 1
        at = np.broadcast_to(t, (len(self.nodes), t.shape[-1])) * pieces
        left = np.minimum(at.astype(np.int64), pieces - 1)
        u, curve = (at - left)[..., None], np.arange(len(self.nodes))[:, None]
        rise = u * u * (3.0 - 2.0 * u)
        points: FloatArray = (1.0 - rise) * self.nodes[curve, left] + rise * self.nodes[curve, left + 1]
        lift, fall = u * (1.0 - u) ** 2, u * u * (u - 1.0)
        return points + (lift * self.slopes[curve, left] + fall * self.slopes[curve, left + 1]) / pieces


@lru_cache(maxsize=16)
def _slope_matrix(count: int) -> FloatArray:
    """Slopes at the knots of the cubic splines through the unit vectors, (count, count)."""
    knots = np.linspace(0.0, 1.0, count)
    slopes: FloatArray = CubicSpline(knots, np.eye(count))(knots, 1)
    return slopes


def spline_of(geodesic: Any, degree: int = 3) -> BSpline:
    """A geodesic as a function of its normalised arc length s in [0, 1], through all its points.

    Args:
        geodesic: a Geodesic at constant speed, as `relax` returns it, or its latent points (n, d), at equal
            distances under the metric; n > degree.
        degree: 3 for a spline with two continuous derivatives, 5 for one with four.

    Returns:
        spline s (...) -> (..., d), exactly the first and last point at 0 and 1; `.derivative(n)` is its n-th
        derivative by s, so the speed of `.derivative(1)` under the metric is the geodesic's length.

    Raises:
        GeometryError: bad or too few points, or another degree.
    """
    points = as_array(as_curve(geodesic, "geodesic"))
    if degree not in (3, 5):
        raise GeometryError(f"spline degree: must be 3 or 5, got {degree}")
    if len(points) <= degree:
        raise GeometryError(f"spline: degree {degree} needs at least {degree + 1} points, got {len(points)}")
    spline = make_interp_spline(np.linspace(0.0, 1.0, len(points)), points, k=degree)
    spline.c[0], spline.c[-1] = points[0], points[-1]  # the ends are the outer coefficients, but for rounding
    return spline


def measure_samples(metric: Metric, samples: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Lengths of smooth curves from samples equally spaced in a smooth parameter.

    Args:
        metric: measures them.
        samples: latent points (L, 4 n + 1, d) of L curves.

    Returns:
        lengths (L,) and the way travelled to each sample (L, 4 n + 1): extrapolated over pieces of four
        chords, and by plain chords; with support, whose kinks forbid that, segment by segment.
    """
    curves, count, d = samples.shape
    rows = samples.reshape(-1, d)
    decoded = metric.immersion.values(rows).reshape(curves, count, -1)
    if metric.support is None:
        return smooth_lengths(decoded), _travelled(chords(decoded, None, None))
    steps = metric.lengths_between(
        samples[:, :-1].reshape(-1, d),
        samples[:, 1:].reshape(-1, d),
        decoded[:, :-1].reshape(curves * (count - 1), -1),
        decoded[:, 1:].reshape(curves * (count - 1), -1),
    ).reshape(curves, count - 1)
    return steps.sum(axis=1), _travelled(steps)


def smooth_lengths(decoded: Array, z: FloatArray | None = None, cost: FloatArray | None = None) -> FloatArray:
    """Lengths (L,) of smooth curves from decoded samples (L, m + 1, E), and with support z (L, m + 1, d).

    Extrapolated over pieces of four chords where m is a multiple of four, else over the whole if m is even.
    """
    curves, steps = len(decoded), decoded.shape[1] - 1
    if steps % 2:
        total: FloatArray = chords(decoded, z, cost).sum(axis=1)
        return total
    piece = PARTS if steps % PARTS == 0 else steps
    at = np.arange(0, steps, piece)[:, None] + np.arange(piece + 1)

    def pieces(samples: Array) -> Array:
        return samples[:, at].reshape(curves * len(at), *at.shape[1:], *samples.shape[2:])

    if z is None or cost is None:
        lengths, _ = richardson(pieces(decoded))
    else:
        lengths, _ = richardson(pieces(decoded), pieces(z), pieces(cost))
    summed: FloatArray = lengths.reshape(curves, -1).sum(axis=1)
    return summed


def uniform_parameters(travelled: FloatArray) -> FloatArray:
    """Parameters in [0, 1] (m,) at equal distances, from the way travelled (m,) at equal steps."""
    t = unit_steps(len(travelled) - 1)
    moves = np.concatenate([[True], np.diff(travelled) > 1e-12 * travelled[-1]])
    if moves.sum() < 2:
        return t.copy()
    way = travelled[moves]
    parameters: FloatArray = np.interp(t, way / way[-1], t[moves])
    parameters[0], parameters[-1] = 0.0, 1.0
    return parameters


def _travelled(steps: FloatArray) -> FloatArray:
    return np.concatenate([np.zeros((len(steps), 1)), np.cumsum(steps, axis=1)], axis=1)
