"""The graph of demonstrated codes as a roadmap whose stretches are checked against the world when needed.

A lazy roadmap (Bohlin and Kavraki, ICRA 2000, "Path planning using lazy PRM"; Hauser, ICRA 2015, "Lazy
collision checking in asymptotically-optimal motion planning") takes every edge for free until it lies on a
shortest way. Then nodes and edges of that way are checked; what fails is forbidden and the search goes on.
Here nodes are the demonstrated configurations themselves, edges the straight joint segments between them, but
their lengths are those of the latent geometry: the demonstrations choose the way, and the world only vetoes.
Unlike in the classical lazy roadmap the neighbours of a blocked node are checked too, for an obstacle that
nobody demonstrated takes away many strands of like motions at once.

Lengths are those of one request: what was demonstrated near both its ends counts more
(`robogeo.motion.relevance`). What was found is a fact about one world: it is kept until that world changes,
and is never left in the graph.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from robogeo.geometry import Geodesic
from robogeo.motion.manifold import Manifold
from robogeo.motion.relevance import relevance_factors
from robogeo.motion.world import World

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

RESOLUTION = 0.02  # rad: largest joint step between two checked configurations
_AROUND = 0.3  # rad: neighbours of a blocked node that are checked with it
_ROUNDS = 64  # ways checked in one search: each but the last takes something away
_UNKNOWN, _FREE, _BLOCKED = 0, 1, 2


class Roadmap:
    """Ways on a manifold's graph that keep a margin in a world.

    Args:
        manifold: whose graph it is.
        world: that decides what is free.
        margin: least distance to obstacles, m.
    """

    def __init__(self, manifold: Manifold, world: World, margin: float) -> None:
        self._manifold, self._world, self._margin = manifold, world, margin
        self._nodes = manifold.shown
        self._tree = cKDTree(self._nodes)
        self._forget()

    def _forget(self) -> None:
        self._changes = self._world.changes
        self._state = np.zeros(len(self._nodes), dtype=np.int8)
        self._edges: dict[tuple[int, int], bool] = {}

    def way(self, start: FloatArray, goal: FloatArray) -> Geodesic:
        """Shortest way between configurations (dof,), whatever the world says."""
        graph = self._manifold.graph
        try:
            graph.lengthen(relevance_factors(self._nodes, self._manifold.shown_in, start, goal))
            return self._manifold.graph_geodesics(start[None], goal[None])[0]
        finally:
            graph.restore()

    def free_way(self, start: FloatArray, goal: FloatArray, avoided: set[int]) -> Geodesic | None:
        """Shortest way between configurations (dof,) whose nodes and edges are free, if there is one.

        The first and the last stretch, between an end and its node, are not looked at: end-point correction
        bends them.

        Args:
            start: configuration (dof,), rad.
            goal: configuration (dof,), rad.
            avoided: nodes not to pass on this way.
        """
        if self._changes != self._world.changes:
            self._forget()
        for _ in range(_ROUNDS):
            way = self._search(start, goal, avoided)
            if way is None:
                return None
            nodes = way.nodes.tolist()
            if self._check_nodes(nodes) and self._check_edges(nodes):
                return way
        return None

    def configurations(self, way: Geodesic) -> FloatArray:
        """The demonstrated configurations (n, dof) of the nodes on a way."""
        return self._nodes[way.nodes.tolist()]

    def nearest(self, nodes: list[int], q: FloatArray) -> set[int]:
        """Those of some nodes that lie nearest to configurations (n, dof)."""
        if not nodes:
            return set()
        apart = np.linalg.norm(self._nodes[nodes][None] - q[:, None], axis=2)
        return {nodes[i] for i in apart.argmin(axis=1)}

    def _search(self, start: FloatArray, goal: FloatArray, avoided: set[int]) -> Geodesic | None:
        """The shortest way that nothing known forbids; the graph is left as it was."""
        graph = self._manifold.graph
        blocked = [edge for edge, free in self._edges.items() if not free]
        nodes = {*np.flatnonzero(self._state == _BLOCKED).tolist(), *avoided}
        try:
            graph.forbid(edges=np.array(blocked, dtype=np.int64).reshape(-1, 2), nodes=sorted(nodes))
            way = self.way(start, goal)
        finally:
            graph.restore()
        return way if np.isfinite(way.length) else None

    def _check_nodes(self, nodes: list[int]) -> bool:
        """Check what is unknown of some nodes, and around those that are blocked; whether all are free."""
        blocked = self._settle(np.array(nodes, dtype=np.int64))
        if len(blocked):
            around = self._tree.query_ball_point(self._nodes[blocked], _AROUND)
            self._settle(np.unique(np.concatenate([np.array(a, dtype=np.int64) for a in around])))
        return len(blocked) == 0

    def _settle(self, nodes: IntArray) -> IntArray:
        """Check the unknown ones among nodes; returns the blocked ones among all."""
        unknown = nodes[self._state[nodes] == _UNKNOWN] if len(nodes) else nodes
        if len(unknown):
            free = self._world.free(self._nodes[unknown], self._margin)
            self._state[unknown] = np.where(free, _FREE, _BLOCKED)
        return nodes[self._state[nodes] == _BLOCKED] if len(nodes) else nodes

    def _check_edges(self, nodes: list[int]) -> bool:
        """Check the unknown edges between successive nodes; whether all are free."""
        pairs = [(min(a, b), max(a, b)) for a, b in itertools.pairwise(nodes)]
        unknown = [pair for pair in pairs if pair not in self._edges]
        if unknown:
            stretches, owner = self._stretches(np.array(unknown))
            free = self._world.free(stretches, self._margin)
            for i, pair in enumerate(unknown):
                self._edges[pair] = bool(free[owner == i].all())
        return all(self._edges[pair] for pair in pairs)

    def _stretches(self, pairs: IntArray) -> tuple[FloatArray, IntArray]:
        """Configurations inside edges (n, 2), finely spaced, and the edge that each belongs to."""
        ends = self._nodes[pairs]
        widest = np.abs(np.diff(ends, axis=1)).max(axis=(1, 2))
        pieces = np.maximum(np.ceil(widest / RESOLUTION).astype(int), 2)
        owner = np.repeat(np.arange(len(pairs)), pieces - 1)
        first = np.repeat(np.cumsum(pieces - 1) - (pieces - 1), pieces - 1)
        share = ((np.arange(len(owner)) - first + 1) / pieces[owner])[:, None]
        return (1.0 - share) * ends[owner, 0] + share * ends[owner, 1], owner
