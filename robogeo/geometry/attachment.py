"""Hanging off-graph points on a graph: every point by links to its k nearest nodes, all measured in one call.

A point that is a node already hangs on that node alone, by a link of length zero, so distances between nodes
are exactly those of the graph, and nothing is decoded for it. A direct way is offered only between two
off-graph points of which one would be among the other's k nearest: elsewhere a straight segment across the
latent space is just what the graph is there to avoid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from robogeo.geometry.lengths import TOLERANCE
from robogeo.geometry.neighbors import nearest
from robogeo.geometry.points import FloatArray, IntArray, as_array
from robogeo.geometry.search import Links

if TYPE_CHECKING:
    from robogeo.geometry.metric import Metric


@dataclass(frozen=True)
class Attachment:
    """Starts and goals of P pairs hung on a graph.

    Attributes:
        starts: links of the starts.
        goals: links of the goals.
        targets: decoded goals (P, E) float64.
        direct: length of the straight segment from start to goal (P,), infinite where it is not offered.
    """

    starts: Links
    goals: Links
    targets: FloatArray
    direct: FloatArray


class Attacher:
    """Finds the nodes that points hang on.

    Args:
        metric: measures the links.
        nodes: (N, d) tensor.
        embedded: decoded nodes (N, E) tensor.
        neighbors: links a point.
        decoded: whether nearness is judged in decoded space (else in latent space).
    """

    def __init__(
        self, metric: Metric, nodes: torch.Tensor, embedded: torch.Tensor, neighbors: int, decoded: bool
    ) -> None:
        self.metric, self.nodes, self.embedded = metric, as_array(nodes), embedded.cpu().numpy()
        self.neighbors = min(neighbors, len(nodes))
        self.decoded = decoded
        self._latent_tree = cKDTree(self.nodes)
        self._tree = cKDTree(as_array(embedded)) if decoded else self._latent_tree

    def attach(self, starts: FloatArray, goals: FloatArray, tolerance: float = TOLERANCE) -> Attachment:
        """Hang P starts and P goals, both (P, d), on the graph by links measured to a relative tolerance."""
        pairs = len(starts)
        points = np.concatenate([starts, goals])
        apart, closest = (np.asarray(part) for part in self._latent_tree.query(points))
        if not apart.any():
            return self._on_nodes(closest, pairs)
        off = np.flatnonzero(apart > 0.0)
        counts = np.ones(2 * pairs, dtype=np.int64)
        counts[off] = self.neighbors
        start = np.concatenate([[0], np.cumsum(counts)])
        node, length = np.empty(start[-1], dtype=np.int64), np.zeros(start[-1])
        node[start[:-1]] = closest
        targets = self.embedded[closest[pairs:]].astype(np.float64)
        direct = np.full(pairs, np.inf)
        if len(off):
            slots = (start[off, None] + np.arange(self.neighbors)).ravel()
            decoded = self.metric.immersion.values(points[off])
            targets[off[off >= pairs] - pairs] = decoded[off >= pairs]
            node[slots], length[slots], direct = self._links(points[off], off, decoded, pairs, tolerance)
        cut = start[pairs]
        return Attachment(
            Links(start[: pairs + 1], node[:cut], length[:cut]),
            Links(start[pairs:] - cut, node[cut:], length[cut:]),
            targets,
            direct,
        )

    def _on_nodes(self, nodes: IntArray, pairs: int) -> Attachment:
        """Starts and goals that are all nodes (2 P,)."""
        start, nothing = np.arange(pairs + 1), np.zeros(2 * pairs)
        targets = self.embedded[nodes[pairs:]].astype(np.float64)
        ends = [Links(start, nodes[s], nothing[s]) for s in (slice(0, pairs), slice(pairs, None))]
        return Attachment(ends[0], ends[1], targets, np.full(pairs, np.inf))

    def _links(
        self, points: FloatArray, off: IntArray, decoded: NDArray[Any], pairs: int, tolerance: float
    ) -> tuple[IntArray, FloatArray, FloatArray]:
        """Nodes and lengths of the links of the off-graph points, and the direct lengths (P,)."""
        positions = decoded.astype(np.float64) if self.decoded else points
        distance, found = nearest(self._tree, positions, self.neighbors)
        first, second = self._near_pairs(positions, distance[:, -1], off, pairs)
        owner, node = np.repeat(np.arange(len(off)), self.neighbors), found.ravel()
        # One measurement for all links and direct segments: the fixed cost of a decoder call is paid once.
        a = np.concatenate([owner, first])
        lengths = self.metric.lengths_between(
            points[a],
            np.concatenate([self.nodes[node], points[second]]),
            decoded[a],
            np.concatenate([self.embedded[node], decoded[second]]),
            tolerance,
        )
        direct = np.full(pairs, np.inf)
        direct[off[first]] = lengths[len(owner) :]
        return node, lengths[: len(owner)], direct

    def _near_pairs(
        self, positions: FloatArray, reach: FloatArray, off: IntArray, pairs: int
    ) -> tuple[IntArray, IntArray]:
        """Off-graph starts and goals of one pair (indices into `off`) that are near to each other."""
        place = np.full(2 * pairs, -1)
        place[off] = np.arange(len(off))
        both = np.flatnonzero((place[:pairs] >= 0) & (place[pairs:] >= 0))
        first, second = place[both], place[both + pairs]
        apart = np.linalg.norm(positions[first] - positions[second], axis=1)
        near = apart <= np.maximum(reach[first], reach[second])
        return first[near], second[near]
