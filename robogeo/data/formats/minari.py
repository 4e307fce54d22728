"""Minari data sets in their HDF5 layout: a folder with metadata.json and main_data.hdf5.

    metadata.json             observation_space, action_space (JSON), data_format, total_episodes, ..
    episode_0/observations    (T, n), or a group of such series;  actions (T - 1, m), rewards, terminations

Joints are the observations, or the series of them that `Reading.key` names. There are no time stamps and no
rate: the reader's `Reading.rate` says it, except where robogeo wrote the data set.
https://minari.farama.org/content/dataset_standards/
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from robogeo.data.data_set import DataSet, Episode, Reading, Recordings
from robogeo.data.formats.description import KEY, described, description, read_metadata
from robogeo.data.formats.hdf5 import check_total, opened, series, subgroup, text_attribute
from robogeo.data.formats.library import library
from robogeo.data.sampling import check_even
from robogeo.durable import building
from robogeo.errors import InputError

METADATA, MAIN = "metadata.json", "main_data.hdf5"
# The version of the standard that is written; the oldest one that has all of it.
_VERSION = "0.5.0"


def read_minari(path: Path, reading: Reading) -> Recordings:
    """What a Minari data set holds; the path is that of the data set or of its folder ``data``.

    Raises:
        InputError: one line with file, episode, field and reason.
    """
    folder = path if (path / METADATA).is_file() else path / "data"
    metadata = read_metadata(folder / METADATA)
    kept = metadata.get("data_format", "hdf5") if isinstance(metadata, dict) else None
    if kept != "hdf5":
        raise InputError(f"{folder / METADATA}: data_format: {str(kept)[:20]!r}, only hdf5 is read")
    main = folder / MAIN
    with opened(main) as file:
        names = [name for name in map(str, file) if name.startswith("episode_") and name[8:].isdigit()]
        if len(names) != metadata.get("total_episodes"):
            promised = metadata.get("total_episodes")
            raise InputError(
                f"{main}: {len(names)} episodes, {METADATA} promises {promised}; is it complete?"
            )
        names.sort(key=lambda name: int(name[8:]))
        episodes, values = [], 0
        for name in names:
            episode = subgroup(file, name, main)
            if episode is None:
                raise InputError(f"{main}: {name}: is no group")
            q = series(episode, _key(episode, reading, main), main)
            values += q.size
            check_total(values, main)
            source = text_attribute(episode, "source") or f"{path.name} {name[8:]}"
            episodes.append(Episode(name[8:], q, None, source, text_attribute(episode, "note")))
    told = description(metadata, folder / METADATA)
    return Recordings(str(path), "minari", episodes, **told)


def write_minari(path: Path, data: DataSet) -> None:
    """Write a data set as a Minari one; its name is that of the folder. Configurations are kept bit for bit.

    The action after a sample is the next configuration.

    Raises:
        InputError: it is not sampled evenly, h5py is missing, or the folder cannot be written.
    """
    h5py = library("h5py", path)
    check_even(data, str(path))
    with building(path) as draft:
        folder = draft / "data"
        folder.mkdir()
        with h5py.File(folder / MAIN, "w", track_order=True) as file:
            for index, each in enumerate(data.demonstrations):
                episode = file.create_group(f"episode_{index}")
                steps = len(each.q) - 1
                episode.attrs["id"], episode.attrs["total_steps"] = index, steps
                episode.attrs["source"], episode.attrs["note"] = each.source, each.note
                episode.create_group("infos")
                last = np.arange(steps) == steps - 1
                for name, values in (
                    ("observations", each.q),
                    ("actions", each.q[1:]),
                    ("rewards", last.astype(np.float64)),
                    ("terminations", last),
                    ("truncations", np.zeros(steps, dtype=np.bool_)),
                ):
                    episode.create_dataset(name, data=values, chunks=True, maxshape=(None, *values.shape[1:]))
        (folder / METADATA).write_text(json.dumps(_metadata(path, data)) + "\n", encoding="utf-8")


def _key(episode: Any, reading: Reading, path: Path) -> str:
    """Where in an episode the configurations are."""
    observed = subgroup(episode, "observations", path)
    if observed is None:
        return reading.key or "observations"
    if reading.key is None:
        raise InputError(f"{path}: observations: say which key of {', '.join(observed)[:200]} holds joints")
    return f"observations/{reading.key}" if reading.key in observed else reading.key


def _metadata(path: Path, data: DataSet) -> dict[str, Any]:
    every = np.concatenate([each.q for each in data.demonstrations])
    space = {
        "type": "Box",
        "dtype": "float64",
        "shape": [data.dof],
        "low": every.min(axis=0).tolist(),
        "high": every.max(axis=0).tolist(),
    }
    name = "".join(mark if mark.isalnum() or mark in "-_" else "-" for mark in path.name)
    return {
        "dataset_id": name if name.rpartition("-v")[2].isdigit() else f"{name}-v0",
        "data_format": "hdf5",
        "minari_version": _VERSION,
        "observation_space": json.dumps(space),
        "action_space": json.dumps(space),
        "total_episodes": len(data.demonstrations),
        "total_steps": data.samples - len(data.demonstrations),
        "jpeg_encoding": False,
        "description": f"{len(data.demonstrations)} demonstrations of joint motion, {data.rate:.6g} Hz",
        "author": [],
        "author_email": [],
        KEY: described(data),
    }
