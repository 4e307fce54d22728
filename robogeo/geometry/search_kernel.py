"""The inner loops of A*, compiled by numba to machine code when this module is imported.

The open list is a four-ary heap over two arrays with lazy deletion: a node may stand in it more than once,
and an entry older than the node's present distance is passed over. The heuristic is consistent, so no node is
expanded twice and the heap never holds more entries than the graph has directed edges, plus the links of
the start. What a search needs to know of a node, its distance so far and its bound, lies side by side in
memory: the search is limited by cache misses, not by arithmetic.
"""

from __future__ import annotations

import numpy as np

from robogeo.compiled import compiled, inlined
from robogeo.geometry.points import FloatArray, IntArray

DISTANCE, BOUND = 0, 1
"""Columns of a node's state: the length of the best way found so far, and the heuristic (-1: not known)."""
SIZE, MARKED = 0, 1
"""Where the counters keep the size of the heap and the number of touched nodes."""
ACTIVE_LANDMARKS = 8
"""Landmarks that bound one search: those that bound its start best. More expand a few nodes less, slower."""


@compiled
def heap_push(keys: FloatArray, items: IntArray, size: int, key: float, item: int) -> None:
    """Put (key, item) into a heap of `size` entries."""
    at = size
    while at > 0:
        parent = (at - 1) >> 2
        if keys[parent] <= key:
            break
        keys[at] = keys[parent]
        items[at] = items[parent]
        at = parent
    keys[at] = key
    items[at] = item


@compiled
def heap_pop(keys: FloatArray, items: IntArray, size: int) -> None:
    """Take the least entry off a heap of `size` entries; read it at index 0 before."""
    rest = size - 1
    key, item = keys[rest], items[rest]
    at = 0
    while True:
        first = 4 * at + 1
        if first >= rest:
            break
        child = first
        for other in range(first + 1, min(first + 4, rest)):
            if keys[other] < keys[child]:
                child = other
        if keys[child] >= key:
            break
        keys[at] = keys[child]
        items[at] = items[child]
        at = child
    keys[at] = key
    items[at] = item


@compiled
def chosen_coordinates(
    node: int, coordinates: FloatArray, low: FloatArray, high: FloatArray, landmarks: bool
) -> tuple[IntArray, FloatArray, FloatArray]:
    """The landmarks that bound a search best at its start, with their goal bounds; all axes of a chord."""
    if not landmarks:
        return np.arange(low.shape[0]), low, high
    point = coordinates[:, node]
    promise = np.maximum(high - point, point - low)
    chosen = np.argsort(-promise)[: min(ACTIVE_LANDMARKS, point.shape[0])]
    return chosen, low[chosen], high[chosen]


@inlined
def lower_bound(
    node: int, coordinates: FloatArray, chosen: IntArray, low: FloatArray, high: FloatArray, landmarks: bool
) -> float:
    """Heuristic at a node: landmark bounds, or the chord to the goal."""
    bound = 0.0
    if landmarks:
        for i in range(chosen.shape[0]):
            here = coordinates[chosen[i], node]
            if high[i] - here > bound:
                bound = high[i] - here
            if here - low[i] > bound:
                bound = here - low[i]
        return bound
    for i in range(low.shape[0]):
        bound += (coordinates[node, i] - low[i]) ** 2
    return np.sqrt(bound)


@inlined
def expand(
    nodes: IntArray,
    weights: FloatArray,
    first: int,
    stop: int,
    reached: float,
    via: int,
    best: float,
    coordinates: FloatArray,
    chosen: IntArray,
    low: FloatArray,
    high: FloatArray,
    landmarks: bool,
    state: FloatArray,
    parent: IntArray,
    touched: IntArray,
    keys: FloatArray,
    items: IntArray,
    counters: IntArray,
) -> None:
    """Offer the nodes[first:stop], each its weight beyond `reached`, and open those that gain by it.

    Plain arguments, written into the loop that calls it: passing arrays about would cost more than the work.
    """
    size, marked = counters[SIZE], counters[MARKED]
    for e in range(first, stop):
        node = nodes[e]
        length = reached + weights[e]
        if not length < state[node, DISTANCE]:
            continue
        bound = state[node, BOUND]
        if bound < 0.0:
            bound = lower_bound(node, coordinates, chosen, low, high, landmarks)
            state[node, BOUND] = bound
            touched[marked] = node
            marked += 1
        state[node, DISTANCE] = length
        parent[node] = via
        if length + bound < best:
            heap_push(keys, items, size, length + bound, node)
            size += 1
    counters[SIZE], counters[MARKED] = size, marked


