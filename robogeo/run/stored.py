"""A run as its folder holds it: read without a lock, summarised, evaluated on requests kept from learning.

Nothing here writes, so it works beside a run that is still learning, and on one that cannot be written.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from robogeo.config import ExperimentConfig
from robogeo.config.file import validated
from robogeo.errors import InputError, RobogeoError
from robogeo.evaluation.foretelling import prediction_summary
from robogeo.evaluation.outcome import SuccessCriteria
from robogeo.evaluation.roll_out import roll_out, trials_for
from robogeo.evaluation.statistics import summarise
from robogeo.learning.learner import Learner
from robogeo.learning.ledger import ledger
from robogeo.learning.run_folder import RunFolder
from robogeo.motion.planner import MODES
from robogeo.parallel import Workers
from robogeo.progress import Progress
from robogeo.randomness import stream_seed
from robogeo.run.recordings import EVENT, world_in

_TARGET = 0.9  # success rate that ``demonstrations_to_90`` asks for


def criteria_of(config: ExperimentConfig) -> SuccessCriteria:
    """What counts as success under a configuration."""
    return SuccessCriteria(**config.success.model_dump())


def open_run(run: str | os.PathLike[str], mode: str | None = None) -> tuple[RunFolder, ExperimentConfig]:
    """A run's folder, for reading, and its configuration, with another mode of planning if one is given.

    Raises:
        InputError: not a run's folder, its configuration is damaged, or there is no such mode.
    """
    folder = RunFolder.existing(run)
    config = validated(folder.config, str(Path(run) / "config.yaml"))
    if mode is None:
        return folder, config
    if mode not in MODES:
        raise InputError(f"mode: there is no mode {mode!r}; known: {', '.join(MODES)}")
    motion = config.motion.model_copy(update={"mode": mode})
    return folder, config.model_copy(update={"motion": motion})


def summary_of(folder: RunFolder) -> dict[str, Any]:
    """What `summary.json` holds, from the journal alone."""
    events = folder.events()
    config = folder.config
    fits = {event["round"]: event for event in events if event["event"] == "fit"}
    asks = [event for event in events if event["event"] == "ask"]
    evaluations = [event for event in events if event["event"] == "evaluate"]
    rounds = [_round_summary(fits[e["round"]], e, asks) for e in evaluations]
    reached = [r["demonstrations"] for r in rounds if r["success_rate"] >= _TARGET]
    begun = next((event for event in events if event["event"] == "begin"), {})
    return {
        "schema_version": 1,
        **{name: config[name] for name in ("scene", "robot", "strategy", "seed")},
        "rounds": rounds,
        "ceiling": {"demonstrator_answer_rate": begun.get("demonstrator_answer_rate")},
        "demonstrations_to_90": reached[0] if reached else None,
        "queries": ledger(events),
        "prediction": prediction_summary(evaluations),
        **_recorded(events),
    }


def _recorded(events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What a run on recordings has of them; nothing of another."""
    names = ("recordings", "held_out", "tolerance_rad", "touching")
    found = [event for event in events if event["event"] == EVENT]
    return {"recordings": {name: found[0].get(name) for name in names}} if found else {}


def _round_summary(
    fit: Mapping[str, Any], evaluation: Mapping[str, Any], asks: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    parts = {
        "seconds_training": fit["seconds"],
        "seconds_evaluation": evaluation["seconds"],
        "seconds_scoring": sum(e["seconds"] for e in asks if e["query"]["round"] == fit["round"]),
    }
    measures = evaluation["summary"]
    names = ("success_rate", "success_rate_ci95", "collision_rate", "limit_violation_rate", "refusal_rate")
    return {
        "round": fit["round"],
        "demonstrations": fit["demonstrations"],
        **{name: measures[name] for name in (*names, "abruptness")},
        **({"deviation_rad": measures["deviation_rad"]} if "deviation_rad" in measures else {}),
        "seconds": sum(parts.values()),
        **parts,
    }


def evaluate_run(
    run: str | os.PathLike[str],
    requests: int,
    seed: int,
    workers: int | None,
    progress: Progress,
    mode: str | None = None,
    engine: str | None = None,
    cluster: str | None = None,
) -> dict[str, Any]:
    """Requests never used in learning, planned by a run's last model and run in the simulator.

    A scene gives fresh ones, apart from those that learning was evaluated on. Of recordings there are only
    those held out: each whole, as learning was evaluated on, then parts of them that the seed chooses.

    Args:
        run: the run's folder.
        requests: how many.
        seed: of the requests; other seeds give other ones.
        workers: processes; None takes the run's own number, or all processors of the cluster.
        progress: told about the work.
        mode: ``implicit`` or ``verified`` planning; None takes the run's own.
        engine: ``mujoco`` runs every motion there too and tells whether both engines agree.
        cluster: where motions are rolled out, as for `Workers`; None: on this machine.

    Raises:
        InputError: not a run's folder, an unknown mode, a run without a fit, or a count of workers below 1.
        RobogeoError: the demonstrator refuses every request.
    """
    folder, config = open_run(run, mode)
    count = config.workers if workers is None and cluster is None else workers
    with folder, world_in(folder, config) as world, Workers(count, cluster) as pool:
        learner = Learner(folder, config, world)
        planner = learner.planner
        if engine is not None:
            world.check_engine(engine)
        progress(f"evaluating {requests} requests", 0, requests)
        trials, refusals = trials_for(world, world.held_out(1 + stream_seed(seed, "fresh"), requests))
        if not trials:
            raise RobogeoError(f"scene {config.scene}: the demonstrator refuses all {requests} requests")
        given = planner, trials, config.scene, config.robot, criteria_of(config), pool, engine
        outcomes = roll_out(
            *given, lambda done: progress(f"evaluating {requests} requests", done, len(trials))
        )
        summary = summarise(outcomes)
        summary["demonstrator_refusals"] = len(refusals)
        return {
            "scene": config.scene,
            "robot": config.robot,
            "seed": seed,
            "mode": config.motion.mode,
            **summary,
        }
