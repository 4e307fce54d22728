"""The published recordings of real arms become files that robogeo reads."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from robogeo.data.data_set import Reading
from robogeo.data.formats import read_data_set

SCRIPT = runpy.run_path(str(Path(__file__).parents[2] / "scripts" / "published_recordings.py"))


def clones(folder: Path) -> tuple[Path, Path]:
    """Clones of both repositories, with three recordings of each task: one more than is left out."""
    clock = 1.5e9 + np.arange(40) / 50.0
    recordings = [
        {
            "kuka": {
                "joint_states": np.vstack([np.full((7, 40), 0.1 * k), clock]),
                "pose": np.vstack([np.full((7, 40), 0.2), clock + 0.004]),
            },
            "name": f"demo {k}",
        }
        for k in range(3)
    ]
    for task in SCRIPT["LWR_TASKS"]:
        (folder / "lwr/Data/mat" / task).mkdir(parents=True)
        scipy.io.savemat(folder / "lwr/Data/mat" / task / "data.mat", {"data": recordings})
    for place, tasks, width in (
        ("robot_hello_world/processed_demos", SCRIPT["LETTERS"], 2),
        ("robottasks/pos_ori", SCRIPT["HAND_TASKS"], 7),
    ):
        (folder / "panda/datasets" / place).mkdir(parents=True)
        for task in tasks:
            np.save(folder / "panda/datasets" / place / f"{task}.npy", np.ones((3, 10, width)))
    return folder / "lwr", folder / "panda"


def test_clones_become_recordings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    monkeypatch.setattr(sys, "argv", ["x", *map(str, clones(tmp_path)), "--out", str(out)])
    SCRIPT["main"]()
    assert len(list(out.rglob("*.np?"))) == 14
    data = read_data_set(out / "kuka_lwr_demos" / "foot.npz", Reading())
    (only,) = data.demonstrations
    assert only.q.shape == (40, 7) and not only.q.any()
    assert only.t[0] == 0.0 and only.t[-1] == pytest.approx(39 / 50.0, abs=1e-4)
    assert np.load(out / "panda_robottasks" / "openbox.npy").shape == (1, 10, 7)


def test_what_is_no_clone_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["x", str(tmp_path), str(tmp_path), "--out", str(tmp_path / "out")])
    with pytest.raises(SystemExit) as stopped:
        SCRIPT["main"]()
    assert stopped.value.code == 2
    assert "name the folders of the two clones" in capsys.readouterr().err
