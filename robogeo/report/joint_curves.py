"""A motion joint by joint: position in degrees, and its derivatives as shares of what the joint may do.

Joints differ by a factor of ten in their limits; as shares of the limit they can be compared, and one look
tells whether any line leaves the allowed band. The narrow charts at the right give the range each joint
uses, so that the joint with the least room left is seen at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from robogeo.errors import InputError
from robogeo.report.style import ALARM, GRID, WIDTH, calm, legend_columns, new_figure, percent_axis, series

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_GREY = "#d3d9df"


def joint_curves(
    t: ArrayLike,
    q: ArrayLike,
    qd: ArrayLike,
    qdd: ArrayLike,
    qddd: ArrayLike | None = None,
    *,
    limits: Mapping[str, ArrayLike],
    joint_names: Sequence[str],
) -> Figure:
    """Draw a motion against its limits.

    Args:
        t: (T,) times in s.
        q: (T, dof) joint positions in rad; drawn in degrees.
        qd: (T, dof) velocities in rad/s.
        qdd: (T, dof) accelerations in rad/s^2.
        qddd: (T, dof) jerks in rad/s^3, or None to leave this row out.
        limits: `lower`, `upper`, `velocity`, `acceleration` and, with qddd, `jerk`: each (dof,), in rad.
        joint_names: dof names.

    Returns:
        A figure with a row per quantity: curves over time, and the range each joint uses.

    Raises:
        InputError: when an array's shape does not fit, or a limit is missing.
    """
    time = np.asarray(t, dtype=np.float64)
    shape = (len(time), len(joint_names))
    position = np.degrees(_checked("q", q, shape))
    given = {"velocity": qd, "acceleration": qdd} | ({} if qddd is None else {"jerk": qddd})
    shares = {name: _share(name, rate, shape, limits) for name, rate in given.items()}
    bounds = np.degrees(np.stack([_limit(name, limits, shape[1]) for name in ("lower", "upper")]))
    with calm():
        figure, panels = _panels(1 + len(shares))
        _draw_position(panels[0], time, position, bounds)
        for pair, (name, share) in zip(panels[1:], shares.items(), strict=True):
            _draw_share(pair, time, share, name)
        _finish(figure, panels, joint_names)
    return figure


def _panels(rows: int) -> tuple[Figure, NDArray[np.object_]]:
    figure = new_figure(WIDTH, 1.0 + 1.85 * rows)
    panels = figure.subplots(rows, 2, sharex="col", sharey="row", width_ratios=[3.6, 1.0], squeeze=False)
    return figure, panels


def _checked(name: str, values: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.float64]:
    array = np.asarray(values, dtype=np.float64)
    if array.shape != shape or not array.size:
        raise InputError(
            f"joint curves: {name} has shape {array.shape}; expected {shape}, with T and dof at least 1"
        )
    return array


def _limit(name: str, limits: Mapping[str, ArrayLike], dof: int) -> NDArray[np.float64]:
    if name not in limits:
        raise InputError(f"joint curves: the limits lack '{name}'; give one value a joint")
    return _checked(f"limit '{name}'", limits[name], (dof,))


def _share(
    name: str, rate: ArrayLike, shape: tuple[int, ...], limits: Mapping[str, ArrayLike]
) -> NDArray[np.float64]:
    limit = _limit(name, limits, shape[1])
    if not (limit > 0.0).all():
        raise InputError(f"joint curves: limit '{name}' must be positive for every joint")
    share: NDArray[np.float64] = _checked(name, rate, shape) / limit
    return share


def _draw_position(
    pair: NDArray[np.object_],
    time: NDArray[np.float64],
    position: NDArray[np.float64],
    bounds: NDArray[np.float64],
) -> None:
    curves, ranges = pair
    _draw_lines(curves, time, position)
    joints = np.arange(position.shape[1])
    finite = np.isfinite(bounds).all(axis=0)
    ranges.bar(
        joints[finite], (bounds[1] - bounds[0])[finite], bottom=bounds[0][finite], width=0.72, color=_GREY
    )
    for edge in bounds:
        ranges.hlines(edge[finite], joints[finite] - 0.36, joints[finite] + 0.36, color=ALARM, linewidth=1.4)
    _draw_ranges(ranges, position)
    for axes in pair:
        axes.use_sticky_edges = False  # bars would otherwise end on the frame and hide a limit
        axes.margins(y=0.06)
    curves.set_ylabel("position (deg)")
    ranges.set_title("range used")


def _draw_share(
    pair: NDArray[np.object_], time: NDArray[np.float64], share: NDArray[np.float64], name: str
) -> None:
    curves, ranges = pair
    _draw_lines(curves, time, share)
    _draw_ranges(ranges, share)
    top = max(1.12, 1.08 * float(np.nanmax(np.abs(share))))
    for axes in pair:
        axes.axhline(1.0, color=ALARM, linewidth=1.3, linestyle="--", zorder=1)
        axes.axhline(-1.0, color=ALARM, linewidth=1.3, linestyle="--", zorder=1)
        axes.set_ylim(-top, top)
    curves.set_ylabel(f"{name}\n(% of limit)")
    percent_axis(curves)


def _draw_lines(axes: Axes, time: NDArray[np.float64], values: NDArray[np.float64]) -> None:
    for index, column in enumerate(values.T):
        look = series(index)
        axes.plot(time, column, color=look.color, linestyle=look.line, linewidth=1.7)
    axes.grid(axis="y")


def _draw_ranges(axes: Axes, values: NDArray[np.float64]) -> None:
    low, high = values.min(axis=0), values.max(axis=0)
    colors = [series(index).color for index in range(len(low))]
    axes.bar(np.arange(len(low)), high - low, bottom=low, width=0.42, color=colors, zorder=3)
    axes.grid(axis="y", color=GRID)
    axes.tick_params(axis="y", length=0, labelleft=False)
    axes.spines["left"].set_visible(False)


def _finish(figure: Figure, panels: NDArray[np.object_], joint_names: Sequence[str]) -> None:
    from matplotlib.lines import Line2D

    panels[0, 0].set_title("joint motion", loc="left")
    panels[-1, 0].set_xlabel("time (s)")
    panels[-1, 0].margins(x=0.01)
    joints = range(len(joint_names))
    panels[-1, 1].set_xticks(joints, [str(joint + 1) for joint in joints])
    panels[-1, 1].set_xlabel("joint")
    handles = [Line2D([], [], color=series(j).color, linestyle=series(j).line) for j in joints]
    handles.append(Line2D([], [], color=ALARM, linestyle="--", linewidth=1.3))
    # A name that ends in its own number ("iiwa_joint_3") needs no second one to be found in the right charts.
    named = [n if n.endswith(str(j)) else f"{j}: {n}" for j, n in enumerate(joint_names, start=1)]
    labels = [*named, "limit"]
    figure.legend(handles, labels, loc="outside lower center", ncols=legend_columns(labels))
