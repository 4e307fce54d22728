"""Lengths of a graph's edges, piece by piece: in this process, or shared among workers.

An edge's length needs nothing but its ends, so that pieces can be measured anywhere, with the same bits; the
pieces themselves are always the same, because some kernels of linear algebra round by a matrix's height.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from robogeo.errors import GeometryError
from robogeo.geometry.lengths import TOLERANCE
from robogeo.geometry.points import FloatArray

if TYPE_CHECKING:
    from robogeo.geometry.metric import Metric
    from robogeo.geometry.points import IntArray

EDGE_CHUNK = 1 << 14
"""Edges whose decoded ends are gathered at a time: memory must not grow with edges times outputs."""


@dataclass(frozen=True, eq=False)
class Piece:
    """Some edges (n, 2) between nodes (N, d) that are decoded already (N, E).

    What waits in line refers to all nodes; only what is sent, or measured, is gathered.
    """

    nodes: FloatArray
    embedded: NDArray[Any]
    edges: IntArray

    def gathered(self) -> Piece:
        """The same with those nodes alone that it joins."""
        joined, local = np.unique(self.edges, return_inverse=True)
        return Piece(self.nodes[joined], self.embedded[joined], local.reshape(self.edges.shape))

    def __reduce__(self) -> tuple[Any, ...]:
        own = self.gathered()
        return Piece, (own.nodes, own.embedded, own.edges)


class Mapped(Protocol):
    """How work is done piece by piece: as the built-in `map` does it, or `robogeo.parallel.Workers.map`."""

    def __call__(
        self, function: Callable[[Piece], FloatArray], items: Iterable[Piece], /
    ) -> Iterable[FloatArray]:
        """Results in the order of the items."""
        ...


def edge_lengths(
    metric: Metric,
    nodes: FloatArray,
    embedded: NDArray[Any],
    edges: IntArray,
    tolerance: float = TOLERANCE,
    mapped: Mapped = map,
) -> FloatArray:
    """Lengths (n_e,) of edges (n_e, 2) between nodes (N, d) that are decoded already (N, E).

    Args:
        metric: measures them; to go to other processes its decoder has to be importable by name.
        nodes: (N, d).
        embedded: (N, E).
        edges: node indices (n_e, 2).
        tolerance: relative, see `lengths_between`.
        mapped: applies a function to pieces of the work, here or elsewhere; bits do not depend on where.

    Raises:
        GeometryError: `mapped` gave not as many results as there are edges.
    """
    pieces = (Piece(nodes, embedded, edges[i : i + EDGE_CHUNK]) for i in range(0, len(edges), EDGE_CHUNK))
    lengths = np.concatenate([np.zeros(0), *mapped(_Measure(metric, tolerance), pieces)])
    if len(lengths) != len(edges):
        raise GeometryError(f"mapped: gave {len(lengths)} lengths for {len(edges)} edges; give one for each")
    return lengths


class _Measure:
    """Measures pieces of a graph's edges; what is sent to another process is a copy."""

    def __init__(self, metric: Metric, tolerance: float) -> None:
        self._metric, self._tolerance = metric, tolerance

    def __call__(self, piece: Piece) -> FloatArray:
        own = piece.gathered()
        (a, b), nodes, embedded = own.edges.T, own.nodes, own.embedded
        return self._metric.lengths_between(nodes[a], nodes[b], embedded[a], embedded[b], self._tolerance)

    def __reduce__(self) -> tuple[Any, ...]:
        return _Measure, (self._copy, self._tolerance)

    @cached_property
    def _copy(self) -> Metric:
        # Torch moves the weights that it sends into shared memory, under the feet of arrays that view them.
        return deepcopy(self._metric)
