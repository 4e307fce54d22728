"""Measures of smoothness, and of the failure that no time law can hide.

SPARC, the arc length of the normalised speed spectrum (Balasubramanian, Melendez-Calderon, Roby-Brami and
Burdet 2015, J NeuroEng Rehabil 12:112), and LDLJ, the log dimensionless jerk (same paper), judge a timed
motion. A slow enough law can make a jagged path look smooth, so the abruptness of the path itself, the
failure of straight lines in latent space, is measured apart from any timing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from robogeo.errors import MotionError

FloatArray = NDArray[np.float64]

_CUT_OFF_HZ = 10.0
_LEAST_AMPLITUDE = 0.05
_PAD_LEVEL = 4


def abruptness(decoded: ArrayLike) -> float:
    """Largest over median step of a decoded path whose latent points are spaced evenly in latent arc length.

    Args:
        decoded: (n >= 3, dof) decoded configurations, rad.

    Returns:
        1 for even steps (a linear decoder), larger for abrupt changes; infinite when the median
        step is zero but the largest is not, 1 when all are zero.

    Raises:
        MotionError: not (n >= 3, dof), or not finite.
    """
    path = np.asarray(decoded, dtype=np.float64)
    if path.ndim != 2 or path.shape[0] < 3 or path.shape[1] < 1 or not np.isfinite(path).all():
        raise MotionError(f"abruptness: a finite path (n >= 3, dof) is needed, got shape {path.shape}")
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    largest, median = float(steps.max()), float(np.median(steps))
    if largest == 0.0:
        return 1.0
    return largest / median if median > 0.0 else float("inf")


def sparc(speed: ArrayLike, rate: float) -> float:
    """Spectral arc length of a speed profile (Balasubramanian et al. 2015).

    The magnitude of the spectrum is divided by its value at zero; the band ends at the last bin up to 10 Hz
    whose magnitude is at least 0.05. Zero padding is to 16 times the next power of two.

    Args:
        speed: (T,) speed, any unit; its scale does not matter.
        rate: samples a second, Hz.

    Returns:
        A negative number, nearer to zero for smoother motion; about -1.40 for a minimum-jerk move.

    Raises:
        MotionError: no movement, or values that are not finite.
    """
    profile = _profile(speed, rate, "sparc")
    size = 2 ** (int(np.ceil(np.log2(profile.size))) + _PAD_LEVEL)
    spectrum = np.abs(np.fft.rfft(profile, size))
    if spectrum[0] == 0.0:
        raise MotionError("sparc: the mean speed is zero, so the spectrum has no scale")
    frequency = np.arange(spectrum.size) * rate / size
    magnitude = (spectrum / spectrum[0])[frequency <= _CUT_OFF_HZ]
    last = int(np.flatnonzero(magnitude >= _LEAST_AMPLITUDE)[-1])
    if last == 0:
        raise MotionError("sparc: the motion is too long for its rate: no band of the spectrum remains")
    return -float(np.hypot(1.0 / last, np.diff(magnitude[: last + 1])).sum())


def log_dimensionless_jerk(speed: ArrayLike, rate: float) -> float:
    """LDLJ = -ln(T^3 / v_peak^2 * integral of (second derivative of speed)^2 dt) (same paper).

    Args:
        speed: (T >= 5,) speed, any unit; its scale and the duration's do not matter.
        rate: samples a second, Hz.

    Returns:
        Larger for smoother motion; exactly -ln 204.8 for a minimum-jerk move in the limit of fine sampling.

    Raises:
        MotionError: fewer than five samples, no movement, constant speed, or values that are not finite.
    """
    profile = _profile(speed, rate, "log_dimensionless_jerk")
    duration = (profile.size - 1) / rate
    # Second differences belong to the inner samples; they are continued in a line to both ends.
    jerk = np.pad(np.diff(profile, 2) * rate**2, 1, mode="reflect", reflect_type="odd")
    squares = jerk**2
    integral = float(np.sum(0.5 * (squares[1:] + squares[:-1])) / rate)
    if integral == 0.0:
        raise MotionError("log_dimensionless_jerk: the speed is linear in time, so its jerk is zero")
    return -float(np.log(duration**3 / np.abs(profile).max() ** 2 * integral))


def rms_jerk(jerk: ArrayLike) -> float:
    """Root mean square of the joint jerk vector over time (Hogan and Sternad 2009, J Mot Behav 41:529).

    It has a unit and falls with the cube of the duration, so it compares motions of one duration only; the
    log dimensionless jerk is free of both.

    Args:
        jerk: (T >= 2, dof) samples evenly spaced in time, rad/s^3; the ends count half.

    Returns:
        rad/s^3; sqrt(720) D / T^3 for a straight minimum-jerk move over a distance D in a time T.

    Raises:
        MotionError: not (T >= 2, dof), or not finite.
    """
    samples = np.asarray(jerk, dtype=np.float64)
    if samples.ndim != 2 or samples.shape[0] < 2 or not np.isfinite(samples).all():
        raise MotionError(f"rms_jerk: finite samples (T >= 2, dof) are needed, got shape {samples.shape}")
    squares = (samples**2).sum(axis=1)
    return float(np.sqrt(np.mean(0.5 * (squares[1:] + squares[:-1]))))


def _profile(speed: ArrayLike, rate: float, name: str) -> FloatArray:
    """Checked speed profile (T >= 5,)."""
    profile = np.asarray(speed, dtype=np.float64)
    if profile.ndim != 1 or profile.size < 5 or not np.isfinite(profile).all():
        raise MotionError(f"{name}: at least five finite speeds (T,) are needed, got shape {profile.shape}")
    if not (np.isfinite(rate) and rate > 0.0):
        raise MotionError(f"{name}: rate is {rate}: it must be a positive number of samples a second")
    if not profile.any():
        raise MotionError(f"{name}: the speed is zero throughout: there is no movement to judge")
    return profile
