"""The inner loops of A*, compiled by numba to machine code when this module is imported.

The open list is a binary heap over two arrays with lazy deletion: a node may stand in it more than once, and
only the first time it comes out counts. The heuristic is consistent, so no node is closed twice and the heap
never holds more entries than the graph has directed edges, plus the links of the start.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from robogeo.geometry.neighbors import IntArray
from robogeo.geometry.points import FloatArray

SIZE, MARKED = 0, 1
"""Where the counters array keeps the size of the heap and the number of touched nodes."""


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile, keeping the machine code on disk unless no folder for it can be written."""
    try:
        return numba.njit(cache=True)(function)
    except RuntimeError:
        return numba.njit(function)


@_compiled
def heap_push(keys: FloatArray, items: IntArray, size: int, key: float, item: int) -> None:
    """Put (key, item) into a heap of `size` entries."""
    at = size
    while at > 0:
        parent = (at - 1) >> 1
        if keys[parent] <= key:
            break
        keys[at] = keys[parent]
        items[at] = items[parent]
        at = parent
    keys[at] = key
    items[at] = item


@_compiled
def heap_pop(keys: FloatArray, items: IntArray, size: int) -> None:
    """Take the least entry off a heap of `size` entries; read it at index 0 before."""
    key, item = keys[size - 1], items[size - 1]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size - 1:
            break
        if child + 1 < size - 1 and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[at] = keys[child]
        items[at] = items[child]
        at = child
    keys[at] = key
    items[at] = item


@_compiled
def lower_bound(point: FloatArray, low: FloatArray, high: FloatArray, landmarks: bool) -> float:
    """Heuristic at a node with coordinates `point`: landmark bounds, or the chord to the goal `low`."""
    best = 0.0
    if landmarks:
        for i in range(point.shape[0]):
            best = max(best, high[i] - point[i], point[i] - low[i])
        return best
    for i in range(point.shape[0]):
        best += (point[i] - low[i]) ** 2
    return np.sqrt(best)


@_compiled
def offer(
    node: int,
    length: float,
    via: int,
    work: tuple[FloatArray, FloatArray, IntArray, IntArray],
    heap: tuple[FloatArray, IntArray, IntArray],
    point: FloatArray,
    goal: tuple[FloatArray, FloatArray, bool, float],
) -> None:
    """Note that `node` can be reached in `length` by way of `via`, and open it if that is better."""
    distance, bound, parent, touched = work
    keys, items, counters = heap
    low, high, landmarks, best = goal
    if length >= distance[node]:
        return
    if bound[node] < 0.0:
        bound[node] = lower_bound(point, low, high, landmarks)
        touched[counters[MARKED]] = node
        counters[MARKED] += 1
    distance[node] = length
    parent[node] = via
    if length + bound[node] < best:
        heap_push(keys, items, counters[SIZE], length + bound[node], node)
        counters[SIZE] += 1


@_compiled
def astar(
    graph: tuple[IntArray, IntArray, FloatArray],
    coordinates: FloatArray,
    start: tuple[IntArray, FloatArray],
    exit_length: FloatArray,
    goal: tuple[FloatArray, FloatArray, bool, float],
    work: tuple[FloatArray, FloatArray, IntArray, IntArray],
    heap: tuple[FloatArray, IntArray, IntArray],
    closed: FloatArray,
) -> tuple[float, int, int]:
    """One search; returns the length, the last node of the way (-1: the direct way) and nodes expanded."""
    indptr, indices, weights = graph
    keys, items, counters = heap
    low, high, landmarks, best = goal
    distance = work[0]
    last, expanded = -1, 0
    for j in range(start[0].shape[0]):
        node = start[0][j]
        offer(node, start[1][j], -1, work, heap, coordinates[node], (low, high, landmarks, best))
    while counters[SIZE] > 0 and keys[0] < best:
        node = items[0]
        heap_pop(keys, items, counters[SIZE])
        counters[SIZE] -= 1
        if closed[node] > 0.0:
            continue
        closed[node] = 1.0
        expanded += 1
        if distance[node] + exit_length[node] < best:
            best, last = distance[node] + exit_length[node], node
        for e in range(indptr[node], indptr[node + 1]):
            other = indices[e]
            if closed[other] == 0.0:
                reach = distance[node] + weights[e]
                offer(other, reach, node, work, heap, coordinates[other], (low, high, landmarks, best))
    return best, last, expanded


@_compiled
def read_way(parent: IntArray, last: int) -> IntArray:
    """Nodes from the first to `last`, following the parents back."""
    steps, node = 0, last
    while node >= 0:
        steps += 1
        node = parent[node]
    way = np.empty(steps, dtype=np.int64)
    node = last
    for back in range(steps - 1, -1, -1):
        way[back] = node
        node = parent[node]
    return way


@_compiled
def astar_pairs(
    graph: tuple[IntArray, IntArray, FloatArray],
    coordinates: FloatArray,
    landmarks: bool,
    starts: tuple[IntArray, IntArray, FloatArray],
    goals: tuple[IntArray, IntArray, FloatArray],
    low: FloatArray,
    high: FloatArray,
    direct: FloatArray,
) -> tuple[FloatArray, IntArray, list[IntArray]]:
    """A* for every pair, see `search.Search.run`; work arrays are shared and only touched nodes are reset."""
    count, pairs = graph[0].shape[0] - 1, direct.shape[0]
    distance, exit_length = np.full(count, np.inf), np.full(count, np.inf)
    bound, closed = np.full(count, -1.0), np.zeros(count)
    parent, touched = np.full(count, -1, dtype=np.int64), np.empty(count, dtype=np.int64)
    room = graph[1].shape[0] + starts[1].shape[0] + 1
    counters = np.zeros(2, dtype=np.int64)
    heap = (np.empty(room), np.empty(room, dtype=np.int64), counters)
    work = (distance, bound, parent, touched)
    lengths, expanded, ways = np.empty(pairs), np.empty(pairs, dtype=np.int64), []
    for p in range(pairs):
        counters[:] = 0
        first, stop = goals[0][p], goals[0][p + 1]
        for j in range(first, stop):
            exit_length[goals[1][j]] = min(exit_length[goals[1][j]], goals[2][j])
        here = slice(starts[0][p], starts[0][p + 1])
        lengths[p], last, expanded[p] = astar(
            graph,
            coordinates,
            (starts[1][here], starts[2][here]),
            exit_length,
            (low[p], high[p], landmarks, direct[p]),
            work,
            heap,
            closed,
        )
        ways.append(read_way(parent, last))
        exit_length[goals[1][first:stop]] = np.inf
        used = touched[: counters[MARKED]]
        distance[used], closed[used] = np.inf, 0.0
        bound[used], parent[used] = -1.0, -1
    return lengths, expanded, ways
