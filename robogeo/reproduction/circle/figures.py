"""The robot arm's figures, after figures 8 to 10 of Chen et al. 2018: recipe and default side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from robogeo.report.style import MUTED, WIDTH, calm, new_figure
from robogeo.reproduction.circle.arm import Circle
from robogeo.reproduction.experiment import Picture, Record
from robogeo.reproduction.latent_pictures import MODELS, WAYS, charts_figure, speeds_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def pictures_of(circle: Circle, records: Sequence[Record]) -> list[Picture]:
    """All figures; those of one pair are of the first seed."""
    first = records[0]
    return [
        Picture(
            "tool",
            _tool(circle, records),
            "Ways of the tool of one pair (seed 0), as figure 9, and its distance from the circle for every "
            "pair of all seeds, mean on the way.",
        ),
        Picture(
            "latent",
            charts_figure(first, first["code_angles"], "place on the circle (degrees)"),
            "Latent space of both models (seed 0): codes coloured by their place on the circle, the same "
            "pair's geodesic (blue) and straight line (red, dashed), as figure 8.",
        ),
        Picture("speed", speeds_figure(first), "Riemannian speed along them, as figure 10."),
    ]


def _tool(circle: Circle, records: Sequence[Record]) -> Figure:
    with calm():
        figure = new_figure(WIDTH, 4.6)
        left, middle, right = figure.subplots(1, 3, width_ratios=[1.0, 1.0, 0.85])
        for ax, name in ((left, "recipe"), (middle, "default")):
            _draw_ways(ax, circle, name, records[0])
        _draw_errors(right, records)
    return figure


def _draw_ways(ax: Axes, circle: Circle, name: str, record: Record) -> None:
    around = circle.points(np.linspace(0.0, 2.0 * np.pi, 361))
    ax.plot(around[:, 1], around[:, 2], color=MUTED, linewidth=1.0, label=f"circle, {circle.radius:g} m")
    for way, (told, color, dash) in WAYS.items():
        tool, error = np.array(record[name]["example"][way]["tool"]), record[name]["example"][way]["error"]
        label = f"{told}: mean {np.mean(error):.1f}, largest {np.max(error):.1f} mm"
        ax.plot(tool[:, 1], tool[:, 2], color=color, linestyle=dash, label=label)
    ax.set(title=MODELS[name], xlabel="y of the tool (m)", ylabel="z of the tool (m)", aspect="equal")
    ax.grid(True)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2))


def _draw_errors(ax: Axes, records: Sequence[Record]) -> None:
    """Share of pairs below each mean distance, for both models and both ways."""
    for name, title in MODELS.items():
        for way, (told, color, dash) in WAYS.items():
            values = np.sort([value for record in records for value in record[name][f"{way} error"]])
            shares = np.arange(1, len(values) + 1) / len(values)
            width = 2.4 if name == "default" else 1.1
            label = f"{told}, {title}"
            ax.step(values, shares, where="post", color=color, linestyle=dash, linewidth=width, label=label)
    ax.set_xscale("log")
    ax.set(title="all pairs", xlabel="mean distance from the circle (mm)", ylabel="share of pairs below")
    ax.set_ylim(0.0, 1.02)
    ax.grid(True)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2))
