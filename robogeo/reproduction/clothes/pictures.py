"""Pictures of the map of clothes: magnification factor, graph and geodesic; equidistance lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from robogeo.data.fashion_mnist import CLASSES, SIDE
from robogeo.fitting import codes
from robogeo.geometry import distance_field, resample_uniform
from robogeo.report.backdrop import draw_backdrop
from robogeo.report.style import ALARM, INK, WIDTH, calm, cool_scale, new_figure
from robogeo.reproduction.charts import lines
from robogeo.reproduction.clothes.maps import Clothes, Learned, pictures_along
from robogeo.reproduction.experiment import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = NDArray[np.float64]
_GRID = 220
_SHOWN_NODES = 2500
_STRIP = 14
_LEVELS = 16
# Ten hues of like lightness that stay apart on blue (after Tol's muted scheme).
_HUES = (
    *("#CC6677", "#FFD166", "#882255", "#F4A582", "#DDCC77"),
    *("#44AA99", "#EE7733", "#117733", "#AA4499", "#999933"),
)


def draw_map(both: Learned, clothes: Clothes, pair: NDArray[np.int64]) -> Picture:
    """Codes and graph over the magnification factor, with a geodesic and the straight line of one pair."""
    chart, model = both.chart, both.default
    start, goal = (codes(model, clothes.test[[end]]) for end in pair)
    geodesic, line = chart.geodesics(start, goal)[0].points, lines(start, goal)[0]
    nodes = chart.graph.nodes.numpy()
    x, y = _lines_around(nodes)
    with calm():
        figure = new_figure(WIDTH, 9.6)
        top, bottom = np.ravel(np.asarray(figure.subfigures(2, 1, height_ratios=[4.0, 1.0])))
        axes = top.subplots()
        fog = _lack(both, x, y)
        values = _log10_mf(both, x, y)
        low, high = np.percentile(values[fog < 0.5], [1.0, 99.0])
        image = draw_backdrop(axes, values, (x[0], x[-1], y[0], y[-1]), (low, high), fog)
        _edges(axes, nodes, chart.graph.edges)
        labels = clothes.train_labels[chart.graph.origins]
        step = max(1, len(nodes) // 12_000)
        for label, name in enumerate(CLASSES):
            some = nodes[::step][labels[::step] == label]
            axes.scatter(*some.T, s=4.5, color=_HUES[label], linewidths=0, alpha=0.8, label=name, zorder=3)
        _curve(axes, geodesic, INK, "-", "geodesic")
        _curve(axes, line, ALARM, "--", "straight line")
        axes.set(xlabel="latent axis 1", ylabel="latent axis 2", xlim=x[[0, -1]], ylim=y[[0, -1]])
        bar = top.colorbar(image, ax=axes, pad=0.01, extend="both", aspect=30)
        bar.set_label("log10 magnification factor (grey levels² a latent unit²)")
        bar.outline.set_visible(False)
        legend = axes.legend(loc="center right", bbox_to_anchor=(-0.09, 0.5), markerscale=5)
        legend.set_in_layout(True)
        rows = bottom.subplots(2, _STRIP)
        for row, curve, name in zip(rows, (geodesic, line), ("geodesic", "straight line"), strict=True):
            even = resample_uniform(chart.decoder_metric, curve, _STRIP)
            _strip(row, pictures_along(model, [even])[0], name)
    names = [CLASSES[clothes.test_labels[end]] for end in pair]
    return Picture(
        "map",
        figure,
        f"The 2-D latent space of {len(nodes):,} pictures of clothes over its magnification factor, the "
        f"edges of a thinned graph, and one pair ({names[0]} to {names[1]}): the relaxed geodesic and the "
        "straight line, with the pictures decoded along both at equal Riemannian steps. Seed 0; of all "
        "pairs, one in ten gains more length than this one.",
    )


def draw_distances(both: Learned, clothes: Clothes) -> Picture:
    """Equidistance lines round the middle codes of two classes (compare Chen et al. 2018, fig. 6)."""
    chart = both.chart
    nodes = chart.graph.nodes.numpy()
    labels = clothes.train_labels[chart.graph.origins]
    x, y = _lines_around(nodes)
    lack = _lack(both, x, y)
    with calm():
        figure = new_figure(WIDTH, 5.6)
        panels = figure.subplots(1, 2, sharey=True)
        for axes, label in zip(panels, (CLASSES.index("sandal"), CLASSES.index("bag")), strict=True):
            source = _middle(nodes[labels == label])
            field = distance_field(chart.metric, source, x, y)
            known = np.where(lack < 0.5, field.distance, np.nan)
            levels = np.linspace(0.0, np.nanpercentile(known, 99.0), _LEVELS + 1)
            axes.contour(x, y, known, levels=levels, cmap=cool_scale(), linewidths=1.1, zorder=4)
            step = max(1, len(nodes) // 8000)
            for other in range(len(CLASSES)):
                some = nodes[::step][labels[::step] == other]
                hue = _HUES[other]
                axes.scatter(*some.T, s=2.2, color=hue, linewidths=0, alpha=0.55, label=CLASSES[other])
            axes.plot(*source, marker="*", markersize=16, color=INK, markeredgecolor="white", zorder=5)
            axes.set(title=f"from the middle {CLASSES[label]}", xlabel="latent axis 1")
            axes.set(xlim=x[[0, -1]], ylim=y[[0, -1]])
        panels[0].set_ylabel("latent axis 2")
        handles, names = panels[0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=5, markerscale=5)
    return Picture(
        "distances",
        figure,
        f"Equidistance lines of the default metric round two codes, {_LEVELS} at equal steps of Riemannian "
        "distance: close together where pictures change quickly. Seed 0.",
    )


def _lines_around(nodes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Grid lines over all codes but the outermost two in a thousand a side."""
    low, high = np.percentile(nodes, [0.2, 99.8], axis=0)
    margin = 0.06 * (high - low)
    (left, bottom), (right, top) = low - margin, high + margin
    return np.linspace(left, right, _GRID), np.linspace(bottom, top, _GRID)


