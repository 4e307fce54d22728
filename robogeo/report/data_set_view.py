"""A data set at a glance: where each joint was, where the paths lead, how long they take, how new each is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from robogeo.errors import InputError
from robogeo.report.style import ALARM, GRID, INK, MUTED, PALETTE, WIDTH, calm, cool_scale, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FloatArray = NDArray[np.float64]

_CELLS = 120
_MOST_PATHS = 300


@dataclass(frozen=True, eq=False)
class DataSetView:
    """What is drawn of a data set.

    Attributes:
        title: of the figure.
        paths: every recording (T, dof), rad (or the column's unit).
        joints, units: of the columns.
        limits: (2, dof) lower and upper, or None without a robot.
        moving, resting: time of every recording, s.
        apart: how far each recording is from all others, rad; empty where there is only one.
        axes: the two directions (2, dof) that the paths are seen along.
        shares: their share of the variance.
    """

    title: str
    paths: Sequence[FloatArray]
    joints: Sequence[str]
    units: Sequence[str]
    limits: FloatArray | None
    moving: Sequence[float]
    resting: Sequence[float]
    apart: Sequence[float]
    axes: FloatArray
    shares: tuple[float, float]


def data_set_view(view: DataSetView) -> Figure:
    """Draw a data set.

    Returns:
        A figure of four panels: ranges, paths, durations, and distances between recordings.

    Raises:
        InputError: there is no recording.
    """
    if not view.paths:
        raise InputError("data set view: no recording was given; give at least one")
    with calm():
        figure = new_figure(WIDTH, 3.6 + max(2.4, 0.42 * len(view.joints)))
        upper, lower = max(2.4, 0.42 * len(view.joints)) + 0.8, 2.4
        panels = figure.subplots(2, 2, height_ratios=[upper, lower], width_ratios=[1.25, 1.0])
        _draw_ranges(panels[0, 0], view)
        _draw_paths(panels[0, 1], view)
        _draw_durations(panels[1, 0], view)
        _draw_distances(panels[1, 1], view)
        figure.suptitle(view.title, fontsize=13.0, fontweight="bold", color=INK)
    return figure


def _draw_ranges(axes: Axes, view: DataSetView) -> None:
    """A strip for each joint: darker where more samples are, with the robot's limits."""
    every = np.concatenate(view.paths)
    scale = np.array([180.0 / np.pi if unit == "rad" else 1.0 for unit in view.units])
    low, high = every.min(axis=0) * scale, every.max(axis=0) * scale
    if view.limits is not None:
        low, high = np.minimum(low, view.limits[0] * scale), np.maximum(high, view.limits[1] * scale)
    left, right = float(low.min()), float(high.max())
    margin = 0.03 * (right - left or 1.0)
    left, right = left - margin, right + margin
    for joint in range(every.shape[1]):
        counts = np.histogram(every[:, joint] * scale[joint], _CELLS, (left, right))[0]
        share = np.sqrt(counts / max(1, counts.max()))
        strip = np.ma.masked_equal(share[None, :], 0.0)
        extent = (left, right, joint + 0.32, joint - 0.32)
        axes.imshow(strip, extent=extent, aspect="auto", cmap=cool_scale(), vmin=0.0, vmax=1.0)
        if view.limits is not None:
            bounds = view.limits[:, joint] * scale[joint]
            axes.plot(bounds, [joint, joint], color=MUTED, lw=0.8, zorder=0)
            spread = every[:, joint] * scale[joint]
            color = ALARM if spread.min() < bounds[0] or spread.max() > bounds[1] else INK
            axes.plot(bounds, [joint, joint], color=color, marker="|", ms=16, mew=1.8, ls="")
    axes.set(xlim=(left, right), ylim=(every.shape[1] - 0.5, -0.5))
    axes.set_yticks(range(every.shape[1]), [_short(name) for name in view.joints])
    angles = all(unit == "rad" for unit in view.units)
    axes.set_xlabel("degrees" if angles else "degrees, m, or the column's own unit")
    axes.set_title("Where each joint was" + (" (bars: its limits)" if view.limits is not None else ""))
    axes.grid(axis="x", color=GRID)


def _draw_paths(axes: Axes, view: DataSetView) -> None:
    """Every path, seen along the two directions in which they differ most."""
    chosen = np.unique(np.linspace(0, len(view.paths) - 1, _MOST_PATHS).astype(int))
    faint = float(np.clip(12.0 / len(chosen), 0.12, 0.8))
    seen = [view.paths[index] @ view.axes.T for index in chosen]
    for path in seen:
        axes.plot(path[:, 0], path[:, -1], color=PALETTE[0], lw=1.0, alpha=faint)
    ends = np.stack([path[[0, -1]] for path in seen])
    for end, marker, color, label in ((0, "o", PALETTE[2], "start"), (1, "s", PALETTE[1], "end")):
        x, y = ends[:, end, 0], ends[:, end, -1]
        axes.plot(x, y, marker, color=color, ms=4.5, label=label, mec="white", mew=0.4)
    axes.legend(loc="best", handletextpad=0.2)
    first, second = (f"{100.0 * share:.0f} % of the variance" for share in view.shares)
    axes.set_xlabel(f"1st principal axis, rad ({first})")
    axes.set_ylabel(f"2nd axis ({second})")
    shown = f", {len(chosen)} of {len(view.paths)}" if len(chosen) < len(view.paths) else ""
    axes.set_title(f"The paths{shown}")
    axes.grid(color=GRID)


def _draw_durations(axes: Axes, view: DataSetView) -> None:
    """Time of every recording, and how much of it the arm rests."""
    from matplotlib.ticker import MaxNLocator

    edges = np.arange(len(view.moving) + 1) - 0.5
    moving, resting = np.array(view.moving), np.array(view.resting)
    axes.stairs(moving, edges, fill=True, color=PALETTE[0], label="moving")
    axes.stairs(moving + resting, edges, baseline=moving, fill=True, color=PALETTE[4], label="resting")
    axes.set(xlabel="recording", ylabel="s", title="How long, and how much of it at rest")
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(0.0, 1.25 * float((moving + resting).max()))
    axes.legend(ncols=2, loc="upper right")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(axis="y", color=GRID)


def _draw_distances(axes: Axes, view: DataSetView) -> None:
    """How far each recording is from all others: at zero it is there twice."""
    from matplotlib.ticker import MaxNLocator

    axes.set(xlabel="recording", ylabel="rad", title="How far from all other recordings")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(axis="y", color=GRID)
    if not view.apart:
        axes.text(0.5, 0.5, "there is only one", transform=axes.transAxes, ha="center", color=MUTED)
        return
    size = 5.0 if len(view.apart) < 100 else 2.0
    axes.plot(view.apart, "o", color=PALETTE[3], ms=size)
    axes.set_xlim(-0.5, len(view.apart) - 0.5)
    axes.set_ylim(0.0, 1.15 * max(view.apart) or 1.0)


def _short(name: str) -> str:
    return name if len(name) <= 22 else f"{name[:10]}…{name[-11:]}"
