"""What the geometry benchmark measures beside robogeo: other libraries' searches and geodesic solvers.

They are installed by the extra `benchmark`; one that is missing is left out of the table, which says so.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from scipy.sparse.csgraph import dijkstra

from robogeo.geometry import GeodesicGraph, PullbackMetric, fit_neural_geodesic, relax
from robogeo.geometry.search import symmetric_graph

Query = Callable[[int, int], float]
WITHIN = 1.01


def installed(name: str) -> bool:
    """Whether a package is there."""
    return importlib.util.find_spec(name) is not None


def searches(graph: GeodesicGraph) -> dict[str, Query]:
    """Shortest-path searches from node to node, each with its path read back.

    They run on the same edges, with the nodes numbered as the data came; SciPy also with them numbered by
    place, as robogeo does.
    """
    count, edges, lengths = len(graph.nodes), graph.origins[graph.edges], graph.lengths
    given = symmetric_graph(edges, lengths, count)
    ordered = symmetric_graph(graph.edges, lengths, count)
    found: dict[str, Query] = {
        "scipy_dijkstra": _as_given(graph, lambda i, j: _scipy(given, i, j)),
        "scipy_dijkstra_by_place": lambda i, j: _scipy(ordered, i, j),
    }
    if installed("networkx"):
        embedded = graph.embedded.double().numpy()[np.argsort(graph.origins)]
        found["networkx_astar"] = _as_given(graph, _networkx(edges, lengths, embedded))
    if installed("igraph"):
        found["igraph_dijkstra"] = _as_given(graph, _igraph(count, edges, lengths))
    return found


def _as_given(graph: GeodesicGraph, query: Query) -> Query:
    """The query between the graph's nodes, asked in the numbers of the data."""
    return lambda i, j: query(int(graph.origins[i]), int(graph.origins[j]))


def _scipy(matrix: Any, i: int, j: int) -> float:
    distance, parent = dijkstra(matrix, indices=i, return_predecessors=True)
    node = j
    while node != i:
        node = parent[node]
    return float(distance[j])


def _networkx(edges: np.ndarray, lengths: np.ndarray, embedded: np.ndarray) -> Query:
    import networkx

    made = networkx.Graph()
    made.add_nodes_from(range(len(embedded)))
    made.add_weighted_edges_from(zip(*edges.T.tolist(), lengths.tolist(), strict=True))

    def query(i: int, j: int) -> float:
        def chord(a: int, b: int) -> float:
            return float(np.linalg.norm(embedded[a] - embedded[b]))

        path = networkx.astar_path(made, i, j, heuristic=chord)
        return sum(made[a][b]["weight"] for a, b in pairwise(path))

    return query


def _igraph(count: int, edges: np.ndarray, lengths: np.ndarray) -> Query:
    import igraph

    made = igraph.Graph(n=count, edges=edges)
    weights = lengths.tolist()

    def query(i: int, j: int) -> float:
        path = made.get_shortest_path(i, j, weights=weights, output="epath")
        return float(lengths[path].sum())

    return query


class Race:
    """Time that solvers take to come within one per cent of the reference length of one pair."""

    def __init__(self, net: torch.nn.Sequential, metric64: PullbackMetric) -> None:
        self._net, self._metric, self._metric64 = net, PullbackMetric(net), metric64

    def robogeo(self, graph: GeodesicGraph, z0: torch.Tensor, z1: torch.Tensor, least: float) -> float:
        """Graph search and relaxation at 16 segments, enough for one per cent; stopped at ever more steps."""
        return self._first_within(
            lambda steps: relax(self._metric, graph.geodesic(z0, z1), segments=16, max_steps=steps).points,
            (1, 2, 3, 4, 6, 8, 12, 20, 30),
            least,
        )

    def stochman(self, z0: torch.Tensor, z1: torch.Tensor, least: float) -> float:
        """Its spline geodesic, Adam on the energy; stopped at ever more of its own steps."""
        from stochman.curves import CubicSpline
        from stochman.geodesic import geodesic_minimizing_energy

        manifold, t = _stochman_manifold(self._net), torch.linspace(0, 1, 513)

        def solve(steps: int) -> torch.Tensor:
            curve = CubicSpline(z0.float()[None], z1.float()[None])
            geodesic_minimizing_energy(curve, manifold, max_iter=steps)
            return curve(t).detach()

        return self._first_within(solve, (5, 10, 15, 20, 30, 45, 70, 100, 150), least)

    def stochman_default(self, z0: torch.Tensor, z1: torch.Tensor) -> float:
        """Its spline geodesic as a user calls it."""
        manifold = _stochman_manifold(self._net)
        started = time.process_time()
        manifold.connecting_geodesic(z0.float()[None], z1.float()[None])
        return time.process_time() - started

    def published(self, z0: torch.Tensor, z1: torch.Tensor, least: float) -> float:
        """The neural geodesic of Chen et al. 2018, its pre-training included."""
        return self._first_within(
            lambda steps: fit_neural_geodesic(self._metric, z0, z1, recipe="published", steps=steps).points,
            (30, 100, 300, 1000),
            least,
        )

    def _first_within(
        self, solve: Callable[[int], torch.Tensor], caps: tuple[int, ...], least: float
    ) -> float:
        """Processor time of the first run whose curve is within one per cent; infinite if none is."""
        for cap in caps:
            started = time.process_time()
            points = solve(cap)
            taken = time.process_time() - started
            z = points.double()
            if float(self._metric64.segment_lengths(z[:-1], z[1:]).sum()) <= WITHIN * least:
                return taken
        return float("inf")


def _stochman_manifold(net: torch.nn.Sequential) -> Any:
    from stochman.manifold import EmbeddedManifold

    class Decoded(EmbeddedManifold):  # type: ignore[misc]
        def embed(self, points: torch.Tensor, jacobian: bool = False) -> torch.Tensor:
            return net(points)

    return Decoded()
