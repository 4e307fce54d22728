"""A* on an undirected graph in compressed rows, compiled, from off-graph starts to off-graph goals.

The heuristic is either the decoded chord |F(v) - F(t)| (Chen et al. 2019, section 3.2), or landmark bounds
(ALT: Goldberg and Harrelson 2005): with D_l(v) the distance from landmark l, |D_l(t) - D_l(v)| <= d(v, t).
Landmarks expand about a tenth as many nodes. A goal hangs on the graph by edges (u_j, w_j); its landmark
bounds follow exactly from those of the u_j,

    d(v, t) >= min_j (D_l(u_j) + w_j) - D_l(v)    and    d(v, t) >= D_l(v) - max_j (D_l(u_j) - w_j),

so nothing is added to the graph for a query. Both heuristics are consistent, so every node is expanded once
at most. Forbidding edges, or making them longer, only lengthens ways: the bounds stay true, and nothing is
computed again.

The work arrays are kept from query to query: a query costs what it expands, not what the graph holds. It is
limited by cache misses, so nodes should be numbered with neighbours near each other, as `GeodesicGraph` does.
numba is imported at the first search, so that importing the room stays quick.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from robogeo.geometry.points import FloatArray, IntArray


@dataclass(frozen=True)
class Links:
    """How the off-graph points of one side hang on the graph: point p by links start[p] .. start[p + 1] - 1.

    Attributes:
        start: (P + 1,) offsets.
        nodes: (n_links,) graph nodes.
        lengths: (n_links,) lengths of the links.
    """

    start: IntArray
    nodes: IntArray
    lengths: FloatArray


class Search:
    """A* on one graph.

    Args:
        edges: (n_e, 2) node indices.
        lengths: (n_e,) their lengths.
        count: number N of nodes.
        landmarks: number of landmarks; with 0 the heuristic is the chord.
        embedded: gives decoded nodes (N, E); called for the chord only.
    """

    def __init__(
        self,
        edges: IntArray,
        lengths: FloatArray,
        count: int,
        landmarks: int,
        embedded: Callable[[], FloatArray],
    ) -> None:
        graph = symmetric_graph(edges, lengths, count)
        self._landmarks = landmarks > 0
        self._coordinates = landmark_table(graph, landmarks) if self._landmarks else embedded()
        self._graph = (graph.indptr, graph.indices, graph.data.copy())
        self._lengths = graph.data
        state = np.full((count, 2), np.inf)
        state[:, 1] = -1.0
        self._exit_length = np.full(count, np.inf)
        self._work = (state, np.full(count, -1, dtype=np.int32), np.empty(count, dtype=np.int32))
        self._room = 0
        self._heap = (np.empty(0), np.empty(0, dtype=np.int32), np.zeros(2, dtype=np.int64))

    def forbid(self, edges: IntArray) -> None:
        """Make edges (n, 2) of the graph impassable."""
        for a, b in (edges.T, edges[:, ::-1].T):
            self._graph[2][self._slots(a, b)] = np.inf

    def lengthen(self, factors: FloatArray) -> None:
        """Multiply every length by the mean of its nodes' factors (N,), each at least 1."""
        indptr, indices, data = self._graph
        data *= 0.5 * (np.repeat(factors, np.diff(indptr)) + factors[indices])

    def restore(self) -> None:
        """Make every edge passable again, and as long as it was."""
        self._graph[2][:] = self._lengths

    def run(
        self, starts: Links, goals: Links, targets: FloatArray, direct: FloatArray
    ) -> tuple[FloatArray, IntArray, list[IntArray]]:
        """Shortest ways from start p to goal p, for all P pairs.

        Args:
            starts: links of the starts.
            goals: links of the goals.
            targets: decoded goals (P, E), read by the chord heuristic only.
            direct: length of the direct way from start to goal (P,), infinite where there is none.

        Returns:
            lengths (P,), infinite where there is no way; expanded nodes (P,); and the graph nodes passed on
            each way (none for the direct way).
        """
        if len(direct) == 0:
            return np.zeros(0), np.zeros(0, dtype=np.int64), []
        from robogeo.geometry.search_kernel import astar_pairs

        low, high = self._goal_bounds(goals, targets)
        self._make_room(len(self._lengths) + len(starts.nodes) + 1)
        lengths, expanded, ways = astar_pairs(
            self._graph,
            self._coordinates,
            self._landmarks,
            (starts.start, starts.nodes, starts.lengths),
            (goals.start, goals.nodes, goals.lengths),
            low,
            high,
            direct,
            self._exit_length,
            self._work,
            self._heap,
        )
        return lengths, expanded, list(ways)

    def _goal_bounds(self, goals: Links, targets: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Per goal and landmark the formula's two numbers; the decoded goal twice for the chord."""
        if not self._landmarks:
            return targets, targets
        table, first = self._coordinates[:, goals.nodes], goals.start[:-1]
        high = np.minimum.reduceat(table + goals.lengths, first, axis=1)
        low = np.maximum.reduceat(table - goals.lengths, first, axis=1)
        return np.ascontiguousarray(low.T), np.ascontiguousarray(high.T)

    def _make_room(self, entries: int) -> None:
        if entries > self._room:
            self._room = entries
            self._heap = (np.empty(entries), np.empty(entries, dtype=np.int32), self._heap[2])

    def _slots(self, rows: IntArray, columns: IntArray) -> IntArray:
        """Where the entries (rows, columns) stand in the compressed rows; all of them are there."""
        return np.searchsorted(self._keys, rows * (len(self._graph[0]) - 1) + columns)

    @cached_property
    def _keys(self) -> IntArray:
        indptr, indices, _ = self._graph
        count = len(indptr) - 1
        keys: IntArray = np.repeat(np.arange(count), np.diff(indptr)) * count + indices
        return keys


def landmark_table(graph: csr_array, count: int) -> FloatArray:
    """Distances (L, N) from L landmarks spread by farthest-point selection over a connected graph.

    The first landmark is the node farthest from node 0. A landmark's distances lie together, since a search
    reads few landmarks, at nodes that are neighbours in memory.
    """
    count = min(count, graph.shape[0])
    nearest = _distances(graph, 0)
    table = np.empty((count, graph.shape[0]))
    for landmark in range(count):
        table[landmark] = _distances(graph, int(nearest.argmax()))
        nearest = table[0].copy() if landmark == 0 else np.minimum(nearest, table[landmark])
    return table


def _distances(graph: csr_array, source: int) -> FloatArray:
    return dijkstra(graph, indices=np.array([source]))[0]


def symmetric_graph(edges: IntArray, lengths: FloatArray, count: int) -> csr_array:
    """Symmetric compressed rows (N, N) of undirected edges; lengths of zero stay explicit entries."""
    # Narrow indices from the start: wide copies of them would take more memory than the graph.
    low, high = (edges[:, end].astype(np.int32) for end in (0, 1))
    rows, columns = np.concatenate([high, low]), np.concatenate([low, high])
    graph = csr_array((np.concatenate([lengths, lengths]), (rows, columns)), shape=(count, count))
    graph.sort_indices()  # edges that come in order leave nothing to do
    return graph
