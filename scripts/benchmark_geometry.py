"""Measure the geometry engine beside other libraries, in one process and one thread.

    python scripts/benchmark_geometry.py [--parts edges,query,geodesic,accuracy,surfaces,growth]

Ratios are of processor times measured in turn in the same run. Writes docs/results/geometry.json
when all parts were measured.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import time
from typing import Any

import numpy as np
import torch
from geometry_closed_forms import measure_surfaces
from geometry_fixture import (
    ROOT,
    cpu_seconds,
    doubled,
    graph_on,
    latents,
    median_seconds,
    reference_lengths,
    speed_integrals,
    true_length,
)
from geometry_growth import measure_growth
from geometry_rivals import Race, installed, searches

from robogeo.evaluation.results import Results
from robogeo.geometry import GeodesicGraph, PullbackMetric, relax, relax_many

DIMENSIONS = (2, 3, 5, 10)
CHUNK = 8192
BLOCK = 50
"""Queries of one method in a row: each is measured with its own data in the processor's cache."""
SIZES = (10_000, 31_623, 100_000, 316_228, 1_000_000)


def main() -> None:
    """Run the parts and write the results."""
    parts = {"edges": edges, "query": query, "geodesic": geodesic, "accuracy": accuracy}
    parts |= {"surfaces": measure_surfaces, "growth": growth}
    parser = argparse.ArgumentParser()
    parser.add_argument("--parts", default=",".join(parts))
    options = parser.parse_args()
    unknown = sorted(set(options.parts.split(",")) - set(parts))
    if unknown:
        parser.error(f"--parts: there is no {unknown[0]!r}; known: {', '.join(parts)}")
    torch.set_num_threads(1)
    results = Results("geometry", "python scripts/benchmark_geometry.py")
    for name in options.parts.split(","):
        parts[name](results)
    if set(options.parts.split(",")) >= set(parts):
        print(results.write(ROOT / "docs" / "results"))
    else:
        print("nothing written: a part alone is no whole table")


def edges(results: Results) -> None:
    """Graph build of 5,000 nodes against one plain decoder pass over 16 points an edge."""
    for d in DIMENSIONS:
        net, graph = graph_on(d, 5000)
        metric, nodes = PullbackMetric(net), latents(5000, d)
        points = torch.from_numpy(latents(16 * len(graph.edges), d, seed=2)).float()

        def plain(net: Any = net, points: Any = points) -> None:
            with torch.no_grad():
                for part in torch.split(points, CHUNK):
                    net(part)

        def closed_form(metric: Any = metric, points: Any = points) -> None:
            metric.immersion.values(points.numpy())

        took = median_seconds(
            {
                "build": lambda metric=metric, nodes=nodes: GeodesicGraph.build(metric, nodes, 10),
                "plain": plain,
                "closed_form": closed_form,
            }
        )
        chosen = np.random.default_rng(0).choice(len(graph.edges), 2000, replace=False)
        a, b = (graph.nodes[torch.from_numpy(graph.edges[chosen, end])] for end in (0, 1))
        true = speed_integrals(PullbackMetric(doubled(net)), a, b).numpy()
        error = np.abs(graph.lengths[chosen] / true - 1)
        ratio = took["build"] / took["plain"]
        results.row(
            what="build",
            d=d,
            edges=len(graph.edges),
            build_s=took["build"],
            over_plain_pass=ratio,
            over_pass_in_closed_form=took["build"] / took["closed_form"],
            error_mean=float(error.mean()),
            error_max=float(error.max()),
        )
        if d == 2:
            results.target(
                "build of 5,000 nodes / plain decoder pass of 16 points an edge", ratio, "<=", 0.35
            )
            results.target("mean relative error of edge lengths", float(error.mean()), "<=", 1e-5)


