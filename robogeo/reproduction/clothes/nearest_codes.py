"""Classes by the nearest codes of a latent space: nearest by latent distance, or along the graph."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from robogeo.geometry import GeodesicGraph, Metric

_ROWS = 100
_REACH = 4.0
"""How far is searched first, in distances to the farthest link of a point."""


def nearest_by_latent_distance(nodes: torch.Tensor, points: torch.Tensor, k: int) -> NDArray[np.int64]:
    """Indices (m, k) of the nearest of nodes (N, d) to points (m, d), nearest first."""
    _, index = cKDTree(nodes.numpy()).query(points.numpy(), k=np.arange(1, k + 1))
    return np.asarray(index, dtype=np.int64)


def nearest_along_graph(
    graph: GeodesicGraph, metric: Metric, points: torch.Tensor, k: int
) -> NDArray[np.int64]:
    """Indices (m, k) of the graph's nodes with the shortest ways from points (m, d), nearest first.

    A point hangs on the graph by straight segments to its nearest nodes, as many as a node has neighbours.
    """
    links = max(graph.neighbors, k)
    hung = nearest_by_latent_distance(graph.nodes, points, links)
    ends = graph.nodes[torch.from_numpy(hung.ravel())]
    with torch.no_grad():
        lengths = metric.segment_lengths(points.repeat_interleave(links, dim=0).to(ends), ends)
    rows = lengths.numpy().reshape(len(points), links)
    web = _web(graph, hung, rows)
    found = []
    for first in range(0, len(points), _ROWS):
        sources = np.arange(first, min(first + _ROWS, len(points)))
        reach = _REACH * float(rows[sources].max())
        ways = dijkstra(web, directed=True, indices=len(graph.nodes) + sources, limit=reach)
        nodes = ways[:, : len(graph.nodes)]
        some = np.argpartition(nodes, k - 1, axis=1)[:, :k]
        order = np.argsort(np.take_along_axis(nodes, some, axis=1), axis=1, kind="stable")
        found.append(np.take_along_axis(some, order, axis=1))
    return np.concatenate(found)


def majority(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """The most frequent label of each row (m, k) -> (m,), the smallest of equals."""
    counts = (labels[:, :, None] == np.arange(int(labels.max()) + 1)).sum(axis=1)
    return np.asarray(counts.argmax(axis=1), dtype=np.int64)


def _web(graph: GeodesicGraph, hung: NDArray[np.int64], lengths: NDArray[np.float64]) -> csr_array:
    """The graph's edges both ways, and below them one-way links from points to nodes."""
    count, (points, links) = len(graph.nodes), hung.shape
    low, high = graph.edges.T
    source = np.concatenate([low, high, count + np.repeat(np.arange(points), links)])
    target = np.concatenate([high, low, hung.ravel()])
    # A length of zero would be no edge at all in a sparse matrix.
    weight = np.maximum(np.concatenate([graph.lengths, graph.lengths, lengths.ravel()]), 1e-12)
    size = count + points
    return csr_array(coo_array((weight, (source, target)), shape=(size, size)))
