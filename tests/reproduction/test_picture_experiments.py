"""The experiments on pictures, each on a setting of seconds; and that their files are valid."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from robogeo.data.folder import data_folder
from robogeo.errors import InputError
from robogeo.progress import Silence
from robogeo.reproduction.chairs.ways import ChairSettings, draw_pairs
from robogeo.reproduction.clothes.maps import drawn_pairs
from robogeo.reproduction.experiment import find_experiment
from robogeo.reproduction.running import reproduce
from robogeo.reproduction.settings import load_settings, settings_file

TINY = {
    "fashion-mnist": """
seeds: 1
pairs: 5
points: 6
asked: 20
judge_components: 10
fits:
  pictures: 300
  recipe: {hidden: [16], heads: 1, importance_samples: 2, steps: 20, batch: 16}
  default: {hidden: [16], heads: 2, importance_samples: 2, steps: 20, batch: 16}
  chart: {nodes: 200, support_nodes: 40}
""",
    "chairs": """
seeds: 1
source: ikea
pairs: 3
points: 5
recipe: {latent_dim: 3, hidden: 8, channels: [4, 3, 2], heads: 1, steps: 10, batch: 8}
default: {latent_dim: 3, hidden: 8, channels: [4, 3, 2], heads: 2, steps: 10, batch: 8}
chart: {neighbors: 4, space: latent, segments: 4}
chairs: 2
other_dims: [2]
other_pairs: 2
""",
    "graph-vs-neural": """
seeds: 1
pairs: 2
nodes: 150
pictures: 300
clothes: {hidden: [16], heads: 1, importance_samples: 2, steps: 20, batch: 16}
walk_data: {trials: ["35_01"], unseen: ["35_02"], left_out: [lclavicle, rclavicle, lfingers, rfingers]}
walks: {hidden: [16], heads: 1, importance_samples: 2, steps: 20, batch: 16}
neural: {steps: 5, samples: 12, curves: 1, pretraining_steps: 5}
""",
}
FOLDERS = {
    "fashion-mnist": ["fashion_mnist"],
    "chairs": ["chairs"],
    "graph-vs-neural": ["fashion_mnist", "cmu_mocap"],
}


@pytest.mark.parametrize("name", TINY)
def test_their_settings_are_valid(name: str) -> None:
    experiment = find_experiment(name)
    whole, quick = (load_settings(experiment.SETTINGS, settings_file(name), brief) for brief in (False, True))
    assert whole.seeds >= 3 > quick.seeds


def test_pairs_of_pictures_differ() -> None:
    pairs = drawn_pairs(500, 7, 0)
    assert (pairs[:, 0] != pairs[:, 1]).all() and set(pairs.ravel()) == set(range(7))
    assert np.array_equal(pairs, drawn_pairs(500, 7, 0)) and not np.array_equal(pairs, drawn_pairs(500, 7, 1))


def test_pairs_of_views_turn_by_what_is_wanted() -> None:
    fit = {"latent_dim": 2}
    settings = ChairSettings(recipe=fit, default=fit, pairs=400, least_turn=4, greatest_turn=12)
    chair, start, goal = draw_pairs(settings, 5, 31, 0).T
    turn = (goal - start + 15) % 31 - 15
    assert set(np.abs(turn)) == set(range(4, 13)) and abs(np.sign(turn).mean()) < 0.2
    assert set(chair) == set(range(5))


@pytest.mark.data
@pytest.mark.parametrize("name", TINY)
@pytest.mark.long
def test_a_tiny_run_measures_draws_and_goes_on(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in FOLDERS[name]:
        if not (data_folder() / folder).is_dir():
            pytest.skip(f"no {folder} in {data_folder()}; ROBOGEO_DATA names another folder")
    (tmp_path / "tiny.yaml").write_text(TINY[name])
    monkeypatch.setattr("robogeo.reproduction.running.settings_file", lambda name: tmp_path / "tiny.yaml")
    out = tmp_path / "out"
    reproduce(name, False, None, out, Silence())
    found = json.loads((out / f"reproduce_{name}.json").read_text())
    assert found["rows"] and found["targets"]
    for picture in out.glob("*.png"):
        assert np.ptp(np.asarray(Image.open(picture).convert("L"))) > 100
    kept = {path: path.stat().st_mtime_ns for path in out.rglob("*.safetensors")}
    record = next(out.glob("seed-0/seed-*.json"))
    before = json.loads(record.read_text())
    record.unlink()
    reproduce(name, False, None, out, Silence())
    if name != "graph-vs-neural":  # its times differ
        assert json.loads(record.read_text()) == before
    assert kept == {path: path.stat().st_mtime_ns for path in out.rglob("*.safetensors")}


def test_missing_data_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROBOGEO_DATA", str(tmp_path / "none"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "tiny.yaml").write_text(TINY["chairs"])
    monkeypatch.setattr("robogeo.reproduction.running.settings_file", lambda name: tmp_path / "tiny.yaml")
    with pytest.raises(InputError, match=r"ikea_chairs_64\.npz: not found, and has no address"):
        reproduce("chairs", False, 1, tmp_path / "out", Silence())
