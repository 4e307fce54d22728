"""Measure the main job: time, success over seeds, random asking beside it, and the ceiling with its causes.

    python scripts/benchmark_quickstart.py

Every run is an ordinary run in runs/benchmark_quickstart and is taken up where it was, so an interrupted
benchmark goes on when repeated. Writes docs/results/quickstart.json.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from robogeo.data.demonstrations import observations
from robogeo.evaluation.outcome import judged
from robogeo.evaluation.results import Results
from robogeo.evaluation.roll_out import HELD_OUT_SEED, roll_out, trials_for
from robogeo.learning.learner import Learner
from robogeo.motion.endpoints import correct_end_points
from robogeo.motion.path import smooth_path
from robogeo.motion.planner import Plan, Planner
from robogeo.motion.request import Refusal
from robogeo.motion.timing import time_path
from robogeo.motion.world import World
from robogeo.parallel import Workers
from robogeo.run.stored import criteria_of, open_run, summary_of

ROOT = Path(__file__).resolve().parent.parent
RUNS = ROOT / "runs" / "benchmark_quickstart"
SEEDS = range(5)
TOGETHER = 2  # runs at a time, each on one process


def main() -> None:
    """Run everything and write the results."""
    results = Results("quickstart", "python scripts/benchmark_quickstart.py")
    timed(results)
    compared(results)
    ceiling(results)
    print(results.write(ROOT / "docs" / "results"))


def learn(name: str, config: str, *overrides: str) -> dict[str, Any]:
    """Run or take up one experiment as a user would, in a process of its own; its summary."""
    command = [sys.executable, "-m", "robogeo.cli", "learn", config, "--out", str(RUNS / name)]
    subprocess.run([*command, "--set", *overrides] if overrides else command, check=True, capture_output=True)
    folder, _ = open_run(RUNS / name)
    with folder:
        return summary_of(folder)


def timed(results: Results) -> None:
    """The quickstart itself, as shipped: wall time and where it goes. Always run anew."""
    number = 0
    while (RUNS / f"timed-{number}").exists():
        number += 1
    started = time.perf_counter()
    summary = learn(f"timed-{number}", "quickstart")
    wall = time.perf_counter() - started
    rounds = summary["rounds"]
    parts = {p: sum(r[f"seconds_{p}"] for r in rounds) for p in ("training", "evaluation", "scoring")}
    slowest = max(r["seconds"] for r in rounds)
    mean = statistics.mean(r["seconds"] for r in rounds)
    rest = wall - sum(parts.values())
    results.row(
        what="quickstart as shipped",
        wall_s=wall,
        **{f"{p}_s": s for p, s in parts.items()},
        demonstrations_report_video_and_start_s=rest,
        mean_round_s=mean,
        slowest_round_s=slowest,
    )
    results.target("quickstart after set-up, s", wall, "<=", 300.0)
    results.target("a round, mean, s", mean, "<=", 8.0)
    results.target("slowest round, s", slowest, "<=", 25.0)


def compared(results: Results) -> None:
    """The chosen strategy and random asking on the same seeds."""
    jobs = [(strategy, seed) for seed in SEEDS for strategy in ("combined", "random")]

    def one(job: tuple[str, int]) -> dict[str, Any]:
        strategy, seed = job
        overrides = (f"strategy={strategy}", f"seed={seed}", "workers=1", "output.video=false")
        return learn(f"{strategy}-s{seed}", "quickstart", *overrides)

    with ThreadPoolExecutor(TOGETHER) as pool:
        summaries = list(pool.map(one, jobs))
    final: dict[str, list[float]] = {"combined": [], "random": []}
    gain: dict[str, list[float]] = {"combined": [], "random": []}
    for (strategy, seed), summary in zip(jobs, summaries, strict=True):
        curve = [r["success_rate"] for r in summary["rounds"]]
        final[strategy].append(curve[-1])
        gain[strategy].append(curve[-1] - curve[0])
        results.row(
            what="learning curve",
            strategy=strategy,
            seed=seed,
            success=[round(c, 3) for c in curve],
            demonstrations=[r["demonstrations"] for r in summary["rounds"]],
            demonstrations_to_90=summary["demonstrations_to_90"],
        )
    for strategy in final:
        results.row(
            what="median over seeds",
            strategy=strategy,
            final=statistics.median(final[strategy]),
            gain=statistics.median(gain[strategy]),
        )
    results.target("median final success, combined", statistics.median(final["combined"]), ">=", 0.85)
    results.target("median gain over round 0, combined", statistics.median(gain["combined"]), ">=", 0.5)


def ceiling(results: Results) -> None:
    """Success with 60 demonstrations, and what is lost where."""
    name = "ceiling-60"
    learn(
        name,
        "shelf_reach",
        "initial_demonstrations=60",
        "initial_places=[]",
        "rounds=0",
        "output.video=false",
    )
    folder, config = open_run(RUNS / name)
    with folder, World(config.scene, config.robot) as world, Workers(2) as workers:
        learner = Learner(folder, config, world)
        trials, _ = trials_for(world, world.held_out(HELD_OUT_SEED, config.held_out))
        criteria = criteria_of(config)
        full = roll_out(learner.planner, trials, config.scene, config.robot, criteria, workers)
        success = float(np.mean([outcome.success for outcome in full]))
        decoded = float(np.mean([_reconstructed(world, learner.planner, t, criteria) for t in trials]))
        shown = float(np.mean([_demonstrated(world, t, criteria) for t in trials]))
        x, _ = observations(learner.demonstrations, config.spacing)
        errors = learner.planner.manifold.gap(x)
        failures = sorted(outcome.failure for outcome in full if outcome.failure)
    results.row(
        what="ceiling, 60 demonstrations",
        success=success,
        failures=failures,
        demonstrator_replayed=shown,
        demonstrations_reconstructed_and_end_corrected=decoded,
        reconstruction_error_median_rad=float(np.median(errors)),
        reconstruction_error_max_rad=float(errors.max()),
        tracking_rmse_rad=float(np.nanmean([outcome.tracking_rmse_rad for outcome in full])),
        correction_mean_rad=float(np.nanmean([outcome.correction_rad for outcome in full])),
    )
    results.target("success with 60 demonstrations", success, ">=", 0.95)


def _demonstrated(world: World, trial: Any, criteria: Any) -> bool:
    """Whether the demonstrator's own motion for the request would count as success (control alone)."""
    path = world.demonstrate(trial.request, 0)
    return not isinstance(path, Refusal) and _succeeds(world, path, trial, criteria)


def _reconstructed(world: World, planner: Planner, trial: Any, criteria: Any) -> bool:
    """Whether the demonstrator's path, encoded and decoded and its ends corrected, would (no path choice)."""
    path = world.demonstrate(trial.request, 0)
    if isinstance(path, Refusal):
        return False
    manifold = planner.manifold
    decoded = manifold.decode(manifold.encode(path))
    return _succeeds(
        world, correct_end_points(decoded, trial.request.start, trial.request.goal), trial, criteria
    )


def _succeeds(world: World, path: Any, trial: Any, criteria: Any) -> bool:
    inside = np.clip(path, world.limits.lower, world.limits.upper)
    motion = time_path(smooth_path(inside, limits=world.limits), world.limits)
    plan = Plan(motion, geodesic=None, correction=0.0, abruptness=1.0)  # type: ignore[arg-type]
    return judged(
        trial.request, plan, world.execute(motion), world.limits, trial.reference_length, criteria
    ).success


if __name__ == "__main__":
    main()
