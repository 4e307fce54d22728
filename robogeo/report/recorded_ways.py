"""A recording and other ways between its ends, joint by joint over the share of the way: timing left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from robogeo.errors import InputError
from robogeo.report.style import INK, WIDTH, calm, new_figure, percent_axis, series

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FloatArray = NDArray[np.float64]
_COLUMNS = 4


def recorded_ways(
    recorded: FloatArray,
    ways: Mapping[str, FloatArray],
    joints: Sequence[str],
    others: Sequence[FloatArray] = (),
) -> Figure:
    """Draw ways beside a recording.

    Args:
        recorded: configurations (n, dof) along the recording.
        ways: the same (m, dof) of every other way, by what the legend calls it.
        joints: dof names; joints are drawn in degrees, tool coordinates, whose names end in _dm, in cm.
        others: paths (k, dof) drawn thin behind: what the ways were made from.

    Raises:
        InputError: a way of another number of joints.
    """
    paths = [recorded, *ways.values(), *others]
    if any(path.ndim != 2 or path.shape[1] != len(joints) or len(path) < 2 for path in paths):
        raise InputError(f"ways: expected paths (n, {len(joints)}), got {[path.shape for path in paths]}")
    columns = min(_COLUMNS, len(joints))
    rows = -(-len(joints) // columns)
    with calm():
        figure = new_figure(WIDTH, 0.7 + 2.2 * rows)
        grid = figure.subplots(rows, columns, squeeze=False, sharex=True)
        for joint, (axes, name) in enumerate(zip(grid.flat, joints, strict=False)):
            _draw(axes, name, joint, recorded, ways, others)
        for axes in list(grid.flat)[len(joints) :]:
            axes.set_visible(False)
        figure.supxlabel("share of the way", fontsize=11.5)
        handles, labels = grid.flat[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
    return figure


def _draw(
    axes: Axes,
    name: str,
    joint: int,
    recorded: FloatArray,
    ways: Mapping[str, FloatArray],
    others: Sequence[FloatArray],
) -> None:
    scale, unit = (10.0, "cm") if name.endswith("_dm") else (180.0 / np.pi, "°")
    for number, path in enumerate(others):
        label = "recordings it knows" if number == 0 else None
        axes.plot(_share(path), scale * path[:, joint], color="#c3ccd5", linewidth=1.0, label=label)
    for index, (told, path) in enumerate(ways.items()):
        look = series(index)
        line = look.line if index == 0 else ("--", "-.", ":")[(index - 1) % 3]
        axes.plot(_share(path), scale * path[:, joint], color=look.color, linestyle=line, label=told)
    axes.plot(
        _share(recorded), scale * recorded[:, joint], color=INK, linewidth=2.4, label="held-out recording"
    )
    axes.set_title(f"{name.removesuffix('_dm')}, {unit}")
    axes.grid(visible=True)
    percent_axis(axes, "x")


def _share(path: FloatArray) -> FloatArray:
    """Share (n,) of the way's length at each of its points."""
    arc = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    return np.asarray(arc / arc[-1]) if arc[-1] > 0.0 else np.linspace(0.0, 1.0, len(path))
