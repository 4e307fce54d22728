"""Relaxed geodesics: Levenberg-Marquardt on curves' discrete energy, from the path and from the line.

Neither start is safe alone (over a wall the line stays trapped, around a bump a graph path may take the wrong
side), so both are relaxed, all curves of a call in one batch, and the shortest wins. A falling energy need
not mean a falling length when the start had no constant speed; so lengths are compared at the end, and the
result is never longer than what was given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from robogeo.errors import GeometryError
from robogeo.geometry.curve import Geodesic, curve_rows, spread
from robogeo.geometry.descent import Settings, minimize
from robogeo.geometry.lengths import PARTS
from robogeo.geometry.points import FloatArray, as_array
from robogeo.geometry.smooth import measure_samples, smooth_lengths, splines_through, uniform_parameters

if TYPE_CHECKING:
    from robogeo.geometry.metric import Metric

BATCH = 32
"""Paths relaxed together: enough to share the fixed cost of decoder calls, few enough to stay in cache."""
LINE_PIECES = 8
"""Pieces in which a straight start is measured: so short that few of them must be cut again."""
NUDGE = 1e-3
"""Bend of the straight start, relative to its length: by symmetry a line can be a critical point."""


def relax(
    metric: Metric,
    path: Any,
    segments: int = 32,
    *,
    also_from_line: bool = True,
    tolerance: float = 1e-5,
    max_steps: int = 30,
) -> Geodesic:
    """Shortest smooth curve near a path, with its ends, at constant speed.

    Args:
        metric: any metric of this room.
        path: a Geodesic or latent points (n, d).
        segments: segments of the discrete energy; the result has 4 segments + 1 points, samples of a C2
            spline.
        also_from_line: try the straight latent line as a start too.
        tolerance: relative decrease of energy that counts as rest (1e-13 for work on accuracy).
        max_steps: most accepted steps.

    Returns:
        The shortest curve found, `length` being that of the smooth curve; never longer than the path. If
        nothing shorter was found: the path itself at constant speed, method `path`.

    Raises:
        GeometryError: a bad path or option.
    """
    return relax_many(
        metric, [path], segments, also_from_line=also_from_line, tolerance=tolerance, max_steps=max_steps
    )[0]


def relax_many(
    metric: Metric,
    paths: Sequence[Any],
    segments: int = 32,
    *,
    also_from_line: bool = True,
    tolerance: float = 1e-5,
    max_steps: int = 30,
) -> list[Geodesic]:
    """As `relax` for many paths at once, several times faster than one by one."""
    if segments < 3 or max_steps < 1 or not tolerance > 0:
        raise GeometryError(
            "relax: needs segments >= 3, max_steps >= 1, tolerance > 0; "
            f"got {segments}, {max_steps}, {tolerance}"
        )
    if not metric.chordal:
        raise GeometryError(
            f"relax: {type(metric).__name__} is no pull-back; use fit_neural_geodesic, or another metric"
        )
    settings = Settings(int(segments), float(tolerance), int(max_steps))
    paths = list(paths)
    rows = curve_rows(paths)
    relaxed: list[Geodesic] = []
    for i in range(0, len(paths), BATCH):
        batch = slice(i, i + BATCH)
        relaxed += _relax_batch(metric, paths[batch], rows[batch], settings, also_from_line)
    return relaxed


@dataclass(frozen=True)
class _Start:
    """A start for one path: its nodes, a polyline, the lengths of that polyline's pieces, and its name."""

    owner: int
    nodes: FloatArray
    polyline: FloatArray
    pieces: FloatArray
    length: float
    name: str


def _relax_batch(
    metric: Metric, paths: Sequence[Any], rows: list[torch.Tensor], settings: Settings, also_from_line: bool
) -> list[Geodesic]:
    starts = _starts(metric, [as_array(part) for part in rows], settings.segments, also_from_line)
    owners = np.array([start.owner for start in starts])
    curves, converged = minimize(metric, np.stack([start.nodes for start in starts]), owners, settings)
    lengths = smooth_lengths(curves.x, curves.z, curves.cost)
    ranked = np.lexsort((lengths, owners))  # the shortest of each path's curves comes first
    best = ranked[np.searchsorted(owners[ranked], np.arange(len(paths)))]
    spline = splines_through(curves.z[best])
    samples = spline(np.linspace(0.0, 1.0, PARTS * settings.segments + 1))
    exact, travelled = measure_samples(metric, samples)
    results = []
    for owner, path in enumerate(paths):
        start = min((start for start in starts if start.owner == owner), key=lambda start: start.length)
        rest = bool(converged[best[owner]])
        if start.length <= exact[owner]:
            points = spread(start.polyline, start.pieces, samples.shape[1])
            results.append(_result(path, rows[owner], points, start.length, rest, start.name))
        else:
            points = spline(uniform_parameters(travelled[owner]))[owner]
            name = f"relaxed from {starts[best[owner]].name}"
            results.append(_result(path, rows[owner], points, float(exact[owner]), rest, name))
    return results


def _result(
    path: Any, rows: torch.Tensor, points: FloatArray, length: float, converged: bool, method: str
) -> Geodesic:
    tensor = torch.from_numpy(np.ascontiguousarray(points)).to(rows)
    tensor[0], tensor[-1] = rows[0], rows[-1]
    if not isinstance(path, Geodesic):
        return Geodesic(tensor, length, 0, converged, method=method)
    length = min(length, path.length)
    return Geodesic(tensor, length, path.expanded, converged, path.bridged, method)


def _starts(metric: Metric, rows: list[FloatArray], segments: int, also_from_line: bool) -> list[_Start]:
    """The given paths at constant speed, and slightly bent lines between their ends."""
    t = np.linspace(0.0, 1.0, segments + 1)[:, None]
    polylines = [(owner, part, "path") for owner, part in enumerate(rows)]
    if also_from_line:
        coarse = np.linspace(0.0, 1.0, LINE_PIECES + 1)[:, None]
        polylines += [
            (owner, part[:1] * (1 - coarse) + part[-1:] * coarse, "line") for owner, part, _ in polylines
        ]
    lines = [line for _, line, _ in polylines]
    decoded = metric.immersion.values(np.concatenate(lines))
    inside = np.ones(len(decoded), dtype=bool)
    inside[np.cumsum([len(line) for line in lines]) - 1] = False  # where a polyline ends and the next begins
    first = np.flatnonzero(inside)
    points = np.concatenate(lines)
    lengths = metric.lengths_between(points[first], points[first + 1], decoded[first], decoded[first + 1])
    pieces = np.split(lengths, np.cumsum([len(line) - 1 for line in lines])[:-1])
    starts = []
    for (owner, line, name), part in zip(polylines, pieces, strict=True):
        nodes = line[:1] * (1 - t) + line[-1:] * t if name == "line" else spread(line, part, segments + 1)
        bent = nodes + _bend(nodes, t) if name == "line" else nodes
        starts.append(_Start(owner, bent, line, part, float(part.sum()), name))
    return starts


def _bend(line: FloatArray, t: FloatArray) -> FloatArray:
    """A small smooth bend across a line, zero at its ends, in a direction fixed by the dimension alone."""
    along = line[-1] - line[0]
    across = np.cos(1.0 + np.arange(len(along)) ** 2)
    across = across - along * (across @ along) / max(float(along @ along), 1e-300)
    bend: FloatArray = NUDGE * float(np.linalg.norm(along)) * np.sin(np.pi * t) * across
    return bend
