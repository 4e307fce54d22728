"""The manifold of demonstrated motion: a trained model, its metric and the graph of what was shown.

The model sees observations of configurations (`robogeo.motion.observation`), for most arms the joint angles
themselves. Their codes are the graph's nodes; the metric is the expected one of
the decoder ensemble, with observation noise and a support term whose reach and weight come from the data:
the reach from how far apart successive codes of one demonstration lie, the weight from the decoder's stretch.
(The distance to the nearest code of any demonstration would shrink wherever demonstrations overlap, and with
every one that is added.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import nnls

from robogeo.geometry import (
    ExpectedMetric,
    Geodesic,
    GeodesicGraph,
    Support,
    relax_many,
    resample_uniform,
)
from robogeo.geometry.edges import Mapped
from robogeo.geometry.storage import GraphParts, arguments, parts_of
from robogeo.models import IWAE, load_model, save_model
from robogeo.motion.decoder_heads import heads_at, heads_in_closed_form
from robogeo.motion.observation import JointAngles, Observation
from robogeo.motion.residuals import Residuals

FloatArray = NDArray[np.float64]
# A motion's path is smoothed to 5 mrad afterwards: a geodesic longer by a thousandth serves as well.
_TOLERANCE, _STEPS = 1e-3, 12
_PART = 8_192  # codes at a time, where there may be very many, so that memory stays small
_ALIKE = 2.0  # widths of support over which residuals are alike


@dataclass(frozen=True)
class GeometryOptions:
    """How the graph is built and geodesics are relaxed.

    Attributes:
        neighbors: neighbours of each node.
        space: where neighbours are sought, ``decoded``, ``latent`` or ``both``.
        support_weight: weight of missing support, in multiples of the decoder's median stretch at the nodes.
        support_width: reach of a node's support, in median distances of a demonstration's successive codes.
        segments: segments of a relaxed geodesic.
    """

    neighbors: int = 10
    space: str = "decoded"
    support_weight: float = 20.0
    support_width: float = 1.5
    segments: int = 32


class Manifold:
    """Joint configurations (dof,) rad on one side, latent codes (d,) and their geometry on the other.

    Attributes:
        metric: what geodesics are shortest under.
        decoder_metric: the same without the support term, whose magnification factor is the decoder's own.
        support: the support term.
        graph: of the codes of all configurations.

    Args:
        model: a trained model of configurations.
        configurations: what was demonstrated (N, dof) rad, evenly thinned, demonstration by demonstration.
        groups: index (N,) of the demonstration each configuration comes from.
        options: of the geometry.
        observation: what the model sees of a configuration; None: the configuration itself.
        graph: parts of the graph, where it was built before.
        mapped: measures the edges of a graph that was not, as for `GeodesicGraph.build`.
    """

    def __init__(
        self,
        model: IWAE,
        configurations: FloatArray,
        groups: NDArray[np.int64],
        options: GeometryOptions,
        observation: Observation | None = None,
        graph: GraphParts | None = None,
        mapped: Mapped = map,
    ) -> None:
        self.model = model
        self.observation = observation or JointAngles(model.offset.double().numpy())
        self.options = options
        self._shown = configurations, groups
        self.nodes = self.encode(configurations)
        noise = model.noise if model.config.noise == "local" else None
        self._layers = layers = heads_in_closed_form(model)
        with torch.no_grad():
            self.decoder_metric = ExpectedMetric(model.decode_heads, noise, perceptron=layers)
            stretch = torch.cat([self.decoder_metric.scale(part) for part in torch.split(self.nodes, _PART)])
        together = torch.as_tensor(groups[1:] == groups[:-1])
        steps = self.nodes.diff(dim=0)[together].norm(dim=1)
        self.support = Support(
            self.nodes,
            width=options.support_width * float(steps.median()),
            weight=options.support_weight * float(stretch.median()),
        )
        self.metric = ExpectedMetric(model.decode_heads, noise, self.support, perceptron=layers)
        if graph is None:
            near = options.neighbors, options.space
            self.graph = GeodesicGraph.build(self.metric, self.nodes, *near, mapped=mapped)
        else:
            self.graph = GeodesicGraph(self.metric, **arguments(graph))

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes as bytes and arrays, without what is quick to work out again."""
        weights, graph = save_model(self.model), parts_of(self.graph)
        return _rebuilt, (weights, *self._shown, self.options, self.observation, graph)

    def __deepcopy__(self, memo: dict[int, Any]) -> Manifold:
        """Itself: it never changes, and to build it again is dear."""
        return self

    def usual_length(self, apart: FloatArray) -> FloatArray:
        """Length (m,) that demonstrations take between ends at distances ``apart`` (m,), observation units.

        The line of least squares through what was shown, falling nowhere: to leave one place and enter
        another takes its length, and so does the distance.
        """
        constant, slope = self._habit
        return constant + slope * apart

    @cached_property
    def _habit(self) -> FloatArray:
        """Constant and slope (2,) of the demonstrations' lengths over the distances of their ends."""
        configurations, groups = self._shown
        seen = self.observation.observe(configurations)
        shown = [seen[groups == group] for group in np.unique(groups)]
        lengths = np.array([np.linalg.norm(np.diff(path, axis=0), axis=1).sum() for path in shown])
        apart = np.array([np.linalg.norm(path[-1] - path[0]) for path in shown])
        return np.asarray(nnls(np.stack([np.ones(len(shown)), apart], axis=1), lengths)[0])

    @cached_property
    def shown(self) -> FloatArray:
        """The demonstrated configurations (N, dof) behind the graph's nodes, which merges equal codes."""
        configurations, _ = self._shown
        return configurations[self.graph.origins]

    @cached_property
    def shown_in(self) -> NDArray[np.int64]:
        """Index (N,) of the demonstration that each of `shown` comes from."""
        _, groups = self._shown
        return groups[self.graph.origins]

    @cached_property
    def in_order(self) -> tuple[FloatArray, NDArray[np.int64], NDArray[np.int64]]:
        """Codes (N, d) in the order in which they were shown, their demonstrations (N,), and edges (n_e, 2).

        The graph numbers its nodes by place.
        """
        order = np.argsort(self.graph.origins)
        codes = self.graph.nodes.double().numpy()[order]
        return codes, self.shown_in[order], np.argsort(order)[self.graph.edges]

    @cached_property
    def residuals(self) -> Residuals:
        """How far the observations of what was shown lie from where the model puts them."""
        missed = self.observation.observe(self.shown) - self.decode(self.graph.nodes)
        return Residuals(self.graph.nodes.double().numpy(), missed, _ALIKE * self.support.width)

    @property
    def observes_joints(self) -> bool:
        """Whether the model sees joint angles themselves, in rad."""
        return isinstance(self.observation, JointAngles)

    def encode(self, q: FloatArray) -> torch.Tensor:
        """Codes (..., d) of configurations (..., dof)."""
        with torch.no_grad():
            seen = np.array(self.observation.observe(q), dtype=np.float32)
            return self.model.encode(torch.from_numpy(seen))[0]

    def decode(self, z: torch.Tensor) -> FloatArray:
        """Observations (..., D), the mean of the ensemble, of codes (..., d)."""
        rows = z.reshape(-1, z.shape[-1])
        with torch.no_grad():
            seen = torch.cat([self.model.decode(part).double() for part in torch.split(rows, _PART)])
        return seen.reshape(*z.shape[:-1], seen.shape[1]).numpy()

    def heads(self, z: FloatArray) -> FloatArray:
        """What each of the M decoder heads makes of codes (n, d): observations (n, M, D)."""
        return heads_at(self._layers, self.model.config.heads, z)

    def gap(self, q: FloatArray) -> FloatArray:
        """How far what is seen of configurations (..., dof) lies from what the model makes of it."""
        return np.linalg.norm(self.decode(self.encode(q)) - self.observation.observe(q), axis=-1)

    def graph_geodesics(self, starts: FloatArray, goals: FloatArray) -> list[Geodesic]:
        """Shortest ways on the graph between configurations (m, dof), (m, dof)."""
        return self.graph.paths(self.encode(starts), self.encode(goals))

    def geodesics(self, starts: FloatArray, goals: FloatArray) -> list[Geodesic]:
        """Relaxed geodesics between configurations (m, dof), (m, dof), all in one batch.

        The straight latent line is no start for the relaxation here: it leaves what was demonstrated.
        """
        return self.relaxed(self.graph_geodesics(starts, goals))

    def relaxed(self, paths: Sequence[Geodesic], steps: int = _STEPS) -> list[Geodesic]:
        """Ways on the graph relaxed under the metric by at most some steps, all in one batch."""
        return relax_many(
            self.metric,
            paths,
            segments=self.options.segments,
            also_from_line=False,
            tolerance=_TOLERANCE,
            max_steps=steps,
        )

    def path_along(self, geodesic: Geodesic, count: int = 64) -> FloatArray:
        """Configurations (count, dof) along a geodesic, evenly spaced under the metric, as `path_at`."""
        return self.path_at(resample_uniform(self.metric, geodesic.points, count))

    def path_at(self, z: torch.Tensor) -> FloatArray:
        """Configurations (n, dof) decoded at codes (n, d), and mended by `residuals`."""
        seen = self.decode(z) + self.residuals.at(z.double().numpy())
        return self.observation.configurations(seen)

    def along(self, geodesics: Sequence[Geodesic], count: int = 48) -> torch.Tensor:
        """Codes (m, count, d) evenly spaced in latent arc length along geodesics."""
        return torch.stack([_evenly(geodesic.points, count) for geodesic in geodesics])


def _rebuilt(weights: bytes, *rest: Any) -> Manifold:
    """The manifold that `Manifold.__reduce__` described, equal to the bit."""
    return Manifold(load_model(weights), *rest)


def _evenly(points: torch.Tensor, count: int) -> torch.Tensor:
    """``count`` points (count, d) at uniform latent arc length on a polyline (n, d)."""
    rows = points.double().numpy()
    arc = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(rows, axis=0), axis=1))])
    at = np.linspace(0.0, arc[-1], count)
    even = np.stack([np.interp(at, arc, column) for column in rows.T], axis=1)
    return torch.as_tensor(even, dtype=points.dtype)
