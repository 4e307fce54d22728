"""A learner's state after one round, as the latent map draws it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robogeo.geometry import in_parts
from robogeo.learning.learner import Learner
from robogeo.motion.request import Request
from robogeo.report import LatentView

FloatArray = NDArray[np.float64]


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
    codes, groups, edges = manifold.in_order
    geodesics: list[FloatArray] = []
    if requests:
        ends = [np.stack([getattr(request, end) for request in requests]) for end in ("start", "goal")]
        geodesics = [g.points.double().numpy() for g in manifold.geodesics(ends[0], ends[1])]
    return LatentView(
        nodes=codes,
        groups=groups,
        edges=edges,
        bridges=manifold.graph.bridges,
        log_mf=in_parts(manifold.decoder_metric.log_magnification_factor),
        lack_of_support=in_parts(manifold.support.lack),
        round=number,
        demonstrations=round["demonstrations"],
        success_rate=round["success_rate"],
        geodesics=geodesics,
    )
