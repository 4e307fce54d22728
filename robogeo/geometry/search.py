"""A* on an undirected graph in compressed rows, compiled, from off-graph starts to off-graph goals.

The heuristic is either the decoded chord |F(v) - F(t)| (Chen et al. 2019, section 3.2), or landmark bounds
(ALT: Goldberg and Harrelson 2005): with D_l(v) the distance from landmark l, |D_l(t) - D_l(v)| <= d(v, t).
Landmarks expand about a tenth as many nodes. A goal hangs on the graph by edges (u_j, w_j); its landmark
bounds follow exactly from those of the u_j,

    d(v, t) >= min_j (D_l(u_j) + w_j) - D_l(v)    and    d(v, t) >= D_l(v) - max_j (D_l(u_j) - w_j),

so nothing is added to the graph for a query. Both heuristics are consistent, so every node is expanded once
at most. numba is imported at the first search, so that importing the room stays quick.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from robogeo.geometry.neighbors import IntArray
from robogeo.geometry.points import FloatArray


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


@dataclass(frozen=True)
class Search:
    """What A* needs of a graph: compressed rows and the coordinates of the heuristic.

    Attributes:
        graph: symmetric matrix (N, N) of edge lengths; explicit zeros are edges.
        coordinates: (N, E) decoded nodes for the chord heuristic, or (N, L) landmark distances.
        landmarks: whether the coordinates are landmark distances.
    """

    graph: csr_array
    coordinates: FloatArray
    landmarks: bool

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
            lengths (P,), expanded nodes (P,), and the graph nodes passed on each way (none for the direct
            way).
        """
        if len(direct) == 0:
            return np.zeros(0), np.zeros(0, dtype=np.int64), []
        from robogeo.geometry.search_kernel import astar_pairs

        low, high = self._goal_bounds(goals, targets)
        lengths, expanded, ways = astar_pairs(
            (self.graph.indptr.astype(np.int64), self.graph.indices.astype(np.int64), self.graph.data),
            self.coordinates,
            self.landmarks,
            (starts.start, starts.nodes, starts.lengths),
            (goals.start, goals.nodes, goals.lengths),
            low,
            high,
            direct,
        )
        return lengths, expanded, list(ways)

    def _goal_bounds(self, goals: Links, targets: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Per goal and landmark the formula's two numbers; the decoded goal twice for the chord."""
        if not self.landmarks:
            return targets, targets
        table = self.coordinates[goals.nodes]
        first = goals.start[:-1]
        high = np.minimum.reduceat(table + goals.lengths[:, None], first, axis=0)
        low = np.maximum.reduceat(table - goals.lengths[:, None], first, axis=0)
        return low, high


def landmark_table(graph: csr_array, count: int) -> FloatArray:
    """Distances (N, L) from L landmarks spread by farthest-point selection over a connected graph.

    The first landmark is the node farthest from node 0.
    """
    count = min(count, graph.shape[0])
    nearest = dijkstra(graph, directed=False, indices=np.array([0]))[0]
    columns: list[FloatArray] = []
    for _ in range(count):
        column = dijkstra(graph, directed=False, indices=np.array([nearest.argmax()]))[0]
        nearest = column if not columns else np.minimum(nearest, column)
        columns.append(column)
    return np.ascontiguousarray(np.stack(columns, axis=1))


def symmetric_graph(edges: IntArray, lengths: FloatArray, count: int) -> csr_array:
    """Symmetric compressed rows (N, N) of undirected edges; lengths of zero stay explicit entries."""
    both = np.concatenate([edges, edges[:, ::-1]])
    order = np.lexsort((both[:, 1], both[:, 0]))
    rows, columns = both[order].T
    start: NDArray[np.int64] = np.searchsorted(rows, np.arange(count + 1))
    data = np.concatenate([lengths, lengths])[order]
    return csr_array((data, np.ascontiguousarray(columns), start), shape=(count, count))
