"""Calibrate the scenes: a scene can tell strategies apart only if it is hungry for demonstrations.

    python scripts/calibrate_scenes.py [--scenes TwoSkills ...] [--robots panda ...] [--seeds N]

For each scene and arm: the straight joint line must nearly always fail, a few initial demonstrations must not
be enough, many must be, and random asking must need long. The demonstrator is measured beside it, every
motion replayed. How long random asking needs depends on the requests and hardly on the arm, so it is measured
with the first arm alone. Runs lie in runs/calibration and are taken up when repeated. Without seeds nothing
is asked: that is short. Writes docs/results/calibration.json; what that tells of other scenes and arms stays,
each with the commit that it was measured at.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import tyro

from robogeo.errors import MotionError
from robogeo.evaluation.outcome import SuccessCriteria, judged
from robogeo.evaluation.results import Results
from robogeo.evaluation.roll_out import HELD_OUT_SEED, Trial, trials_for
from robogeo.learning.oracles import SimulatedOracle
from robogeo.learning.provenance import provenance
from robogeo.motion.planner import Plan
from robogeo.motion.request import Refusal
from robogeo.motion.timing import time_path
from robogeo.motion.world import World
from robogeo.motion.worlds import robot_names
from robogeo.run.stored import open_run, summary_of

ROOT = Path(__file__).resolve().parent.parent
RUNS = ROOT / "runs" / "calibration"
RESULTS = ROOT / "docs" / "results"
SCENES = {
    "ShelfReach": "shelf_reach",
    "ReachDetour": "reach_detour",
    "TwoSkills": "two_skills",
    "PotsAndNiches": "pots_and_niches",
    "Strokes": "strokes",
}
RANDOM_ROUNDS = 12  # of one demonstration each, after the first 3 or 4
REPLAYED = 200


def main(
    scenes: Sequence[str] = tuple(SCENES),
    robots: Sequence[str] = ("iiwa", "panda"),
    seeds: int = 3,
    replayed: int = REPLAYED,
    together: int = 2,
) -> None:
    """Calibrate scenes and write the table.

    Args:
        scenes: which ones.
        robots: with which arms.
        seeds: how many runs ask at random, with the first arm; 0 takes only the first demonstrations of one.
        replayed: how many demonstrations are replayed.
        together: runs at a time, each on one process.
    """
    results = Results("calibration", " ".join(["python scripts/calibrate_scenes.py", *sys.argv[1:]]))
    cases = [(scene, robot) for scene in scenes for robot in robots]
    asked = [(seed, RANDOM_ROUNDS) for seed in range(seeds)]
    runs = {case: asked if asked and case[1] == robots[0] else [(0, 0)] for case in cases}
    jobs = [(case, run) for case in cases for run in (*runs[case], (None, 0))]
    with ThreadPoolExecutor(together) as pool:
        summaries = dict(zip(jobs, pool.map(lambda job: learn(*job[0], *job[1]), jobs), strict=True))
    for case in cases:
        random = [summaries[case, run] for run in runs[case]]
        calibrate(results, *case, random, summaries[case, (None, 0)], replayed)
    keep_others(results)
    print(results.write(RESULTS))


def learn(scene: str, robot: str, seed: int | None, rounds: int) -> dict[str, Any]:
    """Random asking with one seed, or (no seed) 60 demonstrations at once; the run's summary."""
    arm = "" if robot == "iiwa" else f"-{robot}"
    name = f"{scene}{arm}-60" if seed is None else f"{scene}{arm}-random-s{seed}"
    fields = ["workers=1", "output.video=false", f"robot={robot}", f"rounds={rounds}"]
    if seed is None:
        fields += ["initial_demonstrations=60", "initial_places=[]"]
    else:
        fields += ["strategy=random", f"seed={seed}", "candidates=20"]
        name += "" if rounds else "-initial"
    command = [sys.executable, "-m", "robogeo.cli", "learn", SCENES[scene], "--out", str(RUNS / name)]
    subprocess.run([*command, "--set", *fields], check=True, capture_output=True)
    folder, _ = open_run(RUNS / name)
    with folder:
        return summary_of(folder)


def calibrate(
    results: Results,
    scene: str,
    robot: str,
    random: Sequence[dict[str, Any]],
    many: dict[str, Any],
    replayed: int,
) -> None:
    """One scene's rows and targets."""
    with World(scene, robot) as world:
        trials, refusals = trials_for(world, world.held_out(HELD_OUT_SEED, replayed))
        line = float(np.mean([_line_succeeds(world, trial) for trial in trials[:84]]))
        shown = sum(not isinstance(SimulatedOracle(world).demonstrate(t.request, 0), Refusal) for t in trials)
    initial = statistics.median(run["rounds"][0]["success_rate"] for run in random)
    ceiling = many["rounds"][0]["success_rate"]
    # A run that never got there counts as one demonstration more than it was given: a lower bound.
    asked = [run for run in random if len(run["rounds"]) > 1]
    needed = [run["demonstrations_to_90"] or run["rounds"][-1]["demonstrations"] + 1 for run in asked]
    results.row(
        scene=scene,
        robot=robot,
        commit=provenance()["commit"],
        straight_joint_line=line,
        initial=initial,
        with_60=ceiling,
        demonstrations_to_90_random=needed,
        demonstrator_shown_and_replayed=shown / replayed,
        refused=len(refusals),
        random_curves=[[round(r["success_rate"], 3) for r in run["rounds"]] for run in random],
    )
    scene = label(scene, robot)
    results.target(f"{scene}: straight joint line", line, "<=", 0.2)
    results.target(f"{scene}: initial demonstrations", initial, "<=", 0.35)
    results.target(f"{scene}: 60 demonstrations", ceiling, ">=", 0.95)
    if needed:
        last = random[0]["rounds"][-1]["demonstrations"]
        note = f"median of {len(needed)} seeds; {last + 1} means not within {last}"
        results.target(f"{scene}: random asking to 0.9", statistics.median(needed), ">=", 15.0, note)
    results.target(f"{scene}: demonstrator, {replayed} requests replayed", shown / replayed, ">=", 0.99)


def label(scene: str, robot: str) -> str:
    """What a scene with an arm is called among the targets."""
    return scene if robot == "iiwa" else f"{scene}, {robot}"


def keep_others(results: Results) -> None:
    """Put in what the file already tells of scenes and arms that were not measured now."""
    now = {label(row["scene"], row["robot"]) for row in results.rows}
    path = RESULTS / f"{results.name}.json"
    earlier = json.loads(path.read_text()) if path.is_file() else {"rows": [], "targets": []}
    results.rows += [row for row in earlier["rows"] if label(row["scene"], row["robot"]) not in now]
    results.targets += [target for target in earlier["targets"] if target["name"].split(":")[0] not in now]
    order = [label(scene, robot) for scene in SCENES for robot in robot_names()]
    results.rows.sort(key=lambda row: order.index(label(row["scene"], row["robot"])))
    results.targets.sort(key=lambda target: order.index(target["name"].split(":")[0]))


def _line_succeeds(world: World, trial: Trial) -> bool:
    """Whether the straight line in joint space, timed and run, would count as success."""
    try:
        motion = time_path(np.linspace(trial.request.start, trial.request.goal, 32), world.limits)
    except MotionError:
        return False
    plan = Plan(motion, geodesic=None, correction=0.0, abruptness=1.0)  # type: ignore[arg-type]
    return judged(
        trial.request, plan, world.execute(motion), world.limits, trial.reference_length, SuccessCriteria()
    ).success


if __name__ == "__main__":
    tyro.cli(main)
