"""Geodesics on a graph of latent nodes (Chen et al. 2019, "Fast approximate geodesics").

Nodes are latent codes, edges join nearest neighbours and weigh their true length under the metric (straight
latent segments, decoded chords with extrapolation instead of the paper's eq. 6). A query is an A* search. The
result passes only where data are, is some per cent too long and has corners: relax it (`relaxation.py`).
Components are joined by their shortest bridges, marked.
"""

from __future__ import annotations

import os
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from robogeo.errors import GeometryError
from robogeo.geometry import storage
from robogeo.geometry.attachment import Attacher, Attachment
from robogeo.geometry.curve import Geodesic
from robogeo.geometry.lengths import lengths_between
from robogeo.geometry.metric import Metric
from robogeo.geometry.neighbors import IntArray, bridge_edges, nearest_edges, unique_edges
from robogeo.geometry.points import FloatArray, as_array, as_point, as_rows
from robogeo.geometry.search import Search, landmark_table, symmetric_graph

SPACES = ("decoded", "latent", "both")
LANDMARKS = 16


class GeodesicGraph:
    """Nearest-neighbour graph of latent nodes under a metric; make one with `build` or `load`.

    Attributes:
        metric: the metric its lengths come from.
        nodes: latent nodes (N, d), without repetitions.
        embedded: decoded nodes (N, E).
        edges: (n_e, 2) node indices i < j.
        lengths: their lengths (n_e,) float64, each at least the decoded chord.
        bridges: (n_e,) whether an edge only joins components.
        neighbors: k, of the edges and of the links of off-graph points.
        space: where nearness is judged, `decoded`, `latent` or `both`.
        landmarks: landmarks of the search's heuristic; with 0 it is the decoded chord.
    """

    def __init__(
        self,
        metric: Metric,
        nodes: torch.Tensor,
        embedded: torch.Tensor,
        edges: IntArray,
        lengths: FloatArray,
        bridges: NDArray[np.bool_],
        neighbors: int,
        space: str = "decoded",
        landmarks: int = LANDMARKS,
    ) -> None:
        self.metric, self.nodes, self.embedded = metric, nodes, embedded
        self.edges, self.lengths, self.bridges = edges, lengths, bridges
        self.neighbors, self.space, self.landmarks = neighbors, space, landmarks

    @classmethod
    def build(
        cls,
        metric: Metric,
        nodes: Any,
        neighbors: int = 10,
        space: str = "decoded",
        landmarks: int = LANDMARKS,
    ) -> GeodesicGraph:
        """Join every node with its nearest others and measure the edges.

        Args:
            metric: any metric of this room.
            nodes: latent points (N, d), N >= 2; repetitions are merged.
            neighbors: k; with fewer other nodes, all of them.
            space: `decoded` (default; best graphs), `latent` (as published), or the union `both`, safest
                where a surface comes near itself.
            landmarks: see the class.

        Raises:
            GeometryError: bad nodes, fewer than two distinct ones, or an option out of range.
        """
        if neighbors < 1 or landmarks < 0:
            raise GeometryError(
                f"graph: neighbors must be >= 1 and landmarks >= 0, got {neighbors}, {landmarks}"
            )
        if space not in SPACES:
            raise GeometryError(f"graph space: must be one of {', '.join(SPACES)}, got {space!r}")
        distinct = _distinct(as_rows(nodes, "nodes").detach())
        with torch.no_grad():
            embedded = metric.embed(distinct)
        count, decoded, latent = len(distinct), as_array(embedded), as_array(distinct)
        chosen = [decoded] * (space != "latent") + [latent] * (space != "decoded")
        near = unique_edges(np.concatenate([nearest_edges(part, neighbors) for part in chosen]), count)
        # Across a gap support costs its full weight, so the shortest bridge is judged with that.
        wide = metric.support.weight * latent if metric.support is not None else np.zeros((count, 0))
        bridges = bridge_edges(np.hstack([decoded if space != "latent" else latent, wide]), near)
        edges = np.concatenate([near, bridges])
        marks = np.arange(len(edges)) >= len(near)
        order = np.argsort(edges[:, 0] * count + edges[:, 1])
        edges, marks = edges[order], marks[order]
        lengths = _edge_lengths(metric, distinct, embedded, edges)
        return cls(metric, distinct, embedded, edges, lengths, marks, neighbors, space, landmarks)

    def geodesic(self, z0: Any, z1: Any) -> Geodesic:
        """Shortest way from z0 to z1, each (d,): the points are z0, the nodes passed, z1.

        Raises:
            GeometryError: bad points.
        """
        d = self.nodes.shape[1]
        start, goal = as_point(z0, "z0", dimension=d), as_point(z1, "z1", dimension=d)
        return self.paths(start[None], goal[None])[0]

    def distances(self, starts: Any, goals: Any) -> torch.Tensor:
        """Lengths of the shortest ways between pairs, (m, d), (m, d) -> (m,) float64.

        Raises:
            GeometryError: bad points, or numbers of starts and goals that differ.
        """
        start, goal = self._pairs(starts, goals)
        lengths, _, _ = self._searched(self._attached(start, goal))
        return torch.from_numpy(lengths)

    def paths(self, starts: Any, goals: Any) -> list[Geodesic]:
        """Shortest ways between many pairs, (m, d), (m, d) -> m geodesics; much faster than one by one.

        Raises:
            GeometryError: bad points, or numbers of starts and goals that differ.
        """
        start, goal = self._pairs(starts, goals)
        attached = self._attached(start, goal)
        lengths, expanded, ways = self._searched(attached)
        found = []
        for p, way in enumerate(ways):
            if bool((start[p] == goal[p]).all()):
                found.append(Geodesic(torch.stack([start[p], goal[p]]), 0.0, 0))
                continue
            inner = self.nodes[torch.from_numpy(way)]
            points = torch.cat([start[p : p + 1], inner, goal[p : p + 1]])
            moves = torch.cat([torch.tensor([True]), (points.diff(dim=0) != 0).any(dim=1)])
            bridged = self._bridged(way) / lengths[p] if lengths[p] > 0 else 0.0
            found.append(Geodesic(points[moves], float(lengths[p]), int(expanded[p]), bridged=float(bridged)))
        return found

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the graph as npz of plain arrays (no objects); the metric is not in it."""
        storage.save_graph(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str], metric: Metric) -> GeodesicGraph:
        """Read a graph that `save` wrote, to be used with the metric it was built from.

        Raises:
            GeometryError: not such a file, damaged, or built from another metric.
        """
        return cls(metric, **storage.load_graph(path, metric))

    @cached_property
    def _search(self) -> Search:
        graph = symmetric_graph(self.edges, self.lengths, len(self.nodes))
        if self.landmarks == 0:
            return Search(graph, as_array(self.embedded), landmarks=False)
        return Search(graph, landmark_table(graph, self.landmarks), landmarks=True)

    @cached_property
    def _attacher(self) -> Attacher:
        return Attacher(self.metric, self.nodes, self.embedded, self.neighbors, self.space != "latent")

    @cached_property
    def _edge_keys(self) -> IntArray:
        keys: IntArray = self.edges[:, 0] * len(self.nodes) + self.edges[:, 1]
        return keys

    def _pairs(self, starts: Any, goals: Any) -> tuple[torch.Tensor, torch.Tensor]:
        d = self.nodes.shape[1]
        start, goal = as_rows(starts, "starts", dimension=d), as_rows(goals, "goals", dimension=d)
        if len(start) != len(goal):
            raise GeometryError(
                f"pairs: {len(start)} starts but {len(goal)} goals; give one goal for each start"
            )
        return start.detach().to(self.nodes), goal.detach().to(self.nodes)

    def _attached(self, start: torch.Tensor, goal: torch.Tensor) -> Attachment:
        with torch.no_grad():
            return self._attacher.attach(start, goal)

    def _searched(self, attached: Attachment) -> tuple[FloatArray, IntArray, list[IntArray]]:
        return self._search.run(attached.starts, attached.goals, attached.targets, attached.direct)

    def _bridged(self, way: IntArray) -> float:
        """Length of the bridges on a way of nodes."""
        if len(way) < 2:
            return 0.0
        low, high = np.minimum(way[:-1], way[1:]), np.maximum(way[:-1], way[1:])
        passed = np.searchsorted(self._edge_keys, low * len(self.nodes) + high)
        return float(self.lengths[passed][self.bridges[passed]].sum())


def _distinct(nodes: torch.Tensor) -> torch.Tensor:
    """Nodes without repetitions, in the order of their first appearance."""
    _, first = np.unique(as_array(nodes), axis=0, return_index=True)
    if len(first) < 2:
        raise GeometryError(f"nodes: a graph needs at least two distinct points, got {len(first)}")
    return nodes[torch.from_numpy(np.sort(first))]


def _edge_lengths(metric: Metric, nodes: torch.Tensor, embedded: torch.Tensor, edges: IntArray) -> FloatArray:
    a, b = torch.from_numpy(edges[:, 0]), torch.from_numpy(edges[:, 1])
    with torch.no_grad():
        return as_array(lengths_between(metric, nodes[a], nodes[b], embedded[a], embedded[b]))
