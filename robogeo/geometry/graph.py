"""Geodesics on a graph of latent nodes (Chen et al. 2019, "Fast approximate geodesics").

Nodes are latent codes, edges join nearest neighbours and weigh their true length under the metric (straight
latent segments, decoded chords with extrapolation instead of the paper's eq. 6). A query is an A* search. The
result passes only where data are, is some per cent too long and has corners: relax it (`relaxation.py`).
Components are joined by their shortest bridges, marked. Nodes and edges can be forbidden, and allowed again,
without a rebuild: so planners search on, edge by edge, among ways that something else has to check.
"""

from __future__ import annotations

import os
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from robogeo.errors import GeometryError, Unreachable
from robogeo.geometry import storage
from robogeo.geometry.attachment import Attacher, Attachment
from robogeo.geometry.curve import Geodesic
from robogeo.geometry.edge_keys import edge_keys
from robogeo.geometry.edges import Mapped
from robogeo.geometry.joining import joined
from robogeo.geometry.lengths import TOLERANCE
from robogeo.geometry.metric import Metric
from robogeo.geometry.points import FloatArray, IntArray, as_array, as_indices, as_point, as_rows
from robogeo.geometry.search import Search
from robogeo.geometry.way import geodesic_along

LANDMARKS = 64


class GeodesicGraph:
    """Nearest-neighbour graph of latent nodes under a metric; make one with `build` or `load`.

    Attributes:
        metric: the metric its lengths come from.
        nodes: latent nodes (N, d), without repetitions, numbered so that neighbours are near in memory too.
        embedded: decoded nodes (N, E).
        edges: (n_e, 2) node indices i < j.
        lengths: their lengths (n_e,) float64, each at least the decoded chord if the metric is a pull-back.
        bridges: (n_e,) whether an edge only joins components.
        neighbors: k, of the edges and of the links of off-graph points.
        space: where nearness is judged, `decoded`, `latent` or `both`.
        landmarks: landmarks of the search's heuristic; with 0 it is the decoded chord.
        origins: (N,) row of each node among those that `build` was given.
        forbidden: (n_e,) whether an edge must not be passed, see `forbid`.
        blocked: (N,) whether a node must not be passed.
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
        origins: IntArray | None = None,
    ) -> None:
        self.origins = np.arange(len(nodes)) if origins is None else origins
        self.metric, self.nodes, self.embedded = metric, nodes, embedded
        self.edges, self.lengths, self.bridges = edges, lengths, bridges
        self.neighbors, self.space, self.landmarks = neighbors, space, landmarks
        self.forbidden = np.zeros(len(edges), dtype=bool)
        self.blocked = np.zeros(len(nodes), dtype=bool)

    @classmethod
    def build(
        cls,
        metric: Metric,
        nodes: Any,
        neighbors: int = 10,
        space: str = "decoded",
        landmarks: int = LANDMARKS,
        tolerance: float = TOLERANCE,
        mapped: Mapped = map,
        scratch: str | os.PathLike[str] | None = None,
    ) -> GeodesicGraph:
        """Join every node with its nearest others and measure the edges.

        Args:
            metric: any metric of this room.
            nodes: latent points (N, d), N >= 2; repetitions are merged.
            neighbors: k; with fewer other nodes, all of them.
            space: `decoded` (default; best graphs), `latent` (as published), or the union `both`, safest
                where a surface comes near itself.
            landmarks: see the class.
            tolerance: relative, of the edges' lengths; a coarse one spares decoders without a closed form.
            mapped: measures the edges, piece by piece: `Workers.map` shares that among processes or machines,
                which is worth it from some 10^5 nodes on. The graph is the same to the bit.
            scratch: a new file (`.npy`) that decoded nodes are kept in instead of in memory, where they are
                many and wide; it has to stay while the graph is used. Trees of decoded points are held in
                memory all the same, so judge nearness in `latent` space then.

        Raises:
            GeometryError: bad nodes, fewer than two distinct ones, an option out of range, or a scratch file
                that is there already or cannot be written.
            RobogeoError: what `mapped` raises, as where the metric cannot be sent.
        """
        if landmarks < 0:
            raise GeometryError(f"graph landmarks: must be at least 0, got {landmarks}")
        if landmarks == 0 and not metric.chordal:
            raise GeometryError(
                f"graph: chords do not bound the lengths of {type(metric).__name__}; give it landmarks"
            )
        rows = as_rows(nodes, "nodes").detach()
        parts = joined(metric, rows, neighbors, space, tolerance, mapped, scratch)
        return cls(metric, **parts, neighbors=neighbors, space=space, landmarks=landmarks)

    def geodesic(self, z0: Any, z1: Any) -> Geodesic:
        """Shortest way from z0 to z1, each (d,): the points are z0, the nodes passed, z1.

        Raises:
            Unreachable: everything that leads there is forbidden.
            GeometryError: bad points.
        """
        d = self.nodes.shape[1]
        start, goal = as_point(z0, "z0", dimension=d), as_point(z1, "z1", dimension=d)
        found = self._paths(start.detach().to(self.nodes)[None], goal.detach().to(self.nodes)[None])[0]
        if not found.reached:
            raise Unreachable(
                f"graph: no way is left; {int(self.forbidden.sum())} edges and {int(self.blocked.sum())} "
                "nodes are forbidden, allow them again with restore()"
            )
        return found

    def distances(self, starts: Any, goals: Any) -> torch.Tensor:
        """Lengths of the shortest ways between pairs, (m, d), (m, d) -> (m,) float64; infinite without a way.

        Raises:
            GeometryError: bad points, or numbers of starts and goals that differ.
        """
        start, goal = self._pairs(starts, goals)
        lengths, _, _ = self._searched(self._attached(start, goal))
        return torch.from_numpy(lengths)

    def paths(self, starts: Any, goals: Any) -> list[Geodesic]:
        """Shortest ways between many pairs, (m, d), (m, d) -> m geodesics; much faster than one by one.

        Args:
            starts: (m, d).
            goals: (m, d).

        Returns:
            Geodesics; of infinite length and without points where there is no way (`Geodesic.reached`).

        Raises:
            GeometryError: bad points, or numbers of starts and goals that differ.
        """
        return self._paths(*self._pairs(starts, goals))

    def ways(self, starts: Any, goals: Any, tolerance: float = TOLERANCE) -> list[IntArray]:
        """Nodes on the shortest ways between pairs (m, d), (m, d), without the geodesics that `paths` makes.

        A way may pass none. Links of off-graph points are measured to a relative `tolerance`: far from the
        graph a thousandth is several times as quick.
        """
        return self._searched(self._attached(*self._pairs(starts, goals), tolerance))[2]

    def forbid(self, *, edges: Any = (), nodes: Any = ()) -> None:
        """Make edges and nodes impassable, until `restore`, and links of off-graph points to such nodes.

        Args:
            edges: pairs of node indices (n, 2) in either order, each an edge of the graph.
            nodes: node indices (n,).

        Raises:
            GeometryError: no such edge or node, or not whole numbers.
        """
        pairs = as_indices(edges, "forbid edges", 2)
        indices = as_indices(nodes, "forbid nodes", 1)[:, 0]
        touched = np.concatenate([pairs.ravel(), indices])
        if ((touched < 0) | (touched >= len(self.nodes))).any():
            raise GeometryError(f"forbid: node indices must lie in 0 .. {len(self.nodes) - 1}")
        keys = edge_keys(pairs, len(self.nodes))
        slot = np.minimum(np.searchsorted(self._edge_keys, keys), len(self.edges) - 1)
        missing = self._edge_keys[slot] != keys
        if missing.any():
            raise GeometryError(f"forbid: {tuple(pairs[missing][0].tolist())} is no edge of the graph")
        self.blocked[indices] = True
        ending = np.flatnonzero(self.blocked[self.edges].any(axis=1)) if len(indices) else slot[:0]
        new = np.union1d(slot, ending)
        self.forbidden[new] = True
        self._search.forbid(self.edges[new])

    def lengthen(self, factors: Any) -> None:
        """Make ways longer near some nodes, until `restore`: an edge by the mean of its nodes' factors.

        Links of off-graph points stay as they are. Searches then report lengthened lengths.

        Args:
            factors: one for each node (N,), finite and at least 1.

        Raises:
            GeometryError: not such factors.
        """
        values = np.asarray(factors, dtype=np.float64)
        if values.shape != (len(self.nodes),) or not ((values >= 1.0) & np.isfinite(values)).all():
            raise GeometryError(
                f"lengthen: expected {len(self.nodes)} finite factors of at least 1, got {values!r:.60}"
            )
        self._search.lengthen(values)

    def restore(self) -> None:
        """Allow every edge and node again, and give ways their own lengths back."""
        self.forbidden[:], self.blocked[:] = False, False
        self._search.restore()

    def bridge_segments(self) -> tuple[torch.Tensor, torch.Tensor, FloatArray]:
        """Bridges as segments (n_b, d), (n_b, d) and their lengths (n_b,), longest first: what to ask."""
        longest = np.flatnonzero(self.bridges)
        longest = longest[np.argsort(-self.lengths[longest], kind="stable")]
        ends = torch.from_numpy(self.edges[longest])
        return self.nodes[ends[:, 0]], self.nodes[ends[:, 1]], self.lengths[longest]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the graph as npz of plain arrays (no objects); the metric is not in it."""
        storage.save_graph(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str], metric: Metric) -> GeodesicGraph:
        """Read a graph that `save` wrote, to be used with the metric it was built from.

        Raises:
            GeometryError: not such a file, damaged, or built from another metric.
        """
        return cls(metric, **storage.arguments(storage.load_graph(path, metric)))

    @cached_property
    def _search(self) -> Search:
        return Search(
            self.edges, self.lengths, len(self.nodes), self.landmarks, lambda: as_array(self.embedded)
        )

    @cached_property
    def _attacher(self) -> Attacher:
        return Attacher(self.metric, self.nodes, self.embedded, self.neighbors, self.space != "latent")

    @cached_property
    def _edge_keys(self) -> IntArray:
        return edge_keys(self.edges, len(self.nodes))

    @cached_property
    def _bridge_keys(self) -> tuple[IntArray, FloatArray]:
        """Keys and lengths of the bridges alone, which are few."""
        return self._edge_keys[self.bridges], self.lengths[self.bridges]

    def _pairs(self, starts: Any, goals: Any) -> tuple[torch.Tensor, torch.Tensor]:
        d = self.nodes.shape[1]
        start, goal = as_rows(starts, "starts", dimension=d), as_rows(goals, "goals", dimension=d)
        if len(start) != len(goal):
            raise GeometryError(
                f"pairs: {len(start)} starts but {len(goal)} goals; give one goal for each start"
            )
        return start.detach().to(self.nodes), goal.detach().to(self.nodes)

    def _paths(self, start: torch.Tensor, goal: torch.Tensor) -> list[Geodesic]:
        lengths, expanded, ways = self._searched(self._attached(start, goal))
        return [
            geodesic_along(
                self.nodes,
                start[p],
                goal[p],
                way,
                length=float(lengths[p]),
                expanded=int(expanded[p]),
                bridged=self._bridged(way),
            )
            for p, way in enumerate(ways)
        ]

    def _attached(self, start: torch.Tensor, goal: torch.Tensor, tolerance: float = TOLERANCE) -> Attachment:
        attached = self._attacher.attach(as_array(start), as_array(goal), tolerance)
        for links in (attached.starts, attached.goals) if self.blocked.any() else ():
            links.lengths[self.blocked[links.nodes]] = np.inf
        return attached

    def _searched(self, attached: Attachment) -> tuple[FloatArray, IntArray, list[IntArray]]:
        return self._search.run(attached.starts, attached.goals, attached.targets, attached.direct)

    def _bridged(self, way: IntArray) -> float:
        """Length of the bridges on a way of nodes."""
        keys, lengths = self._bridge_keys
        if len(way) < 2 or not len(keys):
            return 0.0
        passed = edge_keys(np.stack([way[:-1], way[1:]], axis=1), len(self.nodes))
        return float(lengths[np.isin(keys, passed)].sum())
