"""How much longer ways get over fewer nodes: on the graph, and once relaxed."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from geometry_fixture import cpu_seconds, decoder, doubled, latents, true_length

from robogeo.geometry import Geodesic, GeodesicGraph, PullbackMetric, relax_many, select_nodes, stretch_bound

NODES, PAIRS = 20_000, 100
SHARES = (4, 16, 64)
NEIGHBORS, PROMISING = 10, 160


def measure_thinning() -> list[dict[str, Any]]:
    """A row for each share of the nodes: ways between kept nodes, beside those on the graph of all."""
    metric = PullbackMetric(doubled(decoder(2)))
    nodes = torch.from_numpy(latents(NODES, 2))
    fine = GeodesicGraph.build(metric, nodes, NEIGHBORS)
    order = select_nodes(fine.nodes, NODES // SHARES[0], metric).indices
    ends = np.random.default_rng(3).choice(NODES // SHARES[-1], (PAIRS, 2))  # kept by all of them
    ends = ends[ends[:, 0] != ends[:, 1]]
    start, goal = (fine.nodes[torch.from_numpy(order[ends[:, side]])] for side in (0, 1))
    ways = fine.paths(start, goal)
    usual = np.array([way.length for way in ways])
    best = _relaxed(metric, ways)
    rows = []
    for share in SHARES:
        chosen = fine.nodes[torch.from_numpy(order[: NODES // share])]
        coarse = GeodesicGraph.build(metric, chosen, NEIGHBORS)
        found = coarse.paths(start, goal)
        along = np.array([way.length for way in found]) / usual - 1.0
        relaxed = (
            np.array([true_length(metric, way.points) for way in relax_many(metric, found)]) / best - 1.0
        )
        joined = GeodesicGraph.build(metric, chosen, PROMISING)
        promised = joined.distances(start, goal).numpy() / usual - 1.0
        rows.append(
            {
                "nodes": len(chosen),
                "of": NODES,
                "added_on_graph_median": float(np.median(along)),
                "added_on_graph_most": float(along.max()),
                "added_relaxed_median": float(np.median(relaxed)),
                "added_relaxed_most": float(relaxed.max()),
                "query_ms": 1e3 * cpu_seconds(lambda graph=coarse: graph.paths(start, goal)) / len(start),
                "neighbors_of_the_bound": PROMISING,
                "bound": stretch_bound(fine, joined) - 1.0,
                "added_with_those_most": float(promised.max()),
            }
        )
    return rows


def _relaxed(metric: PullbackMetric, ways: list[Geodesic]) -> np.ndarray:
    """Lengths of ways once they are relaxed."""
    return np.array([true_length(metric, way.points) for way in relax_many(metric, ways)])
