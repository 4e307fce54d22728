from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from robogeo.cli import main

FILES = ("reproduce_pendulum.json", "reproduce_pendulum_line.png", "reproduce_pendulum_again.png")


def test_a_whole_run_in_a_checkout_writes_its_own_part_of_docs(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = here / "docs" / "reproductions.md"
    page.parent.mkdir()
    page.write_text("# Reproductions\n\n<!-- begin pendulum -->\nold\n<!-- end pendulum -->\nA remark.\n")
    assert main(["reproduce", "pendulum"]) == 0
    results = json.loads((here / "docs/results" / FILES[0]).read_text())
    assert results["command"] == "robogeo reproduce pendulum" and results["machine"]["cores"]
    row = results["rows"][0]
    assert row["measure"] == "error" and row["paper"] == "3.6"
    assert row["default_ci95"][0] < row["default"] < row["default_ci95"][1] < 1.2
    assert len(row["recipe_seeds"]) == 2 and row["default_minus_recipe"] == pytest.approx(-1.0)
    assert [target["met"] for target in results["targets"]] == [False, True]
    text = page.read_text()
    assert text.startswith("# Reproductions\n\n<!-- begin pendulum -->\n## An experiment of a second")
    assert text.endswith("<!-- end pendulum -->\nA remark.\n") and "old" not in text
    assert "![A line.](images/reproduce_pendulum_line.png)" in text and "**missed**" in text
    assert "| error (mm) | 3.6 | **1.99** [" in text and "; seeds " in text
    assert (here / "docs/images" / FILES[1]).read_bytes().startswith(b"\x89PNG")
    assert "error (mm)" in capsys.readouterr().out


@pytest.mark.parametrize("options", [["--quick"], ["--seeds", "1"], ["--out", "mine"]])
def test_any_other_run_leaves_docs_alone(options: list[str], here: Path) -> None:
    page = here / "docs" / "reproductions.md"
    page.parent.mkdir()
    page.write_text("A page.\n")
    assert main(["reproduce", "pendulum", *options]) == 0
    assert [file.name for file in (here / "docs").iterdir()] == [
        page.name
    ] and page.read_text() == "A page.\n"
    place = {"--quick": "runs/reproduce/pendulum-quick", "--out": "mine"}.get(
        options[0], "runs/reproduce/pendulum"
    )
    for name in (*FILES, "reproductions.md"):
        assert (here / place / name).is_file()
    assert (here / place / "seed-1").exists() == (options[0] == "--out")


def test_finished_seeds_and_models_are_not_run_again(
    here: Path, made: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, fit, seeds = made.run_seed, made.fitted, []

    def second_fails(settings: object, seed: int, *rest: object) -> object:
        seeds.append(seed)
        result = run(settings, seed, *rest)
        if seed == 1 and seeds.count(1) == 1:
            raise KeyboardInterrupt
        return result

    fits: list[int] = []
    monkeypatch.setattr(made, "run_seed", second_fails)
    monkeypatch.setattr(made, "fitted", lambda *given, **named: fits.append(1) or fit(*given, **named))
    assert main(["reproduce", "pendulum"]) == 130
    assert main(["reproduce", "pendulum"]) == 0
    assert seeds == [0, 1, 1] and len(fits) == 2
    first = (here / "runs/reproduce/pendulum" / FILES[0]).read_text()
    assert main(["reproduce", "pendulum", "--out", "whole"]) == 0
    assert (here / "whole" / FILES[0]).read_text() == first  # resumed or not, the same


def test_other_settings_are_other_records(here: Path) -> None:
    assert main(["reproduce", "pendulum", "--seeds", "1"]) == 0
    (here / "made.yaml").write_text("pairs: 31\nseeds: 2\n")
    assert main(["reproduce", "pendulum", "--seeds", "1"]) == 0
    kept = [file.suffix for file in (here / "runs/reproduce/pendulum/seed-0").iterdir()]
    assert sorted(kept) == [".json", ".json", ".safetensors"]


def test_another_edition_begins_with_nothing(here: Path) -> None:
    assert main(["reproduce", "pendulum", "--seeds", "1"]) == 0
    settings = (here / "made.yaml").read_text()
    (here / "made.yaml").write_text(f"{settings}edition: 2\n")
    assert main(["reproduce", "pendulum", "--seeds", "1"]) == 0
    for folder in ("seed-0", "seed-0-edition-2"):
        kept = [file.suffix for file in (here / "runs/reproduce/pendulum" / folder).iterdir()]
        assert sorted(kept) == [".json", ".safetensors"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["pendulumm"], "no experiment is called 'pendulumm'; known: pendulum, robot-circle"),
        (["pendulum", "--seeds", "0"], "--seeds 0: expected at least 1"),
        (["pendulum", "--out", "a file"], "cannot be written"),
        ([], "required"),
    ],
)
def test_bad_input_is_told_in_one_line(
    arguments: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a file").write_text("in the way")
    assert main(["reproduce", *arguments]) == 2
    complaint = capsys.readouterr().err
    assert told in complaint and complaint.count("\n") == 1
    assert [file.name for file in tmp_path.iterdir()] == ["a file"]
