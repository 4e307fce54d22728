"""Motions that are checked before they are given: geodesics, vetoed by the world.

The demonstrations propose a motion, more faithfully than in `robogeo.motion.planner`, for a world's check
knows of obstacles but not of what else a motion was shown for (to keep a tool in its plane, say):

* of several demonstrated ways it prefers those shown between like ends (`robogeo.motion.relevance`);
* it is relaxed half-way only, since relaxation alone takes the inside of every bend.

The smoothed path that would be run is then checked at steps of 0.02 rad against obstacles, itself and the
joint limits. What fails is mended in this order:

1. it is smoothed less, then the end-point correction fades over a shorter stretch, so that the middle of the
   path is left alone;
2. the demonstrated configurations that the graph path runs through take the place of the half-relaxed curve;
3. the graph is searched again without what is known to be blocked (`robogeo.motion.roadmap`), and, for this
   request alone, without the nodes at which the last path failed.

What cannot be mended is refused. Because the whole motion is checked, larger gaps at the ends may be closed
than the implicit planner dares.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.interpolate import BSpline

from robogeo.errors import InputError, MotionError
from robogeo.geometry import Geodesic, resample_uniform
from robogeo.motion.endpoints import end_gaps
from robogeo.motion.planner import (
    Plan,
    Planner,
    Plans,
    abruptness_of,
    met_by,
    spline_between,
    unknown_end,
)
from robogeo.motion.request import Refusal, Request
from robogeo.motion.roadmap import RESOLUTION, Roadmap
from robogeo.motion.timing import time_path
from robogeo.motion.world import World

FloatArray = NDArray[np.float64]

_SHORTER = (0.25, 0.12)  # shares of the path along which an end-point correction fades where the usual fails
_STEPS = 4  # of a relaxation that goes half-way only
_PROBES = 64  # steps of a half-relaxed curve, or somewhat more
_SHOWN_TOLERANCE = 0.02  # rad: by which smoothing may leave a polyline of demonstrated configurations


def planning_in(world: World, planner: Planner) -> Plans:
    """The planner itself, or what verifies its motions in the world: as its options say.

    Raises:
        InputError: verified motions were asked for where a joint turns without end.
    """
    if planner.options.mode != "verified":
        return planner
    if planner.limits.continuous.any():
        raise InputError(
            f"motion.mode: verified motions are not made in scene {world.scene}, where a joint turns without "
            "end; use implicit"
        )
    return VerifiedPlanner(planner, world)


@dataclass(frozen=True, eq=False)
class _Proposal:
    """A latent curve, the joint path (n, dof) rad along it, and the request that it meets.

    Smoothing may leave the path by the tolerance, rad.
    """

    curve: Geodesic
    path: FloatArray
    request: Request
    tolerance: float = 0.005


class VerifiedPlanner:
    """Plans motions that are free in a world.

    What it finds out about the world serves later requests, until the world changes.

    Args:
        planner: proposes motions.
        world: checks them.
    """

    def __init__(self, planner: Planner, world: World) -> None:
        self._manifold, self._limits, self._options = planner.manifold, planner.limits, planner.options
        self._world = world
        self._roadmap = Roadmap(planner.manifold, world, planner.options.margin_m)
        self._seconds: defaultdict[str, float] = defaultdict(float)

    def plan(self, request: Request) -> Plan | Refusal:
        """The motion for a request, or why there is none."""
        return self.plan_all([request])[0]

    def plan_all(self, requests: Sequence[Request]) -> list[Plan | Refusal]:
        """As `plan` for many requests, whose first geodesics are relaxed together.

        Refusals are of the kinds ``start-in-collision``, ``goal-in-collision``, ``unknown-end-point``,
        ``no-safe-path`` and ``no-motion``.
        """
        self._seconds.clear()
        with self._timing("graph search"):
            ways = [self._roadmap.way(request.start, request.goal) for request in requests]
        with self._timing("relaxation"):
            curves = self._manifold.relaxed(ways, _STEPS)
        shared = {name: seconds / len(requests) for name, seconds in self._seconds.items()}
        plans = []
        for request, way, curve in zip(requests, ways, curves, strict=True):
            self._seconds = defaultdict(float, shared)
            plans.append(self._plan(request, way, curve))
        return plans

    def _plan(self, request: Request, way: Geodesic, curve: Geodesic) -> Plan | Refusal:
        refusal = self._ends_refused(request)
        if refusal is not None:
            return refusal
        proposal = self._half_relaxed(request, curve, way)
        if self._gap(proposal) > self._options.connection_limit:
            return unknown_end(
                proposal.path, proposal.request, self._options.connection_limit, self._limits.unit
            )
        try:
            return self._first_free(request, way, proposal)
        except MotionError as error:
            return Refusal("no-motion", str(error))

    def _ends_refused(self, request: Request) -> Refusal | None:
        """Why the ends alone make a motion impossible, if they do."""
        margin = self._options.margin_m
        with self._timing("collision check"):
            free = self._world.free(request.ends, margin)
        for name, good in zip(("start", "goal"), free, strict=True):
            if not good:
                return Refusal(
                    f"{name}-in-collision",
                    f"at the {name} the arm touches something or is within {1000 * margin:g} mm of it",
                )
        return None

    def _first_free(self, request: Request, way: Geodesic, likeliest: _Proposal) -> Plan | Refusal:
        """The first motion that is free, of the given way or of those that the search still finds."""
        avoided: set[int] = set()
        for search in range(self._options.searches):
            for proposal, spline in self._splines(request, way, likeliest):
                hits = self._hits(spline)
                if not len(hits):
                    return self._timed(proposal, spline)
            # At first the way itself may be at fault, which the search finds out; later the corrections are.
            if search > 0:
                avoided |= self._roadmap.nearest(way.nodes.tolist(), hits)
            with self._timing("graph search"):
                found = self._roadmap.free_way(request.start, request.goal, avoided)
            if found is None:
                break
            with self._timing("relaxation"):
                way, curve = found, self._manifold.relaxed([found], _STEPS)[0]
            likeliest = self._half_relaxed(request, curve, way)
        return Refusal(
            "no-safe-path",
            f"no way through what was demonstrated keeps {1000 * self._options.margin_m:g} mm from obstacles "
            f"({search + 1} tried); ask for a demonstration round them",
        )

    def _splines(
        self, request: Request, way: Geodesic, likeliest: _Proposal
    ) -> Iterator[tuple[_Proposal, BSpline]]:
        """Smooth paths along a way: half relaxed, then as demonstrated; each at first evenly corrected."""
        shown = self._roadmap.configurations(way)
        proposals = [likeliest]
        if len(shown) > 1:
            proposals.append(self._proposed(request, way, shown, _SHOWN_TOLERANCE))
        for proposal in proposals:
            for reach, tolerance in self._corrections(proposal.tolerance):
                with self._timing("path"):
                    path, asked = proposal.path, proposal.request
                    spline = spline_between(path, asked, self._limits, reach, tolerance)
                yield proposal, spline

    def _corrections(self, tolerance: float) -> list[tuple[float, float]]:
        """Shares along which a correction fades and departures in smoothing, in the order of trial."""
        smoother = [t for t in (self._options.smoothing, self._options.smoothing / 4.0) if t > tolerance]
        usual = self._options.reach
        return [(usual, t) for t in smoother] + [(reach, tolerance) for reach in (usual, *_SHORTER)]

    def _half_relaxed(self, request: Request, curve: Geodesic, way: Geodesic) -> _Proposal:
        """Half-way between curve and way, point by point at equal shares of their lengths."""
        with self._timing("path"):
            points = curve.points[:: max(1, len(curve.points) // _PROBES)]  # at constant speed already
            if curve.method != "path":  # else it is the way itself
                points = torch.lerp(
                    points, resample_uniform(self._manifold.metric, way.points, len(points)), 0.5
                )
            half = Geodesic(points, way.length, way.expanded, method="half relaxed")
            return self._proposed(request, half, self._manifold.path_at(points))

    def _proposed(
        self, request: Request, curve: Geodesic, path: FloatArray, tolerance: float = 0.005
    ) -> _Proposal:
        return _Proposal(curve, *met_by(path, request, self._limits), tolerance)

    @staticmethod
    def _gap(proposal: _Proposal) -> float:
        """The larger gap at an end, rad."""
        return max(end_gaps(proposal.path, proposal.request.start, proposal.request.goal))

    def _hits(self, spline: BSpline) -> FloatArray:
        """Configurations (n, dof) of a path that are not free; none if all are."""
        with self._timing("collision check"):
            q = finely(spline)
            return q[~self._world.free(q, self._options.margin_m)]

    def _timed(self, proposal: _Proposal, spline: BSpline) -> Plan | Refusal:
        with self._timing("time law"):
            motion = time_path(spline, self._limits, derate=self._options.derate)
        if not self._limits.satisfied(motion):
            return Refusal("no-motion", "the time law breaks a joint limit")
        jump = abruptness_of(self._manifold, proposal.curve)
        return Plan(motion, proposal.curve, self._gap(proposal), jump, dict(self._seconds))

    @contextmanager
    def _timing(self, part: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self._seconds[part] += time.perf_counter() - started


def finely(spline: BSpline, resolution: float = RESOLUTION) -> FloatArray:
    """Configurations (n, dof) along a path, no joint further than ``resolution`` rad from one to the next."""
    first, last = float(spline.t[spline.k]), float(spline.t[-spline.k - 1])
    u = np.linspace(first, last, max(64, int(np.ceil(10.0 * (last - first) / resolution))) + 1)
    steps = np.abs(np.diff(spline(u), axis=0)).max(axis=1)
    travelled = np.concatenate([[0.0], np.cumsum(steps)])
    count = max(2, int(np.ceil(travelled[-1] / resolution)) + 1)
    return np.asarray(spline(np.interp(np.linspace(0.0, travelled[-1], count), travelled, u)))
