"""Charts of the latent space: how the decoder stretches it, where data support it, how geodesics cross it.

Each chart learned its own coordinates, so each has its own projection (`Projection`); all share one colour
scale for the magnification factor MF = sqrt(det G), so that before and after can be compared by eye. White
fog hides what no demonstration supports. A latent unit has no meaning of its own (that is what the metric
is for), so the two axes are scaled to fill the chart and not to each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from robogeo.errors import InputError
from robogeo.report.backdrop import draw_backdrop
from robogeo.report.chart import draw_demonstrations, draw_geodesic, draw_graph, extent_of
from robogeo.report.latent_view import LatentView
from robogeo.report.projection import Projection
from robogeo.report.style import ALARM, INK, MUTED, WIDTH, calm, new_figure, warm_scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_GRID = 100


@dataclass(frozen=True)
class _Chart:
    """One view, flattened: what its axes will draw."""

    view: LatentView
    projection: Projection
    extent: tuple[float, float, float, float]
    log10_mf: NDArray[np.float64]
    fog: NDArray[np.float64]


def latent_map(views: Sequence[LatentView]) -> Figure:
    """Draw latent views side by side, for example before and after learning.

    Args:
        views: one or more charts; two in a row.

    Returns:
        A figure with one set of axes per view, a shared colour bar and a shared legend.

    Raises:
        InputError: when there is no view, or a view's functions return the wrong shape.
    """
    if not views:
        raise InputError("latent map: no view was given; give at least one")
    charts = [_chart(view) for view in views]
    low, high = _color_limits(charts)
    return _draw(charts, low, high)


def latent_map_caption(views: Sequence[LatentView]) -> str:
    """Words to print under `latent_map`: what is drawn, and how the plane was chosen."""
    shares = " and ".join(f"{100.0 * Projection.fit(view.nodes).explained:.0f} %" for view in views)
    return (
        f"The learned latent space in the plane of its two leading principal axes (holding {shares} of "
        "the data's variance). Dark blue: a small latent step moves the robot far (large magnification "
        "factor). White fog: no demonstration supports this region. The background is no arbitrary "
        "slice: each point of the plane is lifted onto the sheet of the data by the distance-weighted "
        "off-plane offset of its eight nearest nodes. Every chart has its own coordinates; the colour "
        "scale is shared."
    )


def _chart(view: LatentView) -> _Chart:
    projection = Projection.fit(view.nodes)
    drawn = [projection.plane_nodes, *(projection.project(curve) for curve in view.geodesics)]
    extent = extent_of(np.concatenate(drawn))
    x, y = np.linspace(extent[0], extent[1], _GRID), np.linspace(extent[2], extent[3], _GRID)
    points = projection.lift(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2))
    log10_mf = _evaluated("log_mf", view.log_mf(points)) / np.log(10.0)
    fog = np.clip(
        np.nan_to_num(_evaluated("lack_of_support", view.lack_of_support(points)), nan=1.0), 0.0, 1.0
    )
    return _Chart(view, projection, extent, log10_mf, fog)


def _evaluated(name: str, values: object) -> NDArray[np.float64]:
    array = np.asarray(values, dtype=np.float64)
    if array.shape != (_GRID * _GRID,):
        raise InputError(f"latent map: {name} returned shape {array.shape}; expected ({_GRID * _GRID},)")
    return array.reshape(_GRID, _GRID)


def _color_limits(charts: Sequence[_Chart]) -> tuple[float, float]:
    """Shared limits from the supported parts: far from data MF is arbitrary and would eat the whole scale."""
    supported = [chart.log10_mf[(chart.fog < 0.5) & np.isfinite(chart.log10_mf)] for chart in charts]
    anywhere = [chart.log10_mf[np.isfinite(chart.log10_mf)] for chart in charts]
    values = np.concatenate(supported if any(len(part) for part in supported) else anywhere)
    if not len(values):
        return 0.0, 1.0
    low, high = (float(limit) for limit in np.percentile(values, [1.0, 99.0]))
    return (low, high) if high - low > 1e-3 else (low - 0.5, high + 0.5)


def _draw(charts: Sequence[_Chart], low: float, high: float) -> Figure:
    from matplotlib.ticker import MaxNLocator

    columns = min(len(charts), 2)
    rows = -(-len(charts) // columns)
    with calm():
        figure = new_figure(WIDTH if columns == 2 else 0.68 * WIDTH, 4.6 * rows + 0.9)
        panels = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes, chart in zip(panels, charts, strict=False):
            image = draw_backdrop(axes, chart.log10_mf, chart.extent, (low, high), chart.fog)
            nodes = chart.projection.plane_nodes
            draw_graph(axes, nodes, chart.view.edges, chart.view.bridges)
            draw_demonstrations(axes, nodes, chart.view.groups)
            for curve in chart.view.geodesics:
                draw_geodesic(axes, chart.projection.project(curve))
            _label(axes, chart)
        for axes in panels[len(charts) :]:
            axes.set_visible(False)
        bar = figure.colorbar(image, ax=list(panels), extend="both", shrink=0.9, aspect=28, pad=0.02)
        bar.set_label("log10 magnification factor", labelpad=10)
        bar.locator = MaxNLocator(6)
        bar.update_ticks()
        bar.outline.set_visible(False)
        _legend(figure, charts)
    return figure


def _label(axes: Axes, chart: _Chart) -> None:
    kind = "latent axis" if len(chart.projection.mean) == 2 else "latent principal axis"
    axes.set(xlim=chart.extent[:2], ylim=chart.extent[2:], title=chart.view.title)
    axes.set(xlabel=f"{kind} 1", ylabel=f"{kind} 2")
    axes.locator_params(nbins=6)


def _legend(figure: Figure, charts: Sequence[_Chart]) -> None:
    from matplotlib.legend_handler import HandlerTuple
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    demonstrations = tuple(
        Line2D([], [], color=color, marker="o", markersize=4) for color in warm_scale()([0.0, 0.5, 1.0])
    )
    entries: dict[str, Any] = {"demonstrations, first to last": demonstrations}
    entries["graph edge"] = Line2D([], [], color=MUTED, linewidth=0.9)
    if any(np.any(chart.view.bridges) for chart in charts):
        entries["bridge (no data)"] = Line2D([], [], color=ALARM, linewidth=2.0, linestyle="--")
    if any(len(chart.view.geodesics) for chart in charts):
        start = Line2D(
            [],
            [],
            color=INK,
            linewidth=2.6,
            marker="o",
            markerfacecolor="white",
            markersize=8,
            markeredgewidth=2,
        )
        goal = Line2D([], [], color=INK, linewidth=2.6, marker="s", markersize=8, markeredgecolor="white")
        entries["geodesic, start to goal"] = (start, goal)
    entries["fog: no support"] = Patch(facecolor="white", edgecolor="#9aa5b1")
    figure.legend(
        list(entries.values()),
        list(entries),
        loc="outside lower center",
        ncols=len(entries) if len(charts) > 1 else 3,
        handler_map={tuple: HandlerTuple(ndivide=None, pad=0.0)},
        handlelength=3.0,
        columnspacing=1.6,
    )
