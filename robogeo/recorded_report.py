"""What the report of a run on recordings says of them: which were needed, and how near motions came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from robogeo.learning.learner import Learner
from robogeo.motion.planner import Plan
from robogeo.motion.recorded_world import RecordedWorld
from robogeo.motion.request import Refusal
from robogeo.report import Section, figure_png, learning_curve, recorded_ways

_ENOUGH = 0.95  # of the success with all recordings


def needed(rounds: Sequence[Mapping[str, Any]]) -> int | None:
    """With how many recordings success first came to 95 % of what it was in the end; None: it was none."""
    last = rounds[-1]["success_rate"] if rounds else 0.0
    if last <= 0.0:
        return None
    return next(int(r["demonstrations"]) for r in rounds if r["success_rate"] >= _ENOUGH * last)


def success_section(
    learner: Learner, rounds: Sequence[Mapping[str, Any]], evaluations: Sequence[Mapping[str, Any]]
) -> Section:
    """Learning curve, and success for every recording that was held out."""
    world = learner.world
    assert isinstance(world, RecordedWorld)
    counts = np.array([r["demonstrations"] for r in rounds], dtype=np.float64)
    rates = np.array([r["success_rate"] for r in rounds])
    bounds = np.array([r["success_rate_ci95"] for r in rounds])
    curve = learning_curve({learner.config.strategy: (counts, rates, bounds[:, 0], bounds[:, 1])})
    rows: list[list[Any]] = [
        ["held-out recording", "requests", "served at first", "served at the end", "strayed, rad"]
    ]
    for number in world.held_out_recordings:
        first, last = (_of(number, evaluations[place]["outcomes"]) for place in (0, -1))
        served = [f"{sum(not o['failure'] for o in some) / max(1, len(some)):.0%}" for some in (first, last)]
        strayed = [o["deviation_rad"] for o in last if o.get("deviation_rad") is not None]
        rows.append([str(number), str(len(last)), *served, float(np.mean(strayed)) if strayed else "-"])
    text = (
        "A held-out request leads from start to end of a recording that learning never sees, or along a part "
        "of it. A motion succeeds when it keeps all joint limits, does not touch the arm itself (or the "
        "scene), reaches its goal, is neither long nor abrupt, and stays near what was recorded: its mean "
        f"distance, along the best alignment of both paths, is at most {world.tolerance:.3f} rad. "
        f"{_calibration(learner)} Requests along the same recording are no independent evidence: the band is "
        "narrower than it should be where few are held out."
    )
    figures = [
        (_kept(learner, "learning_curve", curve), "Success on held-out requests; band: 95 % interval.")
    ]
    return Section("Success, before and after", text, figures, table=rows)


def recordings_section(learner: Learner, rounds: Sequence[Mapping[str, Any]]) -> Section:
    """Every recording: what became of it, and what success was once it was learned."""
    world = learner.world
    assert isinstance(world, RecordedWorld)
    roles = _roles(learner, world, rounds)
    rows: list[list[Any]] = [
        ["recording", "from", "duration, s", "length, rad", "what became of it", "success then"]
    ]
    for number, each in enumerate(world.recordings):
        role, success = roles.get(number, ("never asked for", "-"))
        rows.append([str(number), each.source, each.duration, each.path_length, role, success])
    count, all_of_them = needed(rounds), len(world.pool)
    found = (
        "No motion served a held-out request."
        if count is None
        else (
            f"{count} of the {all_of_them} recordings that could be asked for gave 95 % of the final success."
        )
    )
    remarks = [line for e in learner.folder.events() if e["event"] == "recordings" for line in e["remarks"]]
    return Section(
        "Which recordings were needed", f"{found} As they were read: {'; '.join(remarks)}.", table=rows
    )


def ways_section(learner: Learner) -> Section | None:
    """The first held-out recording beside the motion planned for it and the straight line."""
    world = learner.world
    assert isinstance(world, RecordedWorld)
    for request in world.held_out(0, len(world.held_out_recordings)):
        plan, shown = learner.plans.plan(request), world.demonstrate(request, 0)
        if not isinstance(plan, Plan) or isinstance(shown, Refusal):
            continue
        held = world.reference(request, shown)
        assert held is not None
        line = np.linspace(request.start, request.goal, 64)
        ways = {
            f"planned motion ({held.deviation(plan.motion.q):.3f} rad off)": plan.motion.q,
            f"straight line ({held.deviation(line):.3f} rad off)": line,
        }
        known = [each.resampled(0.02) for each in learner.demonstrations]
        figure = recorded_ways(shown, ways, world.joint_names, known)
        text = "Timing is left out: every way is drawn over the share of its length."
        picture = (
            _kept(learner, "held_out_recording", figure),
            f"From the {request.name}, which learning never saw.",
        )
        return Section("Beside what was recorded", text, [picture])
    return None


def _roles(
    learner: Learner, world: RecordedWorld, rounds: Sequence[Mapping[str, Any]]
) -> dict[int, tuple[str, str]]:
    """What became of recordings, by number, and the success of the first round that knew them."""
    numbers = {each.q.tobytes(): number for number, each in enumerate(world.recordings)}
    roles = dict.fromkeys(world.held_out_recordings, ("held out", "-"))
    for place, given in enumerate(learner.demonstrations):
        number = numbers.get(given.q.tobytes(), numbers.get(given.q[::-1].tobytes()))
        fit = next((r for r in rounds if r["demonstrations"] > place), None)
        if number is None or fit is None:
            continue
        role = (
            "given at the beginning"
            if fit["round"] == 0
            else f"asked for, question {place + 1 - rounds[0]['demonstrations']}"
        )
        roles[number] = (role, f"{fit['success_rate']:.0%}")
    return roles


def _calibration(learner: Learner) -> str:
    settings = learner.config.recordings
    if settings is not None and settings.tolerance is not None:
        return "The configuration says so."
    return (
        "Nine of ten of the other recordings have a fellow that near, once its ends are made to meet theirs."
    )


def _of(number: int, outcomes: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The outcomes of requests along a recording."""
    names = (f"start of recording {number}", f"recording {number} at ")
    return [o for o in outcomes if o["start"] == names[0] or o["start"].startswith(names[1])]


def _kept(learner: Learner, name: str, figure: Any) -> bytes:
    png = figure_png(figure)
    learner.folder.write_bytes(f"figures/{name}.png", png)
    return png
