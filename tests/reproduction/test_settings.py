from __future__ import annotations

from pathlib import Path

import pytest

from robogeo.errors import InputError
from robogeo.fitting import FitSettings
from robogeo.reproduction.experiment import EXPERIMENTS, find_experiment
from robogeo.reproduction.settings import ReproductionSettings, load_settings, settings_file


class Settings(ReproductionSettings):
    fit: FitSettings = FitSettings()


def test_the_quick_block_replaces_only_what_it_names(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("seeds: 5\nfit: {steps: 9, batch: 3}\nquick: {fit: {steps: 2}}\n")
    whole, quick = load_settings(Settings, file), load_settings(Settings, file, quick=True)
    assert (whole.seeds, whole.fit.steps, whole.fit.batch) == (5, 9, 3)
    assert (quick.seeds, quick.fit.steps, quick.fit.batch) == (5, 2, 3)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("quick: 3", "field 'quick': expected a group"),
        ("quick: {fit: {stepz: 2}}", "(quick): unknown field 'fit.stepz'; did you mean 'fit.steps'?"),
        ("seeds: 0", "field 'seeds' is '0'"),
        ("quick: {fit: 3}", "field 'fit' is '3', expected a group of fields"),
        ("fit: {learning_rate: .nan}", "field 'fit.learning_rate'"),
    ],
)
def test_bad_settings_are_told_in_one_line(text: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(InputError) as error:
        load_settings(Settings, file)
    assert told in str(error.value) and "\n" not in str(error.value) and "mine.yaml" in str(error.value)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_has_a_file_that_its_settings_accept(name: str) -> None:
    experiment = find_experiment(name)
    settings = load_settings(experiment.SETTINGS, settings_file(name))
    assert settings.seeds >= 3
    load_settings(experiment.SETTINGS, settings_file(name), quick=True)
