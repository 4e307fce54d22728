"""The work of the benchmark on real recordings, in cells: a recording left out, or a run of asking."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from robogeo.config import ExperimentConfig, load_config
from robogeo.data.data_set import DataSet
from robogeo.data.demonstrations import Demonstration, observations
from robogeo.data.formats.npz import write_npz
from robogeo.durable import write_atomically
from robogeo.evaluation.baselines import baselines
from robogeo.learning.fitted import fit_model, planner_for
from robogeo.learning.learner import Learner
from robogeo.learning.run_folder import RunFolder
from robogeo.motion.deviation import Reference, evenly
from robogeo.motion.planner import Plan, Planner
from robogeo.motion.recorded_world import RecordedWorld
from robogeo.motion.request import Refusal
from robogeo.motion.verified import planning_in
from robogeo.run.recordings import gathered, oracle_of, world_of

ROOT = Path(__file__).resolve().parent.parent
CELLS = ROOT / "runs" / "benchmark_real_data"
ARM = ("pour_no_obst", "pour_obst", "foot", "fore_hand", "back_hand")
LETTERS = tuple(f"letter_{letter}" for letter in "helord")
POSES = ("bottle2shelf", "openbox", "platestandingtolying")
STRATEGIES = ("combined", "random", "farthest")
SEEDS = range(20)
MOST = 10  # recordings that a strategy may ask for
MIXED = ("pour_obst", "fore_hand", "back_hand")  # tasks that a straight line does not solve
POOL = CELLS / "three_tasks.npz"


class Cell(NamedTuple):
    """One unit of work: a recording left out, or a run of asking."""

    kind: str
    task: str
    number: int
    strategy: str = ""

    @property
    def file(self) -> Path:
        """Where its result is kept."""
        return CELLS / f"{self.kind}-{self.task}-{self.strategy or 'all'}-{self.number}.json"


def cells() -> Iterator[Cell]:
    """All cells: those of leave-one-out first."""
    for task in (*ARM, *LETTERS, *POSES):
        settings = config_of(task)
        assert settings.recordings is not None
        count = len(gathered(settings.recordings, settings.robot).demonstrations)
        yield from (Cell("left-out", task, number) for number in range(count))
    for seed in SEEDS:
        yield Cell("all", "three_tasks", seed)
        yield from (Cell("selection", "three_tasks", seed, strategy) for strategy in STRATEGIES)


def config_of(task: str, *changes: str) -> ExperimentConfig:
    """The configuration of a task."""
    return load_config(ROOT / "configs" / "real" / f"{task}.yaml", changes)


def run(cell: Cell) -> None:
    """Work a cell out and keep its result."""
    work = {"left-out": recording_left_out, "selection": recordings_selected, "all": all_recordings}
    found = work[cell.kind](cell)
    write_atomically(cell.file, (json.dumps(found) + "\n").encode())


def recording_left_out(cell: Cell) -> dict[str, Any]:
    """One recording left out: how far the ways from its start to its goal are from it."""
    config = config_of(cell.task)
    assert config.recordings is not None
    data = gathered(config.recordings, config.robot)
    with RecordedWorld(config.scene, config.robot, data.demonstrations, [cell.number]) as world:
        planner = learned(config, world)
        request = world.held_out(0, 1)[0]
        shown = world.demonstrate(request, 0)
        assert not isinstance(shown, Refusal)
        held = world.reference(request, shown)
        assert held is not None
        ways: dict[str, Any] = {"line": np.linspace(request.start, request.goal, 64)}
        plan = planning_in(world, planner).plan(request)
        ways["geodesic"] = plan.motion.q if isinstance(plan, Plan) else None
        given = [world.recordings[index] for index in world.pool]
        propose = baselines(planner.manifold, given, world).get("ProMP")
        ways["promp"] = None if propose is None else propose(request)
        distances = {name: None if way is None else measures(held, way) for name, way in ways.items()}
        correction = plan.correction if isinstance(plan, Plan) else None
        refusal = "" if isinstance(plan, Plan) else plan.kind
        return {"ways": distances, "correction": correction, "refusal": refusal, "tolerance": world.tolerance}


def learned(config: ExperimentConfig, world: RecordedWorld) -> Planner:
    """A planner on all recordings of the pool."""
    x, groups = observations([world.recordings[index] for index in world.pool], config.spacing)
    return planner_for(config, world, fit_model(config, world, None, x, groups, 0).model, x, groups)


def measures(held: Reference, way: Any) -> dict[str, float]:
    """Distances of a way from a recording: aligned, at equal shares of length, and the largest of these."""
    seen = [evenly(held.observation.observe(path)) for path in (way, held.path)]
    apart = np.linalg.norm(seen[0] - seen[1], axis=1)
    return {"aligned": held.deviation(way), "even": float(apart.mean()), "largest": float(apart.max())}


def recordings_selected(cell: Cell) -> dict[str, Any]:
    """One run of asking: the score after every recording."""
    config = config_of_pool(cell.number, f"strategy={cell.strategy}")
    assert config.recordings is not None
    data = gathered(config.recordings, config.robot)
    folder = CELLS / "runs" / cell.file.stem
    with world_of(config, data) as world, RunFolder.open(folder, config.as_dict()) as run_folder:
        assert isinstance(world, RecordedWorld)
        learner = Learner(run_folder, config, world)
        if not learner.demonstrations:
            learner.attach(world.recordings[first_of(world, cell.number)])
        scores = []
        while True:
            learner.update()
            scores.append(score(learner.planner, world))
            if len(scores) == MOST:
                return {"scores": scores, "recordings": len(world.pool)}
            oracle = oracle_of(learner)
            for query in learner.ask(1):
                learner.tell(query.id, oracle.demonstrate(query.request, 0))


def first_of(world: RecordedWorld, seed: int) -> int:
    """The recording that every strategy begins with."""
    return world.pool[seed % len(world.pool)]


def all_recordings(cell: Cell) -> dict[str, Any]:
    """The score with all recordings of the pool."""
    config = config_of_pool(cell.number)
    assert config.recordings is not None
    with world_of(config, gathered(config.recordings, config.robot)) as world:
        assert isinstance(world, RecordedWorld)
        return {"score": score(learned(config, world), world), "recordings": len(world.pool)}


def config_of_pool(seed: int, *changes: str) -> ExperimentConfig:
    """The configuration of three tasks together."""
    more = ("model.latent_dim=3", "training.steps=400", "training.warm_steps=80", "initial_demonstrations=1")
    return load_config(
        "recordings", (f"recordings.path={POOL}", "robot=kuka_lwr", f"seed={seed}", *more, *changes)
    )


def write_pool() -> None:
    """The recordings of some tasks of the LWR as one data set."""
    found: list[Demonstration] = []
    for task in MIXED:
        settings = config_of(task).recordings
        assert settings is not None
        data = gathered(settings, "kuka_lwr")
        found += [Demonstration(each.q, each.t, f"{task} {i}") for i, each in enumerate(data.demonstrations)]
    write_npz(POOL, DataSet(tuple(found), data.joints))


def score(planner: Planner, world: RecordedWorld) -> float:
    """How much nearer than the straight line motions come to what was recorded: 1 wholly, 0 no nearer."""
    requests = world.held_out(0, len(world.held_out_recordings))
    parts = []
    for request, plan in zip(requests, planner.plan_all(requests), strict=True):
        shown = world.demonstrate(request, 0)
        assert not isinstance(shown, Refusal)
        held = world.reference(request, shown)
        assert held is not None
        line = held.deviation(np.linspace(request.start, request.goal, 64))
        strayed = held.deviation(plan.motion.q) if isinstance(plan, Plan) else line
        parts.append(max(0.0, 1.0 - strayed / line))
    return float(np.mean(parts))


def kept(kind: str, task: str, strategy: str = "all") -> list[dict[str, Any]]:
    """Results of the cells of a kind, in the order of their numbers."""
    files = CELLS.glob(f"{kind}-{task}-{strategy}-*.json")
    ordered = sorted(files, key=lambda file: int(file.stem.rpartition("-")[2]))
    return [json.loads(file.read_text()) for file in ordered]
