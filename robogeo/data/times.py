"""Time stamps and rates of recordings: those of a file held against those that are said, and made even."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from robogeo.data.data_set import Episode, Reading, Recordings
from robogeo.data.sampling import has_jitter, sampled_evenly
from robogeo.errors import InputError

FloatArray = NDArray[np.float64]
_RATE_TOLERANCE = 0.05


def times_of(recordings: Recordings, episode: Episode, reading: Reading) -> FloatArray:
    """Time stamps of an episode, those of the file or at the rate; they increase strictly."""
    where = f"{recordings.path}: episode {episode.name}"
    if episode.t is None:
        rate = reading.rate or recordings.rate
        if not rate:
            raise InputError(f"{where}: t: the file has neither time stamps nor a rate; give the rate in Hz")
        if not (np.isfinite(rate) and rate > 0):
            raise InputError(f"{recordings.path}: rate: {rate}, expected a positive number of Hz")
        return np.arange(len(episode.q)) / rate
    if episode.t.dtype.kind not in "fiu":
        raise InputError(f"{where}: t: holds {episode.t.dtype} values, expected s")
    t = np.asarray(episode.t, dtype=np.float64)
    bad = np.flatnonzero(~np.isfinite(t))
    if len(bad):
        raise InputError(f"{where}: t: sample {bad[0]} is {t[bad[0]]}, expected a finite number")
    unsorted = np.flatnonzero(np.diff(t) <= 0.0)
    if len(unsorted):
        row = int(unsorted[0]) + 1
        raise InputError(
            f"{where}: t: sample {row} at {t[row]:.9g} s does not follow {t[row - 1]:.9g} s; sort the "
            "samples, and keep one of each time"
        )
    return t


def as_stated(rate: float, stated: float | None) -> float:
    """The rate that a file or option states, where the time stamps keep to it."""
    return stated if stated is not None and abs(rate / stated - 1.0) < 1e-4 else rate


def check_rate(recordings: Recordings, reading: Reading, rate: float) -> None:
    """Complain where time stamps are of another rate than was said."""
    for name, claim in (("the option says", reading.rate), ("the file states", recordings.rate)):
        if claim and abs(rate / claim - 1.0) > _RATE_TOLERANCE:
            raise InputError(
                f"{recordings.path}: rate: {name} {claim:g} Hz, the time stamps are {rate:.4g} Hz; to "
                "convert, say to which rate they are to be resampled"
            )


def on_even_times(
    values: list[FloatArray], times: list[FloatArray], rate: float, wanted: float | None
) -> tuple[list[FloatArray], list[FloatArray], str]:
    """Resample everything to the wanted rate; without one, only what jitters, to the rate that it has."""
    if wanted is None:
        uneven = [has_jitter(t, rate) for t in times]
        told = (
            f"t: {sum(uneven)} of {len(times)} recordings have uneven time steps; resampled to {rate:.4g} Hz"
        )
    else:
        uneven = [True] * len(times)
        told = f"t: resampled from {rate:.4g} to {wanted:.4g} Hz"
    if not any(uneven):
        return values, times, ""
    pairs = [
        sampled_evenly(q, t, wanted or rate) if needed else (q, t)
        for q, t, needed in zip(values, times, uneven, strict=True)
    ]
    return [q for q, _ in pairs], [t for _, t in pairs], told
