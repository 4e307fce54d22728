"""The sections of a run on recordings: which were needed, and how near motions came to those held out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from robogeo.evaluation.roll_out import HELD_OUT_SEED
from robogeo.motion.deviation import Reference
from robogeo.motion.planner import Plan
from robogeo.motion.recorded_world import RecordedWorld
from robogeo.motion.request import Refusal
from robogeo.report import Section, learning_curve, recorded_ways
from robogeo.run.report.sources import Run

_ENOUGH = 0.95  # of the success with all recordings


def needed(rounds: Sequence[Mapping[str, Any]]) -> int | None:
    """With how many recordings success first came to 95 % of what it was in the end; None: it was none."""
    last = rounds[-1]["success_rate"] if rounds else 0.0
    if last <= 0.0:
        return None
    return next(int(r["demonstrations"]) for r in rounds if r["success_rate"] >= _ENOUGH * last)


def recorded_success(run: Run) -> Section:
    """Learning curve, and success for every recording that was held out."""
    world = _world_of(run)
    counts = np.array([r["demonstrations"] for r in run.rounds], dtype=np.float64)
    rates = np.array([r["success_rate"] for r in run.rounds])
    bounds = np.array([r["success_rate_ci95"] for r in run.rounds])
    curve = learning_curve({run.learner.config.strategy: (counts, rates, bounds[:, 0], bounds[:, 1])})
    touching = ", does not touch the arm itself (or the scene)" if world.has_body else ""
    text = (
        "A held-out request leads from start to end of a recording that learning never sees, or along a part "
        f"of it. A motion succeeds when it keeps all joint limits{touching}, "
        "reaches its goal, is neither long nor abrupt, and stays near what was recorded: its mean "
        f"distance, along the best alignment of both paths, is at most {world.tolerance:.3f} "
        f"{world.limits.unit}. {_calibration(run)} Requests along the same recording are no independent "
        "evidence: the band is narrower than it should be where few are held out."
    )
    figures = [
        (run.figure("learning_curve", curve), "Success on held-out requests; band: 95 % interval."),
    ]
    return Section("Success, before and after", text, figures, table=_by_recording(run, world))


def recordings(run: Run) -> Section:
    """Every recording: what became of it, and what success was once it was learned."""
    world = _world_of(run)
    roles, unit = _roles(run, world), world.limits.unit
    rows: list[list[Any]] = [
        ["recording", "from", "duration, s", f"length, {unit}", "what became of it", "success then"]
    ]
    for number, each in enumerate(world.recordings):
        role, success = roles.get(number, ("never asked for", "-"))
        rows.append([str(number), each.source, each.duration, each.path_length, role, success])
    count = needed(run.rounds)
    found = (
        "No motion served a held-out request."
        if count is None
        else f"{count} of the {len(world.pool)} recordings that could be asked for gave 95 % of the final "
        "success."
    )
    events = run.learner.folder.events()
    remarks = [line for event in events if event["event"] == "recordings" for line in event["remarks"]]
    return Section(
        "Which recordings were needed", f"{found} As they were read: {'; '.join(remarks)}.", table=rows
    )


def beside(run: Run) -> Section | None:
    """The first held-out recording beside the motion planned for it and the straight line."""
    learner, world = run.learner, _world_of(run)
    for request in world.held_out(HELD_OUT_SEED, len(world.held_out_recordings)):
        plan, shown = learner.plans.plan(request), world.demonstrate(request, 0)
        if not isinstance(plan, Plan) or isinstance(shown, Refusal):
            continue
        held = world.reference(request, shown)
        assert held is not None
        line = np.linspace(request.start, request.goal, 64)
        ways = {
            f"planned motion ({_off(held, plan.motion.q, world)})": plan.motion.q,
            f"straight line ({_off(held, line, world)})": line,
        }
        known = [each.resampled(0.02) for each in learner.demonstrations]
        figure = recorded_ways(shown, ways, world.joint_names, known)
        text = "Timing is left out: every way is drawn over the share of its length."
        caption = f"From the {request.name}, which learning never saw."
        return Section(
            "Beside what was recorded", text, [(run.figure("held_out_recording", figure), caption)]
        )
    return None


def _world_of(run: Run) -> RecordedWorld:
    world = run.learner.world
    assert isinstance(world, RecordedWorld)
    return world


def _by_recording(run: Run, world: RecordedWorld) -> list[list[Any]]:
    """Success along every recording that was held out."""
    unit = world.limits.unit
    head = ["held-out recording", "requests", "served at first", "served at the end", f"strayed, {unit}"]
    rows: list[list[Any]] = [head]
    for number in world.held_out_recordings:
        first, last = (_along(number, run, place) for place in (0, -1))
        served = [f"{sum(not o['failure'] for o in some) / max(1, len(some)):.0%}" for some in (first, last)]
        strayed = [o["deviation_rad"] for o in last if o.get("deviation_rad") is not None]
        rows.append([str(number), str(len(last)), *served, float(np.mean(strayed)) if strayed else "-"])
    return rows


def _along(number: int, run: Run, evaluation: int) -> list[Mapping[str, Any]]:
    """The outcomes of an evaluation that belong to requests along a recording."""
    outcomes = run.evaluations[evaluation]["outcomes"]
    return [o for o in outcomes if run.held_out[o["index"]].recording == number]


def _off(held: Reference, path: Any, world: RecordedWorld) -> str:
    return f"{held.deviation(path):.3f} {world.limits.unit} off"


def _roles(run: Run, world: RecordedWorld) -> dict[int, tuple[str, str]]:
    """What became of recordings, by number, and the success of the first round that knew them."""
    roles = dict.fromkeys(world.held_out_recordings, ("held out", "-"))
    for place, number in enumerate(world.numbers(run.learner.demonstrations)):
        fit = next((r for r in run.rounds if r["demonstrations"] > place), None)
        if number is None or fit is None:
            continue
        asked = place + 1 - run.rounds[0]["demonstrations"]
        role = "given at the beginning" if fit["round"] == 0 else f"asked for, question {asked}"
        roles[number] = (role, f"{fit['success_rate']:.0%}")
    return roles


def _calibration(run: Run) -> str:
    settings = run.learner.config.recordings
    if settings is not None and settings.tolerance is not None:
        return "The configuration says so."
    return (
        "Nine of ten of the other recordings have a fellow that near, once its ends are made to meet theirs."
    )
