"""LeRobotDataset folders, version 3 (to read, 2 too): parquet tables of frames, and JSON that describes them.

    meta/info.json  meta/stats.json  meta/tasks.parquet
    meta/episodes/chunk-000/file-000.parquet    where each episode's frames are
    data/chunk-000/file-000.parquet             observation.state, action, timestamp, frame_index, ...

Read are the frames and what info.json says of them, never a path that it names. Joints are the feature
``observation.state`` unless `Reading.key` names another. LeRobot states no units: its drivers give degrees or
motor units, robogeo writes radians. https://huggingface.co/docs/lerobot/lerobot-dataset-v3
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robogeo.data.data_set import MOST_VALUES, Episode, Reading, Recordings
from robogeo.data.formats.description import description, positive, read_metadata
from robogeo.data.formats.library import DAMAGE, library, unreadable
from robogeo.errors import InputError

STATE = "observation.state"
# Time stamps are float32; LeRobot takes them for their frame's within this, s.
_TOLERANCE = 1e-4
_INDICES = ("timestamp", "frame_index", "episode_index")
_TASK = "task_index"


def read_lerobot(path: Path, reading: Reading) -> Recordings:
    """What a LeRobotDataset folder holds.

    Raises:
        InputError: one line with file, field and reason.
    """
    place = path / "meta" / "info.json"
    info = read_metadata(place)
    key = reading.key or STATE
    if key in (*_INDICES, _TASK):
        raise InputError(f"{place}: {key!r} numbers the frames; name a feature of joints (--key)")
    feature = _feature(info, key, place)
    rate = positive(info.get("fps"), f"{place}: fps")
    frames = _frames(path, key)
    total = info.get("total_frames")
    if total != len(frames["episode_index"]):
        raise InputError(
            f"{path}: holds {len(frames['episode_index'])} frames, {place} promises {total}; is it complete?"
        )
    told = {"joints": _names(feature)} | description(info, place)
    facts = {"robot": str(info["robot_type"])} if info.get("robot_type") else {}
    facts |= {"version": str(info.get("codebase_version"))} | told.pop("facts", {})
    tasks = _tasks(path)
    return Recordings(
        path=str(path),
        format="lerobot",
        episodes=_episodes(path, frames, rate, tasks),
        facts=facts,
        **{**told, "rate": rate},
    )


def _feature(info: Any, key: str, place: Path) -> dict[str, Any]:
    features = info.get("features") if isinstance(info, dict) else None
    if not isinstance(features, dict):
        raise InputError(f"{place}: features: missing; is this a LeRobotDataset?")
    version = str(info.get("codebase_version"))
    if not version.startswith(("v2.", "v3.")):
        raise InputError(f"{place}: codebase_version: {version[:20]!r}, expected v2.x or v3.x")
    feature = features.get(key)
    if not isinstance(feature, dict):
        raise InputError(f"{place}: features: no {key!r}; there are {', '.join(map(str, features))[:200]}")
    return feature


def _names(feature: dict[str, Any]) -> tuple[str, ...] | None:
    """Names of a feature's columns: a list, or lists by the kind of motor."""
    names = feature.get("names")
    if isinstance(names, dict):
        names = [name for group in names.values() if isinstance(group, list) for name in group]
    return tuple(map(str, names)) if isinstance(names, list) and names else None


def _frames(path: Path, key: str) -> dict[str, NDArray[Any]]:
    """All frames: the values (N, columns) under "q", and the indices (N,) under their names."""
    pyarrow, parquet = library("pyarrow", path), library("pyarrow.parquet", path)
    files = sorted((path / "data").glob("*/*.parquet"))
    if not files:
        raise InputError(f"{path / 'data'}: no */*.parquet in it; is the data set complete?")
    parts, values = [], 0
    for file in files:
        try:
            with parquet.ParquetFile(file) as opened:
                values += _promised(opened.metadata, key)
                if values > MOST_VALUES:
                    raise InputError(f"{path}: more than {MOST_VALUES} values; split the data set")
                parts.append(_read(opened, key, file))
        except InputError:
            raise
        except (pyarrow.ArrowException, *DAMAGE) as error:
            raise unreadable(file, "parquet", error) from error
    width = {part[key].shape[1] for part in parts}
    if len(width) != 1:
        raise InputError(f"{path}: {key}: the files have different numbers of columns, {sorted(width)}")
    told = [name for name in (*_INDICES, _TASK) if all(name in part for part in parts)]
    joined = {name: np.concatenate([part[name] for part in parts]) for name in told}
    return joined | {"q": np.concatenate([part[key] for part in parts])}