def _log10_mf(both: Learned, x: FloatArray, y: FloatArray) -> FloatArray:
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    parts = [both.chart.decoder_metric.log_magnification_factor(part) for part in np.array_split(grid, 40)]
    values: FloatArray = torch.cat(parts).detach().numpy() / np.log(10.0)
    return values.reshape(len(y), len(x))


def _lack(both: Learned, x: FloatArray, y: FloatArray) -> FloatArray:
    """Lack of support in [0, 1] on the grid."""
    grid = np.stack(np.meshgrid(x, y), axis=-1)
    return np.asarray(both.chart.support.lack(torch.from_numpy(grid)).numpy())


def _edges(axes: Axes, nodes: FloatArray, edges: NDArray[np.int64]) -> None:
    """Edges among a few of the nodes, or the map would be black."""
    from matplotlib.collections import LineCollection

    share = max(1, len(nodes) // _SHOWN_NODES)
    shown = edges[edges[:, 0] % share == 0]
    axes.add_collection(LineCollection(list(nodes[shown]), colors=INK, linewidths=0.35, alpha=0.5, zorder=2))


def _curve(axes: Axes, points: torch.Tensor, color: str, dash: Any, label: str) -> None:
    from matplotlib.patheffects import Normal, Stroke

    halo = [Stroke(linewidth=5.0, foreground="white"), Normal()]
    x, y = points.numpy().T
    axes.plot(x, y, color=color, linestyle=dash, linewidth=2.6, path_effects=halo, label=label, zorder=6)
    axes.plot(x[[0, -1]], y[[0, -1]], "o", color="white", markeredgecolor=color, markersize=8, zorder=7)


def _strip(row: NDArray[Any], pictures: NDArray[np.float32], name: str) -> None:
    for axes, picture in zip(row, pictures, strict=True):
        axes.imshow(picture.reshape(SIDE, SIDE), cmap="gray_r", vmin=0.0, vmax=1.0)
        axes.set(xticks=[], yticks=[])
        for spine in axes.spines.values():
            spine.set_visible(False)
    row[0].set_title(name, loc="left", fontsize=11)


def _middle(points: FloatArray) -> FloatArray:
    """The one of some points that is nearest to their median."""
    middle = np.median(points, axis=0)
    chosen: FloatArray = points[np.square(points - middle).sum(axis=1).argmin()]
    return chosen.astype(np.float64)
