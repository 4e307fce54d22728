"""Rolling out motions for many requests in the simulator, on one process or several.

Every motion runs in a world as if freshly loaded, and requests are planned in groups that do not depend on
the number of processes: the last bits of a batched product depend on the size of the batch, and a group is
planned in one batch. So outcomes are the same on any number of processes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from robogeo.evaluation.outcome import Outcome, SuccessCriteria, judged, refused, with_second_opinion
from robogeo.motion.deviation import Reference
from robogeo.motion.opened import opened
from robogeo.motion.planner import Plan, Planner
from robogeo.motion.request import Refusal, Request
from robogeo.motion.verified import planning_in
from robogeo.motion.world import World
from robogeo.parallel import Workers

HELD_OUT_SEED = 0  # the held-out requests of a scene are the same for every experiment
_TOGETHER = 6  # requests planned in one batch: few enough to share 42 of them among processes evenly


@dataclass(frozen=True, eq=False)
class Trial:
    """A request to be judged.

    Attributes:
        index: of the request in its stream.
        request: from where to where.
        reference_length: length of the demonstrator's own path for it, rad.
        reference: recorded path that a motion has to stay near; None: any way will do.
    """

    index: int
    request: Request
    reference_length: float
    reference: Reference | None = None


@dataclass(frozen=True, eq=False)
class _Share:
    """What one process gets: groups of trials, each planned together."""

    planner: Planner
    groups: Sequence[Sequence[Trial]]
    scene: str
    robot: str
    criteria: SuccessCriteria
    engine: str | None


def roll_out(
    planner: Planner,
    trials: Sequence[Trial],
    scene: str,
    robot: str,
    criteria: SuccessCriteria,
    workers: Workers,
    engine: str | None = None,
    progress: Callable[[int], object] = lambda done: None,
) -> list[Outcome]:
    """Plan, run and judge every trial; outcomes come in the order of the trials.

    Args:
        planner: plans, in the mode of its options.
        trials: what is asked for.
        scene: name of the scene.
        robot: name of the robot.
        criteria: of success.
        workers: processes that share the work.
        engine: a second engine to run every motion in, ``mujoco``; success is judged by the first alone.
        progress: told how many trials are done, whenever a worker has ended its share.
    """
    groups = [trials[i : i + _TOGETHER] for i in range(0, len(trials), _TOGETHER)]
    count = min(workers.count, len(groups))
    shares = [_Share(planner, groups[i::count], scene, robot, criteria, engine) for i in range(count)]
    outcomes: list[list[Outcome]] = [[] for _ in groups]
    ends = np.cumsum([sum(map(len, share.groups)) for share in shares])
    told = workers.map(_roll_out_share, shares, lambda done: progress(int(ends[done - 1])))
    for i, share in enumerate(told):
        outcomes[i::count] = share
    return [outcome for group in outcomes for outcome in group]


def trials_for(world: World, requests: Sequence[Request]) -> tuple[list[Trial], list[Refusal]]:
    """Pair requests with the demonstrator's path length; those it refuses are returned apart."""
    found = [trial_of(world, request, index) for index, request in enumerate(requests)]
    trials = [each for each in found if isinstance(each, Trial)]
    return trials, [each for each in found if isinstance(each, Refusal)]


def trial_of(world: World, request: Request, index: int = 0) -> Trial | Refusal:
    """A request with what a motion for it is held against, or why the demonstrator shows nothing."""
    shown = world.demonstrate(request, seed=0)
    if isinstance(shown, Refusal):
        return shown
    length = float(np.linalg.norm(np.diff(shown, axis=0), axis=1).sum())
    return Trial(index, request, length, world.reference(request, shown))


def _roll_out_share(share: _Share) -> list[list[Outcome]]:
    world = opened(share.scene, share.robot, None)
    return [_roll_out_group(group, world, share) for group in share.groups]


def _roll_out_group(trials: Sequence[Trial], world: World, share: _Share) -> list[Outcome]:
    # A fresh one each time: what one group finds out about the world must not change another's outcomes.
    plans = planning_in(world, share.planner).plan_all([trial.request for trial in trials])
    return [_outcome(trial, plan, world, share) for plan, trial in zip(plans, trials, strict=True)]


def _outcome(trial: Trial, plan: Plan | Refusal, world: World, share: _Share) -> Outcome:
    if isinstance(plan, Refusal):
        return refused(plan)
    seen = world.execute(plan.motion)
    lengths = trial.reference_length, share.criteria, trial.reference
    outcome = judged(trial.request, plan, seen, world.limits, *lengths)
    if share.engine is None:
        return outcome
    return with_second_opinion(outcome, world.execute(plan.motion, share.engine))
