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
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import tyro
from stepping import stepping_ratio

from robogeo.errors import MotionError
from robogeo.evaluation.baselines import baselines, plan_along
from robogeo.evaluation.outcome import judged, refused, with_second_opinion
from robogeo.evaluation.results import Results
from robogeo.learning.learner import Learner, stream_seed
from robogeo.motion.exchange import verify_written, write_motion
from robogeo.motion.planner import Plan, Planner
from robogeo.motion.verified import VerifiedPlanner
from robogeo.motion.world import Refusal, Request, World
from robogeo.parallel import use_one_thread
from robogeo.stored_run import criteria_of, open_run

ROOT = Path(__file__).resolve().parent.parent
RUNS = ROOT / "runs" / "benchmark_motion"
CONFIGS = {
    "ShelfReach": "shelf_reach",
    "ReachDetour": "reach_detour",
    "TwoSkills": "two_skills",
    "Strokes": "strokes",
}
DEMONSTRATIONS = 40
Answer = Callable[[Request], Plan | Refusal]
Record = dict[str, Any]


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
    worlds: list[dict[str, list[Record]]] = []
    stepping: list[float] = []
    for scene in options.scenes.split(","):
        for robot in options.robots.split(","):
            worlds.append(measure(scene, robot, options))
            for method, records in worlds[-1].items():
                results.row(scene=scene, robot=robot, method=method, **summary(records))
            stepping.append(stepping_ratio(scene, robot))
            results.row(scene=scene, robot=robot, stepping_of_raw_pybullet=stepping[-1])
    for method in worlds[0]:
        results.row(scene="all", robot="all", method=method, **summary(_all(worlds, method)))
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
            name: _recorded(
                f"{scene}-{robot}-{name}",
                asked[: counts.get(name, options.requests)],
                lambda request, length, name=name: _tried(  # type: ignore[misc]
                    methods[name](), request, length, world, criteria, check=name == "verified"
                ),
            )
            for name in methods
        }


def requests(world: World, count: int, scene: str, robot: str) -> Iterator[tuple[Request, float]]:
    """Fresh requests with the length of the demonstrator's path; those it refuses are passed over."""
    cache = RUNS / f"{scene}-{robot}-lengths.jsonl"
    lengths = _lines(cache)
    stream = world.held_out(1 + stream_seed(0, "benchmark of motions"), 2 * count)
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


def _recorded(
    name: str, asked: Sequence[tuple[Request, float]], attempt: Callable[[Request, float], Record]
) -> list[Record]:
    """Records of the requests asked, those that are kept already and new ones; each is kept at once."""
    path = RUNS / f"{name.replace(' ', '_')}.jsonl"
    records = _lines(path)
    if len(records) < len(asked):
        attempt(*asked[0])  # what is compiled or imported at the first motion is no part of the next ones
    with open(path, "a", encoding="utf-8") as file:
        for request, length in asked[len(records) :]:
            records.append(attempt(request, length))
            file.write(json.dumps(records[-1]) + "\n")
            file.flush()
    return records[: len(asked)]


def _lines(path: Path) -> list[Any]:
    """What was kept; a last line that an interruption tore is dropped."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        return []
    whole = [
        line for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if line.endswith("\n")
    ]
    path.write_text("".join(whole), encoding="utf-8")
    return [json.loads(line) for line in whole]


def _tried(
    plan: Answer, request: Request, length: float, world: World, criteria: Any, *, check: bool
) -> Record:
    """Plan, run and judge one request."""
    wall, core = time.perf_counter(), time.process_time()
    answer = plan(request)
    times = {"wall_ms": 1e3 * (time.perf_counter() - wall), "core_ms": 1e3 * (time.process_time() - core)}
    if isinstance(answer, Refusal):
        return {**asdict(refused(answer)), **times, "reason": answer.reason}
    outcome = judged(request, answer, world.execute(answer.motion), world.limits, length, criteria)
    if check:
        outcome = replace(outcome, limit_violation=outcome.limit_violation or not _kept(answer, world))
        if _second_engine():
            outcome = with_second_opinion(outcome, world.execute(answer.motion, "mujoco"))
    shares = {name: 1e3 * seconds for name, seconds in answer.seconds.items()}
    return {**asdict(outcome), **times, "shares_ms": shares}


def _kept(plan: Plan, world: World) -> bool:
    """Whether every sample that was written keeps every limit when it is read back."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "motion.csv"
        write_motion(path, plan.motion, world.joint_names, world.limits, world.scene)
        try:
            verify_written(path, world.limits)
        except MotionError:
            return False
    return True


def _second_engine() -> bool:
    from importlib.util import find_spec

    return find_spec("mujoco") is not None


