"""What is drawn on a chart of the latent space, as points of a plane: graph, demonstrations, geodesics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from robogeo.report.style import ALARM, INK, warm_scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = NDArray[np.float64]
_MARGIN = 0.07


def extent_of(points: FloatArray) -> tuple[float, float, float, float]:
    """Left, right, bottom, top around points (n, 2); a degenerate side borrows a tenth of the other."""
    low, high = points.min(axis=0), points.max(axis=0)
    span = high - low
    half = np.maximum(span, max(float(span.max()) * 0.1, 1e-6)) * (0.5 + _MARGIN)
    middle = (low + high) / 2.0
    (left, bottom), (right, top) = middle - half, middle + half
    return float(left), float(right), float(bottom), float(top)


def draw_graph(axes: Axes, nodes: FloatArray, edges: NDArray[np.int64], bridges: NDArray[np.bool_]) -> None:
    """Draw edges (n_e, 2) between nodes (N, 2); those that are bridges stand out."""
    from matplotlib.collections import LineCollection

    segments = nodes[np.asarray(edges, dtype=np.int64)]
    gaps = np.asarray(bridges, dtype=bool)
    plain = LineCollection(list(segments[~gaps]), colors="#5f6b76", linewidths=0.5, alpha=0.35, zorder=2)
    marked = LineCollection(list(segments[gaps]), colors=ALARM, linewidths=2.0, linestyles="--", zorder=4)
    axes.add_collection(plain)
    axes.add_collection(marked)


def draw_demonstrations(axes: Axes, nodes: FloatArray, groups: NDArray[np.int64]) -> None:
    """Draw nodes (N, 2), those of one demonstration as a line; the later it came, the darker."""
    names = np.unique(groups)
    colors = warm_scale()(np.linspace(0.0, 1.0, len(names)) if len(names) > 1 else np.array([0.4]))
    size = float(np.clip(13.0 * np.sqrt(300.0 / len(groups)), 3.0, 13.0))
    for color, name in zip(colors, names, strict=True):
        x, y = nodes[groups == name].T
        axes.plot(x, y, color=color, linewidth=1.0, alpha=0.9, zorder=3)
        axes.scatter(x, y, s=size, color=[color], edgecolors="white", linewidths=0.35, zorder=3)


def draw_codes(axes: Axes, nodes: FloatArray) -> None:
    """Draw nodes (N, 2) that have no order, as points."""
    size = float(np.clip(13.0 * np.sqrt(300.0 / len(nodes)), 3.0, 13.0))
    x, y = nodes.T
    axes.scatter(x, y, s=size, color=[warm_scale()(0.4)], edgecolors="white", linewidths=0.2, zorder=3)


def draw_geodesic(axes: Axes, curve: FloatArray) -> None:
    """Draw a curve (n, 2), from a round start to a square goal."""
    from matplotlib.patheffects import Normal, Stroke

    halo = [Stroke(linewidth=5.0, foreground="white"), Normal()]
    x, y = curve.T
    axes.plot(x, y, color=INK, linewidth=2.6, path_effects=halo, zorder=5)
    start: dict[str, Any] = {"marker": "o", "color": "white", "markeredgecolor": INK, "markeredgewidth": 2.0}
    goal: dict[str, Any] = {"marker": "s", "color": INK, "markeredgecolor": "white", "markeredgewidth": 1.5}
    axes.plot(x[:1], y[:1], markersize=9, zorder=6, **start)
    axes.plot(x[-1:], y[-1:], markersize=9, zorder=6, **goal)
