"""What a map is drawn of: codes, their graph, and what a model says of any latent point.

A run's manifold has all of it. A bare model has none but the decoder: codes, reach of support and graph come
from the observations that it is shown, by the same rules as everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from robogeo.errors import InputError
from robogeo.fitting import codes, explained_variance
from robogeo.geometry import (
    ExpectedMetric,
    Metric,
    Support,
    neighbor_edges,
    select_nodes,
)
from robogeo.models import IWAE, PictureIWAE, Rows
from robogeo.motion.decoder_heads import heads_at, heads_in_closed_form
from robogeo.motion.manifold import GeometryOptions, Manifold
from robogeo.motion.observation import Pictures

FloatArray = NDArray[np.float64]
NODES, CONVOLUTIONAL_NODES = 2000, 1000
"""Codes of a bare model that are shown, at most."""
_CHUNK_NUMBERS = 1 << 22  # observed or decoded numbers at a time
_ROUNDING = 1e-5


@dataclass(frozen=True, eq=False)
class Charted:
    """What a map shows.

    Attributes:
        codes: (N, d) of what was shown, distinct; demonstrations in the order in which they were.
        groups: demonstration (N,) of each code; None where codes have no order.
        edges, bridges: of the graph (n_e, 2), by codes, and which of them only join components (n_e,).
        metric: of the decoder alone, without support.
        support: how far a point is from data.
        heads: what each of the M decoder heads makes of points (n, d): observations (n, M, D).
        head_count: M.
        unit: of observations.
        picture_shape: height and width where observations are pictures.
        told: where the codes come from, for people; may be empty.
    """

    codes: FloatArray
    groups: NDArray[np.int64] | None
    edges: NDArray[np.int64]
    bridges: NDArray[np.bool_]
    metric: Metric
    support: Support
    heads: Callable[[FloatArray], FloatArray]
    head_count: int
    unit: str
    picture_shape: tuple[int, int] | None = None
    told: str = ""

    def decoded(self, codes: FloatArray) -> FloatArray:
        """Observations (n, D), the mean of the heads, of points (n, d)."""
        return self._in_parts(lambda heads: heads.mean(axis=1), codes)

    def disagreement(self, codes: FloatArray) -> FloatArray:
        """Standard deviation (n,) of the heads at points (n, d), summed over observed dimensions."""
        return self._in_parts(lambda heads: np.sqrt(heads.var(axis=1).sum(axis=-1)), codes)

    def _in_parts(self, function: Callable[[FloatArray], FloatArray], codes: FloatArray) -> FloatArray:
        """A function of decoded heads: of pictures all at once would fill the memory."""
        rows = max(16, _CHUNK_NUMBERS // max(1, self.heads(codes[:1]).size))
        starts = range(0, max(1, len(codes)), rows)
        return np.concatenate([function(self.heads(codes[at : at + rows])) for at in starts])


def charted_manifold(manifold: Manifold) -> Charted:
    """What a run has learned."""
    graph, observation = manifold.graph, manifold.observation
    codes, groups, edges = manifold.in_order
    return Charted(
        codes=codes,
        groups=groups,
        edges=edges,
        bridges=graph.bridges,
        metric=manifold.decoder_metric,
        support=manifold.support,
        heads=lambda z: manifold.heads(z.astype(np.float32)),
        head_count=manifold.model.config.heads,
        unit="rad" if manifold.observes_joints else "observation units",
        picture_shape=observation.picture_shape if isinstance(observation, Pictures) else None,
    )


def charted_model(model: IWAE, x: Rows, picture_shape: tuple[int, int] | None) -> Charted:
    """What a bare model makes of observations.

    Args:
        model: trained, of type float32; it is evaluated where it lies.
        x: (N, D) observations, as the model has learned them.
        picture_shape: height and width where they are pictures.

    Raises:
        InputError: the model sees no difference between them, or makes NaN of them.
    """
    options, convolutional = GeometryOptions(), isinstance(model, PictureIWAE)
    every = _encoded(model, x)
    # Farthest points: even over all that was shown, however often it was.
    nodes = every[torch.from_numpy(_chosen(every, CONVOLUTIONAL_NODES if convolutional else NODES))]
    metric = _decoder_metric(model)
    with torch.no_grad():
        stretch = float(metric.scale(nodes[:: max(1, len(nodes) // 200)]).median())
        embedded = metric.embed(nodes)
    if not (np.isfinite(stretch) and stretch > 0.0):
        raise InputError("the decoder makes the same of all codes; there is nothing to map")
    support = Support.calibrated(nodes, stretch, options.support_width, options.support_weight)
    edges, bridges = neighbor_edges(metric, nodes, embedded, options.neighbors, options.space)
    return Charted(
        codes=nodes.double().numpy(),
        groups=None,
        edges=edges,
        bridges=bridges,
        metric=metric,
        support=support,
        heads=_heads(model),
        head_count=model.config.heads,
        unit="observation units",
        picture_shape=picture_shape,
        told=(
            f"Shown are {len(nodes):,} of the codes of {len(every):,} observations, evenly chosen; "
            f"{_explained(model, x)}"
        ),
    )


def _encoded(model: IWAE, x: Rows) -> torch.Tensor:
    """Codes (N, d) of observations (N, D), on the CPU."""
    found = codes(model, x)
    if not bool(torch.isfinite(found).all()):
        raise InputError("the model makes NaN or infinity of them; are they what it has learned from?")
    return found


def _explained(model: IWAE, x: Rows) -> str:
    share = explained_variance(model, x)
    if share > 0.0:
        return f"the model explains {share:.0%} of their variance."
    return "the model explains none of their variance: are they what it was trained on?"


def _chosen(codes: torch.Tensor, count: int) -> NDArray[np.int64]:
    chosen = select_nodes(codes, count).indices
    spread = float((codes.amax(dim=0) - codes.amin(dim=0)).max())
    # Equal observations may get codes that differ by rounding.
    if spread <= _ROUNDING * (1.0 + float(codes.abs().max())):
        raise InputError("all of them have one code; a map needs observations that the model tells apart")
    return chosen


def _here(model: IWAE) -> bool:
    """Whether a model lies on the CPU, where networks in closed form are fastest."""
    return model.offset.device.type == "cpu"


def _decoder_metric(model: IWAE) -> ExpectedMetric:
    """The decoder's expected metric, at the cost of its last hidden layer where that is linear."""
    noise = model.noise if model.config.noise == "local" else None
    if isinstance(model, PictureIWAE) or not _here(model):
        return ExpectedMetric(model.decode_heads, noise)
    narrow = heads_in_closed_form(model).narrowed()
    return ExpectedMetric(narrow.heads, noise, perceptron=narrow)


def _heads(model: IWAE) -> Callable[[FloatArray], FloatArray]:
    """The heads at points (n, d), (n, M, D); fastest in closed form, which convolutions lack."""

    def through_torch(z: FloatArray) -> FloatArray:
        with torch.no_grad():
            points = torch.from_numpy(z.astype(np.float32)).to(model.offset.device)
            return model.decode_heads(points).double().cpu().numpy()

    if isinstance(model, PictureIWAE) or not _here(model):
        return through_torch
    closed, count = heads_in_closed_form(model), model.config.heads
    return lambda z: heads_at(closed, count, z.astype(np.float32))
