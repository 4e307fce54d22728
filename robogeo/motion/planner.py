"""From a request to a motion: geodesic, decoded path, corrected ends, time law; or a refusal with its reason.

Nothing here looks at obstacles: they are avoided only because demonstrations avoided them (the claim of
Chen et al., IROS 2018). A roll-out in the simulator tells whether that held. `robogeo.motion.verified` looks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import BSpline

from robogeo.errors import MotionError
from robogeo.geometry import Geodesic
from robogeo.motion.endpoints import correct_end_points, end_gaps
from robogeo.motion.limits import JointLimits
from robogeo.motion.manifold import Manifold
from robogeo.motion.path import smooth_path
from robogeo.motion.request import Refusal, Request
from robogeo.motion.smoothness import abruptness
from robogeo.motion.timing import time_path
from robogeo.motion.trajectory import Motion

FloatArray = NDArray[np.float64]


REACH = 0.5
Mode = Literal["implicit", "verified"]
MODES: tuple[Mode, ...] = ("implicit", "verified")


@dataclass(frozen=True)
class MotionOptions:
    """How a geodesic becomes a motion.

    Attributes:
        mode: ``implicit`` trusts the demonstrations, ``verified`` checks every motion before it is given.
        correction_limit: largest gap (rad, Euclidean) that may be closed at either end, unverified.
        derate: share of the velocity, acceleration and jerk limits that a motion may use.
        connection_limit: as ``correction_limit``, where the whole motion is verified.
        margin_m: least distance to obstacles of a verified motion, m.
        smoothing: how far a verified motion may leave the path that was found to be smoother, rad per joint;
            less is tried where that is not free.
        searches: ways looked for on the graph before a verified motion is given up.
        correction_reach: share of the path along which the correction of an end fades; None: `REACH`.
    """

    mode: Mode = "implicit"
    correction_limit: float = 0.25
    derate: float = 0.9
    connection_limit: float = 1.0
    margin_m: float = 0.008
    smoothing: float = 0.04
    searches: int = 8
    correction_reach: float | None = None

    @property
    def reach(self) -> float:
        """Share of the path along which the correction of an end fades, first of all."""
        return REACH if self.correction_reach is None else self.correction_reach


@dataclass(frozen=True, eq=False)
class Plan:
    """A planned motion and what it came from.

    Attributes:
        motion: the timed joint trajectory.
        geodesic: the latent curve behind it.
        correction: the larger of the gaps closed at both ends, rad.
        abruptness: greatest over median decoded step at uniform latent arc length.
        seconds: what planning it took, by part; empty where nobody measured.
    """

    motion: Motion
    geodesic: Geodesic
    correction: float
    abruptness: float
    seconds: Mapping[str, float] = field(default_factory=dict)


class Plans(Protocol):
    """Whoever plans motions."""

    def plan(self, request: Request) -> Plan | Refusal:
        """The motion for a request, or why there is none."""
        ...

    def plan_all(self, requests: Sequence[Request]) -> list[Plan | Refusal]:
        """The motion for each request, or why there is none."""
        ...


class Planner:
    """Plans motions on one manifold under one arm's limits."""

    def __init__(self, manifold: Manifold, limits: JointLimits, options: MotionOptions) -> None:
        self.manifold, self.limits, self.options = manifold, limits, options

    def plan(self, request: Request) -> Plan | Refusal:
        """The motion for a request, or why there is none."""
        return self.plan_all([request])[0]

    def plan_all(self, requests: Sequence[Request]) -> list[Plan | Refusal]:
        """As `plan` for many requests, whose geodesics are relaxed together."""
        starts, goals = ends_of(requests)
        geodesics = self.manifold.geodesics(starts, goals)
        return [self.along(request, geodesic) for request, geodesic in zip(requests, geodesics, strict=True)]

    def along(self, request: Request, geodesic: Geodesic) -> Plan | Refusal:
        """The motion for a request along a geodesic that is known already, or why there is none."""
        path, request = met_by(self.manifold.path_along(geodesic), request, self.limits)
        gap = max(end_gaps(path, request.start, request.goal))
        if gap > self.options.correction_limit:
            return unknown_end(path, request, self.options.correction_limit, self.limits.unit)
        try:
            spline = spline_between(path, request, self.limits, self.options.reach)
            motion = time_path(spline, self.limits, derate=self.options.derate)
        except MotionError as error:
            return Refusal("no-motion", str(error))
        return Plan(motion, geodesic, gap, abruptness_of(self.manifold, geodesic))


def ends_of(requests: Sequence[Request]) -> tuple[FloatArray, FloatArray]:
    """Starts (m, dof) and goals (m, dof) of requests."""
    return np.stack([request.start for request in requests]), np.stack([request.goal for request in requests])


def met_by(path: FloatArray, request: Request, limits: JointLimits) -> tuple[FloatArray, Request]:
    """A path (n, dof) rad and the request it answers, both turned by whole turns to meet.

    The path begins nearest to the start, and of all configurations in the goal's place the nearest to its end
    is asked for. Without endless joints and rotation vectors both stay as they are.
    """
    turned = limits.path_near(path, request.start)
    return turned, replace(request, goal=limits.nearest(request.goal, turned[-1]))


def spline_between(
    path: FloatArray, request: Request, limits: JointLimits, reach: float = REACH, tolerance: float = 0.005
) -> BSpline:
    """Smooth path within limits near a given one (n, dof), from exactly the start to exactly the goal.

    Args:
        path: configurations, rad.
        request: start and goal.
        limits: joint range to stay in.
        reach: share of the path along which the corrections at the ends fade.
        tolerance: how far smoothing may leave the corrected path, rad.

    Raises:
        MotionError: start and goal are one point, or outside the limits.
    """
    corrected = correct_end_points(path, request.start, request.goal, reach)
    inside = np.clip(corrected, limits.lower, limits.upper)
    return smooth_path(inside, limits=limits, tolerance=tolerance)


def unknown_end(path: FloatArray, request: Request, limit: float, unit: str) -> Refusal:
    """The refusal of a request whose end the model does not know."""
    gaps = end_gaps(path, request.start, request.goal)
    return Refusal(
        "unknown-end-point",
        f"the model puts the {'start' if gaps[0] >= gaps[1] else 'goal'} {max(gaps):.2f} {unit} beside where "
        f"it is, more than the {limit:g} {unit} that may be corrected; no demonstration came near it",
    )


def abruptness_of(manifold: Manifold, geodesic: Geodesic, count: int = 64) -> float:
    """Greatest over median decoded step of ``count`` codes at uniform latent arc length.

    The worse of what is seen and of the configurations seen: a picture may fade from one to another in even
    steps, while the joint jumps.
    """
    seen = manifold.decode(manifold.along([geodesic], count)[0])
    moved = manifold.observation.configurations(seen)
    return max(abruptness(seen), abruptness(moved))
