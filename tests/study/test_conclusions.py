"""What is concluded from records with known truth, and that nothing is dropped or flattered."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from robogeo.evaluation import paired
from robogeo.evaluation.results import Results
from robogeo.report.study_curves import spread
from robogeo.study.cells import Cell
from robogeo.study.comparison import ALL, compared
from robogeo.study.conclusions import conclude
from robogeo.study.hindsight import hindsight
from robogeo.study.pictures import write_pictures
from robogeo.study.records import Record
from robogeo.study.settings import StudyConfig
from robogeo.study.table import Run, Table
from tests.study.made import made_cell, made_record

SCENES = ("ShelfReach", "TwoSkills")
CONTENDERS = ("combined", "random", "farthest")
CONTROLS = ("random-again", "combined-permuted", "combined-pool1", "combined-pool4", "combined-pool16")
CONFIG = StudyConfig.model_validate(
    {
        "scenes": [{"experiment": scene, "seeds": 12, "rounds": 10} for scene in SCENES],
        "strategies": CONTENDERS,
        "ratios": {"random": 0.6, "farthest": 0.8},
        "controls": {"experiments": [SCENES[0]]},
    }
)


@pytest.fixture(autouse=True)
def _fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paired, "RESAMPLES", 500)


def record_reaching(cell: Cell, needed: int) -> Record:
    """The record of a cell that reaches the target with that many demonstrations, 10 rounds after three."""
    successes = [9 if count >= needed else 4 for count in range(3, 14)]
    return made_record(cell, successes)


def table_of(needs: dict[str, int], seeds: int = 12) -> Table:
    """Runs that need so many demonstrations, give or take what the seed adds to all and luck to each."""
    generator = np.random.default_rng(0)
    cells, records = [], {}
    for scene in SCENES:
        for seed in range(seeds):
            hard = int(generator.integers(0, 3))
            for name in (*CONTENDERS, *(CONTROLS if scene == SCENES[0] else ())):
                cell = made_cell(name, seed, scene)
                if name not in CONTENDERS:
                    config = cell.config.model_copy(update={"permutation": len(name)})
                    cell = Cell(cell.contender, scene, config, 0.9, 1)
                cells.append(cell)
                need = needs.get(name, needs["random"]) + hard + int(generator.integers(0, 2))
                records[cell.key] = record_reaching(cell, need)
    return Table(cells, records)


def concluded(table: Table) -> dict[str, dict[str, object]]:
    results = Results("study", "robogeo benchmark study")
    conclude(CONFIG, table, results)
    return {f"{target['name']} {target['relation']}": target for target in results.targets}


def claim(rival: str) -> str:
    return f"median ratio of demonstrations to 90%, combined / {rival}"


def test_a_true_saving_is_found_and_a_target_missed_is_said() -> None:
    targets = concluded(table_of({"combined": 4, "random": 9, "farthest": 5}))
    against_random, against_farthest = targets[f"{claim('random')} <="], targets[f"{claim('farthest')} <="]
    assert against_random["met"] and 0.45 < against_random["value"] < 0.6
    assert not against_farthest["met"] and 0.8 < against_farthest["value"] < 1.0
    assert targets[f"{claim('random')}: interval excludes 1 >="]["met"]
    assert targets["comparisons in which random is significantly better <="]["value"] == 0.0


def test_what_was_asked_for_is_told_without_the_initial_demonstrations() -> None:
    cells = [made_cell(name, seed, SCENES[0]) for seed in range(8) for name in ("combined", "random")]
    needs = {"combined": 5, "random": 8}
    records = {cell.key: record_reaching(cell, needs[cell.contender.name]) for cell in cells}
    (one,) = compared(Table(cells, records), "combined", ["random"])
    assert one.ratio.value == pytest.approx(5 / 8) and one.asked_ratio.value == pytest.approx(2 / 5)
    assert one.row()["median_asked_ratio"] == one.asked_ratio.value
    at_once = record_reaching(cells[0], 3)
    assert Run(cells[0], at_once).asked == 1  # ratios are of positive numbers


def test_the_best_in_hindsight_is_chosen_seed_by_seed_where_all_were_run() -> None:
    cells = [made_cell(name, seed, SCENES[0]) for seed in range(3) for name in CONTENDERS]
    needs = {("combined", 0): 4, ("random", 0): 6, ("farthest", 0): 5}
    needs |= {("combined", 1): 8, ("random", 1): 6, ("farthest", 1): 10, ("combined", 2): 3, ("random", 2): 9}
    records = {
        cell.key: record_reaching(cell, needs[cell.contender.name, cell.config.seed])
        for cell in cells
        if (cell.contender.name, cell.config.seed) in needs
    }
    rows = hindsight(Table(cells, records), CONTENDERS, "farthest")
    assert [(row["scene"], row["pairs"]) for row in rows] == [(SCENES[0], 2), (ALL, 2)]
    assert rows[0]["median_ratio"] == pytest.approx(np.exp(np.mean(np.log([4 / 5, 6 / 10]))), rel=0.02)


def test_a_loss_is_counted_and_named() -> None:
    targets = concluded(table_of({"combined": 8, "random": 5, "farthest": 5, "combined-pool1": 5}))
    loss = targets["comparisons in which random is significantly better <="]
    assert not loss["met"] and loss["value"] >= 2
    assert "combined on ShelfReach" in loss["note"] and "combined-pool1" not in loss["note"]


def test_controls_show_nothing_where_there_is_nothing() -> None:
    targets = concluded(table_of({"combined": 5, "random": 6, "farthest": 6}))
    assert targets["ShelfReach: permuted is like random >="]["met"]
    rates = [target["value"] for name, target in targets.items() if name.startswith("A/A control")]
    assert len(rates) == 6 and all(rate <= 0.12 for rate in rates)


def test_censored_runs_count_as_more_than_the_budget() -> None:
    table = table_of({"combined": 4, "random": 99, "farthest": 5})
    comparison = next(one for one in compared(table, "combined", ["random"]) if one.scene == ALL)
    assert comparison.pairs == 24 and comparison.censored == (0, 24)
    assert comparison.ratio.value < 0.5
    assert all(run.counted == 14 for run in table.runs("ShelfReach", "random"))


def test_what_was_not_run_is_a_target_missed(capsys: pytest.CaptureFixture[str]) -> None:
    targets = concluded(Table([made_cell(name, 0, scene) for scene in SCENES for name in CONTENDERS], {}))
    assert targets and not any(target["met"] for target in targets.values())
    assert "ShelfReach: paired seeds done >=" in targets


def test_only_common_seeds_are_compared() -> None:
    cells = [made_cell(name, seed) for seed in range(3) for name in ("combined", "random")]
    records = {cell.key: record_reaching(cell, 5) for cell in cells[:-1]}
    assert len(Table(cells, records).pairs(["ShelfReach"], "combined", "random")) == 2


def test_the_robot_is_said_only_where_a_scene_has_several() -> None:
    cells = [made_cell("combined", 0, scene) for scene in SCENES]
    config = cells[0].config.model_copy(update={"robot": "/somewhere/panda.yaml"})
    other = Cell(cells[0].contender, "mine", config, 0.9, 1)
    assert Table([*cells, other], {}).scenes == ["ShelfReach, iiwa", "TwoSkills", "ShelfReach, panda"]


def test_figures_are_written_from_a_table(tmp_path: Path) -> None:
    table = table_of({"combined": 4, "random": 9, "farthest": 6}, seeds=3)
    comparisons = compared(table, "combined", ["random", "farthest"])
    paths = write_pictures(CONFIG, table, comparisons, tmp_path)
    assert [path.name for path in paths] == ["study_curves.png", "study_ratios.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)
    assert write_pictures(CONFIG, Table([made_cell()], {}), [], tmp_path) == []


def test_results_are_plain_data() -> None:
    results = Results("study", "")
    conclude(CONFIG, table_of({"combined": 4, "random": 9, "farthest": 6}, seeds=2), results)
    assert json.loads(json.dumps(results.rows, allow_nan=False)) == results.rows


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.1, 0.5], [0.1, 0.5]),
        ([0.5, 0.5, 0.5], [0.5, 0.6, 0.7]),
        ([0.95, 0.98, 1.0], [0.8, 0.9, 1.0]),
        ([], []),
    ],
)
def test_names_are_moved_apart(values: list[float], expected: list[float]) -> None:
    assert spread(values, 0.1, 1.0) == pytest.approx(expected)
