"""Data sets as CSV tables with a header: time, joints and, where it holds several, the number of the episode.

    episode,t,shoulder [deg],elbow [deg]
    0,0.00,10.0,-45.0
    0,0.02,10.5,-44.1

``t`` may be called time or timestamp too, with ``[ms]``, ``[us]`` or ``[ns]`` where it is not in s, and
``episode`` may be called episode_index or demo. Every other column is a joint, unless `Reading.joints` names
those that are; units stand in brackets, or at the end of a name: ``shoulder_deg``. Of a motion file of
robogeo (t, q1..qn, qd1.., qdd1..) the positions are read, and the joint names from its side-car.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from robogeo.data.data_set import DataSet, Episode, Reading, Recordings
from robogeo.data.table import is_number, table_head, table_numbers
from robogeo.durable import replacing
from robogeo.errors import InputError
from robogeo.reading import read_json

FloatArray = NDArray[np.float64]

_MOST_BYTES = 2**30
_SIDE_CAR_BYTES = 1024 * 1024
_TIME = {"t", "time", "timestamp", "time_s", "t_s"}
_EPISODE = {"episode", "episode_index", "demo"}
_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_BRACKETS = re.compile(r"(.*?)\s*\[(\w+)\]")
_ENDING = re.compile(r"(.+)_(rad|deg|mm|cm|m)")
_MOTION = re.compile(r"qd{1,2}\d+")


class _Header(NamedTuple):
    """What the columns are: numbers of the columns, and what the joints are called."""

    time: int | None
    second: float
    episode: int | None
    columns: list[int]
    joints: tuple[str, ...]
    units: tuple[str, ...] | None


def read_csv(path: Path, reading: Reading) -> Recordings:
    """What a CSV table holds.

    Raises:
        InputError: one line with file, column or line, and reason.
    """
    head = table_head(path, _MOST_BYTES)
    header = _header(path, head.names, reading)
    wanted = [each for each in (header.episode, header.time) if each is not None] + header.columns
    table = table_numbers(path, head, wanted)
    front = len(wanted) - len(header.columns)
    numbers = table[:, 0] if header.episode is not None else np.zeros(len(table))
    times = table[:, front - 1] * header.second if header.time is not None else None
    return Recordings(
        path=str(path),
        format="csv",
        episodes=list(_episodes(path, numbers, times, table[:, front:])),
        joints=_side_car_names(path, header.joints),
        units=header.units,
    )


def write_csv(path: Path, data: DataSet) -> None:
    """Write a data set as one table; every number comes back bit for bit, names of recordings do not.

    Raises:
        InputError: the file cannot be written.
    """
    names = [f"{name} [{unit}]" for name, unit in zip(data.joints, data.units, strict=True)]
    with replacing(path) as draft, open(draft, "w", encoding="utf-8") as stream:
        stream.write(",".join(["episode", "t", *names]) + "\n")
        for index, each in enumerate(data.demonstrations):
            rows = np.column_stack([each.t, each.q]).tolist()
            stream.writelines(f"{index},{','.join(map(repr, row))}\n" for row in rows)


def _header(path: Path, names: list[str], reading: Reading) -> _Header:
    if all(is_number(name) for name in names):
        raise InputError(f"{path}: header: missing; the first line holds numbers")
    plain, units = zip(*(_named(name) for name in names), strict=True)
    if len(set(plain)) != len(plain):
        twice = next(name for name in plain if plain.count(name) > 1)
        raise InputError(f"{path}: header: {twice!r} names two columns")
    time = next((i for i, name in enumerate(plain) if name.lower() in _TIME), None)
    if time is not None and (units[time] or "s") not in _SECONDS:
        raise InputError(f"{path}: header: time in {units[time]!r}; expected one of {', '.join(_SECONDS)}")
    episode = next((i for i, name in enumerate(plain) if name.lower() in _EPISODE), None)
    rates = {i for i, name in enumerate(names) if _MOTION.fullmatch(name)}
    columns = _joint_columns(path, list(plain), {time, episode} | rates, reading)
    stated = tuple(units[column] for column in columns)
    if any(stated) and not all(stated):
        bare = names[columns[stated.index(None)]]
        raise InputError(f"{path}: header: {bare!r} states no unit, others do")
    return _Header(
        time,
        _SECONDS[units[time] or "s"] if time is not None else 1.0,
        episode,
        columns,
        tuple(plain[column] for column in columns),
        stated if all(stated) else None,
    )


def _named(text: str) -> tuple[str, str | None]:
    """Name and unit of a column."""
    match = _BRACKETS.fullmatch(text) or _ENDING.fullmatch(text)
    return (match[1], match[2]) if match else (text, None)


def _joint_columns(path: Path, names: list[str], others: set[int | None], reading: Reading) -> list[int]:
    if reading.joints is not None:
        missing = [name for name in reading.joints if name not in names]
        if missing:
            raise InputError(f"{path}: header: no column {missing[0]!r}; there are {', '.join(names)[:200]}")
        return [names.index(name) for name in reading.joints]
    columns = [i for i in range(len(names)) if i not in others]
    if not columns or any(not names[column] for column in columns):
        raise InputError(
            f"{path}: header: expected names like t,q1,..,qn or episode,t,shoulder,.., "
            f"got {','.join(names)[:80]!r}"
        )
    return columns


def _episodes(path: Path, numbers: FloatArray, times: FloatArray | None, values: FloatArray) -> list[Episode]:
    """The rows as episodes: each new number begins one, and none is taken up again."""
    starts = np.concatenate([[0], np.flatnonzero(np.diff(numbers) != 0.0) + 1])
    if len(np.unique(numbers)) != len(starts):
        raise InputError(f"{path}: episode: the rows of one episode do not follow one another; sort them")
    episodes = []
    for start, end in zip(starts, [*starts[1:], len(numbers)], strict=True):
        name = f"{numbers[start]:g}"
        t = None if times is None else times[start:end]
        source = path.name if len(starts) == 1 else f"{path.name} {name}"
        episodes.append(Episode(name, values[start:end], t, source))
    return episodes


def _side_car_names(path: Path, joints: tuple[str, ...]) -> tuple[str, ...] | None:
    """Joint names that a motion's side-car gives to q1..qn; none where nothing does."""
    if joints != tuple(f"q{joint + 1}" for joint in range(len(joints))):
        return joints
    side_car = path.with_suffix(".json")
    if not side_car.is_file():
        return None
    described = read_json(side_car, _SIDE_CAR_BYTES, "a motion's side-car")
    names = described.get("joints") if isinstance(described, dict) else None
    if names is None:
        return None
    if not isinstance(names, list) or len(names) != len(joints):
        raise InputError(f"{side_car}: joints: expected {len(joints)} names, as the table has columns")
    return tuple(str(name) for name in names)
