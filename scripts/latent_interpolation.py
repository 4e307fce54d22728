"""Plain interpolation between two codes, to set a planned motion beside it (used by benchmark_motion.py).

What people do with an autoencoder: the codes of start and goal are joined by a straight line, walked along
in the planned motion's own time with the smoothest law there is (minimum jerk), and decoded. Nothing is
smoothed, corrected or timed afterwards.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
import torch

from robogeo.motion.manifold import Manifold
from robogeo.motion.planner import Plan
from robogeo.motion.request import Request
from robogeo.motion.smoothness import abruptness, rms_jerk

_SAMPLES = 2001  # in time: fine enough for third differences of a decoder in double precision
_STEPS = 65  # of the curves whose evenness is compared


@dataclass(frozen=True)
class Interpolation:
    """Interpolation beside the planned motion, for one request.

    Attributes:
        rms_jerk: of the interpolation in the planned motion's time, rad/s^3.
        length_rad: of its joint path.
        abruptness: greatest over median decoded step of even latent steps on the straight line.
        unevenness: the same of the geodesic at its own parameter, Riemannian arc length.
    """

    rms_jerk: float
    length_rad: float
    abruptness: float
    unevenness: float


def interpolation(manifold: Manifold, request: Request, plan: Plan) -> Interpolation:
    """Interpolate between the codes of a request's ends in the time that a plan for it takes."""
    ends = manifold.encode(np.stack([request.start, request.goal])).double()
    share = np.linspace(0.0, 1.0, _SAMPLES)
    q = _decoded(manifold, ends, share**3 * (10.0 - 15.0 * share + 6.0 * share**2))
    step = plan.motion.duration / (_SAMPLES - 1)
    even = _decoded(manifold, ends, np.linspace(0.0, 1.0, _STEPS))
    return Interpolation(
        rms_jerk=rms_jerk(np.diff(q, 3, axis=0) / step**3),
        length_rad=float(np.linalg.norm(np.diff(q, axis=0), axis=1).sum()),
        abruptness=abruptness(even),
        unevenness=abruptness(manifold.path_along(plan.geodesic, _STEPS)),
    )


def _decoded(manifold: Manifold, ends: torch.Tensor, share: np.ndarray) -> np.ndarray:
    """Configurations (n, dof) on the line between codes (2, d) at shares (n,), in double precision."""
    exact = copy.deepcopy(manifold.model).double()
    with torch.no_grad():
        return exact.decode(torch.lerp(ends[:1], ends[1:], torch.as_tensor(share)[:, None])).numpy()
