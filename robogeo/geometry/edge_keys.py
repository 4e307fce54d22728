"""Undirected edges i < j of N nodes as single numbers i * N + j, which can be sorted and looked up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from robogeo.geometry.points import IntArray


def edge_keys(pairs: NDArray[np.integer], count: int) -> IntArray:
    """Keys (n,) of pairs (n, 2) of `count` nodes, in whichever order a pair comes."""
    low, high = pairs.min(axis=1).astype(np.int64), pairs.max(axis=1).astype(np.int64)
    return low * count + high


def edges_of(keys: IntArray, count: int) -> IntArray:
    """Edges (n_e, 2) of keys without repetition or self-loops, sorted; the keys are sorted in place."""
    keys.sort()
    fresh = keys // count != keys % count
    fresh[1:] &= keys[1:] > keys[:-1]
    keys = keys[fresh]
    return np.stack([keys // count, keys % count], axis=1)


def unique_edges(pairs: NDArray[np.integer], count: int) -> IntArray:
    """Edges (n_e, 2) of pairs (n, 2) without repetition or self-loops, sorted by their keys."""
    return edges_of(edge_keys(pairs, count), count)
