"""Running one cell, and putting what came of it into one record.

A cell is an ordinary run without report, video and figures; its journal is kept, so it can be stopped at any
time and goes on where it was.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from robogeo.config import NOT_IDENTITY
from robogeo.evaluation.foretelling import PREDICTORS, areas_by_round, pooled_area
from robogeo.evaluation.roll_out import Trial
from robogeo.experiment import Loop, usual_oracle
from robogeo.learning.journal import Event
from robogeo.learning.learner import Learner
from robogeo.learning.provenance import provenance
from robogeo.learning.run_folder import RunFolder
from robogeo.motion.opened import opened
from robogeo.parallel import Workers
from robogeo.progress import Silence
from robogeo.study.cells import Cell
from robogeo.study.held_out import cached_trials
from robogeo.study.records import Record
from robogeo.study.shared_start import begin

_DIGITS = 4  # of areas under curves
_IN_A_ROW = 2  # evaluations that reach the target before a cell may end


def run_cell(cell: Cell, folder: Path, share: bool = True) -> Record:
    """Run a cell, or take it up, and describe what came of it.

    Args:
        cell: which one.
        folder: of the study; the cell's run is in it.
        share: take what cells of a scene and seed have in common from one run; the result is the same.

    Raises:
        RobogeoError: the scene cannot be run, or the oracle refuses everything.
    """
    began = time.process_time()
    world = opened(cell.config.scene, cell.config.robot, cell.config.metres_per_radian)
    trials = cached_trials(world, cell.config, folder / "held_out")
    with RunFolder.open(folder / "cells" / cell.name, cell.config.as_dict(), NOT_IDENTITY) as run:
        if share and not run.journal.of_kind("evaluate"):
            begin(run, cell.start, folder / "starts" / cell.start_key, world, trials)
        learner = Learner(run, cell.config, world)
        with Workers(1) as workers:
            enough = partial(reached, target=cell.target)
            Loop(learner, workers, Silence(), usual_oracle(learner), trials, enough).run()
        record = _record(cell, run.events(), learner, trials)
    record["cpu_seconds"]["last_session"] = round(time.process_time() - began, 2)
    return record


def reached(evaluations: Sequence[Event], target: float) -> bool:
    """Whether the last two evaluations both reach the target: then a cell may end."""
    last = [event["summary"]["success_rate"] for event in evaluations[-_IN_A_ROW:]]
    return len(last) == _IN_A_ROW and min(last) >= target


def _record(cell: Cell, events: Sequence[Event], learner: Learner, trials: Sequence[Trial]) -> Record:
    evaluations = [event for event in events if event["event"] == "evaluate"]
    fits = [event for event in events if event["event"] == "fit"]
    origin = provenance()
    return {
        "key": cell.key,
        "edition": cell.edition,
        "scene": cell.config.scene,
        "robot": learner.world.robot_name,
        "contender": cell.contender.name,
        "seed": cell.config.seed,
        "target": cell.target,
        "rounds": cell.config.rounds,
        "ended": "target" if reached(evaluations, cell.target) else "budget",
        "requests": len(trials),
        "demonstrations": [event["demonstrations"] for event in fits],
        "successes": [_successes(event) for event in evaluations],
        "queries": [_query(event["query"]) for event in events if event["event"] == "ask"],
        "auroc": {name: _areas(evaluations, name) for name in PREDICTORS},
        "cpu_seconds": _cpu_seconds(events),
        "commit": origin["commit"],
        "changed": origin["changed"],
    }


def _areas(evaluations: Sequence[Event], predictor: str) -> dict[str, Any]:
    """How well a predictor ranked the failures of each round, and of all together."""
    return {
        "rounds": [_rounded(area) for area in areas_by_round(evaluations, predictor)],
        "pooled": _rounded(pooled_area(evaluations, predictor)),
    }


def _rounded(area: float | None) -> float | None:
    return None if area is None else round(area, _DIGITS)


def _successes(evaluation: Event) -> int:
    return sum(not outcome["failure"] for outcome in evaluation["outcomes"])


def _query(query: Mapping[str, Any]) -> dict[str, Any]:
    places = f"{query['start_place']} to {query['goal_place']}"
    return {"id": query["id"], "kind": query["kind"], "score": round(query["score"], 4), "request": places}


def _cpu_seconds(events: Sequence[Event]) -> dict[str, float]:
    """Time on the processor by part; what the cells of a seed share counts in each."""
    parts = {"fit": "training", "ask": "scoring", "evaluate": "evaluation"}
    return {
        name: round(sum(event["cpu_seconds"] for event in events if event["event"] == kind), 2)
        for kind, name in parts.items()
    }
