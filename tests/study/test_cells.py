"""Cells: their order, what their keys depend on, and what cells share."""

from __future__ import annotations

from pathlib import Path

import pytest

from robogeo.errors import InputError
from robogeo.study.cells import Cell, cells, chosen, contenders
from robogeo.study.settings import load_study


@pytest.fixture
def every(study_file: Path) -> list[Cell]:
    return cells(load_study(study_file)[0])


def test_all_contenders_meet_a_seed_before_the_next_one(every: list[Cell]) -> None:
    names = ["combined", "random", "farthest"]
    names += ["random-again", "combined-permuted", "combined-pool1", "combined-pool2"]
    assert [cell.contender.name for cell in every[:7]] == names
    assert [cell.config.seed for cell in every] == [0] * 7 + [1] * 7 + [2] * 7


def test_seeds_are_counted_from_the_first_one(study_file: Path) -> None:
    config = load_study(study_file)[0]
    later = cells(config.model_copy(update={"first_seed": 1000}))
    assert [cell.config.seed - 1000 for cell in later] == [cell.config.seed for cell in cells(config)]
    assert [cell.config.seed for cell in chosen(later, 2, ["random"])] == [1000, 1001]


def test_nothing_differs_within_a_seed_but_who_asks(every: list[Cell]) -> None:
    allowed = {"strategy", "permutation", "candidates"}
    first = every[0].config.as_dict()
    for cell in every[1:7]:
        other = cell.config.as_dict()
        assert {name for name in first if first[name] != other[name]} <= allowed
    assert every[0].config.rounds == 1 and not every[0].config.output.video


def test_controls_may_have_fewer_seeds(study_file: Path) -> None:
    config = load_study(study_file)[0]
    fewer = config.model_copy(update={"controls": config.controls.model_copy(update={"seeds": 1})})
    of_all, of_fewer = cells(config), cells(fewer)
    assert [cell for cell in of_all if not cell.contender.is_control or cell.config.seed == 0] == of_fewer
    assert len(of_fewer) < len(of_all)


def test_controls_are_what_their_names_say(study_file: Path) -> None:
    found = {contender.name: contender for contender in contenders(load_study(study_file)[0])}
    assert found["random-again"].permutation is not None and found["random-again"].strategy == "random"
    assert found["combined-permuted"].strategy == "combined"
    assert [found[f"combined-pool{ratio}"].pool for ratio in (1, 2)] == [2, 4]
    assert [name for name, contender in found.items() if not contender.is_control] == [
        "combined",
        "random",
        "farthest",
    ]


def test_keys_name_what_results_depend_on_and_nothing_else(every: list[Cell]) -> None:
    cell = every[0]
    assert len({cell.key for cell in every}) == len(every)

    def key(**changes: object) -> str:
        config = cell.config.model_copy(update=changes)
        return Cell(cell.contender, cell.experiment, config, cell.target, cell.edition).key

    assert key(workers=7) == cell.key
    assert key(held_out=5) != cell.key and key(spacing=0.1) != cell.key
    for target, edition in ((0.8, 1), (0.9, 2)):
        assert Cell(cell.contender, cell.experiment, cell.config, target, edition).key != cell.key


def test_cells_of_a_seed_share_their_start_and_no_others_do(every: list[Cell]) -> None:
    starts = {
        cell.config.seed: {c.start_key for c in every if c.config.seed == cell.config.seed} for cell in every
    }
    assert all(len(keys) == 1 for keys in starts.values())
    assert len({key for keys in starts.values() for key in keys}) == 3


def test_cells_can_be_chosen(every: list[Cell]) -> None:
    few = chosen(every, seeds=2, contenders=["combined", "random-again"], scenes=["ShelfReach"])
    assert [(cell.config.seed, cell.contender.name) for cell in few] == [
        (seed, name) for seed in (0, 1) for name in ("combined", "random-again")
    ]
    with pytest.raises(InputError, match="--strategies: the study has no 'sobol'; it has combined, "):
        chosen(every, contenders=["sobol"])
    with pytest.raises(InputError, match="--scenes: the study has no 'Attic'"):
        chosen(every, scenes=["Attic"])


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ("shelf_reach", "quickstart and shelf_reach are of the same scene"),
        ("recordings", "recordings learns from recordings; a study asks in scenes"),
    ],
)
def test_experiments_that_cannot_be_compared_are_refused(other: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    scenes = f"[{{experiment: quickstart}}, {{experiment: {other}}}]"
    file.write_text(f"scenes: {scenes}\nstrategies: [combined, random]\n")
    with pytest.raises(InputError, match=told):
        cells(load_study(file)[0])
