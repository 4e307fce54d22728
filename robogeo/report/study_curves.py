"""The learning curves of a study: one panel a scene, every line named at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from robogeo.errors import InputError
from robogeo.report.style import MUTED, WIDTH, calm, new_figure, percent, percent_axis, series

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Curve = Sequence[ArrayLike]
FloatArray = NDArray[np.float64]
_COLUMNS = 2
_APART = 0.056  # of the axes' height: least distance between two names


def study_curves(
    panels: Mapping[str, Mapping[str, Curve]], emphasis: Sequence[str] = (), target: float = 0.9
) -> Figure:
    """Draw mean success with its band against the demonstrations given.

    Args:
        panels: scene -> strategy -> (demonstrations (C,), mean (C,), low (C,), high (C,)); shares in [0, 1].
        emphasis: strategies drawn strongly and with their bands; the others are thin lines.
        target: success rate drawn as a dashed line.

    Raises:
        InputError: there is nothing to draw, or arrays of a curve differ in length.
    """
    if not panels or not all(panels.values()):
        raise InputError("study curves: every panel needs at least one curve")
    names = list(dict.fromkeys(name for curves in panels.values() for name in curves))
    columns = min(_COLUMNS, len(panels))
    rows = -(-len(panels) // columns)
    with calm():
        figure = new_figure(WIDTH if columns > 1 else 0.75 * WIDTH, 4.5 * rows)
        grid = np.ravel(figure.subplots(rows, columns, squeeze=False))
        for axes, (scene, curves) in zip(grid, panels.items(), strict=False):
            _panel(axes, scene, curves, names, emphasis, target)
        for axes in grid[len(panels) :]:
            axes.set_visible(False)
    return figure


def _panel(
    axes: Axes,
    scene: str,
    curves: Mapping[str, Curve],
    names: Sequence[str],
    emphasis: Sequence[str],
    target: float,
) -> None:
    from matplotlib.ticker import MaxNLocator, MultipleLocator

    axes.axhline(target, color=MUTED, linewidth=1.2, linestyle=(0, (5, 3)), zorder=1)
    ends = {}
    for name, curve in curves.items():
        arrays = [np.asarray(part, dtype=np.float64) for part in curve]
        if len(arrays) != 4 or len({part.shape for part in arrays}) > 1 or not arrays[0].size:
            raise InputError(f"study curves: '{name}' on {scene} is not (demonstrations, mean, low, high)")
        _line(axes, names.index(name), arrays, name in emphasis)
        ends[name] = (arrays[0][-1], arrays[1][-1])
    axes.set(
        title=scene, xlabel="demonstrations given", ylabel="success on held-out requests", ylim=(0, 1.02)
    )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.yaxis.set_major_locator(MultipleLocator(0.2))
    axes.margins(x=0.02)
    percent_axis(axes)
    axes.grid(axis="y")
    axes.annotate(
        f"target {percent(target)}",
        (0.01, target),
        (0, 4),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        color=MUTED,
        fontsize=10.5,
    )
    _name_ends(axes, ends, names)


def _line(axes: Axes, index: int, curve: Sequence[FloatArray], strong: bool) -> None:
    look = series(index)
    counts, mean, low, high = curve
    if strong:
        axes.fill_between(counts, low, high, color=look.color, alpha=0.15, linewidth=0, zorder=2)
    axes.plot(
        counts,
        mean,
        color=look.color,
        linestyle=look.line,
        marker=look.marker,
        markersize=6 if strong else 4,
        markeredgecolor="white",
        markeredgewidth=0.6,
        linewidth=2.4 if strong else 1.3,
        alpha=1.0 if strong else 0.8,
        zorder=4 if strong else 3,
        clip_on=False,
    )


def _name_ends(axes: Axes, ends: Mapping[str, tuple[float, float]], names: Sequence[str]) -> None:
    """Write each name beside the end of its line, moved apart where lines end together."""
    order = sorted(ends, key=lambda name: ends[name][1])
    places = spread([ends[name][1] for name in order], _APART, 1.02)
    for name, place in zip(order, places, strict=True):
        color = series(names.index(name)).color
        axes.annotate(
            name,
            ends[name],
            (1.1, place / 1.02),
            xycoords="data",
            textcoords="axes fraction",
            color=color,
            fontsize=10.5,
            va="center",
            ha="left",
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": color,
                "linewidth": 0.7,
                "relpos": (0.0, 0.5),
                "shrinkA": 2,
                "shrinkB": 5,
            },
        )


def spread(values: Sequence[float], apart: float, top: float) -> list[float]:
    """Move rising values as little as need be, so that they lie ``apart`` and not above ``top``."""
    placed: list[float] = []
    for value in values:
        placed.append(max(value, placed[-1] + apart) if placed else value)
    ceiling = top
    for index in reversed(range(len(placed))):
        placed[index] = min(placed[index], ceiling)
        ceiling = placed[index] - apart
    return placed
