"""The experiment on human motion, on a setting of seconds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from robogeo.data.folder import data_folder
from robogeo.progress import Silence
from robogeo.reproduction.human_motion.experiment import SETTINGS, SeveralData, pairs_of_kinds
from robogeo.reproduction.running import reproduce
from robogeo.reproduction.settings import load_settings, settings_file

TINY = """
seeds: 2
walks: {trials: ["35_01"], unseen: ["35_02"], left_out: [lclavicle, rclavicle, lfingers, rfingers]}
pairs: 3
recipe: {hidden: [16, 16], heads: 1, steps: 60, batch: 32, principal_steps: 60}
smoothing: 0.1
neural: {steps: 5, samples: 12, curves: 1, pretraining_steps: 5}
default: {hidden: [16], heads: 2, steps: 60, batch: 32, principal_steps: 60}
chart: {nodes: 80}
several:
  trials: ["02_01", "02_03"]
  kinds: [walk, run]
  every: 6
  pairs: 3
  fit: {latent_dim: 3, hidden: [16], heads: 2, steps: 40, batch: 32}
  chart: {nodes: 60}
"""


def test_its_settings_are_valid_and_name_a_kind_for_every_trial() -> None:
    for quick in (False, True):
        settings = load_settings(SETTINGS, settings_file("human-motion"), quick)
        assert len(settings.several.trials) == len(settings.several.kinds)
        assert not set(settings.walks.trials) & set(settings.walks.unseen)


def test_pairs_lead_from_one_kind_to_another_and_every_kind_is_as_likely() -> None:
    data = SeveralData(trials=("a", "b", "c", "d"), kinds=("walk", "walk", "run", "jump"), pairs=300)
    trial = np.repeat([0, 1, 2, 3], [500, 300, 20, 5])
    kinds = np.array(data.kinds)[trial[pairs_of_kinds(data, trial, 0)]]
    assert kinds.shape == (2, 300) and (kinds[0] != kinds[1]).all()
    shares = [np.mean(kinds == kind) for kind in ("walk", "run", "jump")]
    assert shares == pytest.approx([1 / 3] * 3, abs=0.06)
    assert np.array_equal(pairs_of_kinds(data, trial, 0), pairs_of_kinds(data, trial, 0))


@pytest.mark.data
@pytest.mark.long
def test_a_tiny_run_measures_draws_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not (data_folder() / "cmu_mocap").is_dir():
        pytest.skip(f"no cmu_mocap in {data_folder()}; ROBOGEO_DATA names another folder")
    (tmp_path / "tiny.yaml").write_text(TINY)
    monkeypatch.setattr("robogeo.reproduction.running.settings_file", lambda name: tmp_path / "tiny.yaml")
    out = tmp_path / "out"
    results = reproduce("human-motion", quick=False, seeds=None, out=out, progress=Silence())
    length, ratio, astray, worst, *_ = results.rows
    assert 0.0 < length["default"] <= length["default_line"] and ratio["default"] <= 1.0
    for contender in ("recipe", "recipe_line", "default", "default_line"):
        assert 0.0 < astray[contender] <= worst[contender] < 1000.0  # mm
        assert len(astray[f"{contender}_seeds"]) == 2
    names = ("latent", "poses", "speed", "circle", "kinds")
    for name in names:
        Image.open(out / f"reproduce_human-motion_{name}.png").verify()
    film = out / "reproduce_human-motion_walking.gif"
    assert Image.open(film).n_frames == 60 and film.stat().st_size < 1_500_000
    page = (out / "reproductions.md").read_text()
    assert "walking.gif" in page and "nearest recorded one" in page
    # Again, from what was kept, without a step of training; the bits are the same.
    monkeypatch.setattr("robogeo.fitting.fitted_model.fit", None)
    monkeypatch.setattr("robogeo.reproduction.human_motion.experiment.draw", lambda *_: [])
    again = reproduce("human-motion", quick=False, seeds=None, out=out, progress=Silence())
    assert json.dumps(again.rows) == json.dumps(results.rows)
