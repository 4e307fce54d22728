"""What a benchmark of motions is to reach, in every scene with every robot (used by benchmark_motion.py)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from motion_records import Record

from robogeo.evaluation.results import Results

World = Mapping[str, list[Record]]
"""Records of every method in one scene with one robot."""
Worlds = Mapping[str, World]
"""Those by the names of scene and robot."""


def targets(results: Results, worlds: Worlds, stepping: Mapping[str, float]) -> None:
    """Compare with what was to be reached; where worlds differ, the worst decides."""
    _safe(results, worlds)
    _fast(results, worlds)
    _beside_interpolation(results, worlds)
    _worst(
        results,
        "median path length, in the demonstrator's",
        {name: _median(_ran(world), lambda record: record["length_ratio"]) for name, world in worlds.items()},
        1.15,
    )
    ran = [record for world in worlds.values() for record in _ran(world)]
    results.target("largest goal error, m", max(record["goal_error_m"] for record in ran), "<=", 1e-3)
    results.target(
        "largest tracking rms, rad", max(record["tracking_rmse_rad"] for record in ran), "<=", 2e-3
    )
    least = min(stepping, key=lambda name: stepping[name])
    results.target("stepping, of raw PyBullet's", stepping[least], ">=", 0.7, f"least: {least}")
    agrees = [record["second"]["agrees"] for record in ran if record["second"]]
    value = float(np.mean(agrees)) if agrees else None
    results.target("MuJoCo agrees on collisions", value, ">=", 0.99, f"{len(agrees)} motions")


def _safe(results: Results, worlds: Worlds) -> None:
    verified, implicit = _all(worlds, "verified"), _all(worlds, "implicit")
    for name, told in (("collision", "collisions"), ("limit_violation", "limit violations")):
        count, other = (sum(record[name] for record in records) for records in (verified, implicit))
        note = f"{len(verified)} requests; implicit mode {other}"
        results.target(f"{told}, verified", count, "<=", 0, note)
    rates = {name: _mean(world["verified"], "refused") for name, world in worlds.items()}
    _worst(results, "refused, verified", rates, 0.02)
    rates = {name: _mean(world["verified"], "success") for name, world in worlds.items()}
    least = min(rates, key=lambda name: rates[name])
    note = (
        f"least: {least}; of all {_mean(verified, 'success'):.4f}, implicit {_mean(implicit, 'success'):.4f}"
    )
    results.target("success, verified", rates[least], ">=", 0.98, note)


def _fast(results: Results, worlds: Worlds) -> None:
    times = {name: _median(world["verified"], lambda r: r["core_ms"]) for name, world in worlds.items()}
    search = _median(_all(worlds, "RRT-Connect"), lambda record: record["core_ms"])
    own = _median(_all(worlds, "verified"), lambda record: record["core_ms"])
    note = f"of all {own:.1f}; RRT-Connect with short cuts {search:.1f}"
    _worst(results, "median time of one core to plan a verified motion, ms", times, 60.0, note)


def _beside_interpolation(results: Results, worlds: Worlds) -> None:
    """Smoothness, in that of the straight latent line; what the line is worth stands in the note."""
    beside = [record for world in worlds.values() for record in _ran(world)]
    pairs = [
        (record, line)
        for world in worlds.values()
        for record, line in zip(world["verified"], world["latent line"], strict=False)
        if not (record["refused"] or line["refused"])
    ]
    shorter = _median(beside, lambda r: r["interpolation"]["length_rad"] / r["path_length_rad"])
    works = float(np.mean([line["success"] for _, line in pairs]))
    note = f"{len(beside)} pairs; the lines have {shorter:.2f} of the length and succeed in {works:.0%}"
    rows: list[tuple[str, Callable[[Record], float]]] = [
        (
            "rms jerk, in that of latent interpolation in the same time",
            lambda r: r["rms_jerk"] / r["interpolation"]["rms_jerk"],
        ),
        (
            "abruptness at even latent steps, in that of latent interpolation",
            lambda r: r["abruptness"] / r["interpolation"]["abruptness"],
        ),
        (
            "abruptness at even steps of the curve's own parameter, in that of latent interpolation",
            lambda r: r["interpolation"]["unevenness"] / r["interpolation"]["abruptness"],
        ),
    ]
    for name, ratio in rows:
        results.target(f"median {name}", _median(beside, ratio), "<=", 0.5, note)
    value = float(np.median([record["rms_jerk"] / line["rms_jerk"] for record, line in pairs]))
    told = f"{len(pairs)} pairs, each as fast as the limits allow"
    results.target("median rms jerk, in that of the latent line under our time law", value, "<=", 0.5, told)


def _worst(results: Results, name: str, values: Mapping[str, float], target: float, note: str = "") -> None:
    most = max(values, key=lambda world: values[world])
    results.target(name, values[most], "<=", target, "; ".join(filter(None, [f"most: {most}", note])))


def _all(worlds: Worlds, method: str) -> list[Record]:
    return [record for world in worlds.values() for record in world.get(method, [])]


def _ran(world: World) -> list[Record]:
    return [record for record in world["verified"] if not record["refused"]]


def _mean(records: Sequence[Record], name: str) -> float:
    return float(np.mean([record[name] for record in records]))


def _median(records: Sequence[Record], measure: Callable[[Record], float]) -> float:
    return float(np.median([measure(record) for record in records]))
