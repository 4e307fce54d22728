"""Claim: geodesics avoid obstacles that nobody told the planner about.

The planner knows demonstrations and no obstacles. Its motions are compared, on the same fresh requests and
with the same time law, with the straight line in joint space and the straight line in the same model's latent
space. What the planner does not know it refuses, so rates of collision are given twice: of the motions that
ran and of all requests.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import Patch
from numpy.typing import NDArray

from robogeo.evaluation.baselines import baselines, plan_along
from robogeo.learning.learner import Learner
from robogeo.motion.planner import Plan
from robogeo.motion.world import World
from robogeo.randomness import stream_seed
from robogeo.report.style import (
    ALARM,
    GRID,
    INK,
    MUTED,
    PALETTE,
    WIDTH,
    calm,
    new_figure,
    percent,
    percent_axis,
)
from robogeo.reproduction.arm.pictures import Way, draw_in_scene
from robogeo.reproduction.arm.records import AFTER, BEFORE, JOINT_LINE, LATENT_LINE, Record
from robogeo.reproduction.arm.runs import SCENES, Measured, NoExampleError, rate, run_path, successes
from robogeo.run.stored import open_run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SCENE = "ReachDetour"  # of the picture
_NAMES = {
    JOINT_LINE: "straight joint line",
    LATENT_LINE: "straight latent line",
    BEFORE: "geodesic before asking",
    AFTER: "geodesic after asking",
}
_COLORS = {JOINT_LINE: ALARM, LATENT_LINE: PALETTE[4], AFTER: PALETTE[0]}
_FATES = {"collision": ALARM, "other failure": PALETTE[4], "refused": "#b8c2cc", "success": PALETTE[0]}


def rows(runs: Sequence[Measured]) -> list[dict[str, Any]]:
    """Collisions, refusals and successes of each method in each scene."""
    found = []
    for scene in SCENES:
        chosen = [run for run in runs if run.scene == scene]
        for method in _NAMES:
            records = [record for run in chosen for record in run.of(method)]
            entry = {
                "claim": "implicit collision avoidance",
                "scene": scene,
                "method": _NAMES[method],
                "seeds": [run.seed for run in chosen],
            }
            for name, value in (
                ("collision_of_motions", collisions(records)),
                ("collision_of_requests", rate(_count(records, "collision"), len(records))),
                ("refusal", rate(_count(records, "refused"), len(records))),
                ("success", successes(records)),
            ):
                entry |= {f"{name}_{part}": number for part, number in value.items()}
            found.append(entry)
    return found


def collisions(records: Sequence[Record]) -> dict[str, Any]:
    """Rate of collision of the motions that ran; nothing ran: no rate."""
    ran = len(records) - _count(records, "refused")
    return rate(_count(records, "collision"), ran) if ran else {"rate": None, "ci95": None, "of": 0}


def example(runs: Path, run: Measured) -> tuple[str, list[Way]]:
    """The robot, and three motions for the first fresh request from left to right that all can plan."""
    folder, config = open_run(run_path(runs, SCENE, run.seed))
    with folder, World(SCENE, config.robot) as world:
        learner = Learner(folder, config, world)
        planner, stream = learner.planner, 1 + stream_seed(run.seed, "claims")
        others = baselines(planner.manifold, learner.demonstrations, world)
        for request in world.held_out(stream, config.held_out):
            if request.start_place.split()[0] != "left" or request.goal_place.split()[0] != "right":
                continue
            lines = {name: others[name](request) for name in (JOINT_LINE, LATENT_LINE)}
            plans = {
                name: plan_along(way, request, planner.manifold, planner.limits)
                for name, way in lines.items()
            }
            plans[AFTER] = planner.plan(request)
            if all(isinstance(plan, Plan) for plan in plans.values()):
                found = {name: plan.motion.q for name, plan in plans.items() if isinstance(plan, Plan)}
                return config.robot, [_way(name, q, world.first_collision(q)) for name, q in found.items()]
    raise NoExampleError(f"{SCENE}: no fresh request from left to right can be planned in all three ways")


def _way(method: str, q: NDArray[np.float64], contact: float | None) -> Way:
    told = "no contact" if contact is None else "cross: first contact"
    return Way(q, _COLORS[method], f"{_NAMES[method]} ({told})", contact=contact)


def drawn(runs: Sequence[Measured], shown: tuple[str, list[Way]]) -> Figure:
    """What became of every request by scene and method, rates of collision, and one picture."""
    robot, ways = shown
    with calm():
        figure = new_figure(WIDTH, 9.4)
        above, below = figure.subfigures(2, 1, squeeze=False, height_ratios=[1.0, 1.15])[:, 0]
        panels = above.subplots(1, len(SCENES), sharey=True)
        for ax, scene in zip(panels, SCENES, strict=True):
            _draw_fates(ax, scene, [run for run in runs if run.scene == scene])
        handles = [Patch(color=color, label=fate) for fate, color in _FATES.items()]
        above.legend(handles=handles, loc="outside lower center", ncols=len(handles))
        rates, picture = below.subplots(1, 2, width_ratios=[1.0, 1.15])
        _draw_rates(rates, runs)
        draw_in_scene(picture, SCENE, robot, ways)
        picture.set_title(f"ways of the tool in {SCENE}")
        picture.legend(loc="upper center", bbox_to_anchor=(0.5, -0.01), ncols=1)
    return figure


def fate(record: Record) -> str:
    """What became of a request, in one of four words."""
    if record["refused"]:
        return "refused"
    if record["collision"]:
        return "collision"
    return "other failure" if record["failure"] else "success"


def _count(records: Sequence[Record], field: str) -> int:
    return sum(bool(record[field]) for record in records)


def _draw_fates(ax: Axes, scene: str, runs: Sequence[Measured]) -> None:
    for place, method in enumerate(_NAMES):
        records = [record for run in runs for record in run.of(method)]
        left = 0.0
        for name, color in _FATES.items():
            share = sum(fate(record) == name for record in records) / len(records)
            ax.barh(place, share, left=left, height=0.66, color=color)
            if share >= 0.17:
                ink = INK if name in ("other failure", "refused") else "white"
                ax.text(left + share / 2, place, percent(share), ha="center", va="center", color=ink)
            left += share
    ax.set_yticks(range(len(_NAMES)), list(_NAMES.values()))
    ax.invert_yaxis()
    ax.set(xlim=(0.0, 1.0), xlabel="share of fresh requests", xticks=[0.0, 0.5, 1.0])
    ax.set_title(f"{scene} ({len(runs)} runs)")
    ax.tick_params(axis="y", length=0)
    percent_axis(ax, "x")


def _draw_rates(ax: Axes, runs: Sequence[Measured]) -> None:
    """Rates of collision of the motions that ran, with intervals."""
    methods = (JOINT_LINE, LATENT_LINE, AFTER)
    for i, scene in enumerate(SCENES):
        for j, method in enumerate(methods):
            records = [record for run in runs if run.scene == scene for record in run.of(method)]
            seen, place = collisions(records), i + 0.27 * (j - 1)
            if not seen["of"]:
                continue
            label = _NAMES[method] if i == 0 else None
            ax.bar(place, seen["rate"], width=0.24, color=_COLORS[method], label=label)
            ax.vlines(place, *seen["ci95"], color=INK, linewidth=2.0)
            at = place, seen["ci95"][1]
            ax.annotate(
                f"{100.0 * seen['rate']:.0f}",
                at,
                (0, 4),
                textcoords="offset points",
                ha="center",
                fontsize=10,
            )
    ax.set_xticks(range(len(SCENES)), list(SCENES))
    ax.set(ylabel="collision rate of motions that ran", ylim=(0.0, 1.45), yticks=np.linspace(0.0, 1.0, 6))
    ax.set_title("collisions (95 % interval)")
    ax.tick_params(axis="x", length=0)
    ax.grid(axis="y", color=GRID)
    ax.text(0.0, -0.12, "refused requests ran no motion", transform=ax.transAxes, color=MUTED, fontsize=10)
    percent_axis(ax)
    ax.legend(loc="upper right")
