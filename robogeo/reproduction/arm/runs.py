"""Runs of active learning with an arm, and what fresh requests say of them.

For each scene and seed an ordinary experiment is run as its configuration in configs/experiments says. Then
requests that no experiment ever used, others for each seed, are planned by its first model (before any
question), by its last (after asking), and along two straight lines, and every motion is run in the simulator.
Runs are journals and measures are kept beside them, so that a repeated call goes on where it stopped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from robogeo.config import NOT_IDENTITY, ExperimentConfig, load_config
from robogeo.durable import write_atomically
from robogeo.errors import RobogeoError
from robogeo.evaluation.baselines import baselines, plan_along
from robogeo.evaluation.outcome import Outcome, judged, refused
from robogeo.evaluation.roll_out import Trial, roll_out, trials_for
from robogeo.experiment import Loop, usual_oracle
from robogeo.learning.learner import Learner
from robogeo.learning.lifecycle import State
from robogeo.learning.run_folder import RunFolder
from robogeo.motion.manifold import Manifold
from robogeo.motion.planner import Planner, abruptness_of, ends_of
from robogeo.motion.request import Refusal, Request
from robogeo.motion.world import World
from robogeo.parallel import Workers
from robogeo.progress import Silence
from robogeo.randomness import stream_seed
from robogeo.reproduction.arm.records import AFTER, BEFORE, JOINT_LINE, LATENT_LINE, Pair, Record
from robogeo.run.stored import criteria_of
from robogeo.study.held_out import cached_trials

SCENES = {"ShelfReach": "shelf_reach", "TwoSkills": "two_skills", "ReachDetour": "reach_detour"}
SEEDS = (0, 1, 2)
STEPS = 64  # even latent steps at which a geodesic is looked at

FloatArray = NDArray[np.float64]


class NoExampleError(RobogeoError):
    """No fresh request of a run makes the picture that a figure wants."""


@dataclass(frozen=True)
class Measured:
    """One run, and what fresh requests said of it.

    Attributes:
        scene, seed: of the run.
        demonstrated: places, start and goal, of each demonstration in the order in which they came.
        questions: ``kind``, ``start`` and ``goal`` of each question that was answered.
        curve: for each round its ``demonstrations`` and the ``outcomes`` of the held-out requests.
        records: one a fresh request and method: places, what failed, and for geodesics (of the first and the
            last model) ``abruptness`` and ``tool_step_m``, the tool's largest step at even latent steps.
    """

    scene: str
    seed: int
    demonstrated: Sequence[Pair]
    questions: Sequence[Record]
    curve: Sequence[Record]
    records: Sequence[Record]

    def of(self, method: str) -> list[Record]:
        """The records of one method."""
        return [record for record in self.records if record["method"] == method]


def run_path(runs: Path, scene: str, seed: int) -> Path:
    """The folder of a run."""
    return runs / f"{scene}-s{seed}"


def measured_all(runs: Path, workers: Workers) -> list[Measured]:
    """Every scene and seed, run and measured; what is there already is read."""
    return workers.map(measured, [(runs, scene, seed, ()) for seed in SEEDS for scene in SCENES])


def measured(job: tuple[Path, str, int, tuple[str, ...]]) -> Measured:
    """One run: the folder of all runs, scene, seed, and fields of the configuration that are replaced."""
    runs, scene, seed, changes = job
    config = load_config(SCENES[scene], (f"seed={seed}", "workers=1", *changes))
    kept = run_path(runs, scene, seed).with_suffix(".json")
    with (
        World(scene, config.robot) as world,
        RunFolder.open(run_path(runs, scene, seed), config.as_dict(), NOT_IDENTITY) as folder,
    ):
        if kept.is_file():
            return Measured(**json.loads(kept.read_bytes()))
        learner = Learner(folder, config, world)
        held_out = cached_trials(world, config, runs / "held_out")
        with Workers(1) as workers:
            Loop(learner, workers, Silence(), usual_oracle(learner), held_out).run()
            records = _records(learner, workers)
        result = Measured(scene, seed, _demonstrated(learner), _questions(learner), _curve(folder), records)
    write_atomically(kept, (json.dumps(asdict(result), allow_nan=False) + "\n").encode())
    return Measured(**json.loads(kept.read_bytes()))


def even_steps(manifold: Manifold, requests: Sequence[Request]) -> list[tuple[FloatArray, float]]:
    """Configurations (STEPS, dof) rad at even latent steps of each request's geodesic, and its abruptness."""
    geodesics = manifold.geodesics(*ends_of(requests))
    codes = manifold.along(geodesics, STEPS)
    decoded = [manifold.observation.configurations(manifold.decode(z)) for z in codes]
    return [(q, abruptness_of(manifold, curve, STEPS)) for q, curve in zip(decoded, geodesics, strict=True)]


