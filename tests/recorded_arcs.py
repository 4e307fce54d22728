"""Recordings of an iiwa that tests learn from: arcs of the shoulder and the elbow, and runs on them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from robogeo.cli import main
from robogeo.data.data_set import DataSet
from robogeo.data.demonstrations import Demonstration
from robogeo.data.formats import write_data_set

REST = np.array([0.0, 0.2, 0.0, -1.8, 0.0, -0.4292, 0.0])
# As small as runs get; any gap at the end points may be closed.
TINY = (
    "rounds=2",
    "held_out=3",
    "workers=1",
    "model={hidden: [16, 16], heads: 2, latent_dim: 2}",
    "training={steps: 60, warm_steps: 60, passes: 0}",
    "motion={correction_limit: 10.0}",
    "success={abruptness: 1.0e+6, length_ratio: 100.0}",
    "recordings.tolerance=1.0",
    "output.video=false",
)


def made(count: int = 6) -> list[Demonstration]:
    """Arcs of different height, 2 s long, with a rest at the end."""
    t = np.arange(150) / 50.0
    share = np.clip(t / 2.0, 0.0, 1.0)
    arcs = []
    for number in range(count):
        q = np.tile(REST, (len(t), 1))
        q[:, 0] += -0.6 + 1.2 * share + 0.02 * number
        q[:, 1] += (0.2 + 0.03 * number) * np.sin(np.pi * share)
        arcs.append(Demonstration(q, t, f"arc {number}"))
    return arcs


def write_arcs(file: Path) -> Path:
    """The arcs as a file."""
    write_data_set(file, DataSet(tuple(made()), tuple(f"lbr_iiwa_joint_{i}" for i in range(1, 8))))
    return file


def learn_from(file: Path, run: Path, *settings: str) -> int:
    """The exit status of learning from a file as a user would, the settings beside those of `TINY`."""
    return main(["learn", str(file), "--robot", "iiwa", "--out", str(run), "--set", *TINY, *settings])
