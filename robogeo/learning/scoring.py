"""What is wrong along the geodesic of a request: the facts that strategies choose by.

For every candidate request the graph geodesic between its codes is looked at before anybody moves. Four
things can be wrong, each told in radians of joint motion, so that they add up and mean the same after every
retraining (a latent chart's own units do not):

- *gap*: the model puts start or goal somewhere else than where they are (unknown end point);
- *unsupported*: decoded length travelled where no demonstration lies near, integral of nu dl;
- *uncertainty*: mean disagreement of the decoder ensemble on the way (Chen et al., IROS 2018, ask by data
  uncertainty; the ensemble after Syrota et al. 2024);
- *jump*: largest decoded step above the median step at uniform latent arc length: the abrupt movement that a
  ridge of the magnification factor makes.

Beside them stand the magnification factor itself (geometric mean along the way) and the share of the way
that leads over bridges between regions of the graph that no demonstration joins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from robogeo.motion.manifold import Manifold
from robogeo.motion.world import Request

FloatArray = NDArray[np.float64]
PARTS = ("gap", "unsupported", "uncertainty", "jump")
_SAMPLES = 32  # points looked at along each geodesic
_BRIDGED = 0.05  # a smaller share of bridge than this is a detail of the way, not its nature


@dataclass(frozen=True, eq=False)
class Scores:
    """Facts about m candidate requests; all arrays (m,).

    Attributes:
        gap, unsupported, uncertainty, jump: as in the module's text, rad.
        magnification: mean log magnification factor along the geodesic.
        bridged: share of the geodesic's length on bridges, in [0, 1].
    """

    gap: FloatArray
    unsupported: FloatArray
    uncertainty: FloatArray
    jump: FloatArray
    magnification: FloatArray
    bridged: FloatArray

    def parts(self, index: int) -> dict[str, float]:
        """What is wrong with one candidate, in rad, by name."""
        return {name: float(getattr(self, name)[index]) for name in PARTS}

    def kind(self, index: int) -> str:
        """What a demonstration of this candidate would do: ``bridge``, ``smooth`` or ``cover``.

        It bridges where the way leads over an unsupported bridge, smooths where the jump is the worst
        part, and covers otherwise.
        """
        if self.bridged[index] > _BRIDGED:
            return "bridge"
        parts = self.parts(index)
        return "smooth" if parts["jump"] >= max(parts.values()) else "cover"


def score(manifold: Manifold, requests: Sequence[Request]) -> Scores:
    """Look along the graph geodesic of every request."""
    starts = np.stack([request.start for request in requests])
    goals = np.stack([request.goal for request in requests])
    geodesics = manifold.graph_geodesics(starts, goals)
    starts, goals = manifold.observation.observe(starts), manifold.observation.observe(goals)
    codes = manifold.along(geodesics, _SAMPLES)
    model = manifold.model
    with torch.no_grad():
        heads = model.decode_heads(codes)
        spread = heads.var(dim=-2, correction=0).sum(dim=-1).sqrt().double().numpy()
        path = heads.mean(dim=-2).double().numpy()
        lack = manifold.support.lack(codes).double().numpy()
        magnification = manifold.decoder_metric.log_magnification_factor(codes).double().numpy()
    steps = np.linalg.norm(np.diff(path, axis=1), axis=2)
    between = 0.5 * (lack[:, 1:] + lack[:, :-1])
    return Scores(
        gap=np.linalg.norm(path[:, 0] - starts, axis=1) + np.linalg.norm(path[:, -1] - goals, axis=1),
        unsupported=(between * steps).sum(axis=1),
        uncertainty=spread.mean(axis=1),
        jump=steps.max(axis=1) - np.median(steps, axis=1),
        magnification=magnification.mean(axis=1),
        bridged=np.array([geodesic.bridged for geodesic in geodesics]),
    )
