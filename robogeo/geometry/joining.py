"""Which nodes of a graph are joined, and how long the edges are."""

from __future__ import annotations

from typing import TypedDict

import numpy as np
import torch
from numpy.typing import NDArray

from robogeo.geometry.edges import Mapped, edge_lengths
from robogeo.geometry.lengths import TOLERANCE
from robogeo.geometry.metric import Metric
from robogeo.geometry.neighbors import IntArray, bridge_edges, distinct_rows, nearest_edges, unique_edges
from robogeo.geometry.points import FloatArray, as_array


class Joined(TypedDict):
    """Nodes, edges and lengths; see the attributes of `robogeo.geometry.GeodesicGraph`."""

    nodes: torch.Tensor
    embedded: torch.Tensor
    edges: IntArray
    lengths: FloatArray
    bridges: NDArray[np.bool_]
    origins: IntArray


def joined(
    metric: Metric,
    rows: torch.Tensor,
    neighbors: int,
    space: str,
    tolerance: float = TOLERANCE,
    mapped: Mapped = map,
) -> Joined:
    """Join every distinct node with its nearest others, and components by their shortest bridges.

    Args:
        metric: measures the edges.
        rows: latent points (N, d).
        neighbors: of each node.
        space: where nearness is judged, ``decoded``, ``latent`` or ``both``.
        tolerance: relative, of the edges' lengths.
        mapped: does the measuring, piece by piece, see `edge_lengths`.

    Raises:
        GeometryError: fewer than two distinct nodes.
    """
    origins = distinct_rows(as_array(rows))
    distinct = rows[torch.from_numpy(origins)]
    with torch.no_grad():
        embedded = metric.embed(distinct)
    edges, bridges = neighbor_edges(metric, distinct, embedded, neighbors, space)
    lengths = edge_lengths(metric, as_array(distinct), embedded.cpu().numpy(), edges, tolerance, mapped)
    return Joined(
        nodes=distinct, embedded=embedded, edges=edges, lengths=lengths, bridges=bridges, origins=origins
    )


def neighbor_edges(
    metric: Metric, nodes: torch.Tensor, embedded: torch.Tensor, neighbors: int, space: str
) -> tuple[IntArray, NDArray[np.bool_]]:
    """Edges (n_e, 2) of a graph, i < j in order, and which of them are bridges (n_e,); nothing is measured.

    Args:
        metric: whose support tells what a bridge costs.
        nodes: distinct latent points (N, d).
        embedded: the same, decoded (N, E).
        neighbors: of each node.
        space: as for `joined`.
    """
    count, decoded, latent = len(nodes), as_array(embedded), as_array(nodes)
    chosen = [decoded] * (space != "latent") + [latent] * (space != "decoded")
    near = unique_edges(np.concatenate([nearest_edges(part, neighbors) for part in chosen]), count)
    # Across a gap support costs its full weight, so the shortest bridge is judged with that.
    wide = metric.support.weight * latent if metric.support is not None else np.zeros((count, 0))
    bridges = bridge_edges(np.hstack([decoded if space != "latent" else latent, wide]), near)
    edges = np.concatenate([near, bridges])
    marks = np.arange(len(edges)) >= len(near)
    order = np.argsort(edges[:, 0] * count + edges[:, 1])
    return edges[order], marks[order]
