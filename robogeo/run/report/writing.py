"""The page: its sections in their order, what it says first, and its largest figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from robogeo.learning.learner import Learner
from robogeo.motion.recorded_world import RecordedWorld
from robogeo.motion.request import Request
from robogeo.progress import Progress
from robogeo.report import Section, write_report
from robogeo.run.report.learning import foresight, map_of_learning, questions, round_by_round, success
from robogeo.run.report.motions import motions
from robogeo.run.report.origin import origin
from robogeo.run.report.recorded import beside, recorded_success, recordings
from robogeo.run.report.sources import Run

MOTIONS_SHOWN = 3  # written as files and drawn as geodesics


def write_run_report(
    learner: Learner, summary: Mapping[str, Any], held_out: Sequence[Request], progress: Progress
) -> None:
    """Write figures, motions, video and ``report.html`` into the run's folder.

    Args:
        learner: at the end of its run.
        summary: as in ``summary.json``.
        held_out: the held-out requests, in the order of their indices.
        progress: told about the work.
    """
    evaluations = [event for event in learner.folder.events() if event["event"] == "evaluate"]
    shown, new = _worth_showing(evaluations)
    requests = [held_out[index] for index in shown]
    run = Run(learner, summary["rounds"], evaluations, summary, held_out, requests, new)
    recorded = isinstance(learner.world, RecordedWorld)
    writers: list[Callable[[Run], Section | None]] = [
        *([recorded_success, recordings, beside] if recorded else [success]),
        map_of_learning,
        questions,
        foresight,
        motions,
        round_by_round,
        origin,
    ]
    sections = []
    for number, writer in enumerate(writers):
        progress("writing the report", number, len(writers))
        sections.append(writer(run))
    write_report(
        learner.folder.file("report.html"),
        f"{summary['scene']}: what the {learner.world.robot_name} learned",
        _lead(run),
        [section for section in sections if section is not None],
        facts=_facts(run),
        footer="Written by robogeo; config.yaml and journal.jsonl beside this page reproduce it.",
    )


def _worth_showing(evaluations: Sequence[Mapping[str, Any]]) -> tuple[list[int], bool]:
    """Requests served at the end, those first that were not served at the beginning; is the first such?"""
    first = {outcome["index"]: outcome["failure"] for outcome in evaluations[0]["outcomes"]}
    served = [o["index"] for o in evaluations[-1]["outcomes"] if not o["failure"]]
    served.sort(key=lambda index: (not first[index], index))
    return served[:MOTIONS_SHOWN], bool(served and first[served[0]])


_SIGHT = {
    "implicit": "the planner never sees an obstacle",
    "verified": "what comes too near to an obstacle is mended or refused before it is run",
}


def _lead(run: Run) -> str:
    first, last = run.rounds[0], run.rounds[-1]
    given, asked = first["demonstrations"], last["demonstrations"] - first["demonstrations"]
    who, how = "arm", f"run in the simulator; {_SIGHT[run.learner.config.motion.mode]}"
    if not run.learner.world.has_body:
        who, how = "tool", "held against what was recorded; a tool alone has no body that could be simulated"
    return (
        f"Given {given} demonstrations, the {who} served {first['success_rate']:.0%} of requests that it had "
        f"never seen. It then asked for {asked} demonstrations of its own choice (strategy "
        f"{run.learner.config.strategy!r}) and served {last['success_rate']:.0%}. Every motion was planned "
        f"as a geodesic of the learned manifold, timed within all joint limits and {how}."
    )


def _facts(run: Run) -> list[tuple[str, str]]:
    first, last = run.rounds[0], run.rounds[-1]
    asked = last["demonstrations"] - first["demonstrations"]
    return [
        ("success before asking", f"{first['success_rate']:.0%}"),
        ("success at the end", f"{last['success_rate']:.0%}"),
        ("demonstrations, given + asked", f"{first['demonstrations']} + {asked}"),
        ("learning and evaluating", f"{sum(r['seconds'] for r in run.rounds):.0f} s"),
    ]
