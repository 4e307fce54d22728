"""From the nodes that a search passed to the geodesic along them."""

from __future__ import annotations

import numpy as np
import torch

from robogeo.geometry.curve import Geodesic
from robogeo.geometry.points import IntArray


def geodesic_along(
    nodes: torch.Tensor,
    start: torch.Tensor,
    goal: torch.Tensor,
    way: IntArray,
    length: float,
    expanded: int,
    bridged: float,
) -> Geodesic:
    """The geodesic from a start (d,) over a way of nodes (N, d) to a goal (d,).

    Args:
        nodes: of the graph.
        start: where it begins, perhaps the first node of the way.
        goal: where it ends, perhaps the last one.
        way: the nodes passed, in order.
        length: of the whole; infinite where there is no way, which has no points.
        expanded: nodes that the search looked at.
        bridged: length of the bridges on the way.
    """
    if not np.isfinite(length):
        return Geodesic(start.new_zeros(0, len(start)), length, expanded, converged=False)
    # An end that is a node would stand there twice; but a way has two ends, even where it stands still.
    first = 1 if len(way) and torch.equal(nodes[way[0]], start) else 0
    last = len(way) - 1 if len(way) > first and torch.equal(nodes[way[-1]], goal) else len(way)
    points = torch.cat([start[None], nodes[torch.from_numpy(way[first:last])], goal[None]])
    return Geodesic(points, length, expanded, bridged=bridged / length if length > 0 else 0.0, nodes=way)
