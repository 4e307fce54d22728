"""From a request to a motion: geodesic, decoded path, corrected ends, time law; or a refusal with its reason.

Nothing here looks at obstacles: they are avoided only because demonstrations avoided them (the claim of
Chen et al., IROS 2018). A roll-out in the simulator tells whether that held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robogeo.errors import MotionError
from robogeo.geometry import Geodesic
from robogeo.motion.endpoints import correct_end_points, end_gaps
from robogeo.motion.limits import JointLimits
from robogeo.motion.manifold import Manifold
from robogeo.motion.smoothness import abruptness
from robogeo.motion.timing import smooth_path, time_path
from robogeo.motion.trajectory import Motion
from robogeo.motion.world import Refusal, Request

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class MotionOptions:
    """How a geodesic becomes a motion.

    Attributes:
        correction_limit: largest gap (rad, Euclidean) that may be closed at either end.
        derate: share of the velocity, acceleration and jerk limits that a motion may use.
    """

    correction_limit: float = 0.25
    derate: float = 0.9


@dataclass(frozen=True, eq=False)
class Plan:
    """A planned motion and what it came from.

    Attributes:
        motion: the timed joint trajectory.
        geodesic: the latent curve behind it.
        correction: the larger of the gaps closed at both ends, rad.
        abruptness: greatest over median decoded step at uniform latent arc length.
    """

    motion: Motion
    geodesic: Geodesic
    correction: float
    abruptness: float


class Planner:
    """Plans motions on one manifold under one arm's limits."""

    def __init__(self, manifold: Manifold, limits: JointLimits, options: MotionOptions) -> None:
        self.manifold, self.limits, self.options = manifold, limits, options

    def plan(self, request: Request) -> Plan | Refusal:
        """The motion for a request, or why there is none."""
        return self.plan_all([request])[0]

    def plan_all(self, requests: Sequence[Request]) -> list[Plan | Refusal]:
        """As `plan` for many requests, whose geodesics are relaxed together."""
        starts = np.stack([request.start for request in requests])
        goals = np.stack([request.goal for request in requests])
        geodesics = self.manifold.geodesics(starts, goals)
        return [self._timed(request, geodesic) for request, geodesic in zip(requests, geodesics, strict=True)]

    def _timed(self, request: Request, geodesic: Geodesic) -> Plan | Refusal:
        """The motion along a geodesic, or why there is none."""
        path = self.manifold.decoded_path(geodesic)
        gaps = end_gaps(path, request.start, request.goal)
        if max(gaps) > self.options.correction_limit:
            end = "start" if gaps[0] >= gaps[1] else "goal"
            return Refusal(
                "unknown-end-point",
                f"the model puts the {end} {max(gaps):.2f} rad beside where it is, more than the "
                f"{self.options.correction_limit:g} rad that may be corrected; no demonstration came near it",
            )
        corrected = correct_end_points(path, request.start, request.goal)
        try:
            motion = time_path(
                smooth_path(np.clip(corrected, self.limits.lower, self.limits.upper), limits=self.limits),
                self.limits,
                derate=self.options.derate,
            )
        except MotionError as error:
            return Refusal("no-motion", str(error))
        steps = self.manifold.decode(self.manifold.along([geodesic], len(path))[0])
        return Plan(motion, geodesic, max(gaps), abruptness(steps))
