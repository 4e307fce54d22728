"""A learner's state after one round, as the latent map draws it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from robogeo.learning.learner import Learner
from robogeo.motion.request import Request
from robogeo.report import LatentView

FloatArray = NDArray[np.float64]
_CHUNK = 1024  # points at a time: their Jacobians stay in the processor's cache


def latent_view(
    learner: Learner, number: int, round: Mapping[str, Any], requests: Sequence[Request]
) -> LatentView:
    """The chart after a round, with the geodesics of some requests on it.

    Args:
        learner: whose model it is.
        number: the round.
        round: its entry in ``summary.json``.
        requests: whose geodesics are drawn.
    """
    manifold = learner.planner_of(number).manifold
    graph = manifold.graph
    # The graph numbers nodes by place; the picture joins them in the order in which they were shown.
    shown = np.argsort(graph.origins)
    rank = np.argsort(shown)
    geodesics: list[FloatArray] = []
    if requests:
        ends = [np.stack([getattr(request, end) for request in requests]) for end in ("start", "goal")]
        geodesics = [g.points.double().numpy() for g in manifold.geodesics(ends[0], ends[1])]
    return LatentView(
        nodes=graph.nodes.double().numpy()[shown],
        groups=manifold.shown_in[shown],
        edges=rank[graph.edges],
        bridges=graph.bridges,
        log_mf=_chunked(manifold.decoder_metric.log_magnification_factor),
        lack_of_support=_chunked(manifold.support.lack),
        round=number,
        demonstrations=round["demonstrations"],
        success_rate=round["success_rate"],
        geodesics=geodesics,
    )


def _chunked(function: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[FloatArray], FloatArray]:
    """A function of latent tensors as one of arrays (P, d) -> (P,), evaluated part by part."""

    def evaluated(points: FloatArray) -> FloatArray:
        rows = torch.as_tensor(points, dtype=torch.float32)
        with torch.no_grad():
            return torch.cat([function(part) for part in torch.split(rows, _CHUNK)]).double().numpy()

    return evaluated
