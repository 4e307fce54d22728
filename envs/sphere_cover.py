"""Covering convex bodies with few spheres that stick out as little as possible.

A sphere about a point inside a convex body, as large as the point is deep, lies within the body; made larger
by an overhang e it sticks out by e at most. So for a given e every inner point offers one sphere, and a small
choice of them that covers the whole surface is found greedily (set cover: take the one that covers most of
what is left). The surface is cut into small triangles; a sphere is convex, so it covers a triangle if it
covers its three corners, and the cover has no gaps. Then every sphere shrinks to what it is needed for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError
from scipy.spatial.distance import cdist

from envs.robots import FloatArray

_EDGE = 0.012  # m: longest edge of a triangle of the surface
_CENTRES = 800  # points inside a body that are tried as centres
_SMALLEST, _LARGEST = 0.004, 0.08  # m: overhangs between which the least one is sought
_FLAT = 1e-6  # m: thinner bodies are thickened by this, since they have no inside


@dataclass(frozen=True)
class _Body:
    """A convex body, its surface cut into triangles.

    Attributes:
        centres: points (c, 3) inside, and a little outside, that may carry spheres.
        depths: how deep they lie (c,), negative outside.
        reach: radius (m, c) with which the sphere about a centre covers a triangle.
    """

    centres: FloatArray
    depths: FloatArray
    reach: NDArray[np.float32]


def cover(
    bodies: Sequence[FloatArray], coarseness: Sequence[float], most: int
) -> list[tuple[FloatArray, FloatArray]]:
    """Spheres that cover convex bodies, with the least overhang that ``most`` spheres allow.

    Args:
        bodies: points (n, 3) m, each array standing for its convex hull.
        coarseness: for each body, its overhang as a multiple of the common one.
        most: largest number of spheres together; more are used where even 8 cm of overhang needs them.

    Returns:
        For each body centres (k, 3) and radii (k,), m.
    """
    prepared = [_prepare(points) for points in bodies]
    low, high = _SMALLEST, _LARGEST
    best = [_chosen(body, high * max(1.0, factor)) for body, factor in zip(prepared, coarseness, strict=True)]
    for _ in range(8):
        middle = (low * high) ** 0.5
        found = [_chosen(body, middle * factor) for body, factor in zip(prepared, coarseness, strict=True)]
        if all(found) and sum(map(len, found)) <= most:
            high, best = middle, found
        else:
            low = middle
    return [_shrunk(body, chosen) for body, chosen in zip(prepared, best, strict=True)]


def _prepare(points: FloatArray) -> _Body:
    hull = _hull(points)
    triangles = _fine(hull.points[hull.simplices])
    centres, depths = _grid(hull)
    reach = np.zeros((len(triangles), len(centres)), dtype=np.float32)
    for corner in range(3):
        np.maximum(reach, cdist(triangles[:, corner], centres), out=reach, casting="same_kind")
    return _Body(centres, depths, reach)


def _hull(points: FloatArray) -> ConvexHull:
    try:
        return ConvexHull(points)
    except QhullError:  # flat, a line or a point
        corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * _FLAT
        return ConvexHull((points[:, None] + corners).reshape(-1, 3))


def _fine(triangles: FloatArray) -> FloatArray:
    """Triangles (k, 3, 3), halved at their longest edges until none exceeds `_EDGE`."""
    done = []
    while len(triangles):
        edges = np.linalg.norm(np.roll(triangles, -1, axis=1) - triangles, axis=2)
        small = edges.max(axis=1) <= _EDGE
        done.append(triangles[small])
        triangles, longest = triangles[~small], edges[~small].argmax(axis=1)
        a, b, c = (triangles[np.arange(len(triangles)), (longest + k) % 3] for k in range(3))
        middle = 0.5 * (a + b)
        triangles = np.concatenate([np.stack([a, middle, c], 1), np.stack([middle, b, c], 1)])
    return np.concatenate(done)


def _grid(hull: ConvexHull) -> tuple[FloatArray, FloatArray]:
    """About `_CENTRES` points of a cubic grid inside, and those within a pitch outside; depths (c,)."""
    pitch = max((hull.volume / _CENTRES) ** (1 / 3), 0.5 * _EDGE)
    lower, upper = hull.points.min(axis=0), hull.points.max(axis=0)
    counts = np.ceil((upper - lower) / pitch) + 1
    starts = 0.5 * (lower + upper - (counts - 1) * pitch)
    axes = [start + pitch * np.arange(count) for start, count in zip(starts, counts, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    depths = -(points @ hull.equations[:, :3].T + hull.equations[:, 3]).max(axis=1)
    return points[depths > -pitch], depths[depths > -pitch]


def _chosen(body: _Body, overhang: float) -> list[int]:
    """Centres whose spheres of depth plus overhang cover the surface, found greedily; none if they cannot."""
    covers = (body.reach <= (body.depths + overhang)[None]).astype(np.float32)
    gains = covers.sum(axis=0)
    left = np.ones(len(covers), dtype=bool)
    chosen: list[int] = []
    while left.any():
        best = int(np.argmax(gains))
        new = left & (covers[:, best] > 0.0)
        if not new.any():
            return []
        chosen.append(best)
        left &= ~new
        gains -= covers[new].sum(axis=0)
    return chosen


def _shrunk(body: _Body, chosen: list[int]) -> tuple[FloatArray, FloatArray]:
    """Every triangle is given to the sphere that has to stick out least for it; spheres shrink to fit."""
    reach = body.reach[:, chosen].astype(np.float64)
    owner = np.argmin(reach - body.depths[chosen], axis=1)
    kept = np.unique(owner)
    radii = np.array([reach[owner == k, k].max() for k in kept]) + 1e-6  # distances were kept in float32
    return body.centres[np.array(chosen)[kept]], radii