@compiled
def astar(
    indptr: IntArray,
    indices: IntArray,
    weights: FloatArray,
    start_nodes: IntArray,
    start_lengths: FloatArray,
    exit_length: FloatArray,
    direct: float,
    coordinates: FloatArray,
    chosen: IntArray,
    low: FloatArray,
    high: FloatArray,
    landmarks: bool,
    state: FloatArray,
    parent: IntArray,
    touched: IntArray,
    keys: FloatArray,
    items: IntArray,
    counters: IntArray,
) -> tuple[float, int, int]:
    """One search; returns the length, the last node of the way (-1: the direct way) and nodes expanded."""
    best, last, expanded = direct, -1, 0
    # fmt: off
    expand(start_nodes, start_lengths, 0, start_nodes.shape[0], 0.0, -1, best,
           coordinates, chosen, low, high, landmarks, state, parent, touched, keys, items, counters)
    while counters[SIZE] > 0 and keys[0] < best:
        key, node = keys[0], items[0]
        heap_pop(keys, items, counters[SIZE])
        counters[SIZE] -= 1
        reached = state[node, DISTANCE]
        if key > reached + state[node, BOUND]:
            continue
        expanded += 1
        if reached + exit_length[node] < best:
            best, last = reached + exit_length[node], node
        expand(indices, weights, indptr[node], indptr[node + 1], reached, node, best,
               coordinates, chosen, low, high, landmarks, state, parent, touched, keys, items, counters)
    # fmt: on
    return best, last, expanded


@compiled
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


@compiled
def astar_pairs(
    graph: tuple[IntArray, IntArray, FloatArray],
    coordinates: FloatArray,
    landmarks: bool,
    starts: tuple[IntArray, IntArray, FloatArray],
    goals: tuple[IntArray, IntArray, FloatArray],
    low: FloatArray,
    high: FloatArray,
    direct: FloatArray,
    exit_length: FloatArray,
    work: tuple[FloatArray, IntArray, IntArray],
    heap: tuple[FloatArray, IntArray, IntArray],
) -> tuple[FloatArray, IntArray, list[IntArray]]:
    """A* for every pair, see `search.Search.run`; the work arrays are left as they came."""
    pairs = direct.shape[0]
    state, parent, touched = work
    counters = heap[2]
    lengths, expanded, ways = np.empty(pairs), np.empty(pairs, dtype=np.int64), []
    for p in range(pairs):
        counters[:] = 0
        first, stop = goals[0][p], goals[0][p + 1]
        for j in range(first, stop):
            exit_length[goals[1][j]] = min(exit_length[goals[1][j]], goals[2][j])
        here = slice(starts[0][p], starts[0][p + 1])
        nodes = starts[1][here]
        chosen, near, far = chosen_coordinates(nodes[0], coordinates, low[p], high[p], landmarks)
        lengths[p], last, expanded[p] = astar(
            *graph,
            nodes,
            starts[2][here],
            exit_length,
            direct[p],
            coordinates,
            chosen,
            near,
            far,
            landmarks,
            *work,
            *heap,
        )
        ways.append(read_way(parent, last))
        exit_length[goals[1][first:stop]] = np.inf
        for i in range(counters[MARKED]):
            state[touched[i], DISTANCE], state[touched[i], BOUND] = np.inf, -1.0
    return lengths, expanded, ways
