"""Data sets in NumPy's own files: npz archives, as robogeo writes them and as others do, and npy stacks.

The keys of an archive:

    q_K      (T, n)   configurations of recording K; K is any number or word, the same in all its keys
    t_K      (T,)     its time stamps, s; may be left out where ``rate`` is stated
    name_K   text     who or what gave it; may be left out, as may note_K
    joints   (n,)     names of the columns; may be left out
    units    (n,) or one text: rad, deg, m, cm, mm or 1; may be left out
    rate     number   samples a second, Hz; may be left out
    robot    text     may be left out

or, in place of q_K and t_K, one stack q (N, T, n) or (T, n) with t (N, T) or (T,). An npy file holds such a
stack alone. Other members are not read.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robogeo.data.data_set import DataSet, Episode, Reading, Recordings
from robogeo.data.demonstrations import Demonstration
from robogeo.data.npy import load_npy, load_npz, npz_bytes, text_array
from robogeo.durable import write_atomically
from robogeo.errors import InputError

Arrays = dict[str, NDArray[Any]]

_EPISODE = re.compile(r"q_(\w+)")


def read_npz(path: Path, reading: Reading) -> Recordings:
    """What an npz archive holds.

    Raises:
        InputError: one line with file, member and reason.
    """
    arrays = load_npz(path)
    labels = [match[1] for name in arrays if (match := _EPISODE.fullmatch(name))]
    if labels:
        episodes = [_episode(arrays, label, path) for label in labels]
    elif "q" in arrays:
        source, note = (_text(arrays, name, path) for name in ("source", "note"))
        episodes = _stacked(arrays["q"], arrays.get("t"), path, source, note)
    else:
        found = ", ".join(sorted(arrays)[:8])
        raise InputError(
            f"{path}: q: missing; expected members q_0, t_0, q_1, .. or q, t; found {found[:200]}"
        )
    units = _texts(arrays, "units", path)
    if units and len(units) == 1 and episodes[0].q.ndim == 2:
        units = units * episodes[0].q.shape[1]
    robot = _text(arrays, "robot", path)
    return Recordings(
        path=str(path),
        format="npz",
        episodes=episodes,
        joints=_texts(arrays, "joints", path),
        units=units,
        rate=_rate(arrays, path),
        facts={"robot": robot} if robot else {},
    )


def read_npy(path: Path, reading: Reading) -> Recordings:
    """What an npy stack (N, T, n) or (T, n) holds: no time stamps, names or units.

    Raises:
        InputError: one line with file and reason.
    """
    return Recordings(str(path), "npy", _stacked(load_npy(path), None, path))


def write_npz(path: Path, data: DataSet) -> None:
    """Write a data set as an npz archive; every number is kept bit for bit.

    Raises:
        InputError: the file cannot be written.
    """
    write_atomically(path, npz_of(data))


def npz_of(data: DataSet) -> bytes:
    """A data set as an npz archive; equal ones are equal bytes, and `data_set_in` gives back all of it."""
    digits = len(str(len(data.demonstrations) - 1))
    arrays: Arrays = {
        "joints": np.array(data.joints),
        "units": np.array(data.units),
        "rate": np.array(data.rate),
        "robot": text_array(data.facts.get("robot", "")),
        "remarks": np.array(data.remarks, dtype=np.str_),
    }
    for index, each in enumerate(data.demonstrations):
        label = f"{index:0{digits}d}"
        arrays[f"q_{label}"], arrays[f"t_{label}"] = each.q, each.t
        arrays[f"name_{label}"], arrays[f"note_{label}"] = text_array(each.source), text_array(each.note)
    return npz_bytes(arrays)


def data_set_in(path: Path) -> DataSet:
    """The data set that `npz_of` wrote, as it was: nothing is concluded, converted or checked again.

    Raises:
        InputError: the file is damaged, or not written by `npz_of`.
    """
    arrays = load_npz(path)
    labels = [match[1] for name in arrays if (match := _EPISODE.fullmatch(name))]

    def times(episode: Episode) -> NDArray[Any]:
        if episode.t is None:
            raise InputError(f"{path}: t_{episode.name}: missing")
        return episode.t

    robot, joints, rate = _text(arrays, "robot", path), _texts(arrays, "joints", path), _rate(arrays, path)
    units, remarks = _texts(arrays, "units", path), _texts(arrays, "remarks", path)
    episodes = [_episode(arrays, label, path) for label in labels]
    if joints is None or units is None or rate is None or not episodes:
        raise InputError(
            f"{path}: not a data set as robogeo writes it; joints, units, rate or q_0 is missing"
        )
    shown = tuple(Demonstration(each.q, times(each), each.source, each.note) for each in episodes)
    facts = {"robot": robot} if robot else {}
    return DataSet(shown, joints, units, rate, "npz", facts, remarks or ())


def _episode(arrays: Arrays, label: str, path: Path) -> Episode:
    return Episode(
        label,
        arrays[f"q_{label}"],
        arrays.get(f"t_{label}"),
        _text(arrays, f"name_{label}", path),
        _text(arrays, f"note_{label}", path),
    )


def _stacked(
    q: NDArray[Any], t: NDArray[Any] | None, path: Path, source: str = "", note: str = ""
) -> list[Episode]:
    if q.ndim == 2:
        return [Episode("0", q, t, source or path.name, note)]
    if q.ndim != 3 or len(q) == 0:
        raise InputError(f"{path}: q: has shape {q.shape}, expected (recordings, samples, joints)")
    if t is not None and t.shape not in (q.shape[1:2], q.shape[:2]):
        raise InputError(f"{path}: t: has shape {t.shape}, expected {q.shape[:2]} or {q.shape[1:2]}")
    times = [None] * len(q) if t is None else np.broadcast_to(t, q.shape[:2])
    return [
        Episode(str(index), each, stamps, f"{path.name} {index}", note)
        for index, (each, stamps) in enumerate(zip(q, times, strict=True))
    ]


def _text(arrays: Arrays, name: str, path: Path) -> str:
    if name not in arrays:
        return ""
    if arrays[name].dtype.kind != "U" or arrays[name].ndim != 0:
        raise InputError(f"{path}: {name}: expected one text")
    return str(arrays[name])


def _texts(arrays: Arrays, name: str, path: Path) -> tuple[str, ...] | None:
    if name not in arrays:
        return None
    if arrays[name].dtype.kind != "U" or arrays[name].ndim > 1:
        raise InputError(f"{path}: {name}: expected texts, one a column")
    return tuple(np.atleast_1d(arrays[name]).tolist())


def _rate(arrays: Arrays, path: Path) -> float | None:
    if "rate" not in arrays:
        return None
    rate = arrays["rate"]
    if rate.dtype.kind not in "fiu" or rate.ndim != 0 or not (np.isfinite(rate) and rate > 0):
        raise InputError(f"{path}: rate: expected one positive number of Hz")
    return float(rate)
