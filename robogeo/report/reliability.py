"""Whether the robot knew where it would fail: predicted against observed failure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from robogeo.errors import InputError
from robogeo.report.style import MUTED, WIDTH, calm, new_figure, percent_axis, series

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SMALLEST, _LARGEST = 40.0, 420.0  # points squared: area of a bin's marker


def reliability_diagram(bins: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw one marker a bin of like predictions; its area tells how many requests are in it.

    Args:
        bins: each has `predicted` and `observed`, shares in [0, 1], and `count`.

    Returns:
        A figure with one set of axes; on the dashed line, what was predicted is what happened.

    Raises:
        InputError: when there is no bin.
    """
    if not bins:
        raise InputError("reliability: no bin was given; give at least one")
    predicted, observed, count = (
        np.array([float(one[name]) for one in bins]) for name in ("predicted", "observed", "count")
    )
    area = np.maximum(_LARGEST * count / count.max(), _SMALLEST)
    look = series(0)
    with calm():
        figure = new_figure(0.62 * WIDTH, 5.0)
        axes = figure.subplots()
        axes.plot([0.0, 1.0], [0.0, 1.0], color=MUTED, linewidth=1.2, linestyle=(0, (5, 3)))
        axes.plot(predicted, observed, color=look.color, linewidth=1.2)
        axes.scatter(predicted, observed, s=area, color=look.color, zorder=3)
        for x, y, n, size in zip(predicted, observed, count, area, strict=True):
            above = (0.0, 5.0 + size**0.5 / 2)
            axes.annotate(f"{n:.0f}", (x, y), above, textcoords="offset points", ha="center")
        axes.set(
            xlim=(-0.05, 1.05),
            ylim=(-0.05, 1.1),
            xlabel="predicted probability of failure",
            ylabel="share that failed (number: requests)",
        )
        percent_axis(axes, "x")
        percent_axis(axes, "y")
        axes.grid()
    return figure
