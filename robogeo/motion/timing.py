"""Time laws: how fast to run along a path so that velocity, acceleration and jerk stay within limits.

Along a path q(s), with primes for d/ds and dots for d/dt, the chain rule gives

    q. = q' s.        q.. = q'' s.^2 + q' s..        q... = q''' s.^3 + 3 q'' s. s.. + q' s...

TOPP-RA (Pham and Pham 2018, IEEE T-RO 34:645) finds the fastest s. under bounds on velocity and
acceleration, but its s.. jumps, so that jerk is unbounded. Here it also gets the ceiling
s. <= (share J / |q'''|)^(1/3), and its s(t) is convolved with a triangle of half-width h. That is two moving
averages: s.. and s... become continuous, s stays monotone, speed, acceleration and jerk of s vanish at both
ends, and there is a closed form,

    s_h(t) = (S(t + h) - 2 S(t) + S(t - h)) / h^2,    S'' = s,

exact for piecewise polynomials. Smoothing mixes neighbouring speeds, which breaks limits by a few per cent,
so the law is stretched in time until every sample holds. Several widths and the quintic law compete; the
shortest motion wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import BSpline, PPoly

from robogeo.errors import MotionError
from robogeo.motion.limits import JointLimits
from robogeo.motion.path import as_points, smooth_path
from robogeo.motion.trajectory import Motion

FloatArray = NDArray[np.float64]
LawName = Literal["optimal", "quintic"]

_GRID = 200  # grid points of TOPP-RA
_PROBES = 400  # samples on which candidate laws are compared
_WIDTHS = (0.3, 0.7, 1.0, 1.3, 1.7)  # half-widths of the triangle, in units of max acceleration / jerk
_JERK_SHARE = 0.8  # of the jerk limit, for q''' s.^3 alone; the rest is left to the other two terms
_LEAST_STEPS = 4
_ONE_POINT = 1e-9  # rad: configurations nearer than this are the same


@dataclass(frozen=True)
class _QuinticLaw:
    """s = start + length (10 x^3 - 15 x^4 + 6 x^5), x = t / duration: least jerk (Flash and Hogan 1985)."""

    start: float
    length: float
    duration: float = 1.0

    def at(self, t: FloatArray) -> FloatArray:
        """Path parameter and its three time derivatives, (4, T)."""
        x = t / self.duration
        law = np.stack(
            [
                x**3 * (10.0 - 15.0 * x + 6.0 * x**2),
                30.0 * x**2 * (1.0 - x) ** 2 / self.duration,
                60.0 * x * (1.0 - x) * (1.0 - 2.0 * x) / self.duration**2,
                60.0 * (1.0 - 6.0 * x + 6.0 * x**2) / self.duration**3,
            ]
        )
        law *= self.length
        law[0] += self.start
        return law


@dataclass(frozen=True)
class _SmoothedLaw:
    """A law of piecewise constant acceleration convolved with a triangle; S is its second antiderivative."""

    S: PPoly
    h: float
    raw_duration: float

    @property
    def duration(self) -> float:
        """Time from rest to rest, s."""
        return self.raw_duration + 2.0 * self.h

    def at(self, t: FloatArray) -> FloatArray:
        """Path parameter and its three time derivatives, (4, T)."""
        times = np.stack([t, t - self.h, t - 2.0 * self.h])  # triangle centred on the middle one
        inside = np.clip(times, 0.0, self.raw_duration)
        beyond = times - inside  # there s is constant, so Taylor's series continues S
        S, S1, S2, S3 = (self.S(inside, nu) for nu in range(4))
        continued = np.stack(
            [S + beyond * (S1 + 0.5 * beyond * S2), S1 + beyond * S2, S2, np.where(beyond != 0.0, 0.0, S3)]
        )
        return (continued[:, 0] - 2.0 * continued[:, 1] + continued[:, 2]) / self.h**2


_Law = _QuinticLaw | _SmoothedLaw


class _Path:
    """A spline with its derivatives, and the joint limits that it is to be run under."""

    def __init__(self, spline: BSpline, limits: JointLimits) -> None:
        self.start, self.end = float(spline.t[spline.k]), float(spline.t[-spline.k - 1])
        self.curves = [spline, *(spline.derivative(order) for order in (1, 2, 3))]
        self.limits = limits

    def at(self, s: FloatArray) -> list[FloatArray]:
        """Path and its first three derivatives, each (T, dof)."""
        inside = np.clip(s, self.start, self.end)
        return [curve(inside) for curve in self.curves]

    def run(self, law: FloatArray) -> list[FloatArray]:
        """Positions, velocities, accelerations, jerks (T, dof) of a sampled law (4, T)."""
        q, q1, q2, q3 = self.at(law[0])
        s1, s2, s3 = (row[:, None] for row in law[1:])
        return [q, q1 * s1, q2 * s1**2 + q1 * s2, q3 * s1**3 + 3.0 * q2 * s1 * s2 + q1 * s3]

    def stretch(
        self, qd: FloatArray, qdd: FloatArray, qddd: FloatArray, jerk_share: float = 1.0
    ) -> FloatArray:
        """Factor (T,) by which time must be multiplied at each sample for all limits to hold.

        Velocity shrinks with its first power, acceleration with its second, jerk with its third.
        """
        velocity = (np.abs(qd) / self.limits.velocity).max(axis=1)
        acceleration = (np.abs(qdd) / self.limits.acceleration).max(axis=1)
        jerk = (np.abs(qddd) / (jerk_share * self.limits.jerk)).max(axis=1)
        return np.maximum(np.maximum(velocity, np.sqrt(acceleration)), np.cbrt(jerk))

    def ends(self) -> FloatArray:
        """First and last position (2, dof); a clamped spline has them exactly in its coefficients."""
        spline = self.curves[0]
        ends = spline(np.array([self.start, self.end]))
        coefficients = spline.c[: len(spline.t) - spline.k - 1][[0, -1]]
        return np.where(np.abs(ends - coefficients) <= _ONE_POINT, coefficients, ends)


def time_path(
    path: BSpline | ArrayLike,
    limits: JointLimits,
    rate: float = 240.0,
    derate: float = 0.9,
    law: LawName = "optimal",
) -> Motion:
    """Time a path so that every sample keeps every limit, from rest to rest.

    Args:
        path: spline of degree >= 3 over its parameter, or (n, dof) way-points, rad, for `smooth_path`.
        limits: limits of the joints.
        rate: samples a second, Hz; the duration is a whole number of steps.
        derate: share of the velocity, acceleration and jerk limits that the motion may use, in (0, 1].
        law: "optimal" for the fastest law found, "quintic" for the minimum-jerk law at one global scale,
            under which paths compare by their geometry alone.

    Returns:
        Motion whose first and last positions are the path's ends, with zero velocity and acceleration there.
        When all way-points coincide it is a short rest.

    Raises:
        MotionError: a path of another number of joints, outside the joint range, or not finite; a bad
            argument.
    """
    if not (np.isfinite(rate) and rate > 0.0):
        raise MotionError(f"time_path: rate is {rate}: it must be a positive number of samples a second")
    if law not in ("optimal", "quintic"):
        raise MotionError(f"time_path: law is {law!r}, expected 'optimal' or 'quintic'")
    derated = limits.derated(derate)
    if not isinstance(path, BSpline):
        points = as_points(path)
        if np.ptp(points, axis=0).max() <= _ONE_POINT:
            limits.check_positions(points)
            return _rest(points, rate)
        path = smooth_path(points, limits=limits)
    _check_spline(path, limits)
    run = _Path(path, derated)
    laws: list[_Law] = [_QuinticLaw(run.start, run.end - run.start)]
    if law == "optimal":
        laws += _smoothed_laws(run)
    return _sampled(run, *_shortest(run, laws), rate)


def _check_spline(path: BSpline, limits: JointLimits) -> None:
    if path.c.ndim != 2 or path.k < 3 or not np.isfinite(path.c).all():
        raise MotionError(f"path: a finite spline of degree >= 3 of {limits.dof} joints is needed")
    if path.c.shape[1] != limits.dof:
        raise MotionError(f"path has {path.c.shape[1]} joints, the limits have {limits.dof}")
    if np.ptp(path.c, axis=0).max() <= _ONE_POINT:
        raise MotionError("path: the spline is one point, so there is nothing to move along")


def _rest(points: FloatArray, rate: float) -> Motion:
    q = np.repeat(points[:1], _LEAST_STEPS + 1, axis=0)
    q[-1] = points[-1]
    still = np.zeros_like(q)
    return Motion(np.arange(_LEAST_STEPS + 1) / rate, q, still, still, still)


def _smoothed_laws(run: _Path) -> list[_Law]:
    """TOPP-RA's law convolved with triangles of several widths; none when TOPP-RA fails."""
    from robogeo.motion.optimal_speed import optimal_speed  # toppra is slow to import

    grid = _grid(run)
    _, first, second, third = run.at(grid)
    ceiling = 1.0 / _slowness(run, first, second, third)
    speed = optimal_speed(grid, first, second, ceiling, run.limits.acceleration)
    if speed is None:
        return []
    steps = 2.0 * np.diff(grid) / (speed[1:] + speed[:-1])
    times = np.concatenate([[0.0], np.cumsum(steps)])
    if not np.isfinite(times).all() or (np.diff(times) <= 0.0).any():
        return []
    raw = PPoly(np.array([0.5 * np.diff(speed) / steps, speed[:-1], grid[:-1]]), times)
    unit = float((run.limits.acceleration / run.limits.jerk).max())
    return [_SmoothedLaw(raw.antiderivative(2), width * unit, float(times[-1])) for width in _WIDTHS]


