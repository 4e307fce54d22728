"""Cells in the simulator: paired, resumable, and the same whether they share their start or not."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from robogeo.config.recordings import ObservationSettings
from robogeo.errors import InputError
from robogeo.learning.journal import Event, Journal, read_events
from robogeo.motion.world import World
from robogeo.study import held_out
from robogeo.study.cells import Cell, cells
from robogeo.study.held_out import cached_trials
from robogeo.study.records import Record
from robogeo.study.running import reached, run_cell
from robogeo.study.settings import load_study

pytestmark = pytest.mark.sim
TIMES = ("sha", "seconds", "cpu_seconds")


@pytest.fixture(autouse=True)
def _one_world(monkeypatch: pytest.MonkeyPatch, shelf: World) -> None:
    for user in ("robogeo.study.running", "robogeo.evaluation.roll_out"):
        monkeypatch.setattr(f"{user}.opened", lambda scene, robot, metres: shelf)


@pytest.fixture(scope="module")
def of_seed_0(study_file: Path) -> dict[str, Cell]:
    return {cell.contender.name: cell for cell in cells(load_study(study_file)[0]) if cell.config.seed == 0}


def test_a_cell_sees_what_its_experiment_sees(
    of_seed_0: dict[str, Cell], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unopened(scene: str, robot: str, metres: float | None) -> World:
        raise InputError(f"opened with {metres}")

    monkeypatch.setattr("robogeo.study.running.opened", unopened)
    cell = of_seed_0["combined"]
    tool = ObservationSettings(kind="joints-and-tool", metres_per_radian=0.4)
    for seen, told in ((None, "None"), (ObservationSettings(), "None"), (tool, "0.4")):
        config = cell.config.model_copy(update={"observation": seen})
        with pytest.raises(InputError, match=f"opened with {told}"):
            run_cell(replace(cell, config=config), tmp_path)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the tests of this file fill together."""
    return tmp_path_factory.mktemp("study")


def journal_of(study: Path, cell: Cell) -> list[Event]:
    """All events of a cell without what tells the time."""
    events = read_events(study / "cells" / cell.name / "journal.jsonl")
    return [{name: value for name, value in event.items() if name not in TIMES} for event in events]


def bits_of(study: Path, cell: Cell) -> dict[str, bytes]:
    run = study / "cells" / cell.name
    files = [*run.glob("blobs/*"), *run.glob("demonstrations/*")]
    return {str(file.relative_to(run)): file.read_bytes() for file in files}


def without_times(record: Record) -> Record:
    return {name: value for name, value in record.items() if name != "cpu_seconds"}


@pytest.mark.long
def test_strategies_differ_only_from_their_first_question_on(study: Path, of_seed_0: dict[str, Cell]) -> None:
    first, second = of_seed_0["combined"], of_seed_0["random"]
    for cell in (first, second):
        run_cell(cell, study)
    ours, theirs = journal_of(study, first), journal_of(study, second)
    begun = next(index for index, event in enumerate(ours) if event["event"] == "ask")
    kinds = ["begin", "attach", "attach", "fit", "evaluate"]
    assert [event["event"] for event in ours[:begun]] == kinds
    # Demonstrations and models are named by their hashes: equal events mean equal bytes.
    assert ours[:begun] == theirs[:begun]
    assert ours[begun]["query"] != theirs[begun]["query"]
    assert len(list((study / "starts").glob("*/journal.jsonl"))) == 1


def test_sharing_the_start_changes_no_bit(study: Path, of_seed_0: dict[str, Cell], tmp_path: Path) -> None:
    cell = of_seed_0["combined"]
    shared, alone = run_cell(cell, study), run_cell(cell, tmp_path, share=False)
    assert journal_of(study, cell) == journal_of(tmp_path, cell)
    assert bits_of(study, cell) == bits_of(tmp_path, cell)
    assert without_times(shared) == without_times(alone)
    assert not (tmp_path / "starts").exists()