def summary(records: Sequence[Record]) -> dict[str, Any]:
    """Rates, medians and means of one method's records."""
    ran = [record for record in records if not record["refused"]]

    def median(name: str) -> float | None:
        values = [record[name] for record in ran if np.isfinite(record[name])]
        return float(np.median(values)) if values else None

    def most(name: str) -> float | None:
        return max((record[name] for record in ran), default=None)

    row: dict[str, Any] = {"requests": len(records)}
    for name in ("success", "collision", "limit_violation", "refused"):
        row[name] = float(np.mean([record[name] for record in records]))
    row |= {f"median_{name}": median(name) for name in ("length_ratio", "abruptness", "rms_jerk", "sparc")}
    row |= {
        f"median_{name}": median(name) for name in ("ldlj", "duration_s", "path_length_rad", "tool_length_m")
    }
    row |= {f"largest_{name}": most(name) for name in ("goal_error_m", "tracking_rmse_rad", "correction_rad")}
    row["smallest_clearance_m"] = min((record["min_clearance_m"] for record in ran), default=None)
    row["median_peak_torque_fraction"] = median("peak_torque_fraction")
    times = {name: [record[name] for record in records] for name in ("wall_ms", "core_ms")}
    row |= {f"median_{name}": float(np.median(values)) for name, values in times.items()}
    row |= {f"p95_{name}": float(np.quantile(values, 0.95)) for name, values in times.items()}
    shares = [record["shares_ms"] for record in ran if record["shares_ms"]]
    if shares:
        row["median_shares_ms"] = {
            name: round(float(np.median([share.get(name, 0.0) for share in shares])), 2) for name in shares[0]
        }
    opinions = [record["second"] for record in ran if record["second"]]
    if opinions:
        row["mujoco_agrees"] = float(np.mean([opinion["agrees"] for opinion in opinions]))
        row["mujoco_largest_tracking_rmse_rad"] = max(opinion["tracking_rmse_rad"] for opinion in opinions)
    failures = sorted({record["failure"] for record in records if record["failure"]})
    row["failures"] = {name: sum(record["failure"] == name for record in records) for name in failures}
    return row


def _all(worlds: Sequence[dict[str, list[Record]]], method: str) -> list[Record]:
    return [record for world in worlds for record in world.get(method, [])]


def targets(results: Results, worlds: Sequence[dict[str, list[Record]]], stepping: Sequence[float]) -> None:
    """Compare with what was to be reached, over all scenes and robots together."""
    verified, implicit, search = (_all(worlds, name) for name in ("verified", "implicit", "RRT-Connect"))
    ran = [record for record in verified if not record["refused"]]
    note = f"{len(verified)} requests; {{}} of the implicit mode's".format
    count = {name: sum(record[name] for record in verified) for name in ("collision", "limit_violation")}
    beside = {name: sum(record[name] for record in implicit) for name in count}
    results.target("collisions, verified", count["collision"], "<=", 0, note(beside["collision"]))
    results.target(
        "limit violations, verified", count["limit_violation"], "<=", 0, note(beside["limit_violation"])
    )
    for name, relation, target in (("refused", "<=", 0.02), ("success", ">=", 0.98)):
        value = float(np.mean([record[name] for record in verified]))
        other = float(np.mean([record[name] for record in implicit]))
        results.target(f"{name}, verified", value, relation, target, f"implicit {other:.3f}")  # type: ignore[arg-type]
    times = {name: float(np.median([record[name] for record in verified])) for name in ("wall_ms", "core_ms")}
    rrt_ms = float(np.median([record["wall_ms"] for record in search]))
    results.target(
        "median time to plan a verified motion, ms",
        times["wall_ms"],
        "<=",
        60.0,
        f"{times['core_ms']:.1f} ms of the core's own time; RRT-Connect with short cuts {rrt_ms:.1f} ms",
    )
    _against_latent_line(results, worlds)
    results.target(
        "median path length, in the demonstrator's",
        float(np.median([record["length_ratio"] for record in ran])),
        "<=",
        1.15,
    )
    results.target("largest goal error, m", max(r["goal_error_m"] for r in ran), "<=", 1e-3)
    results.target("largest tracking rms, rad", max(r["tracking_rmse_rad"] for r in ran), "<=", 2e-3)
    results.target("least stepping, of raw PyBullet's", min(stepping), ">=", 0.7)
    agrees = [record["second"]["agrees"] for record in ran if record["second"]]
    value = float(np.mean(agrees)) if agrees else None
    results.target("MuJoCo agrees on collisions", value, ">=", 0.99, f"{len(agrees)} motions")


def _against_latent_line(results: Results, worlds: Sequence[dict[str, list[Record]]]) -> None:
    """Jerk and abruptness in those of the straight latent line for the same request."""
    pairs = [
        (verified, line)
        for world in worlds
        for verified, line in zip(world["verified"], world["latent line"], strict=False)
        if not (verified["refused"] or line["refused"])
    ]
    hits = float(np.mean([line["collision"] for _, line in pairs]))
    for name in ("rms_jerk", "abruptness"):
        value = float(np.median([verified[name] / line[name] for verified, line in pairs]))
        note = f"{len(pairs)} pairs under one time law; {hits:.0%} of the straight latent lines collide"
        results.target(f"median {name}, in the straight latent line's", value, "<=", 0.5, note)


if __name__ == "__main__":
    main()