def _slowness(run: _Path, first: FloatArray, second: FloatArray, third: FloatArray) -> FloatArray:
    """Least time a unit of s takes, (N,): every limit with its own term of the chain rule alone."""
    slowness = run.stretch(first, second, third, jerk_share=_JERK_SHARE)
    return np.maximum(slowness, 1e-3 * slowness.mean())


def _grid(run: _Path) -> FloatArray:
    """Grid points spread half evenly over the path and half evenly over the least time that it takes."""
    u = np.linspace(run.start, run.end, 8 * _GRID + 1)
    _, first, second, third = run.at(u)
    slowness = _slowness(run, first, second, third)
    least_time = np.sum(0.5 * (slowness[1:] + slowness[:-1]) * np.diff(u))
    density = slowness / least_time + 1.0 / (run.end - run.start)
    share = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]) * np.diff(u))])
    grid: FloatArray = np.interp(np.linspace(0.0, share[-1], _GRID + 1), share, u)
    grid[[0, -1]] = run.start, run.end
    return grid


def _shortest(run: _Path, laws: list[_Law]) -> tuple[_Law, float]:
    """The law that is shortest once stretched to the limits, and that duration."""

    def duration(law: _Law) -> float:
        _, qd, qdd, qddd = run.run(law.at(np.linspace(0.0, law.duration, _PROBES)))
        return law.duration * float(run.stretch(qd, qdd, qddd).max())

    durations = [duration(law) for law in laws]
    best = int(np.argmin(durations))
    return laws[best], durations[best]


def _sampled(run: _Path, law: _Law, duration: float, rate: float) -> Motion:
    """Sample a law, stretched to the least whole number of steps at which all samples hold.

    Steps are divided, at least in two, so that limits hold between the written samples too.
    """
    steps = max(int(np.ceil(duration * rate)), _LEAST_STEPS)
    while True:
        parts = max(2, -(-_PROBES // steps))
        sampled = law.at(np.linspace(0.0, law.duration, parts * steps + 1))
        sampled *= ((law.duration * rate / steps) ** np.arange(4))[:, None]
        q, qd, qdd, qddd = run.run(sampled)
        qd[[0, -1]] = qdd[[0, -1]] = 0.0
        worst = float(run.stretch(qd, qdd, qddd).max())
        if worst <= 1.0:
            break
        steps = max(steps + 1, int(np.ceil(steps * worst)))
    q[[0, -1]] = run.ends()
    run.limits.check_positions(q, slack=_ONE_POINT)
    q[1:-1] = np.clip(q[1:-1], run.limits.lower, run.limits.upper)  # rounding only
    written = slice(None, None, parts)
    return Motion(np.arange(steps + 1) / rate, q[written], qd[written], qdd[written], qddd[written])
