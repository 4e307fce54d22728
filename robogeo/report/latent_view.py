"""What one latent map shows: the state of a learner after one round, as plain arrays and two functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from robogeo.errors import InputError
from robogeo.report.style import percent

FieldOfPoints = Callable[[NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True)
class LatentView:
    """One chart of the latent space.

    Attributes:
        nodes: (N, d) latent points of the demonstrations, those of one demonstration in its order of time.
        groups: (N,) index of the demonstration each node belongs to, in the order they were given.
        edges: (n_e, 2) node indices of the graph's edges.
        bridges: (n_e,) true for edges that only join components which no data connects.
        geodesics: latent curves (n, d), each from start to goal.
        log_mf: latent points (P, d) -> natural logarithm of the magnification factor (P,).
        lack_of_support: latent points (P, d) -> lack of support (P,), 0 on data and 1 far from it.
        round: the round of the learning loop.
        demonstrations: how many demonstrations the learner had.
        success_rate: share of held-out requests it solved, in [0, 1]; NaN when it was not measured.

    Raises:
        InputError: when shapes or indices contradict each other.
    """

    nodes: NDArray[np.float64]
    groups: NDArray[np.int64]
    edges: NDArray[np.int64]
    bridges: NDArray[np.bool_]
    log_mf: FieldOfPoints
    lack_of_support: FieldOfPoints
    round: int
    demonstrations: int
    success_rate: float
    geodesics: Sequence[NDArray[np.float64]] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        """Check that the arrays fit together; Projection.fit checks the nodes themselves."""
        count, dimension = np.shape(self.nodes)[0], np.shape(self.nodes)[-1]
        if np.shape(self.groups) != (count,):
            raise InputError(
                f"latent map: groups have shape {np.shape(self.groups)}; expected ({count},), as nodes"
            )
        edges = np.asarray(self.edges)
        if edges.ndim != 2 or edges.shape[1] != 2 or np.shape(self.bridges) != (len(edges),):
            raise InputError(
                f"latent map: edges {edges.shape} and bridges {np.shape(self.bridges)} do not fit; "
                "expected (n_e, 2) and (n_e,)"
            )
        if len(edges) and (edges.min() < 0 or edges.max() >= count):
            raise InputError(f"latent map: an edge names a node outside 0..{count - 1}")
        for curve in self.geodesics:
            if np.ndim(curve) != 2 or np.shape(curve)[1] != dimension:
                raise InputError(
                    f"latent map: a geodesic has shape {np.shape(curve)}; expected (n, {dimension})"
                )

    @property
    def title(self) -> str:
        """For example 'round 0: 3 demonstrations, success 12 %'."""
        plural = "" if self.demonstrations == 1 else "s"
        success = percent(self.success_rate)
        return f"round {self.round}: {self.demonstrations} demonstration{plural}, success {success}"