def query(results: Results) -> None:
    """Single queries between nodes of a graph of 50,000, and 1,000 in one call."""
    bounds = {"scipy_dijkstra": 1 / 30, "networkx_astar": 1 / 150, "igraph_dijkstra": 1 / 45}
    for d in DIMENSIONS:
        _, graph = graph_on(d, 50_000)
        landmarks_s = cpu_seconds(lambda graph=graph: graph.geodesic(graph.nodes[0], graph.nodes[1]))
        pairs = np.random.default_rng(3).integers(0, 50_000, size=(100, 2))
        rivals = searches(graph)
        times: dict[str, list[float]] = {name: [] for name in ("robogeo", *rivals)}
        worst, lengths = 0.0, {}
        for block in np.split(pairs, len(pairs) // BLOCK):
            for name, ask in {"robogeo": _asks(graph), **rivals}.items():
                for i, j in block.tolist():
                    started = time.process_time()
                    length = ask(i, j)
                    times[name].append(time.process_time() - started)
                    worst = max(worst, abs(length / lengths.setdefault((i, j), length) - 1))
        mean = {name: 1e3 * float(np.mean(values)) for name, values in times.items()}
        many = np.random.default_rng(4).integers(0, 50_000, size=(1000, 2))
        starts, goals = graph.nodes[torch.from_numpy(many[:, 0])], graph.nodes[torch.from_numpy(many[:, 1])]
        between = cpu_seconds(lambda g=graph, s=starts, t=goals: g.paths(s, t))
        off = torch.from_numpy(latents(2000, d, seed=5))
        off_graph = cpu_seconds(lambda g=graph, z=off: g.paths(z[:1000], z[1000:]))
        results.row(
            what="query",
            d=d,
            landmarks_s=landmarks_s,
            **{f"{name}_ms": value for name, value in mean.items()},
            of_1000_ms=between,
            of_1000_off_graph_ms=off_graph,
            worst_difference=worst,
        )
        if d == 2:
            for name, bound in bounds.items():
                ratio = mean["robogeo"] / mean[name] if name in mean else None
                results.target(f"one query, 50,000 nodes / {name}", ratio, "<=", bound)
            results.target("relative difference of lengths to all of them", worst, "<=", 1e-12)
            results.target("each of 1,000 queries, 50,000 nodes, ms", between, "<=", 0.6)


def _asks(graph: GeodesicGraph) -> Any:
    return lambda i, j: graph.geodesic(graph.nodes[i], graph.nodes[j]).length


def geodesic(results: Results) -> None:
    """Time to come within one per cent of the reference length, one pair at a time."""
    for d in DIMENSIONS:
        net, graph = graph_on(d, 5000)
        metric64 = PullbackMetric(doubled(net))
        pairs = np.random.default_rng(6).integers(0, 5000, size=(20, 2))
        ends = [(graph.nodes[i], graph.nodes[j]) for i, j in pairs.tolist()]
        paths = [graph.geodesic(*end) for end in ends]
        least = reference_lengths(metric64, paths)
        race = Race(net, metric64)
        race.robogeo(graph, *ends[0], float(least[0]))
        known = list(zip(ends, least.tolist(), strict=True))
        times = {"robogeo": [race.robogeo(graph, *end, reference) for end, reference in known]}
        times["robogeo_default"] = [
            cpu_seconds(lambda g=graph, end=end: relax(g.metric, g.geodesic(*end))) for end in ends
        ]
        if installed("stochman"):
            times["stochman"] = [race.stochman(*end, reference) for end, reference in known]
            times["stochman_default"] = [race.stochman_default(*end) for end in ends]
        few = known[: 4 if d == 2 else 2]
        times["published"] = [race.published(*end, reference) for end, reference in few]
        middle = {name: 1e3 * float(np.median(values)) for name, values in times.items() if values}
        reached = {name: int(np.isfinite(values).sum()) for name, values in times.items() if values}
        results.row(
            what="to within 1 %",
            d=d,
            **{f"{name}_ms": value for name, value in middle.items()},
            **{f"{name}_reached": f"{reached[name]}/{len(times[name])}" for name in reached},
        )
        if d == 2:
            called = middle["robogeo_default"] / middle["stochman_default"] if "stochman" in middle else None
            results.target("graph and relaxation / stochman's spline, both as called", called, "<=", 0.1)
            ratio = middle["robogeo"] / middle["stochman"] if "stochman" in middle else None
            note = "the stricter reading: each stopped by hand once within 1 %"
            results.target("graph and relaxation to 1 % / stochman's spline to 1 %", ratio, "<=", 0.1, note)
            ratio = middle["robogeo"] / middle["published"]
            results.target(
                "graph and relaxation to 1 % / published neural geodesic to 1 %", ratio, "<=", 0.02
            )


def accuracy(results: Results) -> None:
    """Relaxed and graph lengths over the reference, 100 pairs."""
    for d in DIMENSIONS:
        net, graph = graph_on(d, 5000)
        metric64 = PullbackMetric(doubled(net))
        pairs = np.random.default_rng(7).integers(0, 5000, size=(100, 2))
        starts, goals = (graph.nodes[torch.from_numpy(pairs[:, end])] for end in (0, 1))
        paths = graph.paths(starts, goals)
        curves = relax_many(graph.metric, paths)
        least = reference_lengths(metric64, paths)
        relaxed = np.array([true_length(metric64, curve.points) for curve in curves]) / least
        raw = np.array([path.length for path in paths]) / least
        line = metric64.segment_lengths(starts, goals).numpy() / least
        results.row(
            what="length over reference",
            d=d,
            **{
                f"{name}_{what}": float(value)
                for name, part in (("relaxed", relaxed), ("graph", raw), ("line", line))
                for what, value in (("median", np.median(part)), ("worst", part.max()))
            },
            converged=sum(curve.converged for curve in curves),
            from_line=sum(curve.method == "relaxed from line" for curve in curves),
        )
        if d == 2:
            results.target(
                "relaxed / reference length, median of 100", float(np.median(relaxed)), "<=", 1.0001
            )
            results.target("relaxed / reference length, worst of 100", float(relaxed.max()), "<=", 1.002)


def growth(results: Results) -> None:
    """Time and memory of the build from 10^4 to 10^6 nodes, each in a process of its own."""
    rows = []
    for size in SIZES:
        rows.append(measure_growth(size))
        results.row(what="growth", **rows[-1])
    sizes = np.log([row["nodes"] for row in rows])
    slope = float(np.polyfit(sizes, np.log([row["build_s"] for row in rows]), 1)[0])
    memory = float(np.polyfit(sizes, np.log([row["memory_gib"] for row in rows]), 1)[0])
    results.target("exponent of build time, 10^4 to 10^6 nodes", slope, "<=", 1.1)
    results.target("exponent of memory, 10^4 to 10^6 nodes", memory, "<=", 1.1)
    results.target("peak memory of a build of 10^6 nodes, GiB", rows[-1]["memory_gib"], "<=", 8.0)


if __name__ == "__main__":
    main()
