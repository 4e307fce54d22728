"""From recordings, as a file has them, to a data set: names, units, times and values checked, not assumed.

Every complaint is one line that names file, episode, field, reason and what to do. What had to be concluded
or changed is not silent either: it is a remark of the data set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from robogeo.data.data_set import (
    MOST_EPISODES,
    MOST_VALUES,
    UNITS,
    DataSet,
    Episode,
    Reading,
    Recordings,
    check_names,
    nominal_rate,
)
from robogeo.data.demonstrations import MOST_JOINTS, Demonstration
from robogeo.data.times import as_stated, check_rate, on_even_times, times_of
from robogeo.errors import InputError

FloatArray = NDArray[np.float64]

# Angles of an arm's joints: two turns either way is more than any stop allows; in degrees, an arm that stays
# within this everywhere does not move.
MOST_TURNED = 4.0 * np.pi
SURELY_RADIANS = 2.0 * np.pi
# No joint of an arm is faster, rad/s or m/s; a step this fast, and this large (rad or m), is a jump.
FASTEST = 20.0
SMALLEST_JUMP = 0.1


def checked(recordings: Recordings, reading: Reading) -> DataSet:
    """Make a data set of recordings.

    Args:
        recordings: as a reader of `robogeo.data.formats` gives them.
        reading: what the file does not say of itself, and what is wanted of it.

    Raises:
        InputError: one line with file, episode, field and reason.
    """
    _check_size(recordings)
    recordings, left_out = _without(recordings, reading)
    columns = _common_columns(recordings)
    names, chosen = _chosen_columns(recordings, reading, columns)
    remarks = [f"left out: {', '.join(left_out)}"] if left_out else []
    remarks += [] if recordings.joints else ["joints: the file names none"]
    values = [np.asarray(each.q[:, chosen], dtype=np.float64) for each in recordings.episodes]
    for episode, q in zip(recordings.episodes, values, strict=True):
        _check_finite(recordings, episode, "q", q, names)
    units, remark = _units(recordings, reading, chosen, values)
    remarks += [remark] if remark else []
    si = tuple(UNITS[unit][0] for unit in units)
    scale = np.array([UNITS[unit][1] for unit in units])
    # Dividing by nothing, or multiplying by one, keeps every bit of a file in SI.
    values = [q if (scale == 1.0).all() else q * scale for q in values]
    if reading.unwrap:
        angles = np.array([unit == "rad" for unit in si])
        values = [np.where(angles, np.unwrap(q, axis=0), q) for q in values]
    times = [times_of(recordings, each, reading) for each in recordings.episodes]
    rate = nominal_rate(times)
    check_rate(recordings, reading, rate)
    for episode, q, t in zip(recordings.episodes, values, times, strict=True):
        _check_jumps(recordings, episode, q, t, names, si, rate)
    values, times, told = on_even_times(values, times, rate, reading.resample)
    remarks += [told] if told else []
    demonstrations = tuple(
        _demonstration(recordings, episode, q, t)
        for episode, q, t in zip(recordings.episodes, values, times, strict=True)
    )
    final = reading.resample or (rate if told else as_stated(rate, recordings.rate or reading.rate))
    facts = dict(recordings.facts)
    return DataSet(demonstrations, names, si, final, recordings.format, facts, tuple(remarks))


def _check_size(recordings: Recordings) -> None:
    count = len(recordings.episodes)
    if not 1 <= count <= MOST_EPISODES:
        raise InputError(f"{recordings.path}: {count} episodes, expected 1 to {MOST_EPISODES}")
    if sum(each.q.size for each in recordings.episodes) > MOST_VALUES:
        raise InputError(f"{recordings.path}: more than {MOST_VALUES} values; split the data set")


def _without(recordings: Recordings, reading: Reading) -> tuple[Recordings, list[str]]:
    """The recordings without those to be left out, and the names of these."""
    names = [episode.name for episode in recordings.episodes]
    out = set()
    for wanted in reading.leave_out:
        if wanted in recordings.left_out:
            continue
        if wanted in names:
            out.add(names.index(wanted))
        elif wanted.isdecimal() and int(wanted) < len(names):
            out.add(int(wanted))
        else:
            known = f"{names[0]} to {names[-1]}" if len(names) > 1 else names[0]
            raise InputError(
                f"{recordings.path}: leave-out: there is no episode {wanted[:80]!r}; there are {len(names)}, "
                f"{known}, or counted from 0"
            )
    if len(out) == len(names):
        raise InputError(f"{recordings.path}: leave-out: all {len(names)} episodes are left out; keep one")
    kept = [episode for index, episode in enumerate(recordings.episodes) if index not in out]
    return replace(recordings, episodes=kept), [
        *recordings.left_out,
        *(names[index] for index in sorted(out)),
    ]


def _common_columns(recordings: Recordings) -> int:
    """Number of columns that all episodes share."""
    for episode in recordings.episodes:
        where, q = f"{recordings.path}: episode {episode.name}", episode.q
        if q.ndim != 2 or q.dtype.kind not in "fiu":
            raise InputError(
                f"{where}: q: {q.dtype} values of shape {q.shape}, expected numbers (samples, joints)"
            )
        if len(q) < 2:
            what = "empty" if len(q) == 0 else "a single sample"
            raise InputError(
                f"{where}: q: {what}; leave the episode out (--leave-out {episode.name}), or record it again"
            )
        if episode.t is not None and episode.t.shape != (len(q),):
            raise InputError(f"{where}: t: {episode.t.shape} time stamps for {len(q)} samples")
        first = recordings.episodes[0].q.shape[1]
        if q.shape[1] != first:
            raise InputError(f"{where}: q: {q.shape[1]} joints, the first episode has {first}")
    columns = int(recordings.episodes[0].q.shape[1])
    if not 1 <= columns <= MOST_JOINTS:
        raise InputError(f"{recordings.path}: q: {columns} columns, expected 1 to {MOST_JOINTS}")
    return columns


def _chosen_columns(
    recordings: Recordings, reading: Reading, columns: int
) -> tuple[tuple[str, ...], list[int]]:
    """Names and numbers of the columns to read."""
    names = recordings.joints or tuple(f"q{joint + 1}" for joint in range(columns))
    check_names(names, columns, recordings.path)
    if reading.joints is None:
        return names, list(range(columns))
    missing = [name for name in reading.joints if name not in names]
    if missing:
        raise InputError(
            f"{recordings.path}: joints: there is no column {missing[0]!r}; there are {', '.join(names)}"
        )
    return reading.joints, [names.index(name) for name in reading.joints]


def _units(
    recordings: Recordings, reading: Reading, chosen: Sequence[int], values: Sequence[FloatArray]
) -> tuple[tuple[str, ...], str]:
    """Unit of every chosen column, and what had to be concluded."""
    path, columns = recordings.path, len(chosen)
    stated = recordings.units and tuple(recordings.units[column] for column in chosen)
    said = reading.units and (reading.units * columns if len(reading.units) == 1 else reading.units)
    if said and len(said) != columns:
        raise InputError(f"{path}: units: {len(said)} units for {columns} columns; give one, or one each")
    if said and stated and said != stated:
        odd = next(i for i in range(columns) if said[i] != stated[i])
        raise InputError(
            f"{path}: units: said to be {said[odd]}, the file states {stated[odd]}; leave the option out"
        )
    units = said or stated or ("rad",) * columns
    unknown = [unit for unit in units if unit not in UNITS]
    if unknown:
        raise InputError(f"{path}: units: there is no unit {unknown[0]!r}; known: {', '.join(UNITS)}")
    largest = np.max([np.abs(q).max(axis=0) for q in values], axis=0)
    if not reading.trust_units:
        _check_units(path, units, largest, bool(said or stated))
    if said or stated:
        return units, ""
    return units, f"units: not stated; rad, because no value goes beyond {largest.max():.2f}"


def _check_units(path: str, units: tuple[str, ...], largest: FloatArray, said: bool) -> None:
    """Complain where the largest values (columns,) do not look like the units."""
    radians = np.array([unit == "rad" for unit in units])
    degrees = np.array([unit == "deg" for unit in units])
    bound = MOST_TURNED if said else SURELY_RADIANS
    if radians.any() and largest[radians].max() > bound:
        what = "said to be rad" if said else "not stated"
        raise InputError(
            f"{path}: units: {what}, but a value reaches {largest[radians].max():.4g}: degrees, motor units "
            "or lengths? Say which (one of "
            + ", ".join(UNITS)
            + ", or one each), or that units are to be trusted"
        )
    if degrees.any() and largest[degrees].max() <= SURELY_RADIANS:
        raise InputError(
            f"{path}: units: said to be deg, but no value goes beyond {largest[degrees].max():.4g}: radians? "
            "Say rad, or that units are to be trusted"
        )


def _check_finite(
    recordings: Recordings, episode: Episode, field: str, q: FloatArray, names: Sequence[str]
) -> None:
    if not np.isfinite(q).all():
        row, joint = np.argwhere(~np.isfinite(q))[0]
        raise InputError(
            f"{recordings.path}: episode {episode.name}: {field}: {names[joint]} is {q[row, joint]} at "
            f"sample {row}; cut the recording there, or leave the episode out (--leave-out {episode.name})"
        )


def _check_jumps(
    recordings: Recordings,
    episode: Episode,
    q: FloatArray,
    t: FloatArray,
    names: Sequence[str],
    units: Sequence[str],
    rate: float,
) -> None:
    """Complain where a joint is elsewhere without having moved there."""
    moving = np.array([unit != "1" for unit in units])
    step = np.abs(np.diff(q, axis=0)) * moving
    # Stamps that jitter come in bursts: no step is taken to be shorter than those of most of the data set.
    jumps = (step > SMALLEST_JUMP) & (step > FASTEST * np.maximum(np.diff(t), 1.0 / rate)[:, None])
    if jumps.any():
        row, joint = np.argwhere(jumps)[0]
        whole = abs(step[row, joint] - 2.0 * np.pi) < 0.3 and units[joint] == "rad"
        advice = (
            "a whole turn: say that angles are to be unwrapped"
            if whole
            else "cut the recording there, or leave it out"
        )
        raise InputError(
            f"{recordings.path}: episode {episode.name}: q: {names[joint]} jumps by {step[row, joint]:.3g} "
            f"{units[joint]} at sample {row + 1}, {t[row + 1]:.4g} s; {advice}"
            + ("" if whole else f" (--leave-out {episode.name})")
        )


def _demonstration(recordings: Recordings, episode: Episode, q: FloatArray, t: FloatArray) -> Demonstration:
    try:
        return Demonstration(q, t, episode.source or episode.name, episode.note)
    except InputError as error:
        raise InputError(f"{recordings.path}: episode {episode.name}: {error}") from error
