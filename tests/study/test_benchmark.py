"""The command as a whole: where its files go, that it goes on, and what it refuses."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
import yaml

from robogeo.cli import main
from robogeo.study import benchmark
from robogeo.study.benchmark import places_of
from robogeo.study.schedule import run_missing
from tests.study.made import failing, quick


@pytest.fixture
def unsimulated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmark, "run_missing", partial(run_missing, run=quick))


def run(study: Path, out: Path, *options: str) -> int:
    return main(["benchmark", str(study), "--out", str(out), "--workers", "1", *options])


def targets(out: Path) -> dict[str, dict[str, object]]:
    return {
        target["name"]: target for target in json.loads((out / "small_study.json").read_text())["targets"]
    }


def test_a_study_grows_over_sessions(
    study_file: Path, tmp_path: Path, unsimulated: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(study_file, tmp_path, "--seeds", "1", "--strategies", "combined,random") == 0
    records = tmp_path / "small_study_cells.jsonl"
    assert len(records.read_text().splitlines()) == 2
    assert targets(tmp_path)["ShelfReach: paired seeds done"]["value"] == 0
    before = records.read_text()
    assert run(study_file, tmp_path) == 0
    assert records.read_text().startswith(before)
    assert len(records.read_text().splitlines()) == 21  # 3 seeds, 3 strategies and 4 controls
    assert targets(tmp_path)["ShelfReach: paired seeds done"]["met"]
    assert "19 cells run, 0 of 21 wanted are missing" in capsys.readouterr().err
    assert {"study_curves.png", "study_ratios.png"} <= {file.name for file in tmp_path.iterdir()}
    result = json.loads((tmp_path / "small_study.json").read_text())
    assert {"command", "commit", "machine", "versions", "rows", "targets"} <= set(result)


def test_failed_cells_are_told_after_the_results(
    study_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(benchmark, "run_missing", partial(run_missing, run=failing))
    assert run(study_file, tmp_path) == 1
    assert "7 cells failed; the first: ShelfReach-combined-s1-" in capsys.readouterr().err
    assert (tmp_path / "small_study.json").is_file()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--strategies", "best"], "--strategies: the study has no 'best'; it has combined, "),
        (["--scenes", "Attic"], "--scenes: the study has no 'Attic'; it has "),
        (["--seeds", "0"], "--seeds must be at least 1"),
        (["--minutes", "-1"], "--minutes must be a number from 0"),
        (["--minutes", "nan"], "--minutes must be a number from 0"),
        (["--workers", "0"], "0 processes asked for"),
    ],
)
def test_bad_options_are_one_line_and_change_nothing(
    options: list[str], told: str, study_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(study_file, tmp_path / "out", *options) == 2
    said = capsys.readouterr().err
    assert told in said and said.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_damaged_record_stops_before_anything_is_run(
    study_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "small_study_cells.jsonl").write_text("nonsense\n")
    assert run(study_file, tmp_path) == 2
    assert "line 1: not valid JSON" in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["small_study_cells.jsonl"]


def test_a_study_with_an_unknown_strategy_or_no_such_file(
    study_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(study_file.read_text().replace("farthest", "nearest"))
    assert run(wrong, tmp_path / "out") == 2
    assert "unknown strategy 'nearest'" in capsys.readouterr().err
    assert run(tmp_path / "none.yaml", tmp_path / "out") == 2
    assert "none.yaml: no such file" in capsys.readouterr().err


def test_a_device_that_is_not_there_is_told_before_anything_is_run(
    study_file: Path,
    tiny_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("torch.cuda.device_count", lambda: 0)
    experiment = tmp_path / "on_card.yaml"
    experiment.write_text(
        yaml.safe_dump(yaml.safe_load(tiny_file.read_text()) | {"training": {"device": "cuda"}})
    )
    study = tmp_path / "small_study.yaml"
    study.write_text(study_file.read_text().replace(str(tiny_file), str(experiment)))
    assert run(study, tmp_path / "out") == 2
    assert capsys.readouterr().err.startswith("robogeo: device cuda: ")
    assert run(study, tmp_path / "out", "--minutes", "0") == 0  # what is recorded can be drawn anywhere


def test_files_go_where_the_study_or_the_command_says(study_file: Path, tmp_path: Path) -> None:
    places = places_of("study", None)
    assert (str(places.runs), str(places.results), str(places.figures)) == (
        "runs/study",
        "docs/results",
        "docs/images",
    )
    places = places_of("study", tmp_path)
    assert places.runs == places.results == places.figures == tmp_path
    assert str(places_of(study_file, None).results) == "runs/small_study"