@pytest.mark.long
def test_killed_at_any_event_a_cell_ends_the_same(
    study: Path, of_seed_0: dict[str, Cell], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = of_seed_0["combined"]
    expected = run_cell(cell, study)
    honest = Journal.append

    def interrupting(journal: Journal, kind: str, payload: Any = None) -> Event:
        honest(journal, kind, payload)
        raise KeyboardInterrupt

    interruptions = 0
    while True:
        try:
            with monkeypatch.context() as patch:
                patch.setattr(Journal, "append", interrupting)
                record = run_cell(cell, tmp_path)
            break
        except KeyboardInterrupt:
            interruptions += 1
    # The common start's events, their copies, and those of the rounds.
    assert interruptions == len(journal_of(tmp_path, cell)) + 5
    assert without_times(record) == without_times(expected)
    assert bits_of(study, cell) == bits_of(tmp_path, cell)


def test_a_record_tells_what_the_journal_holds(study: Path, of_seed_0: dict[str, Cell]) -> None:
    cell = of_seed_0["combined"]
    record = run_cell(cell, study)
    assert record["key"] == cell.key and record["contender"] == "combined"
    assert record["demonstrations"] == [2, 3] and record["ended"] == "budget"
    evaluations = [event for event in journal_of(study, cell) if event["event"] == "evaluate"]
    rates = [event["summary"]["success_rate"] for event in evaluations]
    assert [count / record["requests"] for count in record["successes"]] == rates
    assert [query["id"] for query in record["queries"]] == ["q0-0"]
    assert set(record["cpu_seconds"]) == {"training", "scoring", "evaluation", "last_session"}
    assert all(len(of["rounds"]) == 2 for of in record["auroc"].values())


def test_permuted_utilities_are_the_same_ones_for_others(study: Path, of_seed_0: dict[str, Cell]) -> None:
    again = of_seed_0["combined-permuted"]
    run_cell(again, study)
    plain = run_cell(of_seed_0["combined"], study)
    asked = next(event["query"] for event in journal_of(study, again) if event["event"] == "ask")
    # The largest utility is asked for by both, but it is another request that has it now.
    assert round(asked["score"], 4) == plain["queries"][0]["score"]
    assert asked["score"] != pytest.approx(sum(asked["parts"].values()))


def test_a_cell_ends_after_two_evaluations_that_reach_the_target(
    study: Path, of_seed_0: dict[str, Cell], tmp_path: Path
) -> None:
    shutil.copytree(study / "held_out", tmp_path / "held_out")
    easy = of_seed_0["combined"]
    easy = Cell(easy.contender, easy.experiment, easy.config, 1e-9, easy.edition)
    loose = easy.config.model_copy(
        update={
            "success": easy.config.success.model_copy(
                update={"goal_tolerance_m": 1.0, "goal_tolerance_rad": 3.1}
            )
        }
    )
    record = run_cell(Cell(easy.contender, easy.experiment, loose, 0.0, 1), tmp_path)
    assert record["ended"] == "target" and record["demonstrations"] == [2, 3]


@pytest.mark.parametrize(
    ("rates", "enough"),
    [([], False), ([0.95], False), ([0.95, 0.89], False), ([0.1, 0.9, 0.9], True), ([0.9, 0.9, 0.1], False)],
)
def test_two_evaluations_in_a_row_are_enough(rates: list[float], enough: bool) -> None:
    assert reached([{"summary": {"success_rate": rate}} for rate in rates], 0.9) is enough


def test_held_out_requests_are_worked_out_once_and_exactly(
    shelf: World, of_seed_0: dict[str, Cell], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = of_seed_0["combined"].config
    expected = held_out.held_out_trials(shelf, config)
    first = cached_trials(shelf, config, tmp_path)
    monkeypatch.setattr(held_out, "held_out_trials", lambda *_: pytest.fail("worked out again"))
    for found in (first, cached_trials(shelf, config, tmp_path)):
        assert [trial.index for trial in found] == [trial.index for trial in expected]
        assert [trial.reference_length for trial in found] == [trial.reference_length for trial in expected]
        assert all((a.request.goal == b.request.goal).all() for a, b in zip(found, expected, strict=True))
    monkeypatch.undo()
    cached_trials(shelf, config.model_copy(update={"held_out": 3}), tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
