"""Which nodes of a graph are joined, and how long the edges are."""

from __future__ import annotations

import os
from typing import TypedDict

import numpy as np
import torch
from numpy.typing import NDArray

from robogeo.errors import GeometryError
from robogeo.geometry.decoded_nodes import decoded_nodes, removed_if_failed
from robogeo.geometry.edge_keys import edge_keys, unique_edges
from robogeo.geometry.edges import Mapped, edge_lengths
from robogeo.geometry.lengths import TOLERANCE
from robogeo.geometry.metric import Metric
from robogeo.geometry.neighbors import bridge_edges, distinct_rows, nearest_edges
from robogeo.geometry.points import FloatArray, IntArray, as_array

SPACES = ("decoded", "latent", "both")
"""Where nearness can be judged; files keep the number of one."""


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
    scratch: str | os.PathLike[str] | None = None,
) -> Joined:
    """Join every distinct node with its nearest others, and components by their shortest bridges.

    Args:
        metric: measures the edges.
        rows: latent points (N, d).
        neighbors: of each node.
        space: where nearness is judged, ``decoded``, ``latent`` or ``both``.
        tolerance: relative, of the edges' lengths.
        mapped: does the measuring, piece by piece, see `edge_lengths`.
        scratch: a new file for the decoded nodes, see `decoded_nodes`.

    Raises:
        GeometryError: a bad option, fewer than two distinct nodes, or a scratch file that cannot be.
        RobogeoError: what `mapped` raises.
    """
    _check_options(neighbors, space)
    origins = distinct_rows(as_array(rows))
    distinct = rows[torch.from_numpy(origins)]
    embedded = decoded_nodes(metric, distinct, scratch)
    with removed_if_failed(scratch):
        edges, bridges = neighbor_edges(metric, distinct, embedded, neighbors, space)
        lengths = edge_lengths(metric, as_array(distinct), embedded.cpu().numpy(), edges, tolerance, mapped)
    return Joined(
        nodes=distinct, embedded=embedded, edges=edges, lengths=lengths, bridges=bridges, origins=origins
    )


def _check_options(neighbors: int, space: str) -> None:
    """GeometryError unless a graph can be made with such options."""
    if neighbors < 1:
        raise GeometryError(f"graph neighbors: must be at least 1, got {neighbors}")
    if space not in SPACES:
        raise GeometryError(f"graph space: must be one of {', '.join(SPACES)}, got {space!r}")


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
    count, decoded, latent = len(nodes), embedded.cpu().numpy(), as_array(nodes)
    chosen = [decoded] * (space != "latent") + [latent] * (space != "decoded")
    near = nearest_edges(chosen[0], neighbors)
    if len(chosen) > 1:
        near = unique_edges(np.concatenate([near, nearest_edges(chosen[1], neighbors)]), count)
    # Across a gap support costs its full weight, so the shortest bridge is judged with that.
    positions = chosen[0]
    if metric.support is not None:
        positions = np.hstack([positions, metric.support.weight * latent])
    bridges = bridge_edges(positions, near)
    places = np.searchsorted(edge_keys(near, count), edge_keys(bridges, count))
    marks = np.insert(np.zeros(len(near), dtype=bool), places, True)
    return np.insert(near, places, bridges, axis=0), marks
