"""Hanging off-graph points on a graph: every point by links to its k nearest nodes, all measured in one call.

A point that is a node already hangs on that node alone, by a link of length zero, so distances between nodes
are exactly those of the graph. A direct way from start to goal is offered only where one would be among the
other's k nearest: elsewhere a straight segment across the latent space is just what the graph is there to
avoid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from scipy.spatial import cKDTree

from robogeo.geometry.lengths import lengths_between
from robogeo.geometry.neighbors import IntArray, nearest
from robogeo.geometry.points import FloatArray, as_array
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
        self.metric, self.nodes, self.embedded = metric, nodes, embedded
        self.neighbors = min(neighbors, len(nodes))
        self.decoded = decoded
        self._tree = cKDTree(as_array(embedded if decoded else nodes))
        self._latent_tree = self._tree if not decoded else cKDTree(as_array(nodes))

    def attach(self, starts: torch.Tensor, goals: torch.Tensor) -> Attachment:
        """Hang P starts and P goals, both (P, d), on the graph."""
        pairs = len(starts)
        points = torch.cat([starts, goals])
        decoded = self.metric.embed(points)
        owner, node, reach = self._links(points, decoded)
        near = self._mutual(as_array(decoded if self.decoded else points), reach)
        # One measurement for all links and direct segments: the fixed cost of a decoder call is paid once.
        a = torch.cat([points[owner], starts[near]])
        b = torch.cat([self.nodes[node], goals[near]])
        decoded_a = torch.cat([decoded[owner], decoded[:pairs][near]])
        decoded_b = torch.cat([self.embedded[node], decoded[pairs:][near]])
        lengths = as_array(lengths_between(self.metric, a, b, decoded_a, decoded_b))
        direct = np.full(pairs, np.inf)
        direct[near] = lengths[len(owner) :]
        start = np.searchsorted(owner, np.arange(2 * pairs + 1)).astype(np.int64)
        cut = int(start[pairs])
        return Attachment(
            Links(start[: pairs + 1], node[:cut], lengths[:cut]),
            Links(start[pairs:] - cut, node[cut:], lengths[cut : len(owner)]),
            as_array(decoded[pairs:]),
            direct,
        )

    def _links(self, points: torch.Tensor, decoded: torch.Tensor) -> tuple[IntArray, IntArray, FloatArray]:
        """Owner and node of every link, in order of owners, and distances (n,) to the k-th nearest."""
        latent = as_array(points)
        distance, found = nearest(self._tree, as_array(decoded) if self.decoded else latent, self.neighbors)
        apart, closest = nearest(self._latent_tree, latent, 1)
        on_node = apart[:, 0] == 0.0
        keep = np.ones_like(found, dtype=bool)
        keep[on_node, 1:] = False
        found[on_node, 0] = closest[on_node, 0]
        owner = np.repeat(np.arange(len(latent)), self.neighbors).reshape(found.shape)
        return owner[keep], found[keep], distance[:, -1]

    def _mutual(self, positions: FloatArray, reach: FloatArray) -> IntArray:
        """Pairs (indices) of which one point is nearer to the other than that one's k-th nearest node."""
        pairs = len(positions) // 2
        apart = np.linalg.norm(positions[:pairs] - positions[pairs:], axis=1)
        return np.flatnonzero(apart <= np.maximum(reach[:pairs], reach[pairs:]))
