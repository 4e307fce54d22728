"""Success against the number of demonstrations: what a learner is judged by."""

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


def learning_curve(curves: Mapping[str, Sequence[ArrayLike]], target: float | None = 0.9) -> Figure:
    """Draw one line per strategy, with its band where one is given.

    Args:
        curves: name -> (demonstrations (R,), success (R,)), or these followed by (low (R,), high (R,));
            shares in [0, 1].
        target: success rate drawn as a dashed line; the legend says at how many demonstrations a curve first
            reaches it. None leaves it out.

    Returns:
        A figure with one set of axes.

    Raises:
        InputError: when there is no curve, or a curve's arrays differ in length or are empty.
    """
    if not curves:
        raise InputError("learning curve: no curve was given; give at least one")
    checked = {name: _checked(name, curve) for name, curve in curves.items()}
    with calm():
        figure = new_figure(0.82 * WIDTH, 4.9)
        axes = figure.subplots()
        if target is not None:
            axes.axhline(target, color=MUTED, linewidth=1.2, linestyle=(0, (5, 3)), zorder=1)
            axes.annotate(
                f"target {percent(target)}",
                (0.005, target),
                (0, 4),
                color=MUTED,
                fontsize=10.5,
                xycoords=("axes fraction", "data"),
                textcoords="offset points",
                va="bottom",
            )
        for index, (name, curve) in enumerate(checked.items()):
            _draw(axes, index, f"{name}{_reached(curve[0], curve[1], target)}", curve)
        _finish(axes)
    return figure


def _checked(name: str, curve: Sequence[ArrayLike]) -> list[NDArray[np.float64]]:
    arrays = [np.asarray(part, dtype=np.float64) for part in curve]
    if len(arrays) not in (2, 4) or arrays[0].ndim != 1 or not len(arrays[0]):
        raise InputError(
            f"learning curve '{name}': expected (demonstrations, success) or these with (low, high)"
        )
    if any(part.shape != arrays[0].shape for part in arrays):
        raise InputError(f"learning curve '{name}': its arrays have lengths {[part.size for part in arrays]}")
    return arrays


def _reached(demonstrations: NDArray[np.float64], success: NDArray[np.float64], target: float | None) -> str:
    if target is None:
        return ""
    # Rates are counts over requests: 0.9 computed as 27/30 must not miss the target by rounding.
    hits = np.flatnonzero(success >= target - 1e-9)
    return (
        f" ({percent(target)} at {demonstrations[hits[0]]:g})"
        if len(hits)
        else f" ({percent(target)} not reached)"
    )


def _draw(axes: Axes, index: int, label: str, curve: Sequence[NDArray[np.float64]]) -> None:
    look = series(index)
    if len(curve) == 4:
        axes.fill_between(curve[0], curve[2], curve[3], color=look.color, alpha=0.15, linewidth=0, zorder=2)
    axes.plot(
        curve[0],
        curve[1],
        color=look.color,
        linestyle=look.line,
        marker=look.marker,
        markersize=7,
        markeredgecolor="white",
        markeredgewidth=0.8,
        linewidth=2.2,
        label=label,
        zorder=3,
        clip_on=False,
    )


def _finish(axes: Axes) -> None:
    from matplotlib.ticker import MaxNLocator, MultipleLocator

    axes.set(xlabel="demonstrations given", ylabel="success on held-out requests", ylim=(0.0, 1.02))
    axes.yaxis.set_major_locator(MultipleLocator(0.2))
    percent_axis(axes)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(axis="y")
    axes.legend(loc="best")
