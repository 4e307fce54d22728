"""How much longer ways get over fewer nodes, bounded from what two graphs hold.

Let r be the greatest decoded distance of a node of the fine graph to the nearest node that was kept, R the
distance below which all kept nodes are joined, e the longest fine edge, and c the greatest ratio of a coarse
edge's length to its chord. Cut a shortest fine way of length L between two kept nodes into h pieces, each as
long as it can be while shorter than R - 2 r; all but the last are at least R - 2 r - e long, so that
h - 1 <= L / (R - 2 r - e). The kept nodes nearest to the ends of a piece are less than R apart, so that they
are joined, by an edge of at most c times the piece's length and r for each end that is not kept. Together

    coarse <= c (L + 2 r (h - 1)) <= c (1 + 2 r / (R - 2 r - e)) L.

It is the argument of Bernstein, de Silva, Langford and Tenenbaum (2000, "Graph approximations to geodesics on
embedded manifolds", Theorem 2) with what the graphs measure in place of what the theorem assumes.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.spatial import cKDTree

from robogeo.errors import GeometryError
from robogeo.geometry.graph import GeodesicGraph
from robogeo.geometry.neighbors import nearest
from robogeo.geometry.points import FloatArray, IntArray, as_array


def stretch_bound(fine: GeodesicGraph, coarse: GeodesicGraph) -> float:
    """How many times longer ways between kept nodes can be at most; infinite where nothing can be promised.

    A coarse graph keeps some nodes of a fine one (`select_nodes`). A promise needs kept nodes that are joined
    far beyond their own spacing, to about a hundred neighbours in two dimensions. Usual graphs of ten get
    none, though they hardly do worse, and relaxation takes away what they add. What `forbid` and `lengthen`
    have changed is not looked at.

    Args:
        fine: graph of all nodes.
        coarse: graph of some of them, under the same metric, neighbours judged in decoded space.

    Raises:
        GeometryError: chords do not bound the metric's lengths, neighbours are judged in latent space, or a
            coarse node is none of the fine ones.
    """
    if not (fine.metric.chordal and coarse.space in ("decoded", "both")):
        raise GeometryError(
            "stretch bound: needs a metric whose lengths chords bound, and decoded neighbours"
        )
    every = as_array(fine.embedded)
    kept = every[_rows_of(coarse, fine)]
    radius = float(nearest(cKDTree(kept), every, 1)[0].max())
    # Decoded again, in another number of points, the same node differs by rounding; so do its neighbours.
    rounding = 2.0 * float(np.linalg.norm(as_array(coarse.embedded) - kept, axis=1).max())
    piece = _reach(kept, coarse.neighbors) - 2.0 * rounding - 2.0 * radius - float(fine.lengths.max())
    chords = np.linalg.norm(kept[coarse.edges[:, 0]] - kept[coarse.edges[:, 1]], axis=1)
    if piece <= 0.0 or chords.min() <= 0.0:
        return math.inf
    return float((coarse.lengths / chords).max()) * (1.0 + 2.0 * radius / piece)


def _rows_of(coarse: GeodesicGraph, fine: GeodesicGraph) -> IntArray:
    """Which of the fine nodes each coarse one is."""
    nodes, all_nodes = as_array(coarse.nodes), as_array(fine.nodes)
    if nodes.shape[1] != all_nodes.shape[1] or coarse.embedded.shape[1] != fine.embedded.shape[1]:
        raise GeometryError("stretch bound: the two graphs are of other dimensions")
    distance, row = nearest(cKDTree(all_nodes), nodes, 1)
    if distance.max() > 0.0:
        raise GeometryError("stretch bound: a coarse node is none of the fine graph's")
    return row[:, 0]


def _reach(kept: FloatArray, neighbors: int) -> float:
    """Distance below which all kept nodes are joined to each other."""
    if neighbors + 1 >= len(kept):
        return math.inf
    farther = nearest(cKDTree(kept), kept, neighbors + 2)[0][:, -1]  # of itself, its neighbours, and one more
    return float(farther.min())
