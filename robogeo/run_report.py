"""The report of one run: what it could do before, what it asked, what it can do now, shown on one page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robogeo.latent_views import latent_view
from robogeo.learning.learner import Learner
from robogeo.motion.exchange import verify_written
from robogeo.motion.planner import Plan
from robogeo.motion.recorded_world import RecordedWorld
from robogeo.motion.trajectory import save_motion
from robogeo.motion.world import Request
from robogeo.progress import Progress
from robogeo.recorded_report import recordings_section, success_section, ways_section
from robogeo.report import (
    Section,
    figure_png,
    joint_curves,
    latent_map,
    latent_map_caption,
    learning_curve,
    query_parts,
    reliability_diagram,
    still,
    success_by_place,
    write_report,
    write_video,
)

MOTIONS_SHOWN = 3  # written as files and drawn as geodesics
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Run:
    """What the sections are written from.

    Attributes:
        learner: with the folder, the models and the queries.
        rounds: as in ``summary.json``.
        evaluations: the journal's events of held-out evaluations, one a round.
        prediction: as in ``summary.json``.
        requests: held-out requests whose motions are shown.
        first_is_new: the first of them was not served before anything was asked.
    """

    learner: Learner
    rounds: Sequence[Mapping[str, Any]]
    evaluations: Sequence[Mapping[str, Any]]
    prediction: Mapping[str, Any] | None
    requests: Sequence[Request]
    first_is_new: bool

    def figure(self, name: str, figure: Any) -> bytes:
        """PNG of a figure, written into the run's folder too."""
        png = figure_png(figure)
        self.learner.folder.write_bytes(f"figures/{name}.png", png)
        return png


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
    requests, prediction = [held_out[index] for index in shown], summary["prediction"]
    run = _Run(learner, summary["rounds"], evaluations, prediction, requests, new)
    recorded = isinstance(learner.world, RecordedWorld)
    writers: list[Callable[[_Run], Section | None]] = [
        *([_recorded_success, _recordings, _beside] if recorded else [_success]),
        _map,
        _questions,
        _foresight,
        _motion,
        _round_by_round,
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


def _lead(run: _Run) -> str:
    first, last = run.rounds[0], run.rounds[-1]
    given, asked = first["demonstrations"], last["demonstrations"] - first["demonstrations"]
    return (
        f"Given {given} demonstrations, the arm served {first['success_rate']:.0%} of requests that it had "
        f"never seen. It then asked for {asked} demonstrations of its own choice (strategy "
        f"{run.learner.config.strategy!r}) and served {last['success_rate']:.0%}. Every motion was planned "
        "as a geodesic of the learned manifold, timed within all joint limits and run in the simulator; "
        f"{_SIGHT[run.learner.config.motion.mode]}."
    )


def _facts(run: _Run) -> list[tuple[str, str]]:
    first, last = run.rounds[0], run.rounds[-1]
    asked = last["demonstrations"] - first["demonstrations"]
    return [
        ("success before asking", f"{first['success_rate']:.0%}"),
        ("success at the end", f"{last['success_rate']:.0%}"),
        ("demonstrations", f"{first['demonstrations']} given + {asked} asked"),
        ("learning and evaluating", f"{sum(r['seconds'] for r in run.rounds):.0f} s"),
    ]


def _success(run: _Run) -> Section:
    """Learning curve, and success from place to place."""
    counts = np.array([r["demonstrations"] for r in run.rounds], dtype=np.float64)
    rates = np.array([r["success_rate"] for r in run.rounds])
    bounds = np.array([r["success_rate_ci95"] for r in run.rounds])
    curve = learning_curve({run.learner.config.strategy: (counts, rates, bounds[:, 0], bounds[:, 1])})
    names = run.learner.world.place_names
    before, after = (_by_place(names, run.evaluations[i]["outcomes"]) for i in (0, -1))
    titles = [f"{run.rounds[i]['demonstrations']} demonstrations" for i in (0, -1)]
    places = success_by_place(names, before, after, titles=(titles[0], titles[1]))
    text = (
        "Held-out requests weigh all pairs of places alike and are never shown to the strategy. A motion "
        "succeeds when it keeps a margin to everything and all joint limits, reaches its goal, and is "
        "neither long nor abrupt."
    )
    return Section(
        "Success, before and after",
        text,
        [
            (run.figure("learning_curve", curve), "Success on held-out requests; band: 95 % interval."),
            (run.figure("success_by_place", places), "Success from place to place; a dash was never tried."),
        ],
    )


def _recorded_success(run: _Run) -> Section:
    return success_section(run.learner, run.rounds, run.evaluations)


def _recordings(run: _Run) -> Section:
    return recordings_section(run.learner, run.rounds)


def _beside(run: _Run) -> Section | None:
    return ways_section(run.learner)


def _by_place(names: Sequence[str], outcomes: Sequence[Mapping[str, Any]]) -> FloatArray:
    """Success rate (P, P) from place to place; NaN where nothing was tried."""
    tried, served = np.zeros((2, len(names), len(names)))
    for outcome in outcomes:
        cell = names.index(outcome["start"]), names.index(outcome["goal"])
        tried[cell] += 1
        served[cell] += not outcome["failure"]
    return np.divide(served, tried, out=np.full_like(tried, np.nan), where=tried > 0)


def _map(run: _Run) -> Section:
    """The latent map of the first and the last round."""
    numbers = sorted({0, len(run.rounds) - 1})
    views = [latent_view(run.learner, number, run.rounds[number], run.requests) for number in numbers]
    text = (
        "What the robot knows, seen from above. Dark ridges are where a small latent step is a large joint "
        "motion (magnification factor); fog is where nothing was demonstrated. Planned motions follow the "
        "bold lines."
    )
    figure = (run.figure("latent_map", latent_map(views)), latent_map_caption(views))
    return Section("The map of what was learned", text, [figure])


def _questions(run: _Run) -> Section | None:
    """The query of each round with its score in parts."""
    queries = list(run.learner.queries.values())
    if not queries:
        return None
    bars = [
        {"round": q.round, "name": q.request.name, "kind": q.kind, "score": q.wrong, "parts": dict(q.parts)}
        for q in queries
    ]
    rows: list[list[Any]] = [
        ["round", "asked to", "from", "to", *(f"{name}, rad" for name in queries[0].parts)]
    ]
    rows += [
        [str(q.round), q.kind, q.request.start_place, q.request.goal_place, *q.parts.values()]
        for q in queries
    ]
    text = (
        "Each bar is one question; its parts say what was wrong along the planned way, in radians of joint "
        "motion: the gap between end points and the model, motion that no demonstration supports, "
        "disagreement of the decoder ensemble, the largest sudden step, and a detour longer than "
        "demonstrations make."
    )
    figure = (run.figure("queries", query_parts(bars)), "What was wrong along the way of each question.")
    return Section("What it asked, and why", text, [figure], table=rows)


def _foresight(run: _Run) -> Section | None:
    """Predicted against observed failure, where there was anything to predict."""
    found = run.prediction
    if found is None:
        return None
    low, high = found["auroc_ci95"]
    text = (
        "Before a held-out request runs, the model says what is wrong along its geodesic. A request that "
        f"then failed had the higher score than one that succeeded in {found['auroc']:.0%} of all such pairs "
        f"(95 % interval {low:.0%} to {high:.0%}; 50 % would be chance). As a probability, learned in each "
        f"round from the rounds before it, the score errs by {found['brier']:.3f} (Brier; 0 is perfect), "
        f"where the share of failures so far errs by {found['brier_without']:.3f}."
    )
    figure = (
        run.figure("reliability", reliability_diagram(found["reliability"])),
        "Failure as predicted and as observed; on the dashed line both are the same.",
    )
    return Section("Did it know where it would fail?", text, [figure])


def _motion(run: _Run) -> Section | None:
    """A motion, if there is one that was not possible before: video, film strip and joint curves."""
    learner, world = run.learner, run.learner.world
    planned = [(request, learner.plans.plan(request)) for request in run.requests]
    motions = [(request, plan.motion) for request, plan in planned if isinstance(plan, Plan)]
    for number, (_, motion) in enumerate(motions):
        path = learner.folder.file(f"motions/held-out-{number}.csv")
        save_motion(path, motion, world.joint_names, world.limits, world.scene)
        verify_written(path, world.limits)
    if not motions:
        return None
    request, motion = motions[0]
    caption = f"{request.name}: {motion.duration:.1f} s, within all limits."
    figures, video, output = [], None, learner.config.output
    if world.has_body:
        arrays = (motion.t, motion.q, motion.qd, motion.qdd, motion.qddd)
        curves = joint_curves(*arrays, limits=vars(world.limits), joint_names=world.joint_names)
        figures.append((run.figure("joint_curves", curves), caption))
    if output.video and world.has_body:
        seen = f"{request.name}, as run in the simulator."
        frames = world.film(world.execute(motion).q, output.video_fps, output.video_size)
        figures.insert(0, (run.figure("film_strip", still(frames, fps=output.video_fps)), seen))
        path = learner.folder.file("video.mp4")
        write_video(frames, path, output.video_fps)
        video = (path.read_bytes(), seen)
    before = "out of reach" if run.first_is_new else "served already"
    text = f"A held-out request that was {before} before asking. More are in the folder motions/, as CSV."
    return Section("A motion", text, figures, video=video)


def _round_by_round(run: _Run) -> Section:
    """Measures of every round as a table."""
    head = [
        "round",
        "demonstrations",
        "success",
        "collisions",
        "refused",
        "abruptness",
        "training, s",
        "evaluation, s",
    ]
    rows: list[list[Any]] = [head]
    for r in run.rounds:
        shares = [f"{r[name]:.0%}" for name in ("success_rate", "collision_rate", "refusal_rate")]
        numbers = [r["abruptness"], r["seconds_training"], r["seconds_evaluation"]]
        rows.append([str(r["round"]), str(r["demonstrations"]), *shares, *numbers])
    return Section("Round by round", "", table=rows)
