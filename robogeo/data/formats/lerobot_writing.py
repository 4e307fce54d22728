"""Writing LeRobotDataset folders, version 3.0, as LeRobot 0.4 reads them.

The action of a frame is the next configuration, as a position controller wants it; that of the last frame is
its own. Numbers are float32, as LeRobot's policies take them: angles come back to about 1e-7 of their size.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robogeo.data.data_set import DataSet
from robogeo.data.formats.description import KEY, described
from robogeo.data.formats.lerobot import STATE
from robogeo.data.formats.library import library
from robogeo.data.sampling import check_even
from robogeo.durable import building

Columns = dict[str, NDArray[Any]]

_FILE_MB, _CHUNK = 100, 1000
_PLACE = "chunk-{:03d}/file-{:03d}.parquet"
_NUMBERS = ("frame_index", "episode_index", "index", "task_index")
_QUANTILES = {"q01": 0.01, "q10": 0.1, "q50": 0.5, "q90": 0.9, "q99": 0.99}


def write_lerobot(path: Path, data: DataSet) -> None:
    """Write a data set as a LeRobotDataset folder.

    Raises:
        InputError: it is not sampled evenly, pyarrow is missing, or the folder cannot be written.
    """
    pyarrow, parquet = library("pyarrow", path), library("pyarrow.parquet", path)
    check_even(data, str(path))
    tasks = list(dict.fromkeys(each.note for each in data.demonstrations))
    columns = _columns(data, tasks)
    lengths = np.array([len(each.t) for each in data.demonstrations])
    ends = np.cumsum(lengths)
    files = _files(lengths, sum(column[:1].nbytes for column in columns.values()))
    with building(path) as folder:
        for file in range(int(files[-1]) + 1):
            inside = np.flatnonzero(files == file)
            rows = slice(int(ends[inside[0]] - lengths[inside[0]]), int(ends[inside[-1]]))
            _write(parquet, folder / "data", file, _table(pyarrow, {k: v[rows] for k, v in columns.items()}))
        parquet.write_table(_task_table(pyarrow, tasks), _made(folder / "meta") / "tasks.parquet")
        _write(parquet, folder / "meta" / "episodes", 0, _episode_table(pyarrow, data, columns, files))
        stats = {name: _stats(column) for name, column in columns.items()}
        _write_json(folder / "meta" / "stats.json", stats)
        _write_json(folder / "meta" / "info.json", _info(data, len(tasks)))


def _columns(data: DataSet, tasks: list[str]) -> Columns:
    """All frames, one row each, (N, dof) or (N,)."""
    each_next = [np.concatenate([each.q[1:], each.q[-1:]]) for each in data.demonstrations]
    counts = [len(each.t) for each in data.demonstrations]
    frames = np.concatenate([np.arange(count) for count in counts])
    return {
        STATE: np.concatenate([each.q for each in data.demonstrations]).astype(np.float32),
        "action": np.concatenate(each_next).astype(np.float32),
        "timestamp": (frames / data.rate).astype(np.float32),
        "frame_index": frames,
        "episode_index": np.repeat(np.arange(len(counts)), counts),
        "index": np.arange(len(frames)),
        "task_index": np.repeat([tasks.index(each.note) for each in data.demonstrations], counts),
    }


def _files(lengths: NDArray[np.int64], row_bytes: int) -> NDArray[np.int64]:
    """Number of the file that each episode goes into: as many in one as fit."""
    most = _FILE_MB * 2**20 // row_bytes
    numbers = np.zeros(len(lengths), dtype=np.int64)
    file = filled = 0
    for index, length in enumerate(lengths.tolist()):
        if filled and filled + length > most:
            file, filled = file + 1, 0
        numbers[index], filled = file, filled + length
    return numbers


def _table(pyarrow: Any, columns: Columns) -> Any:
    arrays = {
        name: pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(column.ravel()), column.shape[1])
        if column.ndim == 2
        else pyarrow.array(column)
        for name, column in columns.items()
    }
    return pyarrow.table(arrays)


def _task_table(pyarrow: Any, tasks: list[str]) -> Any:
    """Tasks as pandas writes a frame whose index they are, which is how LeRobot looks them up."""
    index = "__index_level_0__"
    kinds = {"task_index": ("int64", "int64"), index: ("unicode", "object")}
    pandas = {
        "index_columns": [index],
        "column_indexes": [],
        "columns": [
            {
                "name": None if name == index else name,
                "field_name": name,
                "pandas_type": kind,
                "numpy_type": numpy_type,
                "metadata": None,
            }
            for name, (kind, numpy_type) in kinds.items()
        ],
        "pandas_version": "2.2.0",
    }
    table = pyarrow.table({"task_index": pyarrow.array(np.arange(len(tasks))), index: pyarrow.array(tasks)})
    return table.replace_schema_metadata({"pandas": json.dumps(pandas)})


def _episode_table(pyarrow: Any, data: DataSet, columns: Columns, files: NDArray[np.int64]) -> Any:
    """Where each episode's frames are, and their statistics."""
    lengths = np.array([len(each.t) for each in data.demonstrations])
    ends = np.cumsum(lengths)
    zeros = np.zeros(len(lengths), dtype=np.int64)
    rows: dict[str, Any] = {
        "episode_index": np.arange(len(lengths)),
        "tasks": [[each.note] for each in data.demonstrations],
        "length": lengths,
        "data/chunk_index": files // _CHUNK,
        "data/file_index": files % _CHUNK,
        "dataset_from_index": ends - lengths,
        "dataset_to_index": ends,
        "meta/episodes/chunk_index": zeros,
        "meta/episodes/file_index": zeros,
    }
    for name, column in columns.items():
        stats = [_stats(column[end - length : end]) for end, length in zip(ends, lengths, strict=True)]
        rows |= {f"stats/{name}/{kind}": [each[kind] for each in stats] for kind in stats[0]}
    return pyarrow.table({name: pyarrow.array(values) for name, values in rows.items()})


