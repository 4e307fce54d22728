"""Measure how quickly strategies judge candidates, and whether screening many finds what a full look would.

    python scripts/benchmark_asking.py

Models of few, some and many demonstrations are learned as a user would, in runs/benchmark_asking, and taken
up when the command is repeated. Seconds are those of one processor. Writes docs/results/asking.json.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from robogeo.config import load_config
from robogeo.evaluation.results import Results
from robogeo.experiment import run_experiment
from robogeo.learning.candidates import Candidates
from robogeo.learning.learner import Learner
from robogeo.learning.scoring import score
from robogeo.learning.screening import first_look, screened
from robogeo.learning.selection import choose
from robogeo.learning.strategies import STRATEGIES
from robogeo.motion.request import Request
from robogeo.motion.world import World
from robogeo.progress import Progress
from robogeo.randomness import stream_seed
from robogeo.run.stored import open_run

ROOT = Path(__file__).resolve().parent.parent
RUNS = ROOT / "runs" / "benchmark_asking"
DEMONSTRATIONS = (3, 10, 40)
FEW, SOME, MANY = 200, 1_000, 10_000


def main() -> None:
    """Measure everything and write the results."""
    results = Results("asking", "python scripts/benchmark_asking.py")
    config = load_config("shelf_reach")
    with World(config.scene, config.robot) as world:
        seed = stream_seed(config.seed, "benchmark")
        requests = [world.request(seed, index) for index in range(MANY)]
        for count in DEMONSTRATIONS:
            learner = learned(count, world)
            for name in STRATEGIES:
                measured(results, learner, name, requests)
    combined = max(row["seconds_10000"] for row in results.rows if row["strategy"] == "combined")
    results.target("judging 10,000 candidates, combined, s", combined, "<=", 1.0)
    slowest = max(results.rows, key=lambda row: row["seconds_10000"])
    results.target(
        "judging 10,000 candidates, every strategy, s",
        slowest["seconds_10000"],
        "<=",
        1.0,
        f"slowest: {slowest['strategy']}",
    )
    worst = max(row["rank_of_the_chosen"] for row in results.rows)
    results.target("rank, by a full look, of what screening chose among 1,000, worst", worst, "<=", 3.0)
    print(results.write(ROOT / "docs" / "results"))


def learned(count: int, world: World) -> Learner:
    """A learner with so many demonstrations from anywhere; nothing was asked."""
    config = load_config("shelf_reach").model_copy(
        update={"initial_demonstrations": count, "initial_places": (), "rounds": 0, "held_out": 6}
    )
    output = config.output.model_copy(update={"video": False})
    run = RUNS / f"demonstrations-{count}"
    run_experiment(config.model_copy(update={"output": output}), run, Progress())
    folder, config = open_run(run)
    with folder:
        return Learner(folder, config, world)


def measured(results: Results, learner: Learner, name: str, requests: list[Request]) -> None:
    """Seconds for few and many candidates, and the rank of what is chosen among some of them."""
    judge(learner, name, requests[:8])
    seconds = {}
    for count in (FEW, MANY):
        started = time.process_time()
        judge(learner, name, requests[:count])
        seconds[f"seconds_{count}"] = time.process_time() - started
    chosen, candidates = judge(learner, name, requests[:SOME])
    full = replace(candidates, scores=score(candidates.manifold, candidates.requests))
    utility = STRATEGIES[name](full)
    rank = int((utility > utility[chosen]).sum()) + 1
    demonstrations, nodes = len(learner.demonstrations), len(candidates.manifold.graph.nodes)
    results.row(strategy=name, demonstrations=demonstrations, nodes=nodes, **seconds, rank_of_the_chosen=rank)


def judge(learner: Learner, name: str, requests: list[Request]) -> tuple[int, Candidates]:
    """What a strategy would ask first, and the candidates as they were known then."""
    manifold, shown = learner.planner.manifold, learner.demonstrations
    asked = np.stack([demonstration.ends for demonstration in shown])
    candidates = Candidates(requests, first_look(manifold, requests), manifold, shown, asked)
    utility, known = screened(candidates, STRATEGIES[name])
    return choose(utility, known.ends, 1, asked[:0])[0], known


if __name__ == "__main__":
    main()