def rate(hits: int, count: int) -> dict[str, Any]:
    """A share with its 95 % Wilson interval; of nothing, NaN and no knowledge."""
    if count == 0:
        return {"rate": float("nan"), "ci95": [0.0, 1.0], "of": 0}
    interval = binomtest(hits, count).proportion_ci(method="wilson")
    return {"rate": hits / count, "ci95": [float(interval.low), float(interval.high)], "of": count}


def successes(records: Sequence[Record]) -> dict[str, Any]:
    """Rate of success of records."""
    return rate(sum(not record["failure"] for record in records), len(records))


def _records(learner: Learner, workers: Workers) -> list[Record]:
    """What fresh requests say of the first model, the last, and straight lines."""
    config, world, planner = learner.config, learner.world, learner.planner
    stream = 1 + stream_seed(config.seed, "claims")
    trials, _ = trials_for(world, world.held_out(stream, config.held_out))
    requests = [trial.request for trial in trials]
    found: list[Record] = []
    for method, used in ((BEFORE, learner.planner_of(0)), (AFTER, planner)):
        outcomes = roll_out(used, trials, config.scene, config.robot, criteria_of(config), workers)
        for trial, outcome, (q, jump) in zip(
            trials, outcomes, even_steps(used.manifold, requests), strict=True
        ):
            seen = {"abruptness": min(jump, 1e6), "tool_step_m": largest_step(tool_path(world, q))}
            found.append(_record(method, trial, outcome) | seen)
    ways = baselines(planner.manifold, learner.demonstrations, world)
    for method in (JOINT_LINE, LATENT_LINE):
        for trial in trials:
            found.append(_record(method, trial, _along(ways[method], trial, planner, world, config)))
    return found


def _along(
    way: Callable[[Request], Any], trial: Trial, planner: Planner, world: World, config: ExperimentConfig
) -> Outcome:
    """What comes of a motion along another way than a geodesic."""
    request = trial.request
    plan = plan_along(way(request), request, planner.manifold, planner.limits, planner.options.derate)
    if isinstance(plan, Refusal):
        return refused(plan)
    seen = world.execute(plan.motion)
    return judged(request, plan, seen, world.limits, trial.reference_length, criteria_of(config))


def _record(method: str, trial: Trial, outcome: Outcome) -> Record:
    request = trial.request
    return {
        "method": method,
        "start": request.start_place,
        "goal": request.goal_place,
        "failure": outcome.failure,
        "refused": outcome.refused,
        "collision": outcome.collision,
    }


def tool_path(world: World, q: FloatArray) -> FloatArray:
    """Tool positions (n, 3) m at configurations (n, dof) rad."""
    import torch

    return world.chain.tool(torch.from_numpy(q))[1].numpy()


def largest_step(points: FloatArray) -> float:
    """The largest distance between successive points (n, 3)."""
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).max())


def _demonstrated(learner: Learner) -> list[Pair]:
    shown = [learner.world.request_between(*d.ends) for d in learner.demonstrations]
    return [(request.start_place, request.goal_place) for request in shown]


def _questions(learner: Learner) -> list[Record]:
    return [
        {"kind": query.kind, "start": query.request.start_place, "goal": query.request.goal_place}
        for query in learner.queries.values()
        if learner.record.receipt(query.id).state is State.ANSWERED
    ]


def _curve(folder: RunFolder) -> list[Record]:
    journal = folder.journal
    counts = [event["demonstrations"] for event in journal.of_kind("fit")]
    outcomes = [event["outcomes"] for event in journal.of_kind("evaluate")]
    return [{"demonstrations": n, "outcomes": o} for n, o in zip(counts, outcomes, strict=True)]
