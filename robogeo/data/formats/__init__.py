"""Data sets in the formats that robots, simulators and other people's tools give and take.

`read_data_set` knows a format by its ending or its folder, `write_data_set` by its name or the ending. Those
that need libraries, of the extra ``formats``, load them only when a file of theirs is met.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from robogeo.data.checking import checked
from robogeo.data.data_set import DataSet, Reading, Recordings
from robogeo.data.formats.csv_table import read_csv, write_csv
from robogeo.data.formats.folder import read_folder
from robogeo.data.formats.lerobot import read_lerobot
from robogeo.data.formats.lerobot_writing import write_lerobot
from robogeo.data.formats.minari import METADATA, read_minari, write_minari
from robogeo.data.formats.npz import read_npy, read_npz, write_npz
from robogeo.data.formats.robomimic import read_robomimic, write_robomimic
from robogeo.data.formats.rosbag import bags_in, is_bag, read_rosbag
from robogeo.errors import InputError

__all__ = ["READERS", "WRITERS", "format_of", "read_data_set", "read_recordings", "write_data_set"]

READERS: Mapping[str, Callable[[Path, Reading], Recordings]] = {
    "npz": read_npz,
    "npy": read_npy,
    "csv": read_csv,
    "lerobot": read_lerobot,
    "robomimic": read_robomimic,
    "minari": read_minari,
    "rosbag": read_rosbag,
    "folder": read_folder,
}
WRITERS: Mapping[str, Callable[[Path, DataSet], None]] = {
    "npz": write_npz,
    "csv": write_csv,
    "lerobot": write_lerobot,
    "robomimic": write_robomimic,
    "minari": write_minari,
}
_ENDINGS = {
    ".npz": "npz",
    ".npy": "npy",
    ".csv": "csv",
    ".hdf5": "robomimic",
    ".h5": "robomimic",
    ".bag": "rosbag",
}


def format_of(path: Path) -> str:
    """Name of the format of a file or folder that is there.

    Raises:
        InputError: there is none, or of no known format.
    """
    if path.is_dir():
        if (path / "meta" / "info.json").is_file():
            return "lerobot"
        if (path / METADATA).is_file() or (path / "data" / METADATA).is_file():
            return "minari"
        return "rosbag" if is_bag(path) or bags_in(path) else "folder"
    if not path.exists():
        raise InputError(f"{path}: there is no such file or folder")
    found = _ENDINGS.get(path.suffix.lower())
    if found is None:
        raise InputError(
            f"{path}: unknown ending; expected {', '.join(_ENDINGS)}, or a folder: a LeRobotDataset, a "
            "Minari data set, a ROS 2 bag, or one of bags or of .npz and .csv files"
        )
    return found


def read_recordings(path: str | os.PathLike[str], reading: Reading | None = None) -> Recordings:
    """What a file or folder holds, as it states it, unchecked.

    Raises:
        InputError: one line with file, field and reason.
    """
    place = Path(path)
    return READERS[format_of(place)](place, reading or Reading())


def read_data_set(path: str | os.PathLike[str], reading: Reading | None = None) -> DataSet:
    """The data set in a file or folder of any known format, checked and in SI units.

    Args:
        path: .npz, .npy, .csv, .hdf5 (robomimic), .bag (ROS 1), or the folder of a LeRobotDataset, of a
            Minari data set, of a ROS 2 bag, or of bags or .npz and .csv files with a recording each.
        reading: what the file does not say of itself, and what is wanted of it.

    Raises:
        InputError: one line with file, episode, field and reason.
    """
    return checked(read_recordings(path, reading), reading or Reading())


def write_data_set(path: str | os.PathLike[str], data: DataSet, format: str | None = None) -> None:
    """Write a data set, wholly or not at all.

    Args:
        path: a file ending in .npz, .csv or .hdf5, or a new folder for "lerobot" and "minari".
        data: what to write. Formats other than npz and csv have one rate for all samples: see
            `robogeo.data.sampling.resampled`.
        format: name of the format; None: as the ending says.

    Raises:
        InputError: an unknown format, samples that are not even, or a place that cannot be written.
    """
    place = Path(path)
    name = format or _ENDINGS.get(place.suffix.lower(), "")
    if name not in WRITERS:
        known = ", ".join(WRITERS)
        raise InputError(f"{place}: format: there is no writer for {name or place.suffix!r}; known: {known}")
    endings = [ending for ending, written in _ENDINGS.items() if written == name]
    if endings and place.suffix.lower() not in endings:
        raise InputError(f"{place}: a {name} file must end in {' or '.join(endings)}")
    WRITERS[name](place, data)
