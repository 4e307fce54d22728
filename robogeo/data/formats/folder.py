"""A folder of files with a recording or more each, .npz and .csv, such as a run's ``demonstrations``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from robogeo.data.data_set import MOST_EPISODES, Reading, Recordings
from robogeo.data.formats.csv_table import read_csv
from robogeo.data.formats.npz import read_npz
from robogeo.errors import InputError

_READERS = {".npz": read_npz, ".csv": read_csv}


def read_folder(path: Path, reading: Reading) -> Recordings:
    """What the .npz and .csv files of a folder hold, in the order of their names.

    Raises:
        InputError: there are none, one of them is bad, or they do not fit together.
    """
    there = sorted(file for file in path.iterdir() if file.suffix.lower() in _READERS and file.is_file())
    files = [file for file in there if reading.reads(file.name)]
    if not 1 <= len(files) <= MOST_EPISODES:
        raise InputError(f"{path}: {len(files)} .npz and .csv files in it, expected 1 to {MOST_EPISODES}")
    parts = [_READERS[file.suffix.lower()](file, reading) for file in files]
    first = parts[0]
    for part in parts:
        for field in ("joints", "units", "rate"):
            found, wanted = getattr(part, field), getattr(first, field)
            if found != wanted:
                raise InputError(f"{part.path}: {field}: {found}, but {wanted} in {Path(first.path).name}")
    episodes = [
        replace(
            episode,
            name=f"{Path(part.path).name} {episode.name}" if len(part.episodes) > 1 else Path(part.path).name,
        )
        for part in parts
        for episode in part.episodes
    ]
    left = tuple(file.name for file in there if file not in files)
    return replace(first, path=str(path), format="folder", episodes=episodes, left_out=left)
