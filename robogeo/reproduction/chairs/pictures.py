"""Pictures of turned chairs, and of how turning depends on the latent dimension."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robogeo.data.chairs import SIDE
from robogeo.report.style import WIDTH, calm, new_figure, series
from robogeo.reproduction.chairs.turning import turn_of
from robogeo.reproduction.experiment import Picture
from robogeo.reproduction.measures import DEFAULT, DEFAULT_LINE


@dataclass(frozen=True, eq=False)
class Strip:
    """Decoded pictures (n, 4096) on one way, and the real views (v, 4096) of its chair."""

    name: str
    pictures: NDArray[np.float32]
    views: NDArray[np.float32]
    start: int
    goal: int


def draw_turns(strips: Sequence[Strip], step_deg: float) -> Picture:
    """Chairs along geodesics and straight lines, each with the azimuth that is seen."""
    columns = len(strips[0].pictures)
    with calm():
        figure = new_figure(WIDTH, 1.25 * len(strips))
        rows = figure.subplots(len(strips), columns, squeeze=False)
        for row, strip in zip(rows, strips, strict=True):
            turn = turn_of(strip.pictures, strip.views, strip.start, strip.goal)
            for axes, picture, place in zip(row, strip.pictures, turn.seen, strict=True):
                axes.imshow(picture.reshape(SIDE, SIDE), cmap="gray_r", vmin=0.0, vmax=1.0)
                axes.set(xticks=[], yticks=[])
                axes.set_xlabel(f"{place * step_deg:.0f}°", fontsize=10)
                for spine in axes.spines.values():
                    spine.set_visible(False)
            row[0].set_ylabel(strip.name, fontsize=10)
    return Picture(
        "turns",
        figure,
        "Chairs along relaxed geodesics and straight latent lines, at equal Riemannian steps, and the "
        "azimuth of the most alike real view. The first three pairs of seed 0, not chosen.",
    )


def draw_dimensions(records: Sequence[Mapping[str, Any]]) -> Picture:
    """Evenness, alikeness and order against the latent dimension."""
    ordered = sorted(records, key=lambda record: int(record["latent_dim"]))
    dims = [record["latent_dim"] for record in ordered]
    shown = {
        "uneven_deg": "departure from even turning (degrees)",
        "error": "difference from real views (grey level)",
        "in_order": "azimuth order kept (share of pairs)",
    }
    with calm():
        figure = new_figure(WIDTH, 4.2)
        for axes, (field, label) in zip(figure.subplots(1, len(shown)), shown.items(), strict=True):
            for number, (name, words) in enumerate(((DEFAULT, "geodesic"), (DEFAULT_LINE, "straight line"))):
                look = series(number)
                means = [float(np.mean(record[name][field])) for record in ordered]
                axes.plot(dims, means, color=look.color, marker=look.marker, linestyle=look.line, label=words)
            axes.set_xscale("log", base=2)
            axes.set(xlabel="latent dimension d", ylabel=label, ylim=(0, None), xticks=dims)
            axes.set_xticklabels([str(d) for d in dims])
            axes.minorticks_off()
            axes.grid(True)
        figure.axes[0].legend(loc="best")
    return Picture("dimensions", figure, "The default in other latent dimensions, seed 0.")
