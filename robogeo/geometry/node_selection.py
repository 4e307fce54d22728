"""Which nodes a graph should have: few that cover many, and new ones where the few stand too far apart.

Selection is the k-center problem: choose k of N points so that the greatest distance of any point to its
nearest chosen one, the covering radius, is least. Farthest-point selection (Gonzalez 1985, "Clustering to
minimize the maximum intercluster distance") takes again and again the point farthest from all those taken.
Its radius is at most twice the best one, and no polynomial algorithm guarantees less unless P = NP. A new
centre takes over only points p with |c - new| < 2 |p - c| for their centre c (triangle inequality), so each
round measures few of the N points.

Infill continues the same selection with new points: candidates on edges between nodes, where support says
that data are near. The farthest candidates come first, until all gaps are small or enough are taken, so a
sparse graph gets better paths without leaving the data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from scipy.spatial import cKDTree

from robogeo.errors import GeometryError
from robogeo.geometry.neighbors import bridge_edges, nearest, nearest_edges
from robogeo.geometry.points import FloatArray, IntArray, as_array, as_rows

if TYPE_CHECKING:
    from robogeo.geometry.metric import Metric
    from robogeo.geometry.support import Support

MOST_PARTS = 16
"""Into how many parts infill cuts an edge at most."""
CHUNK = 65_536
"""Candidates whose support is looked up at a time, so that memory stays small."""


@dataclass(frozen=True, eq=False)
class NodeSelection:
    """Nodes chosen from many.

    Attributes:
        indices: (k,) of the chosen ones, in the order of choice: its first m are the selection of m.
        radius: greatest distance of any point to its nearest chosen one, in units of the space.
    """

    indices: IntArray
    radius: float


def select_nodes(nodes: Any, count: int, metric: Metric | None = None) -> NodeSelection:
    """At most `count` of N nodes that cover all of them, spread evenly.

    Args:
        nodes: latent points (N, d).
        count: how many to take; fewer are taken when fewer are distinct.
        metric: judges distances by decoded chords; without it distances are latent.

    Raises:
        GeometryError: bad or no nodes, or count < 1.
    """
    rows = as_rows(nodes, "nodes").detach()
    if len(rows) == 0 or count < 1:
        raise GeometryError(f"node selection: needs nodes and count >= 1, got {len(rows)} nodes, {count}")
    return farthest_points(_positions(rows, metric), count)


def infill_nodes(
    nodes: Any,
    most: int,
    metric: Metric,
    support: Support | None = None,
    *,
    lack: float = 0.5,
    spacing: float | None = None,
    neighbors: int = 10,
) -> torch.Tensor:
    """New nodes (m, d) between given ones, m <= most, where gaps are wide though data are near.

    Args:
        nodes: latent points (N, d), N >= 2, of a sparse graph.
        most: how many to add at most; the middles of the widest gaps come first.
        metric: judges gaps by decoded chords.
        support: where data are, usually of more points than the nodes; the metric's own when None.
        lack: greatest lack of support, in [0, 1], at which a new node may stand.
        spacing: decoded length above which an edge is a gap; when None twice the median distance of a node
            to its nearest other. No new node stands closer than half of it to another.
        neighbors: k of the edges looked at; the bridges between components are looked at too.

    Raises:
        GeometryError: bad nodes or options, or no support at all.
    """
    rows = as_rows(nodes, "nodes").detach()
    support = support if support is not None else metric.support
    if support is None:
        raise GeometryError("infill: needs support, which tells where data are; give one")
    if len(rows) < 2 or most < 0 or neighbors < 1 or not 0 <= lack <= 1:
        raise GeometryError(
            "infill: needs two nodes, most >= 0, neighbors >= 1 and lack in [0, 1]; "
            f"got {len(rows)} nodes, {most}, {neighbors}, {lack}"
        )
    positions = _positions(rows, metric)
    near = nearest_edges(positions, neighbors)
    edges = np.concatenate([near, bridge_edges(positions, near)])
    wide = _spacing(positions, edges) if spacing is None else spacing
    if not (np.isfinite(wide) and wide > 0):
        raise GeometryError(f"infill spacing: must be positive and finite, got {wide}")
    candidates = _between(as_array(rows), positions, edges, wide)
    candidates = candidates[_lack(support, candidates) <= lack]
    if len(candidates) == 0:
        return rows[:0]
    decoded = _positions(torch.from_numpy(candidates).to(rows), metric)
    chosen = farthest_points(decoded, most, given=positions, radius=0.5 * wide).indices
    return torch.from_numpy(candidates[chosen]).to(rows)


def farthest_points(
    positions: FloatArray, count: int, given: FloatArray | None = None, radius: float = 0.0
) -> NodeSelection:
    """Farthest-point selection among positions (N, D), deterministic.

    Args:
        positions: points to choose from and to cover.
        count: take at most so many.
        given: (n, D) centres that are there already; without any the first centre is the point nearest the
            mean.
        radius: stop as soon as the covering radius is no greater.
    """
    chosen: list[int] = []
    table = np.empty((min(count, len(positions)), positions.shape[1]))
    if given is None:
        chosen.append(int(np.linalg.norm(positions - positions.mean(axis=0), axis=1).argmin()))
        table[0] = positions[chosen[0]]
        gap, owner = np.linalg.norm(positions - table[0], axis=1), np.zeros(len(positions), dtype=np.int64)
    else:
        gap = nearest(cKDTree(given), positions, 1)[0][:, 0]
        owner = np.full(len(positions), -1)
    while len(chosen) < count and (new := int(gap.argmax())) >= 0 and gap[new] > radius:
        rank = len(chosen)
        # The last entry, of centres given, is zero: about their points nothing is known.
        apart = np.append(np.linalg.norm(table[:rank] - positions[new], axis=1), 0.0)
        maybe = np.flatnonzero(apart[owner] < 2.0 * (1.0 + 1e-12) * gap)
        distance = np.linalg.norm(positions[maybe] - positions[new], axis=1)
        closer = distance < gap[maybe]
        gap[maybe[closer]], owner[maybe[closer]] = distance[closer], rank
        table[rank] = positions[new]
        chosen.append(new)
    return NodeSelection(np.array(chosen, dtype=np.int64), float(gap.max(initial=0.0)))


def _positions(rows: torch.Tensor, metric: Metric | None) -> FloatArray:
    """Where nearness is judged: decoded points, or the latent ones without a metric."""
    if metric is None:
        return as_array(rows)
    with torch.no_grad():
        return as_array(metric.embed(rows))


def _spacing(positions: FloatArray, edges: IntArray) -> float:
    """Twice the median distance of a point to its nearest other, coinciding ones aside."""
    lengths = np.linalg.norm(positions[edges[:, 0]] - positions[edges[:, 1]], axis=1)
    closest = np.full(len(positions), np.inf)
    for end in edges[lengths > 0].T:
        np.minimum.at(closest, end, lengths[lengths > 0])
    closest = closest[np.isfinite(closest)]
    return 2.0 * float(np.median(closest)) if len(closest) else 0.0


def _between(latent: FloatArray, positions: FloatArray, edges: IntArray, spacing: float) -> FloatArray:
    """Latent points (n, d) that cut every edge longer than the spacing into equal parts, enough of them."""
    lengths = np.linalg.norm(positions[edges[:, 0]] - positions[edges[:, 1]], axis=1)
    parts = np.clip(np.ceil(lengths / spacing), 1, MOST_PARTS).astype(np.int64)
    owner = np.repeat(np.arange(len(edges)), parts - 1)
    first = np.cumsum(parts - 1) - (parts - 1)
    t = ((np.arange(len(owner)) - first[owner] + 1) / parts[owner])[:, None]
    between: FloatArray = (1 - t) * latent[edges[owner, 0]] + t * latent[edges[owner, 1]]
    return between


def _lack(support: Support, points: FloatArray) -> FloatArray:
    with torch.no_grad():
        starts = range(0, len(points), CHUNK)
        parts = [as_array(support.lack(points[start : start + CHUNK])) for start in starts]
    return np.concatenate(parts) if parts else np.zeros(0)
