"""Where the robot succeeds: success rate of each start and goal, before and after learning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from robogeo.errors import InputError
from robogeo.report.style import INK, MUTED, WIDTH, calm, cool_scale, new_figure, percent_axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

_ROOMY = 10


def success_by_place(
    names: Sequence[str],
    before: ArrayLike,
    after: ArrayLike,
    titles: tuple[str, str] = ("before", "after"),
) -> Figure:
    """Draw two matrices of success rates, starts as rows and goals as columns.

    Args:
        names: P places.
        before: (P, P) success rate in [0, 1] from place i to place j; NaN where no request was tried.
        after: the same after learning.
        titles: what stands above each.

    Returns:
        A figure with two matrices and one colour bar; cells never tried are left blank with a dash.

    Raises:
        InputError: when a matrix is not (P, P) or holds a rate outside [0, 1].
    """
    rates = [_checked(names, title, matrix) for title, matrix in zip(titles, (before, after), strict=True)]
    with calm():
        figure = new_figure(WIDTH, max(4.2, 2.4 + 0.46 * len(names)))
        panels = figure.subplots(1, 2, sharey=True)
        images = [
            _draw(axes, names, title, rate) for axes, title, rate in zip(panels, titles, rates, strict=True)
        ]
        panels[0].set_ylabel("start")
        bar = figure.colorbar(images[0], ax=list(panels), shrink=0.9, aspect=26, pad=0.02)
        bar.set_label("success")
        bar.outline.set_visible(False)
        percent_axis(bar.ax)
    return figure


def _checked(names: Sequence[str], title: str, matrix: ArrayLike) -> NDArray[np.float64]:
    rate = np.asarray(matrix, dtype=np.float64)
    if not names or rate.shape != (len(names), len(names)):
        raise InputError(
            f"success by place: '{title}' has shape {rate.shape}; expected one row and column a name"
        )
    known = rate[~np.isnan(rate)]
    if ((known < 0.0) | (known > 1.0)).any():
        raise InputError(f"success by place: '{title}' holds a rate outside [0, 1]")
    return rate


def _draw(axes: Axes, names: Sequence[str], title: str, rate: NDArray[np.float64]) -> AxesImage:
    image = axes.imshow(np.ma.masked_invalid(rate), cmap=cool_scale(), vmin=0.0, vmax=1.0, aspect="auto")
    axes.set_title(title)
    places = np.arange(len(names))
    turn = 35 if len(names) <= _ROOMY else 90
    axes.set_xticks(places, list(names), rotation=turn, ha="right", va="center", rotation_mode="anchor")
    axes.set_yticks(places, list(names))
    axes.set_xlabel("goal")
    axes.tick_params(length=0)
    axes.set_xticks(places[1:] - 0.5, minor=True)
    axes.set_yticks(places[1:] - 0.5, minor=True)
    axes.tick_params(which="minor", length=0)
    axes.grid(which="minor", color="white", linewidth=2.0)
    axes.spines[:].set_visible(False)
    _write_cells(axes, rate)
    return image


def _write_cells(axes: Axes, rate: NDArray[np.float64]) -> None:
    """Write each rate into its cell while cells are wide enough for 10 pt; those never tried get a dash."""
    if len(rate) > _ROOMY:
        return
    for (row, column), value in np.ndenumerate(rate):
        text = "–" if np.isnan(value) else f"{100.0 * value:.0f}"
        color = MUTED if np.isnan(value) else ("white" if value > 0.55 else INK)
        axes.text(column, row, text, ha="center", va="center", color=color, fontsize=10.5)
