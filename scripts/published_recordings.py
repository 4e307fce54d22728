"""Lay the published recordings of docs/real-data.md where robogeo looks for them.

    git clone https://github.com/epfl-lasa/JT-DS-Learning
    git clone https://github.com/sayantanauddy/clfd
    python scripts/published_recordings.py JT-DS-Learning clfd --out recordings
    export ROBOGEO_DATA=$PWD/recordings

The last two recordings of every task are left out, as they are in all figures of that page.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import scipy.io

from robogeo.errors import one_line

LEFT_OUT = 2
LWR_TASKS = ("back_hand", "foot", "fore_hand", "pour_no_obst", "pour_obst")
LETTERS = ("d", "e", "h", "l", "o", "r")
HAND_TASKS = ("bottle2shelf", "openbox", "platestandingtolying")


def main() -> None:
    """Convert what two clones hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lwr", type=Path, help="clone of epfl-lasa/JT-DS-Learning")
    parser.add_argument("panda", type=Path, help="clone of sayantanauddy/clfd")
    parser.add_argument("--out", type=Path, required=True, help="folder to name as ROBOGEO_DATA")
    given = parser.parse_args()
    try:
        lay_lwr(given.lwr / "Data" / "mat", given.out / "kuka_lwr_demos")
        panda = given.panda / "datasets"
        lay_panda(panda / "robot_hello_world" / "processed_demos", LETTERS, given.out / "panda_helloworld")
        lay_panda(panda / "robottasks" / "pos_ori", HAND_TASKS, given.out / "panda_robottasks")
    except OSError as error:
        parser.error(f"{one_line(error)}; name the folders of the two clones")
    print(f"recordings: {given.out}")


def lay_lwr(source: Path, target: Path) -> None:
    """One npz a task, of joint angles and of the poses that the arm logged."""
    target.mkdir(parents=True, exist_ok=True)
    for task in LWR_TASKS:
        with open(source / task / "data.mat", "rb") as file:
            recordings = scipy.io.loadmat(file, simplify_cells=True)["data"]
        members: dict[str, np.ndarray] = {}
        for k, recording in enumerate(recordings[:-LEFT_OUT]):
            members |= {f"{name}_{k:02d}": values for name, values in lwr_members(recording).items()}
        np.savez_compressed(target / f"{task}.npz", allow_pickle=False, **members)


def lwr_members(recording: dict[str, Any]) -> dict[str, np.ndarray]:
    """Joints q (T, 7) rad at t (T,) s; pose (T', 7), m and a quaternion, at tpose (T',) s; name."""
    joints, poses = recording["kuka"]["joint_states"], recording["kuka"]["pose"]
    begin = min(joints[-1, 0], poses[-1, 0])  # the last row holds the time of the day, too long for float32
    return {
        "q": joints[:-1].T.astype(np.float32),
        "t": (joints[-1] - begin).astype(np.float32),
        "pose": poses[:-1].T.astype(np.float32),
        "tpose": (poses[-1] - begin).astype(np.float32),
        "name": np.array(recording["name"]),
    }


def lay_panda(source: Path, tasks: tuple[str, ...], target: Path) -> None:
    """One npy a task, (recordings, samples, values), as published."""
    target.mkdir(parents=True, exist_ok=True)
    for task in tasks:
        np.save(target / f"{task}.npy", np.load(source / f"{task}.npy")[:-LEFT_OUT])


if __name__ == "__main__":
    main()
