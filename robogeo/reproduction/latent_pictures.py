"""A 2-D chart as a picture: magnification factor behind codes on a closed curve, and one pair's two ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from robogeo.geometry import Metric
from robogeo.report.backdrop import draw_backdrop
from robogeo.report.style import ALARM, INK, PALETTE, WIDTH, calm, new_figure
from robogeo.reproduction.measures import DEFAULT, RECIPE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MODELS = {RECIPE: "paper's recipe", DEFAULT: "robogeo's default"}
WAYS = {"straight": ("straight line", ALARM, "--"), "geodesic": ("geodesic", PALETTE[0], "-")}
"""Name, colour and dash of each way."""


def background(metric: Metric, ring: torch.Tensor, side: int = 70) -> dict[str, Any]:
    """Logarithm of the magnification factor (side, side) round codes (n, 2), and its extent."""
    low, high = ring.min(dim=0).values, ring.max(dim=0).values
    margin = 0.18 * (high - low)
    low, high = low - margin, high + margin
    x, y = (torch.linspace(float(low[i]), float(high[i]), side) for i in (0, 1))
    points = torch.stack(torch.meshgrid(x, y, indexing="xy"), dim=-1).reshape(-1, 2)
    with torch.no_grad():
        log_mf = metric.log_magnification_factor(points).double().numpy() / np.log(10.0)
    extent = [float(low[0]), float(high[0]), float(low[1]), float(high[1])]
    return {"extent": extent, "log10_mf": np.round(log_mf.reshape(side, side), 3).tolist()}


def charts_figure(record: Mapping[str, Any], angles: Sequence[float], label: str) -> Figure:
    """Both models' charts side by side, codes coloured by angles (n,) in degrees, which `label` names."""
    with calm():
        figure = new_figure(WIDTH, 5.2)
        above, below = figure.subplots(2, 3, width_ratios=[1.0, 1.0, 0.04], height_ratios=[1.0, 0.04])
        for ax, scale, name in zip(above, below, MODELS, strict=False):
            image, points = _draw_chart(ax, name, record[name], angles)
            bar = figure.colorbar(image, cax=scale, orientation="horizontal", extend="both")
            bar.set_label("log10 magnification factor")
            bar.outline.set_visible(False)
        bar = figure.colorbar(points, cax=above[2], ticks=[0, 90, 180, 270, 360])
        bar.set_label(label)
        bar.outline.set_visible(False)
        below[2].set_visible(False)
    return figure


def speeds_figure(record: Mapping[str, Any]) -> Figure:
    """Riemannian speed along the pair's ways, in lengths of the geodesic."""
    with calm():
        figure = new_figure(WIDTH, 3.6)
        for ax, (name, title) in zip(figure.subplots(1, 2), MODELS.items(), strict=True):
            example = record[name]["example"]
            unit = float(np.mean(example["geodesic"]["speed"]))
            for way, (told, color, dash) in WAYS.items():
                phi = np.array(example[way]["speed"]) / unit
                label = f"{told}: largest / mean {phi.max() / phi.mean():.2f}"
                ax.plot(np.linspace(0.0, 1.0, len(phi)), phi, color=color, linestyle=dash, label=label)
            ax.set(title=title, xlabel="parameter t of the curve", ylabel="speed (geodesic lengths)")
            ax.set_ylim(bottom=0.0)
            ax.grid(True)
            ax.legend(loc="best")
    return figure


def _draw_chart(ax: Axes, name: str, found: Mapping[str, Any], angles: Sequence[float]) -> tuple[Any, Any]:
    """Draw one model's chart; returns its background and its codes, for their scales."""
    codes = np.array(found["codes"])
    log_mf = np.array(found["background"]["log10_mf"])
    low, high = np.percentile(log_mf[np.isfinite(log_mf)], [2.0, 98.0])
    left, right, bottom, top = found["background"]["extent"]
    image = draw_backdrop(ax, log_mf, (left, right, bottom, top), (low, high))
    look: dict[str, Any] = {"cmap": "twilight", "vmin": 0.0, "vmax": 360.0, "linewidths": 0.0}
    points = ax.scatter(codes[:, 0], codes[:, 1], s=6, c=np.asarray(angles) % 360.0, **look)
    for way, (_, color, dash) in WAYS.items():
        curve = np.array(found["example"][way]["points"])
        ax.plot(*curve.T, color="white", linewidth=5.0)
        ax.plot(*curve.T, color=color, linestyle=dash, linewidth=2.6)
    for end, mark in ((curve[0], "o"), (curve[-1], "s")):
        ax.plot(*end, mark, markersize=9, color="white", markeredgecolor=INK, markeredgewidth=1.8)
    ax.set(title=MODELS[name], xlabel="latent axis 1", ylabel="latent axis 2")
    ax.set(xlim=(left, right), ylim=(bottom, top))
    return image, points
