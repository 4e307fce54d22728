"""Cells that nobody ran and records of them, for all that does not need a simulator."""

from __future__ import annotations

from pathlib import Path

from robogeo.config import ExperimentConfig
from robogeo.errors import RobogeoError
from robogeo.evaluation.foretelling import PREDICTORS
from robogeo.study.cells import Cell, Contender
from robogeo.study.records import Record


def made_cell(
    contender: str = "combined", seed: int = 0, scene: str = "ShelfReach", rounds: int = 10
) -> Cell:
    """A cell that nobody ran."""
    config = ExperimentConfig(scene=scene, seed=seed, strategy=contender.partition("-")[0], rounds=rounds)
    return Cell(Contender(contender, config.strategy), scene, config, 0.9, 1)


def made_record(cell: Cell, successes: list[int], requests: int = 10) -> Record:
    """The record of a cell with that curve, one more demonstration a round from three on."""
    return {
        "key": cell.key,
        "edition": cell.edition,
        "scene": cell.config.scene,
        "robot": "iiwa",
        "contender": cell.contender.name,
        "seed": cell.config.seed,
        "demonstrations": list(range(3, 3 + len(successes))),
        "successes": successes,
        "requests": requests,
        "auroc": {name: {"rounds": [0.9, None], "pooled": 0.9} for name in PREDICTORS},
        "cpu_seconds": {"training": 1.0, "scoring": 1.0, "evaluation": 1.0, "last_session": 9.0},
        "commit": "abc",
        "changed": False,
    }


def quick(cell: Cell, folder: Path) -> Record:
    """Runs a cell in no time."""
    return made_record(cell, [1, 2])


def failing(cell: Cell, folder: Path) -> Record:
    """As quick, but cells of seed 1 fail."""
    if cell.config.seed == 1:
        raise RobogeoError("the oracle is out")
    return quick(cell, folder)
