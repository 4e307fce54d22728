"""Measure what real recordings are good for: held-out motions met, and how many recordings that takes.

    python scripts/benchmark_real_data.py

Leave-one-out on every real task: the geodesic from a held-out recording's start to its goal, beside the
straight line and a ProMP. Pool selection: three tasks of the LWR in one pool, without their names; how many
recordings a strategy asks for until the score comes to 95 % of what all of them give. Finished cells are kept
in runs/benchmark_real_data, so an interrupted benchmark goes on when repeated. Writes
docs/results/real_data.json.
"""

from __future__ import annotations

from concurrent.futures import as_completed
from typing import Any

import numpy as np
from real_data_cells import ARM, CELLS, LETTERS, POSES, ROOT, STRATEGIES, cells, kept, run, write_pool

from robogeo.durable import make_folder
from robogeo.evaluation.paired import bootstrap, holm, mean_difference, median_ratio, signed_rank
from robogeo.evaluation.results import Results
from robogeo.parallel import Workers

WORKERS = 2
ENOUGH = 0.95  # of the score with all recordings


def main() -> None:
    """Run what is missing and write the results."""
    make_folder(CELLS)
    write_pool()
    missing = [cell for cell in cells() if not cell.file.is_file()]
    with Workers(WORKERS) as workers:
        for number, done in enumerate(as_completed([workers.submit(run, cell) for cell in missing]), 1):
            done.result()
            print(f"{number} of {len(missing)}", flush=True)
    results = Results("real_data", "python scripts/benchmark_real_data.py")
    left_out(results)
    selection(results)
    print(results.write(ROOT / "docs" / "results"))


def left_out(results: Results) -> None:
    """Rows and targets of leave-one-out."""
    ratios: list[float] = []
    labels: list[str] = []
    for task in (*ARM, *LETTERS, *POSES):
        found = kept("left-out", task)
        row: dict[str, Any] = {"what": "leave-one-out", "task": task, "recordings": len(found)}
        row["refused"] = sum(bool(one["refusal"]) for one in found)
        own = [ratio(one, "geodesic", "line") for one in found]
        ratios += own
        labels += [task] * len(own)
        for name in ("geodesic", "line", "promp"):
            for measure in ("aligned", "even", "largest"):
                known = [one["ways"][name][measure] for one in found if one["ways"][name]]
                row[f"{name}_{measure}"] = float(np.median(known)) if known else None
        for name in ("line", "promp"):
            row[f"ratio_to_{name}"], row[f"ratio_to_{name}_ci95"] = estimated(
                [ratio(one, "geodesic", name) for one in found if one["ways"][name]]
            )
        near = [
            one["ways"]["geodesic"]["aligned"] <= one["tolerance"] for one in found if one["ways"]["geodesic"]
        ]
        row["within_tolerance"] = float(np.sum(near) / len(found))
        results.row(**row)
    for name, tasks in (("LWR tasks", ARM), ("letters", LETTERS), ("poses", POSES)):
        some = [value for value, label in zip(ratios, labels, strict=True) if label in tasks]
        value, interval = estimated(some, [label for label in labels if label in tasks])
        results.row(what="median ratio", of=name, ratio=value, ci95=interval)
    value, interval = estimated(ratios, labels)
    results.target("median ratio to the straight line, all tasks", value, "<=", 0.7, f"95 % {interval}")
    arm = [value for value, label in zip(ratios, labels, strict=True) if label in ARM]
    value, interval = estimated(arm, [label for label in labels if label in ARM])
    results.target("median ratio to the straight line, LWR joints", value, "<=", 0.7, f"95 % {interval}")


def ratio(one: dict[str, Any], ours: str, theirs: str) -> float:
    """How far one way strays over how far another does; a refused request strays as the straight line."""
    ways = one["ways"]
    mine = ways[ours] or ways["line"]
    return float(mine["aligned"] / ways[theirs]["aligned"])


def estimated(values: list[float], strata: list[str] | None = None) -> tuple[float | None, list[float]]:
    """Median of ratios, and its bootstrap interval."""
    if not values:
        return None, []
    found = bootstrap(np.log(values), lambda sample: np.median(sample, axis=-1), strata or ())
    value, low, high = (float(np.exp(part)) for part in (found.value, found.low, found.high))
    return value, [round(low, 3), round(high, 3)]


def selection(results: Results) -> None:
    """Rows and targets of asking for recordings."""
    full = [one["score"] for one in kept("all", "three_tasks")]
    counts: dict[str, list[float]] = {}
    areas: dict[str, list[float]] = {}
    for name in STRATEGIES:
        runs = kept("selection", "three_tasks", name)
        counts[name] = [reached(one["scores"], ENOUGH * goal) for one, goal in zip(runs, full, strict=True)]
        areas[name] = [float(np.mean(one["scores"])) for one in runs]
        curve = np.mean([one["scores"] for one in runs], axis=0).round(3).tolist()
        row = {"strategy": name, "recordings_to_95": counts[name], "median": float(np.median(counts[name]))}
        results.row(what="pool selection", **row, mean_score=float(np.mean(areas[name])), curve=curve)
    results.row(what="pool selection", strategy="all recordings", mean_score=float(np.mean(full)))
    against = [name for name in STRATEGIES if name != "combined"]
    tests = holm([signed_rank(counts["combined"], counts[name]) for name in against])
    for name, p in zip(against, tests, strict=True):
        found = median_ratio(counts["combined"], counts[name])
        area = mean_difference(areas["combined"], areas[name])
        results.row(
            what="combined against",
            strategy=name,
            ratio=found.value,
            ci95=[found.low, found.high],
            p_holm=p,
            score_difference=area.value,
            score_difference_ci95=[area.low, area.high],
        )
        # A median of 1 is no gain: that the strategy needs fewer has to be beyond the interval too.
        results.target(
            f"recordings to 95 %: combined / {name}, upper end of the 95 % interval",
            found.high,
            "<=",
            1.0,
            f"median {found.value:.2f}, p {p:.2g}",
        )
        results.target(f"mean score over 10 recordings: combined - {name}, lower end", area.low, ">=", 0.0)


def reached(scores: list[float], goal: float) -> int:
    """With how many recordings the score first comes to a goal; one more than all where it never does."""
    return next((number for number, value in enumerate(scores, start=1) if value >= goal), len(scores) + 1)


if __name__ == "__main__":
    main()
