"""What is kept of every request that was tried, and its summary (used by benchmark_motion.py)."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from latent_interpolation import interpolation

from robogeo.errors import MotionError
from robogeo.evaluation.outcome import SuccessCriteria, judged, refused, with_second_opinion
from robogeo.motion.exchange import verify_written, write_motion
from robogeo.motion.manifold import Manifold
from robogeo.motion.planner import Plan
from robogeo.motion.request import Refusal, Request
from robogeo.motion.world import World

Answer = Callable[[Request], Plan | Refusal]
Record = dict[str, Any]


def recorded(
    path: Path, asked: Sequence[tuple[Request, float]], attempt: Callable[[Request, float], Record]
) -> list[Record]:
    """Records of the requests asked, those that a file keeps already and new ones; each is kept at once."""
    records = lines(path)
    if len(records) < len(asked):
        attempt(*asked[0])  # what is compiled or imported at the first motion is no part of the next ones
    with open(path, "a", encoding="utf-8") as file:
        for request, length in asked[len(records) :]:
            records.append(attempt(request, length))
            file.write(json.dumps(records[-1]) + "\n")
            file.flush()
    return records[: len(asked)]


def lines(path: Path) -> list[Any]:
    """What was kept; a last line that an interruption tore is dropped."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        return []
    whole = [
        line for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if line.endswith("\n")
    ]
    path.write_text("".join(whole), encoding="utf-8")
    return [json.loads(line) for line in whole]


def tried(
    plan: Answer,
    request: Request,
    length: float,
    world: World,
    criteria: SuccessCriteria,
    manifold: Manifold | None = None,
) -> Record:
    """Plan, run and judge one request.

    With a manifold also: write the motion and read it back, run it in MuJoCo if that is installed, and set it
    beside plain interpolation between the codes of start and goal.
    """
    wall, core = time.perf_counter(), time.process_time()
    answer = plan(request)
    times = {"wall_ms": 1e3 * (time.perf_counter() - wall), "core_ms": 1e3 * (time.process_time() - core)}
    if isinstance(answer, Refusal):
        return {**asdict(refused(answer)), **times, "reason": answer.reason}
    outcome = judged(request, answer, world.execute(answer.motion), world.limits, length, criteria)
    if manifold is not None:
        outcome = replace(
            outcome, limit_violation=outcome.limit_violation or not kept_when_written(answer, world)
        )
        if second_engine():
            outcome = with_second_opinion(outcome, world.execute(answer.motion, "mujoco"))
    shares = {name: 1e3 * seconds for name, seconds in answer.seconds.items()}
    beside = None if manifold is None else asdict(interpolation(manifold, request, answer))
    return {**asdict(outcome), **times, "shares_ms": shares, "interpolation": beside}


def kept_when_written(plan: Plan, world: World) -> bool:
    """Whether every sample that was written keeps every limit when it is read back."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "motion.csv"
        write_motion(path, plan.motion, world.joint_names, world.limits, world.scene)
        try:
            verify_written(path, world.limits)
        except MotionError:
            return False
    return True


def second_engine() -> bool:
    """Whether MuJoCo is installed."""
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
