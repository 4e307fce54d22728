"""Measure how much success moves when nothing but the training does, and when one demonstration is added.

    python scripts/benchmark_retraining.py

The same demonstrations of ShelfReach are learned several times, with other training seeds and in another
order: the first eight in any order, then the next eight in any order, then one more. Success on the held-out
requests after 8 and 16 of them differs by the noise of retraining alone; what the 9th and the 17th take away
is the loss that one more demonstration can do. Every repetition is an ordinary journal under
runs/benchmark_retraining, so that an interrupted benchmark goes on when repeated. Writes
docs/results/retraining.json. Arguments, if any, are settings as `robogeo learn --set` takes them; their
journals lie apart and nothing is written.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from robogeo.config import NOT_IDENTITY, ExperimentConfig
from robogeo.config.file import find_config, load_config
from robogeo.data.demonstrations import Demonstration
from robogeo.evaluation.results import Results
from robogeo.evaluation.roll_out import HELD_OUT_SEED, Trial, roll_out, trials_for
from robogeo.learning.learner import Learner
from robogeo.learning.oracles import SimulatedOracle
from robogeo.learning.run_folder import RunFolder
from robogeo.motion.request import Refusal
from robogeo.motion.world import World
from robogeo.parallel import Workers
from robogeo.run.stored import criteria_of

ROOT = Path(__file__).resolve().parent.parent
RUNS = ROOT / "runs" / "benchmark_retraining"
SEEDS = range(6)
FITS = (6, 7, 8, 9, 12, 16, 17)  # demonstrations at each fit: the first from new weights, the others warm
MEASURED = (8, 9, 16, 17)
STREAM = 977  # of the requests that are demonstrated


def main() -> None:
    """Run every repetition and write the results."""
    overrides = sys.argv[1:]
    config = load_config(find_config("shelf_reach"), overrides)
    folder = RUNS / ("as-shipped" if not overrides else "_".join(overrides).replace("/", "-"))
    with World(config.scene, config.robot) as world:
        shown = demonstrations(world, config)
        trials, _ = trials_for(world, world.held_out(HELD_OUT_SEED, config.held_out))
    with Workers(config.workers) as workers:
        jobs = [(config, folder, seed, shown, trials) for seed in SEEDS]
        runs = workers.map(repetition, jobs)
    results = Results("retraining", "python scripts/benchmark_retraining.py")
    told(results, runs)
    if not overrides:
        print(results.write(ROOT / "docs" / "results"))


def demonstrations(world: World, config: ExperimentConfig) -> list[Demonstration]:
    """The same for every repetition."""
    oracle, found, index = SimulatedOracle(world, config.motion.derate), [], 0
    while len(found) < FITS[-1]:
        shown = oracle.demonstrate(world.request(STREAM, index), index)
        index += 1
        if not isinstance(shown, Refusal):
            found.append(shown)
    return found


def repetition(job: tuple[ExperimentConfig, Path, int, list[Demonstration], list[Trial]]) -> dict[str, Any]:
    """Learn all demonstrations in one order, fit by fit; success and CPU seconds of each."""
    given, folder, seed, shown, trials = job
    config = given.model_copy(update={"seed": seed})
    rng = np.random.default_rng(seed)
    order = [*rng.permutation(8), *(8 + rng.permutation(8)), 16]
    with (
        World(config.scene, config.robot) as world,
        RunFolder.open(folder / f"s{seed}", config.as_dict(), NOT_IDENTITY) as run,
    ):
        learner = Learner(run, config, world)
        journal = run.journal
        for number, count in enumerate(FITS):
            for position in range(len(learner.demonstrations), count):
                learner.attach(shown[order[position]])
            started = time.process_time()
            if learner.rounds == number:
                learner.update()
            fitted = time.process_time()
            if len(journal.of_kind("evaluate")) > number:
                continue
            asked = trials if count in MEASURED else []
            outcomes = roll_out(
                learner.planner, asked, config.scene, config.robot, criteria_of(config), Workers(1)
            )
            event = {
                "demonstrations": count,
                "successes": [outcome.success for outcome in outcomes],
                "fit_cpu_s": fitted - started,
                "evaluate_cpu_s": time.process_time() - fitted,
            }
            journal.append("evaluate", event)
        events = journal.of_kind("evaluate")
    measured = [event for event in events if event["successes"]]
    return {
        "seed": seed,
        "successes": {event["demonstrations"]: event["successes"] for event in measured},
        "fit_cpu_s": float(np.mean([event["fit_cpu_s"] for event in events[1:]])),
        "evaluate_cpu_s": float(np.mean([event["evaluate_cpu_s"] for event in measured])),
    }


def told(results: Results, runs: list[dict[str, Any]]) -> None:
    """Spread over repetitions, and what one more demonstration takes away."""
    each = np.array([[run["successes"][count] for count in MEASURED] for run in runs], dtype=float)
    success = each.mean(axis=2)
    for run, row in zip(runs, success, strict=True):
        results.row(
            what="repetition",
            seed=run["seed"],
            **{f"success_{count}": float(value) for count, value in zip(MEASURED, row, strict=True)},
            fit_cpu_s=run["fit_cpu_s"],
            evaluate_cpu_s=run["evaluate_cpu_s"],
        )
    for i, count in enumerate(MEASURED):
        results.row(
            what="over repetitions",
            demonstrations=count,
            mean=float(success[:, i].mean()),
            std=spread(success[:, i]),
            requests_decided_otherwise=differing(each[:, i]),
        )
    drops = np.concatenate([success[:, 0] - success[:, 1], success[:, 2] - success[:, 3]]).clip(min=0.0)
    results.row(what="one more demonstration", mean_drop=float(drops.mean()), largest_drop=float(drops.max()))
    results.target("std of success at 8 demonstrations", spread(success[:, 0]), "<=", 0.05)
    results.target("std of success at 16 demonstrations", spread(success[:, 2]), "<=", 0.05)
    results.target("largest drop by one more demonstration", float(drops.max()), "<=", 0.1)


def differing(successes: Any) -> float:
    """Share of the requests (m, n) on which two repetitions differ, mean over pairs of them."""
    rate, count = successes.mean(axis=0), len(successes)
    return float((2.0 * rate * (1.0 - rate)).mean() * count / (count - 1))


def spread(values: Any) -> float:
    """Standard deviation over repetitions, unbiased."""
    return float(np.std(values, ddof=1))


if __name__ == "__main__":
    main()
