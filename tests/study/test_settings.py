"""The study's configuration: typed, complete, and consistent with itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from robogeo.config.file import packaged_configs, packaged_studies
from robogeo.errors import InputError
from robogeo.learning.strategies import find_strategy
from robogeo.study.cells import cells
from robogeo.study.settings import StudyConfig, load_study

SCENE = "scenes: [{experiment: shelf_reach}]\n"


def test_the_packaged_study_is_valid_and_no_experiment() -> None:
    assert "study" in packaged_studies() and "study" not in packaged_configs()
    config, name = load_study("study")
    assert name == "study"
    for strategy in config.strategies:
        find_strategy(strategy)
    assert {cell.experiment for cell in cells(config)} == {scene.experiment for scene in config.scenes}
    assert set(config.ratios) == {"random", "farthest", "uncertainty", "magnification"}
    assert all(scene.seeds >= 10 for scene in config.scenes)


def test_every_field_says_what_it_is() -> None:
    assert all(field.description for field in StudyConfig.model_fields.values())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("strategies: [combined, random]", "field 'scenes', field required"),
        (SCENE + "strategies: [combined]", "field 'strategies'"),
        (SCENE + "strategies: [combined, random]\nsede: 1", "unknown field 'sede'; did you mean 'seeds'?"),
        (SCENE + "strategies: [combined, random, random]", "strategies names 'random' twice"),
        (
            SCENE + "strategies: [combined, random]\nproposed: best",
            "proposed names 'best', which is not among",
        ),
        (SCENE + "strategies: [combined, random]\nbaseline: sobol", "baseline names 'sobol'"),
        (SCENE + "strategies: [combined, random]\nratios: {farthest: 0.5}", "ratios names 'farthest'"),
        (SCENE + "strategies: [combined, random]\nratios: {random: 1.5}", "ratios.random"),
        (SCENE + "strategies: [combined, random]\nproposed: random", "both 'random'"),
        (
            SCENE + "strategies: [combined, random]\ncontrols: {experiments: [strokes]}",
            "controls.experiments names 'strokes'",
        ),
        (
            "scenes: [{experiment: shelf_reach, seeds: 0}]\nstrategies: [combined, random]",
            "field 'scenes.0.seeds' is '0'",
        ),
    ],
)
def test_a_fault_is_one_line(text: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        load_study(file)
    assert str(caught.value).startswith(f"{file}: ") and "\n" not in str(caught.value)
    assert told.replace("; did you mean 'seeds'?", "") in str(caught.value)
