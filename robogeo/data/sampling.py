"""Recordings at even times: what jitters is resampled, and rates are converted.

Between samples a joint moves evenly: linear interpolation leaves no joint range, and a path through the same
points, which anything smoother would not.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from robogeo.data.data_set import DataSet
from robogeo.data.demonstrations import MOST_SAMPLES, Demonstration
from robogeo.errors import InputError

FloatArray = NDArray[np.float64]

# Time steps that are off by more than this share of the nominal one are jitter. Clocks are never exact, and
# time stamps in float32 are as coarse as 1 % of a step of 1 ms after two minutes.
MOST_JITTER = 0.1
_EVEN = 1e-3


def has_jitter(t: FloatArray, rate: float) -> bool:
    """Whether a time step of t (T,) s is no whole number of steps at the rate (Hz): gaps alone are none."""
    steps = np.diff(t) * rate
    return bool(np.abs(steps - np.maximum(np.round(steps), 1.0)).max() > MOST_JITTER)


def sampled_evenly(q: FloatArray, t: FloatArray, rate: float) -> tuple[FloatArray, FloatArray]:
    """Samples of a path at even times, with both its ends.

    Args:
        q: values (T, dof), any unit.
        t: their times (T,), s, strictly increasing.
        rate: samples a second, Hz.

    Returns:
        Values (n, dof) and times (n,); the last time is moved to the nearest step, by half a step at most.

    Raises:
        InputError: so high a rate that there are too many samples.
    """
    steps = max(1.0, np.round((t[-1] - t[0]) * rate))
    if steps >= MOST_SAMPLES:
        raise InputError(f"resample: {rate:g} Hz makes {steps:.0f} samples, more than {MOST_SAMPLES}")
    even = t[0] + np.arange(int(steps) + 1) / rate
    # The path is stretched by less than half a step over its length, so that it ends where it ended.
    at = t[0] + (even - t[0]) * ((t[-1] - t[0]) / (even[-1] - t[0]))
    points = np.stack([np.interp(at, t, joint) for joint in q.T], axis=1)
    points[0], points[-1] = q[0], q[-1]
    return points, even


def resampled(data: DataSet, rate: float) -> DataSet:
    """The data set at even times, ``rate`` samples a second.

    Raises:
        InputError: no positive rate, or one so high that there are too many samples.
    """
    if not (np.isfinite(rate) and rate > 0.0):
        raise InputError(f"resample: {rate} Hz, expected a positive number of samples a second")
    even = tuple(
        Demonstration(*sampled_evenly(each.q, each.t, rate), each.source, each.note)
        for each in data.demonstrations
    )
    return replace(data, demonstrations=even, rate=rate)


def check_even(data: DataSet, path: str) -> None:
    """Complain unless all samples are a step of the rate apart, as formats without time stamps need it.

    Raises:
        InputError: one line with path, recording and what to do.
    """
    for index, each in enumerate(data.demonstrations):
        off = np.abs(np.diff(each.t) * data.rate - 1.0).max()
        if off > _EVEN:
            raise InputError(
                f"{path}: recording {index} is not sampled evenly (a time step is off by {off:.0%}), and the "
                f"format has one rate for all; resample first, for example to {data.rate:.4g} Hz"
            )
