"""What shortest ways between the real pictures of chairs keep of the order of azimuths, no model between.

    python scripts/search_chairs.py

What any geometry that comes from distances between pictures can be expected to keep,
for several ways to see them.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, gaussian_filter
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from robogeo.data.chairs import SIDE
from robogeo.parallel import use_one_thread
from robogeo.reproduction.chairs.experiment import SETTINGS
from robogeo.reproduction.chairs.turning import turn_of
from robogeo.reproduction.chairs.ways import draw_pairs, load_views
from robogeo.reproduction.settings import load_settings, settings_file

Array = NDArray[np.float32]
SEEDS = (0, 1)
NEIGHBORS, POWERS = (6, 10), (1, 2, 3)
INK = 0.05  # grey level from which a pixel belongs to the chair


def main() -> None:
    """Print the share of pairs in order, for every way to see, number of neighbours and power of lengths."""
    use_one_thread()
    settings = load_settings(SETTINGS, settings_file("chairs"), False)
    x = load_views(settings).x
    chairs, views = x.shape[:2]
    pairs = np.concatenate([draw_pairs(settings, chairs, views, seed) for seed in SEEDS])
    print(f"share of {len(pairs)} pairs in order; neighbours {NEIGHBORS}, lengths to the power {POWERS}")
    for name, seen in ways_to_see(x.reshape(-1, SIDE, SIDE)):
        shares = [in_order(seen, pairs, views, k, power) for k in NEIGHBORS for power in POWERS]
        print(f"{name:>32}: {', '.join(f'{share:.2f}' for share in shares)}", flush=True)


def ways_to_see(pictures: Array) -> Iterator[tuple[str, Array]]:
    """Names, and what is seen of every picture (n, D)."""
    blurs = {std: gaussian_filter(pictures, (0.0, std, std)) for std in (1.0, 2.0, 3.0, 4.0, 8.0)}
    outline = np.stack([_signed_distance(picture > INK) for picture in pictures])
    near = {reach: np.clip(outline, -reach, reach) / reach for reach in (4.0, 8.0)}
    yield "grey levels", _joined(pictures)
    for std in (1.0, 2.0, 3.0, 4.0):
        yield f"blurred by {std:g}", _joined(blurs[std])
    yield "blurred by 1, 2, 4 and 8", _joined(*(std * blurs[std] for std in (1.0, 2.0, 4.0, 8.0)))
    yield "distance to the outline", _joined(outline)
    for reach, clipped in near.items():
        yield f"the same, up to {reach:g}", _joined(clipped)
        yield f"that beside 4 times blurred by 2, {reach:g}", _joined(clipped, 4.0 * blurs[2.0])


def in_order(seen: Array, pairs: NDArray[np.int64], views: int, neighbors: int, power: int) -> float:
    """Share of pairs (n, 3), chair, start and goal, whose shortest way turns the chair in order."""
    norms = np.square(seen).sum(axis=1)
    apart = np.sqrt(np.maximum(norms[:, None] + norms - 2.0 * seen @ seen.T, 0.0))
    near = np.argsort(apart, axis=1)[:, 1 : neighbors + 1]
    lengths = np.take_along_axis(apart, near, axis=1) ** power
    rows = np.repeat(np.arange(len(seen)), neighbors)
    joined = csr_matrix((lengths.ravel(), (rows, near.ravel())), shape=apart.shape)
    chair, start, _ = pairs.T
    _, before = dijkstra(
        joined.maximum(joined.T),
        directed=False,
        indices=chair * views + start,
        return_predecessors=True,
    )
    kept = 0
    for origins, (of, first, last) in zip(before, pairs, strict=True):
        way = _way(origins, of * views + first, of * views + last)
        own = seen[of * views : (of + 1) * views]
        kept += bool(way) and turn_of(seen[way], own, int(first), int(last)).in_order
    return kept / len(pairs)


def _way(before: NDArray[np.int32], start: int, goal: int) -> list[int]:
    """Nodes from start to goal; none where they are not joined."""
    way = [goal]
    while way[-1] != start:
        if before[way[-1]] < 0:
            return []
        way.append(int(before[way[-1]]))
    return way[::-1]


def _signed_distance(inside: NDArray[np.bool_]) -> Array:
    return np.where(inside, distance_transform_edt(inside), -distance_transform_edt(~inside)).astype(
        np.float32
    )


def _joined(*parts: NDArray[np.floating]) -> Array:
    return np.concatenate([part.reshape(len(part), -1) for part in parts], axis=1).astype(np.float32)


if __name__ == "__main__":
    main()
