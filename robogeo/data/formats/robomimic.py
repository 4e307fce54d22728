"""Data sets in robomimic's HDF5 layout, as robosuite, MimicGen and LIBERO write it too.

    data                      attributes: total, env_args (JSON: env_name, env_kwargs.control_freq, ..)
    data/demo_0               attribute: num_samples
    data/demo_0/obs/NAME      (T, n), one a sensor;   actions (T, m), rewards (T,), dones (T,)

Joints are the first of `JOINT_KEYS` in obs, unless `Reading.key` names another series of a demonstration.
There are no time stamps: the rate is ``control_freq``. https://robomimic.github.io/docs/datasets/overview.html
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from robogeo.data.data_set import DataSet, Episode, Reading, Recordings
from robogeo.data.formats.description import KEY, described, description
from robogeo.data.formats.hdf5 import check_total, opened, series, subgroup, text_attribute
from robogeo.data.formats.library import library
from robogeo.data.sampling import check_even
from robogeo.durable import replacing
from robogeo.errors import InputError
from robogeo.reading import parsed_json

JOINT_KEYS = ("robot0_joint_pos", "joint_pos", "joint_positions", "joint_states", "qpos", "q")
_GYM = 2  # robomimic's EnvType of a Gym environment


def read_robomimic(path: Path, reading: Reading) -> Recordings:
    """What a robomimic HDF5 file holds.

    Raises:
        InputError: one line with file, episode, field and reason.
    """
    with opened(path) as file:
        data = subgroup(file, "data", path)
        present = [] if data is None else [str(name) for name in data]
        names = [name for name in present if name.startswith("demo_") and name[5:].isdigit()]
        if not names:
            raise InputError(f"{path}: data: no group demo_0, demo_1, ..; is this a robomimic file?")
        names.sort(key=lambda name: int(name[5:]))
        key = _key(_demo(data, names[0], path), reading, path)
        episodes, values = [], 0
        for name in names:
            demo = _demo(data, name, path)
            q = series(demo, key, path)
            values += q.size
            check_total(values, path)
            source = text_attribute(demo, "source") or f"{path.name} {name}"
            episodes.append(Episode(name, q, None, source, text_attribute(demo, "note")))
        told = _environment(text_attribute(data, "env_args"), path)
        if noted := text_attribute(data, KEY):
            told |= description({KEY: parsed_json(noted, f"{path}: data: {KEY}")}, path)
    return Recordings(str(path), "robomimic", episodes, **told)


def write_robomimic(path: Path, data: DataSet) -> None:
    """Write a data set as a robomimic HDF5 file; configurations are kept bit for bit.

    The action of a sample is the next configuration; the last sample's is its own.

    Raises:
        InputError: it is not sampled evenly, h5py is missing, or the file cannot be written.
    """
    h5py = library("h5py", path)
    check_even(data, str(path))
    environment = {
        "env_name": data.facts.get("task") or "demonstrations",
        "type": _GYM,
        "env_kwargs": {"control_freq": data.rate, "robots": data.facts.get("robot", "")},
    }
    with replacing(path) as draft, h5py.File(draft, "w") as file:
        group = file.create_group("data")
        group.attrs["total"] = data.samples
        group.attrs["env_args"] = json.dumps(environment)
        group.attrs[KEY] = json.dumps(described(data))
        for index, each in enumerate(data.demonstrations):
            demo = group.create_group(f"demo_{index}")
            demo.attrs["num_samples"] = len(each.q)
            demo.attrs["source"], demo.attrs["note"] = each.source, each.note
            following = np.concatenate([each.q[1:], each.q[-1:]])
            done = np.zeros(len(each.q), dtype=np.int64)
            done[-1] = 1
            for name, values in (
                ("states", each.q),
                ("actions", following),
                ("rewards", done.astype(np.float64)),
                ("dones", done),
                (f"obs/{JOINT_KEYS[0]}", each.q),
                (f"next_obs/{JOINT_KEYS[0]}", following),
            ):
                demo.create_dataset(name, data=values)


def _demo(data: Any, name: str, path: Path) -> Any:
    demo = subgroup(data, name, path)
    if demo is None:
        raise InputError(f"{path}: data/{name}: is no group")
    return demo


def _key(demo: Any, reading: Reading, path: Path) -> str:
    """Where in a demonstration the configurations are."""
    sensors = subgroup(demo, "obs", path)
    if reading.key is not None:
        inside = sensors is not None and reading.key in sensors
        return f"obs/{reading.key}" if inside else reading.key
    for name in JOINT_KEYS:
        if sensors is not None and name in sensors:
            return f"obs/{name}"
    found = ", ".join(sensors if sensors is not None else demo)
    raise InputError(
        f"{path}: obs: none of {', '.join(JOINT_KEYS)}; say which key of {found[:200]} holds joints"
    )


def _environment(text: str, path: Path) -> dict[str, Any]:
    """Rate and facts that env_args tells; it may tell none."""
    content = parsed_json(text, f"{path}: data: env_args") if text else {}
    if not isinstance(content, dict):
        raise InputError(f"{path}: data: env_args: expected a mapping")
    arguments = content.get("env_kwargs")
    arguments = arguments if isinstance(arguments, dict) else {}
    rate = arguments.get("control_freq")
    robots = arguments.get("robots")
    robot = robots[0] if isinstance(robots, list) and robots else robots
    facts = {"task": content.get("env_name"), "robot": robot}
    return {
        "rate": float(rate)
        if isinstance(rate, (int, float)) and not isinstance(rate, bool) and rate > 0
        else None,
        "facts": {name: value for name, value in facts.items() if isinstance(value, str) and value},
    }
