"""Relaxed geodesics: Levenberg-Marquardt on curves' discrete energy, from the path and from the line.

Neither start is safe alone (over a wall the line stays trapped, around a bump a graph path may take the wrong
side), so both are relaxed, all curves of a call in one batch, and the shortest wins. A falling energy need
not mean a falling length when the start had no constant speed; so lengths are compared at the end, and the
result is never longer than what was given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from robogeo.errors import GeometryError
from robogeo.geometry.curve import Geodesic, curve_rows, spread
from robogeo.geometry.descent import Settings, minimize
from robogeo.geometry.lengths import PARTS
from robogeo.geometry.points import FloatArray, as_array, unit_steps
from robogeo.geometry.smooth import SplineCurves, measure_samples, smooth_lengths, uniform_parameters

if TYPE_CHECKING:
    from robogeo.geometry.metric import Metric

BATCH = 32
"""Paths relaxed together: enough to share the fixed cost of decoder calls, few enough to stay in cache."""
LINE_PIECES = 8
"""Pieces in which a straight start is measured."""
SAME = 1e-3
"""Relative difference up to which a path's own length counts as measured under the same metric."""
NUDGE = 1e-3
"""Bend of the straight start, relative to its length: by symmetry a line can be a critical point."""


def relax(
    metric: Metric,
    path: Any,
    segments: int = 32,
    *,
    also_from_line: bool = True,
    tolerance: float = 1e-6,
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
    tolerance: float = 1e-6,
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
    metric.immersion.refresh()
    settings = Settings(int(segments), float(tolerance), int(max_steps))
    paths = list(paths)
    rows = curve_rows(paths)
    relaxed: list[Geodesic] = []
    for i in range(0, len(paths), BATCH):
        batch = slice(i, i + BATCH)
        relaxed += _relax_batch(metric, paths[batch], rows[batch], settings, also_from_line)
    return relaxed


def _relax_batch(
    metric: Metric, paths: Sequence[Any], rows: list[torch.Tensor], settings: Settings, also_from_line: bool
) -> list[Geodesic]:
    """Relax paths together; where the decoder fails on one, each on its own, and then without its line."""
    try:
        return _relaxed(metric, paths, rows, settings, also_from_line)
    except GeometryError:
        if len(paths) == 1 and not also_from_line:
            raise
    if len(paths) == 1:
        return _relaxed(metric, paths, rows, settings, also_from_line=False)
    alone = [
        _relax_batch(metric, [p], [r], settings, also_from_line) for p, r in zip(paths, rows, strict=True)
    ]
    return [curve for curves in alone for curve in curves]


@dataclass(frozen=True)
class _Start:
    """A start for one path.

    Attributes:
        owner: number of the path.
        nodes: (n + 1, d), what is relaxed.
        polyline: (m, d), what was given, or the line.
        pieces: (m - 1,) chords of its segments, or their lengths under support.
        name: `path` or `line`.
    """

    owner: int
    nodes: FloatArray
    polyline: FloatArray
    pieces: FloatArray
    name: str

    @property
    def least(self) -> float:
        """A length that the polyline does not fall below."""
        return float(self.pieces.sum())


def _relaxed(
    metric: Metric, paths: Sequence[Any], rows: list[torch.Tensor], settings: Settings, also_from_line: bool
) -> list[Geodesic]:
    starts = _starts(metric, [as_array(part) for part in rows], settings.segments, also_from_line)
    owners = np.array([start.owner for start in starts])
    curves, converged = minimize(metric, np.stack([start.nodes for start in starts]), owners, settings)
    lengths = smooth_lengths(curves.x, curves.z, curves.cost)
    ranked = np.lexsort((lengths, owners))  # the shortest of each path's curves comes first
    best = ranked[np.searchsorted(owners[ranked], np.arange(len(paths)))]
    spline = SplineCurves(curves.z[best])
    samples = spline(unit_steps(PARTS * settings.segments))
    exact, travelled = measure_samples(metric, samples)
    points = spline(np.stack([uniform_parameters(way) for way in travelled]))
    results = []
    for owner, path in enumerate(paths):
        name, bound = f"relaxed from {starts[best[owner]].name}", float(exact[owner])
        rest, curve = bool(converged[best[owner]]), _with_ends(points[owner], rows[owner])
        found = Geodesic(curve, bound, 0, rest, method=name)
        for start in (start for start in starts if start.owner == owner):
            if min(start.least, getattr(path, "length", np.inf)) <= bound:  # rarely
                found = _shorter(metric, found, start, path, rows[owner], samples.shape[1])
        if isinstance(path, Geodesic):
            found = replace(found, expanded=path.expanded, bridged=path.bridged)
        results.append(found)
    return results


def _shorter(
    metric: Metric, found: Geodesic, start: _Start, path: Any, rows: torch.Tensor, count: int
) -> Geodesic:
    """The curve found, or the start as it was if that is no longer."""
    line = torch.from_numpy(start.polyline)
    pieces = as_array(metric.segment_lengths(line[:-1], line[1:]))
    length = float(pieces.sum())
    # A smooth curve's length is known better than that of the polyline through its points; but a length that
    # differs by more was measured under another metric.
    if start.name == "path" and isinstance(path, Geodesic) and abs(path.length - length) <= SAME * length:
        length = min(length, path.length)
    if length > found.length:
        return found
    points = _with_ends(spread(start.polyline, pieces, count), rows)
    return Geodesic(points, length, 0, found.converged, method=start.name)


def _with_ends(points: FloatArray, rows: torch.Tensor) -> torch.Tensor:
    """Points as a tensor like the given rows, with exactly their ends."""
    tensor = torch.from_numpy(np.ascontiguousarray(points)).to(rows)
    tensor[0], tensor[-1] = rows[0], rows[-1]
    return tensor


def _starts(metric: Metric, rows: list[FloatArray], segments: int, also_from_line: bool) -> list[_Start]:
    """The given paths at constant speed, and slightly bent lines between their ends."""
    t = unit_steps(segments)[:, None]
    polylines = [(owner, part, "path") for owner, part in enumerate(rows)]
    if also_from_line:
        coarse = unit_steps(LINE_PIECES)[:, None]
        polylines += [
            (owner, part[:1] * (1 - coarse) + part[-1:] * coarse, "line") for owner, part, _ in polylines
        ]
    points = np.concatenate([line for _, line, _ in polylines])
    decoded = metric.immersion.values(points)
    ends = np.cumsum([len(line) for _, line, _ in polylines])
    first = np.delete(np.arange(len(points)), ends - 1)  # no segment leads from one polyline to the next
    if metric.support is None:
        steps = decoded[first + 1].astype(np.float64) - decoded[first]
        lengths = np.sqrt(np.einsum("ne,ne->n", steps, steps))
    else:  # there chords say little
        lengths = metric.lengths_between(points[first], points[first + 1], decoded[first], decoded[first + 1])
    cuts = (ends - np.arange(1, len(ends) + 1))[:-1]
    starts = []
    for (owner, line, name), pieces in zip(polylines, np.split(lengths, cuts), strict=True):
        if name == "line":
            nodes = line[:1] * (1 - t) + line[-1:] * t
            nodes = nodes + _bend(nodes, t)
        else:
            nodes = spread(line, pieces, segments + 1)
        starts.append(_Start(owner, nodes, line, pieces, name))
    return starts


def _bend(line: FloatArray, t: FloatArray) -> FloatArray:
    """A small smooth bend across a line, zero at its ends, in a direction fixed by the dimension alone."""
    along = line[-1] - line[0]
    across = np.cos(1.0 + np.arange(len(along)) ** 2)
    across = across - along * (across @ along) / max(float(along @ along), 1e-300)
    bend: FloatArray = NUDGE * float(np.linalg.norm(along)) * np.sin(np.pi * t) * across
    return bend
