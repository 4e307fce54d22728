"""One calm look for every picture of the report.

Colours follow Okabe and Ito (2008), "Color Universal Design": they stay apart for colour-blind readers, and
each series also has its own marker or line style, so that no meaning hangs on colour alone. Text is never
below 10 pt at the size at which a laptop shows the figure. Figures are built without pyplot: nothing is
registered globally, so nothing must be closed and any number of them can be drawn in a worker process
without a display.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.figure import Figure

INK = "#1f2933"
MUTED = "#66727f"
GRID = "#e3e7eb"
ALARM = "#c8102e"
LineStyle = Literal["-", "--", "-.", ":"]
WIDTH = 11.0
"""Width in inches of a full-width figure; 1210 pixels at the report's 110 dpi."""

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#4D4D4D", "#8C7A00")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
_LINES: tuple[LineStyle, ...] = ("-", "--", "-.", ":")
_COOL = ("#d5e6ee", "#9cc5d9", "#5797bd", "#2a6593", "#10355c")
_WARM = ("#ffe27a", "#f5a623", "#c4620a", "#6b2e06")

_RC: dict[str, object] = {
    "font.size": 11.0,
    "axes.titlesize": 12.5,
    "axes.titleweight": "bold",
    "axes.titlepad": 9.0,
    "axes.labelsize": 11.5,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.edgecolor": "#9aa5b1",
    "axes.linewidth": 0.8,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 10.5,
    "ytick.labelsize": 10.5,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "legend.fontsize": 10.5,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}


class Series(NamedTuple):
    """How one of several lines is drawn, told apart by colour, marker and dash."""

    color: str
    marker: str
    line: LineStyle


def series(index: int) -> Series:
    """The look of line number `index`; colours repeat after eight, with another dash."""
    cycle, place = divmod(index, len(PALETTE))
    return Series(PALETTE[place], _MARKERS[place], _LINES[cycle % len(_LINES)])


@contextmanager
def calm() -> Iterator[None]:
    """Draw inside with this module's look, whatever the reader's own matplotlib settings say."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_RC)  # type: ignore[arg-type]
        yield


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of `width` by `height` inches whose parts lay themselves out without overlap."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.09, h_pad=0.07)  # type: ignore[union-attr, call-arg]
    return figure


def cool_scale() -> LinearSegmentedColormap:
    """Light to dark blue for measured quantities; its lightest end is still told apart from white."""
    return _scale("robogeo_cool", _COOL)


def warm_scale() -> LinearSegmentedColormap:
    """Yellow to brown for the order of demonstrations; stands out on the cool scale, in any colour vision."""
    return _scale("robogeo_warm", _WARM)


def _scale(name: str, colors: tuple[str, ...]) -> LinearSegmentedColormap:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list(name, list(colors))


def percent_axis(axes: Axes, axis: str = "y") -> None:
    """Write the shares on one axis (0.12) as people read them (12 %)."""
    from matplotlib.ticker import FuncFormatter

    chosen = axes.yaxis if axis == "y" else axes.xaxis
    chosen.set_major_formatter(FuncFormatter(lambda value, _: percent(value)))


def percent(share: float) -> str:
    """A share as text: 0.123 -> '12 %'; a share that was never measured -> 'not measured'."""
    return f"{100.0 * share:.0f} %".replace("-", "\u2212") if share == share else "not measured"


def legend_columns(labels: Sequence[str], room: int = 120) -> int:
    """Columns of a legend beside a full-width figure: as many as fit, then as even as the rows allow."""
    fitting = max(1, room // (max(map(len, labels), default=0) + 8))
    rows = -(-len(labels) // fitting)
    return -(-len(labels) // max(rows, 1))
