"""Pictures that hang beside the arm: the map, and the curves of a motion; with what their pixels mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from robogeo.report.chart import draw_codes, draw_demonstrations, draw_graph
from robogeo.report.style import INK, PALETTE, calm, new_figure
from robogeo.viewer.latent_map import LatentMap, LayerName
from robogeo.viewer.layer_colors import colors_of, scale_of
from robogeo.viewer.route import Film

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FloatArray = NDArray[np.float64]
_DPI = 110
_MAP, _CURVES = (9.2, 7.6), (9.2, 5.6)  # inches
ASPECTS = _MAP[1] / _MAP[0], _CURVES[1] / _CURVES[0]  # height over width, of the map and of the curves
_TEXT: dict[Any, float] = {"font.size": 18.0, "axes.titlesize": 19.0, "axes.labelsize": 19.0}
_TICKS: dict[Any, float] = {"xtick.labelsize": 17.0, "ytick.labelsize": 17.0, "legend.fontsize": 16.5}


@dataclass(frozen=True)
class Panel:
    """A set of axes within a card.

    Attributes:
        box: left, bottom, width and height as shares of the card.
        extent: left, right, bottom and top in the axes' own units.
    """

    box: tuple[float, float, float, float]
    extent: tuple[float, float, float, float]

    def on_card(self, points: FloatArray) -> FloatArray:
        """Points (n, 2) of the axes as shares (n, 2) of the card, from its lower left corner."""
        left, right, bottom, top = self.extent
        share = (points - [left, bottom]) / [right - left, top - bottom]
        return np.asarray(self.box[:2] + share * self.box[2:])

    def at(self, share: FloatArray) -> FloatArray | None:
        """The point (2,) of the axes at a place (2,) of the card; None outside of them."""
        inside = (share - self.box[:2]) / np.array(self.box[2:])
        if (inside < 0.0).any() or (inside > 1.0).any():
            return None
        left, right, bottom, top = self.extent
        return np.array([left, bottom]) + inside * [right - left, top - bottom]


@dataclass(frozen=True, eq=False)
class Card:
    """A picture (h, w, 3) and the axes on it."""

    image: NDArray[np.uint8]
    panels: tuple[Panel, ...]


def map_figure(chart: LatentMap, name: LayerName, *, demonstrations: bool, graph: bool) -> Figure:
    """The map: one layer under fog, with what was demonstrated and the graph on it if wanted."""
    import matplotlib

    with calm(), matplotlib.rc_context(_TEXT | _TICKS):
        figure = new_figure(*_MAP)
        axes = figure.subplots()
        layer = chart.layer(name)
        colors = colors_of(layer, layer.values, chart.lack)
        axes.imshow(colors, extent=chart.extent, origin="lower", aspect="auto", interpolation="bilinear")
        nodes = chart.projection.plane_nodes
        if graph:
            draw_graph(axes, nodes, chart.edges, chart.bridges)
        if demonstrations:
            _draw_shown(axes, chart)
        left, right, bottom, top = chart.extent
        axes.set(xlim=(left, right), ylim=(bottom, top))
        axes.set(xlabel=chart.axis_names[0], ylabel=chart.axis_names[1])
        axes.locator_params(nbins=6)
        bar = figure.colorbar(scale_of(layer), ax=axes, extend="both", aspect=30, pad=0.02)
        bar.set_label(layer.label, labelpad=10)
        bar.outline.set_visible(False)
    return figure


def _draw_shown(axes: Axes, chart: LatentMap) -> None:
    if chart.groups is None:
        draw_codes(axes, chart.projection.plane_nodes)
    else:
        draw_demonstrations(axes, chart.projection.plane_nodes, chart.groups)


def map_card(chart: LatentMap, name: LayerName, *, demonstrations: bool, graph: bool) -> Card:
    """The same as a card."""
    return _card(map_figure(chart, name, demonstrations=demonstrations, graph=graph))


def curves_card(film: Film, margin_m: float, title: str) -> Card:
    """Speeds and clearance of a film over time."""
    import matplotlib

    with calm(), matplotlib.rc_context(_TEXT | _TICKS):
        figure = new_figure(*_CURVES)
        above, below = figure.subplots(2, 1, sharex=True)
        _draw_speeds(above, film)
        _draw_clearance(below, film, margin_m)
        above.set_title(title)
        below.set(xlabel="time, s", xlim=(0.0, float(film.t[-1])))
    return _card(figure)


def _draw_speeds(axes: Axes, film: Film) -> None:
    axes.set_ylabel("speed")
    axes.grid(axis="y", color="#e3e7eb")
    if np.isnan(film.speed).all():
        _say(axes, "no time law: the motion was refused")
        axes.set_ylim(0.0, 1.0)
        return
    axes.plot(film.t, film.speed, color=PALETTE[0], lw=2.6, label="fastest joint, share of its limit")
    if np.isfinite(film.tool_speed).all():
        axes.plot(film.t, film.tool_speed, color=PALETTE[1], lw=2.6, ls="--", label="tool, m/s")
    axes.set_ylim(0.0, 1.35 * float(np.nanmax([film.speed.max(), np.nanmax(film.tool_speed), 0.1])))
    axes.legend(loc="upper center", ncols=2, handlelength=1.6, columnspacing=1.2)


def _draw_clearance(axes: Axes, film: Film, margin_m: float) -> None:
    clearance = 1000.0 * film.clearance
    axes.plot(film.t, clearance, color=PALETTE[2], lw=2.6, label="distance to obstacles")
    axes.axhline(1000.0 * margin_m, color="#c8102e", lw=1.6, ls=":", label=f"margin {1000 * margin_m:g} mm")
    low, high = min(0.0, float(clearance.min())), max(float(clearance.max()), 20.0)
    axes.set_ylim(low - 0.05 * (high - low), low + 1.4 * (high - low))
    axes.set_ylabel("clearance, mm")
    axes.grid(axis="y", color="#e3e7eb")
    axes.legend(loc="upper center", ncols=2, handlelength=1.6, columnspacing=1.2)


def _say(axes: Axes, text: str) -> None:
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=INK)


def _card(figure: Figure) -> Card:
    """A figure as pixels, with where its axes came to lie."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure.set_dpi(_DPI)
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3].copy()
    charts = [axes for axes in figure.axes if axes.get_label() != "<colorbar>"]
    panels = tuple(
        Panel(tuple(axes.get_position().bounds), (*axes.get_xlim(), *axes.get_ylim())) for axes in charts
    )
    return Card(pixels, panels)
