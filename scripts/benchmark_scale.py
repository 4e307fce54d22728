"""Measure what grows with the size of the work, and what parallel work costs beside the work itself.

    python scripts/benchmark_scale.py [--parts growth,disk,thinning,training,streaming,rounds,overhead]
    python scripts/benchmark_scale.py --parts speedup
    python scripts/benchmark_scale.py --parts devices

Seconds are processor time, which other users of the machine disturb little. Only `speedup` and `devices` are
by the clock: they need idle processors, or a graphics card, and are left out unless named.

Writes docs/results/scale.json and docs/images/scale.png; parts that are not named stay as they are there.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import importlib.util
import json
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from device_speed import measure_devices
from geometry_fixture import clock_seconds, cpu_seconds
from geometry_growth import measure_growth
from geometry_thinning import measure_thinning
from graph_on_disk import measure_graph_on_disk
from round_growth import measure_round
from scale_picture import draw_scale
from scipy import stats
from speedup import SUBJECTS, TARGET, measure_speedup, target_name
from training_speed import measure_streaming, measure_training

from robogeo.evaluation.results import Results
from robogeo.parallel import Workers, use_one_thread

DOCS = Path(__file__).resolve().parent.parent / "docs"
NODES = (1_000, 3_162, 10_000, 31_623, 100_000, 316_228, 1_000_000, 3_162_278, 10_000_000)
TREND_FROM = 10_000  # nodes; what is smaller stays in the processor's cache
ITEMS = 200


def main() -> None:
    """Run the parts and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parts", default="growth,disk,thinning,training,streaming,rounds,overhead")
    parser.add_argument("--demonstrations", default="10,32,100,316", help="10000: an hour more")
    parser.add_argument(
        "--largest",
        type=int,
        default=1_000_000,
        choices=(1_000_000, 10_000_000),
        help="nodes of a graph; 10000000: 16 GiB of memory, half an hour more",
    )
    parser.add_argument("--out", type=Path, default=DOCS / "results")
    given = parser.parse_args()
    parts: dict[str, Callable[[Results], None]] = {
        "growth": partial(growth, sizes=[size for size in NODES if size <= given.largest]),
        "disk": measure_graph_on_disk,
        "thinning": thinning,
        "training": measure_training,
        "streaming": measure_streaming,
        "rounds": partial(rounds, counts=[int(count) for count in given.demonstrations.split(",")]),
        "overhead": overhead,
        "speedup": measure_speedup,
        "devices": measure_devices,
    }
    use_one_thread()
    torch.set_num_threads(1)
    results = Results(
        "scale",
        "python scripts/benchmark_scale.py --largest 10000000 --demonstrations 10,32,100,316,1000,10000"
        " --parts growth,disk,thinning,training,streaming,rounds,overhead,speedup",
    )
    for name in given.parts.split(","):
        parts[name](results)
    _keep_others(results, given.out / "scale.json")
    for name in map(target_name, SUBJECTS):
        if name not in {target["name"] for target in results.targets}:
            results.target(
                name, None, ">=", TARGET, "not measured: needs two idle processors; --parts speedup"
            )
    print(results.write(given.out))
    if {"growth", "round"} <= {row["what"] for row in results.rows}:
        images = DOCS / "images" if given.out == DOCS / "results" else given.out
        draw_scale(results.rows, images / "scale.png")


def _keep_others(results: Results, file: Path) -> None:
    """Add what an earlier run of other parts has found."""
    if not file.exists():
        return
    earlier = json.loads(file.read_text())
    measured = {_subject(row) for row in results.rows}
    origin = {"commit": earlier["commit"]}  # that of the file is of the latest parts
    results.rows += [origin | row for row in earlier["rows"] if _subject(row) not in measured]
    results.rows.sort(key=lambda row: (row["what"], row.get("demonstrations", row.get("nodes", 0))))
    names = {target["name"] for target in results.targets if target["value"] is not None}
    kept = [target for target in earlier["targets"] if target["name"] not in names]
    again = {target["name"] for target in kept}
    results.targets = [t for t in results.targets if t["name"] not in again] + kept


def _subject(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["what"], row.get("of"), row.get("demonstrations")


def growth(results: Results, sizes: Sequence[int]) -> None:
    """Build, query and memory of graphs, each in a process of its own, and their trends."""
    rows = [measure_growth(size) for size in sizes]
    for row in rows:
        results.row(what="growth", **row)
    for name in ("build_s", "landmarks_s", "query_ms", "memory_with_landmarks_gib"):
        trend = _trend([row["nodes"] for row in rows], [row[name] for row in rows], from_size=TREND_FROM)
        beyond = trend.pop("at")(1e7)
        at = {"extrapolated_to_1e7": beyond} if sizes[-1] < 1e7 else {}
        results.row(what="exponent", of=name, range=f"{TREND_FROM} to {sizes[-1]} nodes", **trend, **at)
    build = next(row for row in results.rows if row.get("of") == "build_s")
    results.target("exponent of the build, upper end of its interval", build["high"], "<=", 1.1)
    million = next(row for row in rows if row["nodes"] == 1_000_000)
    results.target("peak memory of 10^6 nodes, GiB", million["memory_with_landmarks_gib"], "<=", 8.0)


def _trend(sizes: Sequence[float], values: Sequence[float], from_size: float) -> dict[str, Any]:
    """Slope of logarithms with its 95 % interval (Student's t), and what the trend says elsewhere."""
    kept = [(size, value) for size, value in zip(sizes, values, strict=True) if size >= from_size]
    x, y = np.log(np.array(kept)).T
    line = stats.linregress(x, y)
    half = float(stats.t.ppf(0.975, len(x) - 2) * line.stderr)
    slope = float(line.slope)

    def at(size: float) -> float:
        return float(np.exp(line.intercept + slope * np.log(size)))

    return {"exponent": slope, "low": slope - half, "high": slope + half, "at": at}


def thinning(results: Results) -> None:
    """How much longer ways get over a quarter of the nodes and less, and what is promised."""
    rows = measure_thinning()
    for row in rows:
        results.row(what="thinning", **row)
    most = max(row["added_with_those_most"] - row["bound"] for row in rows)
    results.target("ways over fewer nodes, beyond their bound", most, "<=", 0.0)


def rounds(results: Results, counts: Sequence[int]) -> None:
    """Where the time of one round goes, by the number of demonstrations."""
    for count in counts:
        results.row(what="round", **measure_round(count))


def overhead(results: Results) -> None:
    """What an item costs beside its work, on every engine: time of the caller's process, and by the clock."""
    for engine in ("serial", "processes", "ray"):
        if engine == "ray" and importlib.util.find_spec("ray") is None:
            continue
        started = time.perf_counter()
        with Workers(1, engine=engine) as workers:
            workers.map(abs, [-1])
            begun = time.perf_counter() - started
            core = [cpu_seconds(lambda: workers.map(abs, range(ITEMS))) / ITEMS for _ in range(5)]
            clock = [clock_seconds(lambda: workers.map(abs, range(ITEMS))) / ITEMS for _ in range(5)]
        caller, quickest = 1e3 * float(np.median(core)), 1e3 * min(clock)
        results.row(what="overhead", engine=engine, start_s=begun, caller_ms=caller, clock_ms_least=quickest)


if __name__ == "__main__":
    main()
