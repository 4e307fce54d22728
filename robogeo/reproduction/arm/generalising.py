"""Claim: a skill generalises to pairs of places between which nothing was shown.

ShelfReach has seven places, so 42 motions from one to another. A run is shown three motions and asks for
twelve; the pairs that it was not shown in either direction by then are compared with those that it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from robogeo.report.style import (
    INK,
    MUTED,
    PALETTE,
    WIDTH,
    calm,
    cool_scale,
    new_figure,
    percent,
    percent_axis,
)
from robogeo.reproduction.arm.records import AFTER, BEFORE, Record, never_shown
from robogeo.reproduction.arm.runs import Measured, rate, successes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

SCENE = "ShelfReach"
SHOWN, NEVER = "pairs shown by the end", "pairs never shown"
_COLORS = {SHOWN: PALETTE[0], NEVER: PALETTE[1]}


def rows(runs: Sequence[Measured]) -> list[dict[str, Any]]:
    """Success before and after asking, on pairs shown and never shown, of all runs and of each."""
    found = []
    for seeds in ([run.seed for run in runs], *([run.seed] for run in runs)):
        chosen = [run for run in runs if run.seed in seeds]
        for group in (SHOWN, NEVER):
            for moment in (BEFORE, AFTER):
                records = [record for run in chosen for record in _records(run, group, moment)]
                found.append(
                    {
                        "claim": "generalising a skill",
                        "seeds": seeds,
                        "pairs": group,
                        "moment": moment,
                        **{f"success_{name}": value for name, value in successes(records).items()},
                    }
                )
    return found


def drawn(runs: Sequence[Measured]) -> Figure:
    """Matrices of places of the first run, and success of all runs round by round and on fresh requests."""
    with calm():
        figure = new_figure(WIDTH, 9.0)
        above, below = figure.subfigures(2, 1, squeeze=False, height_ratios=[1.12, 1.0])[:, 0]
        _draw_matrices(above, runs[0])
        curve, interval = below.subplots(1, 2, width_ratios=[1.6, 1.0])
        _draw_curve(curve, runs)
        _draw_intervals(interval, runs)
    return figure


def _records(run: Measured, group: str, moment: str) -> list[Record]:
    never = never_shown(run.demonstrated)
    return [record for record in run.of(moment) if never(record) == (group == NEVER)]


def _draw_matrices(part: SubFigure, run: Measured) -> None:
    """Success from each place to each, before and after; a frame round the pairs shown until then."""
    asked = {record[end] for record in run.records for end in ("start", "goal")}
    names = sorted(asked.union(*run.demonstrated), key=lambda name: (name != "home", name))
    first = run.curve[0]["demonstrations"]
    panels = part.subplots(1, 2, sharey=True)
    for ax, moment, count in zip(panels, (BEFORE, AFTER), (first, len(run.demonstrated)), strict=True):
        image = ax.imshow(
            _matrix(run.of(moment), names), cmap=cool_scale(), vmin=0.0, vmax=1.0, aspect="auto"
        )
        for start, goal in {tuple(pair) for pair in run.demonstrated[:count]}:
            corner = names.index(goal) - 0.43, names.index(start) - 0.43
            ax.add_patch(Rectangle(corner, 0.86, 0.86, fill=False, edgecolor=PALETTE[4], linewidth=3.0))
        ax.set_title(f"{moment}: {count} demonstrations")
        ax.set_xticks(range(len(names)), names, rotation=30, ha="right", rotation_mode="anchor")
        ax.set_yticks(range(len(names)), names)
        ax.set_xlabel("goal")
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
    panels[0].set_ylabel("start")
    bar = part.colorbar(image, ax=list(panels), shrink=0.9, aspect=26, pad=0.02)
    bar.set_label("success on fresh requests")
    part.supxlabel(
        f"run of seed {run.seed}; framed: demonstrated from start to goal", fontsize=11, color=MUTED
    )
    bar.outline.set_visible(False)
    percent_axis(bar.ax)


def _matrix(records: Sequence[Record], names: Sequence[str]) -> NDArray[np.float64]:
    """Success (P, P) from place to place; NaN where nothing was asked for."""
    wins, tried = np.zeros((2, len(names), len(names)))
    for record in records:
        cell = names.index(record["start"]), names.index(record["goal"])
        wins[cell] += not record["failure"]
        tried[cell] += 1
    with np.errstate(invalid="ignore"):
        return wins / tried


def _draw_curve(ax: Axes, runs: Sequence[Measured]) -> None:
    """Success on held-out requests round by round: mean of the runs, each run thin."""
    counts = [entry["demonstrations"] for entry in runs[0].curve]
    for group, marker in ((SHOWN, "o"), (NEVER, "s")):
        each = np.array([_success_by_round(run, group) for run in runs])
        for line in each:
            ax.plot(counts, line, color=_COLORS[group], linewidth=0.8, alpha=0.45)
        ax.plot(counts, each.mean(axis=0), color=_COLORS[group], marker=marker, linewidth=2.2, label=group)
    ax.set(xlabel="demonstrations", ylabel="success on held-out requests", ylim=(0.0, 1.02))
    ax.set_title(f"while asking (mean of {len(runs)} runs; thin: each)")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    percent_axis(ax)
    ax.grid(True)
    ax.legend(loc="lower right")


def _success_by_round(run: Measured, group: str) -> list[float]:
    never = never_shown(run.demonstrated)
    kept = [[o for o in entry["outcomes"] if never(o) == (group == NEVER)] for entry in run.curve]
    return [rate(sum(not o["failure"] for o in outcomes), len(outcomes))["rate"] for outcomes in kept]


def _draw_intervals(ax: Axes, runs: Sequence[Measured]) -> None:
    """Success on fresh requests with 95 % intervals, and each run's as a ring."""
    for place, (group, moment) in enumerate((g, m) for g in (SHOWN, NEVER) for m in (BEFORE, AFTER)):
        each = [successes(_records(run, group, moment)) for run in runs]
        whole = successes([record for run in runs for record in _records(run, group, moment)])
        low, high = whole["ci95"]
        ax.bar(
            place, whole["rate"], width=0.62, color=_COLORS[group], alpha=0.35 if moment == BEFORE else 0.85
        )
        ax.vlines(place, low, high, color=INK, linewidth=2.0)
        ax.plot([place] * len(each), [one["rate"] for one in each], "o", markerfacecolor="white", color=INK)
        ax.annotate(
            percent(whole["rate"]), (place + 0.1, high), (0, 5), textcoords="offset points", ha="center"
        )
    ax.set_xticks(range(4), ["before\nasking", "after\nasking"] * 2)
    for middle, group in ((0.5, SHOWN), (2.5, NEVER)):
        name = group.replace("shown", "shown\n", 1) if group == SHOWN else group.replace(" ", "\n", 1)
        ax.text(middle, -0.17, name, va="top", ha="center", transform=ax.get_xaxis_transform())
    ax.set(ylabel="success on fresh requests", ylim=(0.0, 1.08))
    ax.set_title("at both ends (95 %; rings: runs)")
    ax.tick_params(axis="x", length=0)
    percent_axis(ax)
    ax.grid(axis="y")
