"""The pendulum's figures, after figures 1 to 4 of Chen et al. 2018: recipe and default side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from robogeo.report.style import ALARM, PALETTE, WIDTH, calm, new_figure
from robogeo.reproduction.experiment import Picture, Record
from robogeo.reproduction.intervals import over_seeds
from robogeo.reproduction.latent_pictures import MODELS, charts_figure, speeds_figure
from robogeo.reproduction.measures import DEFAULT, RECIPE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

_GEODESIC, _LINE, _MANIFOLD = PALETTE[0], ALARM, PALETTE[2]
_SIDE = 16  # pixels


def pictures_of(smoothings: Sequence[float], records: Sequence[Record]) -> list[Picture]:
    """All figures; those of one pair are of the first seed."""
    return [
        Picture(
            "latent",
            charts_figure(
                records[0],
                np.rad2deg(records[0]["code_angles"]).tolist(),
                "angle of the pendulum (degrees, 0 hangs)",
            ),
            "Latent space of both models (seed 0): codes coloured by the pendulum's angle, one pair's "
            "geodesic (blue) and straight line (red, dashed) over the magnification factor, as figure 2.",
        ),
        Picture(
            "strips",
            _strips(records[0]),
            "What is decoded at even latent steps along the same pair's ways, as figure 1.",
        ),
        Picture(
            "speed",
            speeds_figure(records[0]),
            "Riemannian speed along them, in lengths of the geodesic. The recipe minimises length, which "
            "leaves the speed open.",
        ),
        Picture(
            "lengths",
            _lengths(smoothings, records),
            "Length against angle of all pairs, as figure 4, each in mean lengths of the model's geodesics; "
            "and the recipe's mean lengths against the smoothing constant, as figure 3 (bands: 95 %).",
        ),
    ]


def _strips(record: Record) -> Figure:
    with calm():
        figure = new_figure(WIDTH, 5.6)
        parts = figure.subfigures(4, 1, squeeze=False)[:, 0]
        rows = [(name, way) for name in MODELS for way in ("geodesic", "straight")]
        for part, (name, way) in zip(parts, rows, strict=True):
            told = "geodesic" if way == "geodesic" else "straight line"
            _draw_strip(part, f"{MODELS[name]}: {told}", record[name]["example"][way]["pictures"])
    return figure


def _draw_strip(part: SubFigure, title: str, pictures: Sequence[Sequence[float]]) -> None:
    part.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
    for ax, picture in zip(part.subplots(1, len(pictures)), pictures, strict=True):
        ax.imshow(np.reshape(picture, (_SIDE, _SIDE)), cmap="gray", vmin=0.0, vmax=1.0)
        ax.set(xticks=[], yticks=[])


def _lengths(smoothings: Sequence[float], records: Sequence[Record]) -> Figure:
    with calm():
        figure = new_figure(WIDTH, 4.4)
        left, middle, right = figure.subplots(1, 3)
        for ax, name in ((left, RECIPE), (middle, DEFAULT)):
            _draw_lengths(ax, name, records)
        _draw_sweep(right, smoothings, records)
    return figure


def _draw_lengths(ax: Axes, name: str, records: Sequence[Record]) -> None:
    looks = (("line", "straight line", _LINE, "x"), ("manifold", "data manifold", _MANIFOLD, "s"))
    for way, label, color, mark in (*looks, ("length", "geodesic", _GEODESIC, "o")):
        for number, record in enumerate(records):
            unit = float(np.mean(record[name]["length"]))
            ax.plot(
                np.rad2deg(record["turn"]),
                np.array(record[name][way]) / unit,
                mark,
                color=color,
                markersize=4,
                alpha=0.7,
                label=label if number == 0 else None,
            )
    ax.set(
        title=MODELS[name], xlabel="angle between the pictures (degrees)", ylabel="length (mean geodesics)"
    )
    ax.set(xlim=(0, 182), xticks=[0, 45, 90, 135, 180])
    ax.set_ylim(bottom=0.0)
    ax.grid(True)
    ax.legend(loc="upper left")


def _draw_sweep(ax: Axes, smoothings: Sequence[float], records: Sequence[Record]) -> None:
    for way, label, color in (("line", "straight line", _LINE), ("manifold", "data manifold", _MANIFOLD)):
        bands = []
        for at in range(len(smoothings)):
            bands.append(over_seeds([np.array(record[RECIPE]["sweep"][way][at]) for record in records])[0])
        ax.plot(smoothings, [band.value for band in bands], "o-", markersize=4, color=color, label=label)
        ax.fill_between(
            smoothings, [band.low for band in bands], [band.high for band in bands], color=color, alpha=0.2
        )
    ax.set_xscale("symlog", linthresh=5.0)
    ax.set_xticks([0, 10, 100, 1000, 10_000], ["0", "10", "100", "1,000", "10,000"], rotation=30)
    ax.set_xticks([], minor=True)
    ax.set(title="recipe, smoothed", xlabel="smoothing constant λ_s", ylabel="mean length")
    ax.set_ylim(bottom=0.0)
    ax.grid(True)
    ax.legend(loc="best")
