"""Rolling out motions for many requests in the simulator, on one process or several.

Every motion runs in a freshly loaded world, so an outcome depends neither on the order of the requests nor
on the number of processes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from robogeo.evaluation.outcome import Outcome, SuccessCriteria, judged, refused
from robogeo.motion.planner import Planner
from robogeo.motion.world import Refusal, Request, World
from robogeo.parallel import Workers


@dataclass(frozen=True, eq=False)
class Trial:
    """A request to be judged.

    Attributes:
        index: of the request in its stream.
        request: from where to where.
        reference_length: length of the demonstrator's own path for it, rad.
    """

    index: int
    request: Request
    reference_length: float


@dataclass(frozen=True, eq=False)
class _Share:
    """What one process gets."""

    planner: Planner
    trials: Sequence[Trial]
    scene: str
    robot: str
    criteria: SuccessCriteria


def roll_out(
    planner: Planner,
    trials: Sequence[Trial],
    scene: str,
    robot: str,
    criteria: SuccessCriteria,
    workers: Workers,
) -> list[Outcome]:
    """Plan, run and judge every trial; outcomes come in the order of the trials."""
    count = min(workers.count, len(trials))
    shares = [_Share(planner, trials[i::count], scene, robot, criteria) for i in range(count)]
    outcomes: list[Outcome | None] = [None] * len(trials)
    for i, share in enumerate(workers.map(_roll_out_share, shares)):
        outcomes[i::count] = share
    return [outcome for outcome in outcomes if outcome is not None]


def trials_for(world: World, requests: Sequence[Request]) -> tuple[list[Trial], list[Refusal]]:
    """Pair requests with the demonstrator's path length; those it refuses are returned apart."""
    trials, refusals = [], []
    for index, request in enumerate(requests):
        shown = world.demonstrate(request, seed=0)
        if isinstance(shown, Refusal):
            refusals.append(shown)
        else:
            length = float(np.linalg.norm(np.diff(shown, axis=0), axis=1).sum())
            trials.append(Trial(index, request, length))
    return trials, refusals


def _roll_out_share(share: _Share) -> list[Outcome]:
    world = _world(share.scene, share.robot)
    plans = share.planner.plan_all([trial.request for trial in share.trials])
    return [
        refused(plan)
        if isinstance(plan, Refusal)
        else judged(plan, world.execute(plan.motion), world.limits, trial.reference_length, share.criteria)
        for plan, trial in zip(plans, share.trials, strict=True)
    ]


@lru_cache(maxsize=2)
def _world(scene: str, robot: str) -> World:
    """One world a process and scene: opening one costs more than a motion."""
    return World(scene, robot)
