"""Sections about learning: success before and after, the map, the questions, foresight, every round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robogeo.learning.queries import Query
from robogeo.report import (
    Section,
    latent_map,
    latent_map_caption,
    learning_curve,
    query_parts,
    reliability_diagram,
    success_by_place,
)
from robogeo.run.report.latent_views import latent_view
from robogeo.run.report.sources import Run

FloatArray = NDArray[np.float64]


def success(run: Run) -> Section:
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
            (
                run.figure("learning_curve", curve),
                "Success on held-out requests; band: 95 % interval.",
                "success by number of demonstrations: "
                + ", ".join(f"{count:.0f}: {rate:.0%}" for count, rate in zip(counts, rates, strict=True)),
            ),
            (
                run.figure("success_by_place", places),
                "Success from place to place; a dash was never tried.",
                f"two tables of success between the {len(names)} places {', '.join(names)}, with "
                f"{titles[0]} and with {titles[1]}",
            ),
        ],
    )


def _by_place(names: Sequence[str], outcomes: Sequence[Mapping[str, Any]]) -> FloatArray:
    """Success rate (P, P) from place to place; NaN where nothing was tried."""
    tried, served = np.zeros((2, len(names), len(names)))
    for outcome in outcomes:
        cell = names.index(outcome["start"]), names.index(outcome["goal"])
        tried[cell] += 1
        served[cell] += not outcome["failure"]
    return np.divide(served, tried, out=np.full_like(tried, np.nan), where=tried > 0)


def map_of_learning(run: Run) -> Section:
    """The latent map of the first and the last round."""
    numbers = sorted({0, len(run.rounds) - 1})
    views = [latent_view(run.learner, number, run.rounds[number], run.requests) for number in numbers]
    text = (
        "What the robot knows, seen from above. Dark ridges are where a small latent step is a large joint "
        "motion (magnification factor); fog is where nothing was demonstrated. Planned motions follow the "
        "bold lines."
    )
    alt = " and ".join(
        f"the map after {view.title}, {len(np.unique(view.groups))} paths on it" for view in views
    )
    figure = (run.figure("latent_map", latent_map(views)), latent_map_caption(views), alt)
    return Section("The map of what was learned", text, [figure])


def questions(run: Run) -> Section | None:
    """The query of each round with its score in parts."""
    queries = list(run.learner.queries.values())
    if not queries:
        return None
    bars = [
        {"round": q.round, "name": q.request.name, "kind": q.kind, "score": q.wrong, "parts": dict(q.parts)}
        for q in queries
    ]
    unit = run.learner.world.limits.unit
    text = (
        f"Each bar is one question; its parts say what was wrong along the planned way, in {unit}: "
        "the gap between end points and the model, motion that no demonstration supports, "
        "disagreement of the decoder ensemble, the largest sudden step, and a detour longer than "
        "demonstrations make. Beside them: how much success each was expected to gain, what the update "
        "gained that first used its answers, and what the model then still found wrong with the request."
    )
    figure = (
        run.figure("queries", query_parts(bars, unit)),
        "What was wrong along the way of each question.",
        "; ".join(f"round {q.round}, {q.request.name}: {q.wrong:.2f} {unit}" for q in queries),
    )
    return Section("What it asked, and why", text, [figure], table=_asked(run, queries))


def _asked(run: Run, queries: Sequence[Query]) -> list[list[Any]]:
    """Every question with its parts, what it was expected to mend, and what came of it."""
    parts, unit = list(queries[0].parts), run.learner.world.limits.unit
    came = {entry["query"]: entry for entry in run.summary["queries"]}
    head = ["round", "asked to", "from", "to", *(f"{name}, {unit}" for name in parts)]
    rows: list[list[Any]] = [[*head, "success expected to gain", "gained", f"wrong after, {unit}"]]
    for q in queries:
        entry = came.get(q.id, {})
        gains = [_signed(entry.get(name)) for name in ("predicted", "realised")]
        ends = [q.request.start_place, q.request.goal_place]
        values = [q.parts[name] for name in parts]
        rows.append([str(q.round), q.kind, *ends, *values, *gains, entry.get("wrong_after")])
    return rows


def _signed(share: float | None) -> str | None:
    return None if share is None else f"{100.0 * share:+.0f} %".replace("-", "−")


def foresight(run: Run) -> Section | None:
    """Predicted against observed failure, where there was anything to predict."""
    found = run.summary["prediction"]
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
        f"reliability diagram; area under the ROC curve {found['auroc']:.2f}",
    )
    return Section("Did it know where it would fail?", text, [figure])


def round_by_round(run: Run) -> Section:
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
