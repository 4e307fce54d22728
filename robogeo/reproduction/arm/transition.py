"""Claim: having asked, the learner gets between skills that it was shown apart.

In TwoSkills sweeping over a table and reaching into a shelf are shown twice each, how to get from one to the
other never. The learner asks on its own. An example is drawn that asks for the way alone: the first fresh
request between skills, from and to places that the first demonstrations visited.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from robogeo.learning.learner import Learner
from robogeo.motion.request import Request
from robogeo.motion.world import World
from robogeo.randomness import stream_seed
from robogeo.report.style import ALARM, INK, PALETTE, WIDTH, calm, new_figure, percent, percent_axis
from robogeo.reproduction.arm.pictures import Way, draw_in_scene
from robogeo.reproduction.arm.records import AFTER, BEFORE, Record, between_skills, skill_of
from robogeo.reproduction.arm.runs import Measured, NoExampleError, even_steps, run_path, successes
from robogeo.run.stored import open_run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SCENE = "TwoSkills"
WITHIN, BETWEEN = "within a skill", "between skills"
_MOMENTS = {BEFORE: ALARM, AFTER: PALETTE[0]}
_KINDS = {"bridge": PALETTE[4], "smooth": PALETTE[3], "cover": PALETTE[5]}


@dataclass(frozen=True)
class Example:
    """One transition, before and after.

    Attributes:
        name: of the request.
        robot: of the run.
        steps: configurations (n, dof) rad at even latent steps, by moment.
        abruptness: by moment.
    """

    name: str
    robot: str
    steps: dict[str, NDArray[np.float64]]
    abruptness: dict[str, float]


def rows(runs: Sequence[Measured]) -> list[dict[str, Any]]:
    """Success, abruptness and the tool's largest step within and between skills; and what was asked."""
    found: list[dict[str, Any]] = []
    for seeds in ([run.seed for run in runs], *([run.seed] for run in runs)):
        chosen = [run for run in runs if run.seed in seeds]
        for kind in (WITHIN, BETWEEN):
            for moment in (BEFORE, AFTER):
                records = _records(chosen, kind, moment)
                found.append(
                    {
                        "claim": "transition between skills",
                        "seeds": seeds,
                        "requests": kind,
                        "moment": moment,
                        **{f"success_{name}": value for name, value in successes(records).items()},
                        "median_abruptness": _median(records, "abruptness"),
                        "median_largest_tool_step_m": _median(records, "tool_step_m"),
                    }
                )
    found += [
        {
            "claim": "transition between skills",
            "seed": run.seed,
            "questions": [f"{q['kind']}: {q['start']} to {q['goal']}" for q in run.questions],
        }
        for run in runs
    ]
    return found


def example(runs: Path, run: Measured) -> Example:
    """The example of a run; its geodesics are worked out again."""
    folder, config = open_run(run_path(runs, SCENE, run.seed))
    with folder, World(SCENE, config.robot) as world:
        learner = Learner(folder, config, world)
        request = _example_request(world, run, config.held_out)
        seen = {
            moment: even_steps(planner.manifold, [request])[0]
            for moment, planner in ((BEFORE, learner.planner_of(0)), (AFTER, learner.planner))
        }
    steps = {moment: q for moment, (q, _) in seen.items()}
    return Example(request.name, config.robot, steps, {moment: jump for moment, (_, jump) in seen.items()})


def drawn(runs: Sequence[Measured], shown: Example) -> Figure:
    """The example's ways, success within and between skills, abruptness, and what was asked when."""
    with calm():
        figure = new_figure(WIDTH, 9.6)
        above, below = figure.subfigures(2, 1, squeeze=False, height_ratios=[1.25, 1.0])[:, 0]
        for ax, (moment, color) in zip(above.subplots(1, 2), _MOMENTS.items(), strict=True):
            way = Way(shown.steps[moment], color, moment, dots=True)
            draw_in_scene(ax, SCENE, shown.robot, [way])
            ax.set_title(f"{moment}: abruptness {shown.abruptness[moment]:.1f}")
            ax.set_xlabel(f"tool at even latent steps, {shown.name} (seed {runs[0].seed})")
        success, abrupt, asked = below.subplots(1, 3, width_ratios=[1.0, 1.0, 1.15])
        _draw_success(success, runs)
        _draw_abruptness(abrupt, runs)
        _draw_questions(asked, runs)
    return figure


