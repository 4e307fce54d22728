"""The ratios of a study as a forest plot: each rival on each scene, with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from robogeo.errors import InputError
from robogeo.report.style import ALARM, INK, MUTED, PALETTE, WIDTH, calm, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class Ratio(NamedTuple):
    """One line of the plot.

    Attributes:
        rival: whom it is compared with; lines of one rival stand together.
        scene: where.
        value, low, high: the ratio and its 95 % interval, > 0.
        pairs: how many pairs it is from.
        whole: whether it is over all scenes.
    """

    rival: str
    scene: str
    value: float
    low: float
    high: float
    pairs: int
    whole: bool = False


def study_ratios(ratios: Sequence[Ratio], ours: str) -> Figure:
    """Draw the ratios of demonstrations to the target, ``ours`` / rival, on a logarithmic axis.

    An interval that lies wholly above 1, a loss, is drawn in red; one that holds 1 is grey.

    Raises:
        InputError: there is no ratio.
    """
    if not ratios:
        raise InputError("study ratios: there is nothing to draw yet")
    rivals = list(dict.fromkeys(ratio.rival for ratio in ratios))
    with calm():
        figure = new_figure(0.9 * WIDTH, 1.2 + 0.33 * (len(ratios) + 1.3 * len(rivals)))
        axes = figure.subplots()
        labels: dict[float, str] = {}
        place = 0.0
        for rival in rivals:
            labels[place] = f"{ours} / {rival}"
            for ratio in (ratio for ratio in ratios if ratio.rival == rival):
                place += 1.0
                labels[place] = ratio.scene
                _draw(axes, place, ratio)
            place += 1.3
        axes.set_yticks(list(labels), list(labels.values()))
        for label in axes.get_yticklabels():
            label.set_fontweight("bold" if label.get_text().startswith(f"{ours} / ") else "normal")
        _finish(axes, place - 0.6)
    return figure


def _draw(axes: Axes, place: float, ratio: Ratio) -> None:
    color = ALARM if ratio.low > 1.0 else PALETTE[0] if ratio.high < 1.0 else MUTED
    axes.plot([ratio.low, ratio.high], [place, place], color=color, linewidth=2.4 if ratio.whole else 1.6)
    axes.plot(
        ratio.value,
        place,
        marker="D" if ratio.whole else "o",
        markersize=8 if ratio.whole else 6.5,
        color=color,
        markeredgecolor="white",
    )
    said = f"{ratio.value:.2f}  [{ratio.low:.2f}, {ratio.high:.2f}]  n = {ratio.pairs}"
    axes.annotate(
        said,
        (1.02, place),
        xycoords=axes.get_yaxis_transform(),
        va="center",
        fontsize=10.5,
        annotation_clip=False,
    )


def _finish(axes: Axes, bottom: float) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    axes.axvline(1.0, color=INK, linewidth=1.1, zorder=1)
    axes.set_xscale("log")
    low, high = axes.get_xlim()
    axes.set_xlim(min(low, 0.45), max(high, 1.6))
    marks = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0]
    axes.xaxis.set_major_locator(FixedLocator(marks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_ylim(bottom, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    axes.set_xlabel("median ratio of demonstrations to the target, 95 % interval (below 1: fewer)")
