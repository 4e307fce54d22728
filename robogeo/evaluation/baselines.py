"""Other ways from start to goal, to compare geodesics with.

Each proposes a joint path for a request; `plan_along` makes a motion of it with the corrections, the spline
and the time law that geodesics get too, so that only the choice of the path differs:

- *joint line*: straight in joint space;
- *latent line*: straight in latent space, decoded: what interpolation in an autoencoder does;
- *RRT-Connect*: a search in joint space with short cuts (Kuffner and LaValle, ICRA 2000), which knows the
  obstacles and nothing of the demonstrations;
- *ProMP*: a probabilistic movement primitive conditioned on both ends (Paraschos et al., NIPS 2013), by the
  package movement_primitives, where that is installed;
- *neural geodesic*: a curve found by gradient descent on a network's weights (Chen et al., AISTATS 2018).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import torch
from numpy.typing import NDArray

from robogeo.data.demonstrations import Demonstration
from robogeo.errors import MotionError
from robogeo.geometry import Geodesic, fit_neural_geodesic
from robogeo.motion.endpoints import end_gaps
from robogeo.motion.limits import JointLimits
from robogeo.motion.manifold import Manifold
from robogeo.motion.planner import Plan, abruptness_of, met_by, spline_between
from robogeo.motion.request import Refusal, Request
from robogeo.motion.smoothness import abruptness
from robogeo.motion.timing import time_path
from robogeo.motion.world import World

FloatArray = NDArray[np.float64]
Way = Geodesic | FloatArray | Refusal
"""A latent curve, a joint path (n, dof) rad, or why there is neither."""
Proposal = Callable[[Request], Way]

_POINTS = 64
_WEIGHTS = 15  # basis functions a joint of a ProMP
_FIRMNESS = 1e-6  # rad^2: variance of the ends that a ProMP is conditioned on


def baselines(
    manifold: Manifold, demonstrations: Sequence[Demonstration], world: World, seed: int = 0
) -> dict[str, Proposal]:
    """All baselines that can be had here, by name; a ProMP only where movement_primitives is installed."""
    found: dict[str, Proposal] = {
        "joint line": lambda request: np.linspace(request.start, request.goal, _POINTS),
        "latent line": lambda request: _latent_line(manifold, request),
        "RRT-Connect": lambda request: world.search(request, seed),
        "neural geodesic": lambda request: _neural(manifold, request),
    }
    if find_spec("movement_primitives") is not None:
        found["ProMP"] = _movement_primitive(demonstrations)
    return found


def plan_along(
    way: Way, request: Request, manifold: Manifold, limits: JointLimits, derate: float = 0.9
) -> Plan | Refusal:
    """The motion along a proposed way, made as a geodesic's; nothing is refused for its gaps at the ends."""
    if isinstance(way, Refusal):
        return way
    latent = isinstance(way, Geodesic)
    path = manifold.path_along(way) if isinstance(way, Geodesic) else way
    path, request = met_by(path, request, limits)
    try:
        motion = time_path(spline_between(path, request, limits), limits, derate=derate)
    except MotionError as error:
        return Refusal("no-motion", str(error))
    gap = max(end_gaps(path, request.start, request.goal))
    curve = way if isinstance(way, Geodesic) else _no_curve(manifold)
    jump = abruptness_of(manifold, curve) if latent else abruptness(path if len(path) > 2 else _evenly(path))
    return Plan(motion, curve, gap, jump)


def _latent_line(manifold: Manifold, request: Request) -> Geodesic:
    ends = manifold.encode(request.ends)
    share = torch.linspace(0.0, 1.0, _POINTS, dtype=ends.dtype)[:, None]
    return Geodesic(torch.lerp(ends[:1], ends[1:], share), float("nan"), 0, method="line")


def _neural(manifold: Manifold, request: Request) -> Geodesic:
    ends = manifold.encode(request.ends)
    curve = fit_neural_geodesic(manifold.metric, ends[0], ends[1])
    return replace(curve, points=curve.points.to(ends.dtype))


def _movement_primitive(demonstrations: Sequence[Demonstration]) -> Proposal:
    """A ProMP of all demonstrations, each stretched to a duration of one."""
    from movement_primitives.promp import ProMP

    times = np.linspace(0.0, 1.0, _POINTS)
    shown = np.stack([_stretched(demonstration, times) for demonstration in demonstrations])
    primitive = ProMP(n_dims=shown.shape[2], n_weights_per_dim=_WEIGHTS)
    primitive.imitate(np.tile(times, (len(shown), 1)), shown)
    firmness = _FIRMNESS * np.eye(shown.shape[2])

    def propose(request: Request) -> FloatArray:
        asked = primitive.condition_position(request.start, firmness, t=0.0)
        asked = asked.condition_position(request.goal, firmness, t=1.0)
        return np.asarray(asked.mean_trajectory(times))

    return propose


def _stretched(demonstration: Demonstration, times: FloatArray) -> FloatArray:
    span = demonstration.t[-1] - demonstration.t[0]
    at = demonstration.t[0] + times * span
    return np.stack([np.interp(at, demonstration.t, joint) for joint in demonstration.q.T], axis=1)


def _evenly(path: FloatArray) -> FloatArray:
    return np.linspace(path[0], path[-1], _POINTS)


def _no_curve(manifold: Manifold) -> Geodesic:
    """What stands for the latent curve of a path that has none."""
    return Geodesic(manifold.nodes[:0], float("nan"), 0, method="none")