def _stats(column: NDArray[Any]) -> dict[str, list[float]]:
    """Statistics of a column (N, n) or (N,), each a list of n, as LeRobot normalises with them."""
    values = column.reshape(len(column), -1).astype(np.float64)
    stats = {"min": values.min(0), "max": values.max(0), "mean": values.mean(0), "std": values.std(0)}
    stats |= dict(zip(_QUANTILES, np.quantile(values, list(_QUANTILES.values()), axis=0), strict=True))
    return {name: value.tolist() for name, value in stats.items()} | {"count": [len(values)]}


def _info(data: DataSet, tasks: int) -> dict[str, Any]:
    vector = {"dtype": "float32", "shape": [data.dof], "names": list(data.joints)}
    scalars = {"timestamp": "float32"} | dict.fromkeys(_NUMBERS, "int64")
    whole = round(data.rate)
    return {
        "codebase_version": "v3.0",
        "robot_type": data.facts.get("robot") or None,
        "total_episodes": len(data.demonstrations),
        "total_frames": data.samples,
        "total_tasks": tasks,
        "chunks_size": _CHUNK,
        "data_files_size_in_mb": _FILE_MB,
        "video_files_size_in_mb": 200,
        "fps": whole if abs(whole - data.rate) < 1e-6 * data.rate else data.rate,
        "splits": {"train": f"0:{len(data.demonstrations)}"},
        "data_path": "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet",
        "video_path": None,
        "features": {STATE: vector, "action": vector}
        | {name: {"dtype": kind, "shape": [1], "names": None} for name, kind in scalars.items()},
        KEY: described(data),
    }


def _write(parquet: Any, folder: Path, number: int, table: Any) -> None:
    file = folder / _PLACE.format(*divmod(number, _CHUNK))
    _made(file.parent)
    parquet.write_table(table, file, compression="snappy")


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _write_json(file: Path, content: Mapping[str, Any]) -> None:
    file.write_text(json.dumps(content, indent=4) + "\n", encoding="utf-8")
