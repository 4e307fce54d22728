"""What is being looked at: a run's learner, its map, two ends and the way between them.

Nothing here knows a browser. A session serves one thread at a time, as the simulator does.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from robogeo.errors import InputError
from robogeo.evaluation.outcome import SuccessCriteria, judged
from robogeo.evaluation.roll_out import HELD_OUT_SEED, Trial, trial_of
from robogeo.learning.learner import Learner
from robogeo.motion.planner import Plan, Planner
from robogeo.motion.request import Refusal, Request
from robogeo.viewer.charted import charted_manifold
from robogeo.viewer.latent_map import LatentMap
from robogeo.viewer.route import (
    SHOWN,
    End,
    Film,
    Route,
    Verdict,
    film_of,
    film_without_time,
    verdict_on,
)

FloatArray = NDArray[np.float64]


class Session:
    """A look at what a learner knows.

    Args:
        learner: of the run.
        criteria: of success, by which ways are judged. Length, and nearness to a recording, are judged where
            the world shows the way between both ends; where it does not, the verdict says so.

    Attributes:
        manifold, map: of the last fit.
        start, goal: ends chosen so far.
        route: the way between them, once both are chosen.

    Raises:
        InputError: nothing is learned yet, or the latent space has one dimension.
    """

    def __init__(self, learner: Learner, criteria: SuccessCriteria) -> None:
        if learner.config.model.latent_dim < 2:
            raise InputError(
                "model.latent_dim: a map needs at least 2 latent dimensions, this run has "
                f"{learner.config.model.latent_dim}"
            )
        self.learner, self.world, self._criteria = learner, learner.world, criteria
        self._take_up_fit()
        self.start: End | None = None
        self.goal: End | None = None
        self.route: Route | None = None
        self._taken: Request | None = None

    def refresh(self) -> None:
        """Take up a new fit: another map, on which the ends lie elsewhere."""
        self._take_up_fit()
        self.route = None
        for name in ("start", "goal"):
            end = getattr(self, name)
            if end is not None:
                setattr(self, name, self.end_at(end.q))

    def _take_up_fit(self) -> None:
        self.manifold = self.learner.planner.manifold
        self.map = LatentMap(charted_manifold(self.manifold))

    def codes_of(self, q: FloatArray) -> FloatArray:
        """Codes (n, d) of configurations (n, dof), rad."""
        return self.manifold.encode(q).double().numpy()

    def end_at(self, q: FloatArray) -> End:
        """An end at a configuration (dof,) rad."""
        return End(q, self.codes_of(q[None])[0], self.world.place_of(q))

    def end_on_map(self, x: float, y: float) -> End:
        """An end at a point of the map: what the decoder makes of its code, brought within the limits."""
        code = self.map.code_at(x, y)
        manifold, limits = self.manifold, self.world.limits
        seen = manifold.decode(torch.as_tensor(code, dtype=torch.float32)[None])
        q = np.clip(manifold.observation.configurations(seen)[0], limits.lower, limits.upper)
        return End(q, code, self.world.place_of(q))

    def choose(self, x: float, y: float) -> None:
        """Choose the end that is missing at a point of the map, the start first; with both, begin anew."""
        if self.start is not None and self.goal is not None:
            self.clear()
        if self.start is None:
            self.start = self.end_on_map(x, y)
        else:
            self.goal = self.end_on_map(x, y)

    def take(self, request: Request) -> None:
        """Take both ends from a request, by whose recording the way is judged while they stay."""
        self._taken = request
        self.start, self.goal = self.end_at(request.start), self.end_at(request.goal)

    def clear(self) -> None:
        """Choose anew."""
        self.start = self.goal = self.route = None

    def swap(self) -> None:
        """Go the other way."""
        self.start, self.goal = self.goal, self.start

    def lead(self) -> Route | None:
        """The geodesic between both ends with the arm along it, not judged yet; None without two ends."""
        if self.start is None or self.goal is None:
            return None
        manifold = self.manifold
        codes = torch.as_tensor(np.stack([self.start.code, self.goal.code]), dtype=torch.float32)
        geodesic = manifold.relaxed(manifold.graph.paths(codes[:1], codes[1:]))[0]
        path = manifold.path_along(geodesic, SHOWN)
        self.route = Route(self.start, self.goal, geodesic, path)
        return self.route

    def judge(self) -> Route | None:
        """The same way with its motion, curves and verdict; None without one."""
        route = self.route
        if route is None:
            return None
        asked = self._asked(route)
        plan = asked if isinstance(asked, Refusal) else self._plan(asked, route)
        if isinstance(asked, Request) and isinstance(plan, Plan):
            verdict, film = self._seen(asked, plan)
            route = replace(route, geodesic=plan.geodesic)
        else:
            assert isinstance(plan, Refusal)
            verdict, film = self._refused(route, plan)
        self.route = replace(route, verdict=verdict, film=film)
        return self.route

    def held_out(self, count: int) -> list[Request]:
        """Held-out requests, which people without a mouse may choose from."""
        return self.world.held_out(HELD_OUT_SEED, count)

    def _plan(self, request: Request, route: Route) -> Plan | Refusal:
        plans = self.learner.plans
        if isinstance(plans, Planner):
            return plans.along(request, route.geodesic)
        return plans.plan(request)

    def _asked(self, route: Route) -> Request | Refusal:
        """What the way answers: the request that its ends were taken from, or one between them."""
        ends, taken = (route.start.q, route.goal.q), self._taken
        if taken is not None and all(map(np.array_equal, ends, (taken.start, taken.goal))):
            return taken
        try:
            return self.world.request_between(*ends)
        except InputError as error:
            return Refusal("end-refused", str(error))

    def _refused(self, route: Route, why: Refusal) -> tuple[Verdict, Film]:
        """The refusal, and the way as far as it can be shown."""
        inside = np.clip(route.path, self.world.limits.lower, self.world.limits.upper)
        return Verdict("refused", why.reason), film_without_time(inside, self.world)

    def _seen(self, request: Request, plan: Plan) -> tuple[Verdict, Film]:
        """What the simulator says of a plan, and what is played."""
        world = self.world
        trial, unjudged = trial_of(world, request), ""
        if isinstance(trial, Refusal):
            unjudged = trial.reason
            trial = Trial(0, request, plan.motion.path_length)
        execution = world.execute(plan.motion)
        against = trial.reference_length, self._criteria, trial.reference
        outcome = judged(request, plan, execution, world.limits, *against)
        return verdict_on(plan, execution, outcome, unjudged), film_of(plan, world)
