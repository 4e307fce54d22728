"""Measure motions: verified and implicit geodesics, baselines, both engines, planning time, and stepping.

    python scripts/benchmark_motion.py --requests 100 --scenes ShelfReach,ReachDetour --robots iiwa

For each scene and robot a model is learned from 40 demonstrations, then fresh requests are planned by every
method on one core, run in the simulator and judged alike; verified motions are written, read back, and run in
MuJoCo too. Every request's measures are kept in runs/benchmark_motion as they come, so that an interrupted
benchmark goes on when repeated, and one with more requests takes up what a smaller one measured. Writes
docs/results/motion.json.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import tyro
from motion_records import Answer, Record, lines, recorded, summary, tried
from motion_targets import targets
from stepping import stepping_ratio

from robogeo.evaluation.baselines import baselines, plan_along
from robogeo.evaluation.outcome import SuccessCriteria
from robogeo.evaluation.results import Results
from robogeo.learning.learner import Learner
from robogeo.motion.manifold import Manifold
from robogeo.motion.planner import Planner
from robogeo.motion.request import Refusal, Request
from robogeo.motion.verified import VerifiedPlanner
from robogeo.motion.world import World
from robogeo.parallel import use_one_thread
from robogeo.randomness import stream_seed
from robogeo.run.stored import criteria_of, open_run

ROOT = Path(__file__).resolve().parent.parent
RUNS = ROOT / "runs" / "benchmark_motion"
CONFIGS = {
    "ShelfReach": "shelf_reach",
    "ReachDetour": "reach_detour",
    "TwoSkills": "two_skills",
    "Strokes": "strokes",
}
DEMONSTRATIONS = 40


@dataclass(frozen=True)
class Options:
    """What is measured."""

    requests: int = 500
    """Fresh requests for implicit and verified geodesics, and for RRT-Connect, of each scene and robot."""
    scenes: str = ",".join(CONFIGS)
    """Scenes, separated by commas."""
    robots: str = "iiwa,panda"
    """Robots, separated by commas."""
    baseline_requests: int = 100
    """How many of the requests the other baselines get."""
    neural_requests: int = 10
    """How many of them neural geodesics get, which take seconds each."""
    write: Annotated[bool, tyro.conf.FlagConversionOff] = True
    """Whether to write docs/results/motion.json."""


def main() -> None:
    """Measure everything and write the results."""
    options = tyro.cli(Options, description=__doc__)
    use_one_thread()
    command = "python scripts/benchmark_motion.py " + " ".join(sys.argv[1:])
    results = Results("motion", command.strip())
    pairs = [(scene, robot) for scene in options.scenes.split(",") for robot in options.robots.split(",")]
    # First: later the process holds thousands of records, which the interpreter goes through again and again.
    stepping = {f"{scene} {robot}": stepping_ratio(scene, robot) for scene, robot in pairs}
    worlds: dict[str, dict[str, list[Record]]] = {}
    for scene, robot in pairs:
        world = f"{scene} {robot}"
        results.row(scene=scene, robot=robot, stepping_of_raw_pybullet=stepping[world])
        worlds[world] = measure(scene, robot, options)
        for method, records in worlds[world].items():
            results.row(scene=scene, robot=robot, method=method, **summary(records))
    for method in next(iter(worlds.values())):
        together = [record for world in worlds.values() for record in world[method]]
        results.row(scene="all", robot="all", method=method, **summary(together))
    targets(results, worlds, stepping)
    if options.write:
        print(results.write(ROOT / "docs" / "results"))


def learned(scene: str, robot: str) -> Path:
    """The run with 40 demonstrations, learned in a process of its own if it is not there yet."""
    run = RUNS / f"{scene}-{robot}"
    fields = [f"robot={robot}", f"initial_demonstrations={DEMONSTRATIONS}", "initial_places=[]", "rounds=0"]
    fields += ["workers=1", "held_out=12", "output.video=false"]
    command = [sys.executable, "-m", "robogeo.cli", "learn", CONFIGS[scene], "--out", str(run), "--set"]
    if not (run / "report.html").exists():
        subprocess.run([*command, *fields], check=True, capture_output=True)
    return run


def measure(scene: str, robot: str, options: Options) -> dict[str, list[Record]]:
    """Records of every method, one a request."""
    folder, config = open_run(learned(scene, robot))
    with folder, World(scene, robot) as world:
        learner = Learner(folder, config, world)
        planner = learner.planner
        verified = replace(planner.options, mode="verified")
        checked = Planner(planner.manifold, planner.limits, verified)
        asked = list(requests(world, options.requests, scene, robot))
        others = baselines(planner.manifold, learner.demonstrations, world)
        counts = dict.fromkeys(others, options.baseline_requests)
        counts |= {"RRT-Connect": options.requests, "neural geodesic": options.neural_requests}
        # A fresh verifying planner for every request: what one request found out must not hurry the next.
        methods: dict[str, Callable[[], Answer]] = {
            "verified": lambda: VerifiedPlanner(checked, world).plan,
            "implicit": lambda: planner.plan,
            **{name: _proposing(way, planner) for name, way in others.items()},
        }
        criteria = criteria_of(config)
        return {
            name: recorded(
                RUNS / f"{scene}-{robot}-{name.replace(' ', '_')}.jsonl",
                asked[: counts.get(name, options.requests)],
                _attempt(methods[name], world, criteria, planner.manifold if name == "verified" else None),
            )
            for name in methods
        }


def _attempt(
    answer: Callable[[], Answer], world: World, criteria: SuccessCriteria, manifold: Manifold | None
) -> Callable[[Request, float], Record]:
    return lambda request, length: tried(answer(), request, length, world, criteria, manifold)


def requests(world: World, count: int, scene: str, robot: str) -> Iterator[tuple[Request, float]]:
    """Fresh requests with the length of the demonstrator's path; those it refuses are passed over."""
    cache = RUNS / f"{scene}-{robot}-lengths.jsonl"
    lengths = lines(cache)
    stream = world.held_out(1 + stream_seed(1, "benchmark of motions"), 2 * count)
    given = 0
    with open(cache, "a", encoding="utf-8") as file:
        for index, request in enumerate(stream):
            if given == count:
                return
            if index >= len(lengths):
                shown = world.demonstrate(request, seed=0)
                refused_it = isinstance(shown, Refusal)
                length = 0.0 if refused_it else float(np.linalg.norm(np.diff(shown, axis=0), axis=1).sum())
                lengths.append(length)
                file.write(json.dumps(length) + "\n")
                file.flush()
            if lengths[index] > 0.0:
                given += 1
                yield request, lengths[index]


def _proposing(way: Any, planner: Planner) -> Callable[[], Answer]:
    manifold, limits, derate = planner.manifold, planner.limits, planner.options.derate
    return lambda: lambda request: plan_along(way(request), request, manifold, limits, derate)


if __name__ == "__main__":
    main()