def _promised(metadata: Any, key: str) -> int:
    """Number of values of a column, without reading it."""
    count = 0
    for group in range(metadata.num_row_groups):
        columns = [metadata.row_group(group).column(i) for i in range(metadata.num_columns)]
        count += sum(each.num_values for each in columns if each.path_in_schema.startswith(key))
    return count


def _read(opened: Any, key: str, file: Path) -> dict[str, NDArray[Any]]:
    """The columns of a parquet file that are needed."""
    present = opened.schema_arrow.names
    missing = [name for name in (key, *_INDICES) if name not in present]
    if missing:
        raise InputError(f"{file}: {missing[0]}: there is no such column")
    wanted = [key, *_INDICES, *([_TASK] if _TASK in present else [])]
    table = opened.read(columns=wanted)
    return {name: _column(table, name, file) for name in wanted}


def _column(table: Any, name: str, file: Path) -> NDArray[Any]:
    """A column as numbers: (N, n) of lists of one length, (N, 1) for the values of a scalar, (N,) else."""
    column = table[name].combine_chunks()
    lists = hasattr(column.type, "value_type")
    flat = column.flatten() if lists else column
    if column.null_count or flat.null_count:
        raise InputError(f"{file}: {name}: holds missing values")
    numbers = flat.to_numpy(zero_copy_only=False)
    if numbers.dtype.kind not in "fiu":
        raise InputError(f"{file}: {name}: holds {flat.type} values, expected numbers")
    if not lists:
        return numbers if name in (*_INDICES, _TASK) else numbers[:, None]
    lengths = {len(column[0])} if hasattr(column.type, "list_size") else set(_lengths(column))
    if len(lengths) > 1 or 0 in lengths:
        raise InputError(f"{file}: {name}: rows of different lengths, {sorted(lengths)[:4]}")
    return numbers.reshape(len(column), -1) if len(column) else numbers.reshape(0, 1)


def _lengths(column: Any) -> list[int]:
    return [int(length) for length in np.unique(np.diff(column.offsets.to_numpy()))]


def _episodes(
    path: Path, frames: dict[str, NDArray[Any]], rate: float, tasks: dict[int, str]
) -> Sequence[Episode]:
    numbers = frames["episode_index"]
    starts = np.concatenate([[0], np.flatnonzero(np.diff(numbers)) + 1])
    if len(np.unique(numbers)) != len(starts):
        raise InputError(f"{path}: episode_index: the frames of one episode do not follow one another")
    exact = frames["frame_index"] / rate
    stamps = frames["timestamp"].astype(np.float64)
    near = np.abs(stamps - exact) <= _TOLERANCE + 1e-6 * np.abs(exact)
    episodes = []
    for start, end in zip(starts, [*starts[1:], len(numbers)], strict=True):
        t = exact[start:end] if near[start:end].all() else stamps[start:end]
        task = tasks.get(int(frames[_TASK][start]), "") if _TASK in frames else ""
        name = str(int(numbers[start]))
        episodes.append(Episode(name, frames["q"][start:end], t, f"{path.name} {name}", task))
    return episodes


def _tasks(path: Path) -> dict[int, str]:
    """What was done, by task_index; empty where the folder does not tell."""
    file = path / "meta" / "tasks.parquet"
    if not file.is_file():
        return {}
    pyarrow, parquet = library("pyarrow", path), library("pyarrow.parquet", path)
    try:
        columns = parquet.read_table(file).to_pydict()
    except (pyarrow.ArrowException, *DAMAGE) as error:
        raise unreadable(file, "parquet", error) from error
    numbers = columns.pop(_TASK, [])
    texts: list[Any] = next(iter(columns.values()), [])
    return {
        number: text
        for number, text in zip(numbers, texts, strict=False)
        if isinstance(number, int) and isinstance(text, str)
    }