def _records(runs: Sequence[Measured], kind: str, moment: str) -> list[Record]:
    return [
        record for run in runs for record in run.of(moment) if between_skills(record) == (kind == BETWEEN)
    ]


def _median(records: Sequence[Record], name: str) -> float:
    return float(np.median([record[name] for record in records]))


def _example_request(world: World, run: Measured, count: int) -> Request:
    first = run.demonstrated[: run.curve[0]["demonstrations"]]
    visited = {place for pair in first for place in pair}
    for request in world.held_out(1 + stream_seed(run.seed, "claims"), count):
        ends = request.start_place, request.goal_place
        if skill_of(ends[0]) != skill_of(ends[1]) and visited.issuperset(ends):
            return request
    raise NoExampleError(f"{SCENE}: none of {count} requests is between skills and places shown at first")


def _draw_success(ax: Axes, runs: Sequence[Measured]) -> None:
    for i, kind in enumerate((WITHIN, BETWEEN)):
        for j, (moment, color) in enumerate(_MOMENTS.items()):
            place, whole = i + 0.36 * (j - 0.5), successes(_records(runs, kind, moment))
            label = moment if i == 0 else None
            ax.bar(place, whole["rate"], width=0.32, color=color, alpha=0.8, label=label)
            ax.vlines(place, *whole["ci95"], color=INK, linewidth=2.0)
            each = [successes(_records([run], kind, moment))["rate"] for run in runs]
            ax.plot([place] * len(each), each, "o", markersize=5, markerfacecolor="white", color=INK)
            top = max(whole["ci95"][1], *each)
            ax.annotate(percent(whole["rate"]), (place, top), (0, 6), textcoords="offset points", ha="center")
    ax.set_xticks(range(2), [WITHIN, BETWEEN])
    ax.set(ylabel="success on fresh requests", ylim=(0.0, 1.34), yticks=np.linspace(0.0, 1.0, 6))
    ax.set_title("success (95 %; rings: runs)")
    percent_axis(ax)
    ax.legend(loc="upper left")
    ax.grid(axis="y")


def _draw_abruptness(ax: Axes, runs: Sequence[Measured]) -> None:
    """Abruptness of every transition's geodesic, planned or refused, as a distribution function."""
    for (moment, color), height in zip(_MOMENTS.items(), (0.3, 0.7), strict=True):
        values = np.sort([record["abruptness"] for record in _records(runs, BETWEEN, moment)])
        ax.step(values, np.arange(1, len(values) + 1) / len(values), where="post", color=color)
        beside: dict[str, Any] = (
            {"xytext": (-9, 0), "ha": "right"} if moment == BEFORE else {"xytext": (9, 0), "ha": "left"}
        )
        text = f"{moment}:\nmedian {np.median(values):.1f}"
        at = float(np.quantile(values, height)), height
        ax.annotate(text, at, textcoords="offset points", va="center", color=color, **beside)
    ax.set_xscale("log")
    ax.set_xticks([2, 5, 10, 20, 50], ["2", "5", "10", "20", "50"])
    ax.set_xticks([], minor=True)
    ax.set(xlabel="abruptness (largest / median step)", ylabel="share of transitions below", ylim=(0.0, 1.02))
    ax.set_title("geodesics between skills")
    percent_axis(ax)
    ax.grid(True)


def _draw_questions(ax: Axes, runs: Sequence[Measured]) -> None:
    """Kind of each question by colour; a ring where it wants a transition."""
    for row, run in enumerate(runs):
        for number, question in enumerate(run.questions, start=1):
            ax.plot(number, row, "s", markersize=13, color=_KINDS[question["kind"]])
            if between_skills(question):
                ax.plot(number, row, "o", markersize=6, color=INK)
    handles: list[Any] = [Patch(color=color, label=kind) for kind, color in _KINDS.items()]
    handles += ax.plot([], [], "o", color=INK, label="between skills")
    ax.set_yticks(range(len(runs)), [f"seed {run.seed}" for run in runs])
    ax.set(xlabel="question", ylim=(len(runs) - 0.5, -1.7), xlim=(0.3, None))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_title("what was asked")
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    ax.legend(handles=handles, loc="upper center", ncols=2)
