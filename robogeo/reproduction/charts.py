"""Curves on a fitted model: the straight latent line, the published geodesic, and robogeo's default.

The default is what robogeo does everywhere: the expected metric of the decoder ensemble with a support term
whose reach and weight come from the data, a graph over the codes, and a relaxed geodesic. The published way
is one network for each pair that shortens the curve under the mean decoder's metric.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.integrate import simpson

from robogeo.fitting import codes as encoded
from robogeo.fitting import decoded
from robogeo.geometry import (
    ExpectedMetric,
    Geodesic,
    GeodesicGraph,
    Metric,
    PublishedRecipe,
    PullbackMetric,
    Support,
    fit_neural_geodesic,
    relax_many,
    select_nodes,
    spline_of,
)
from robogeo.models import IWAE
from robogeo.motion.decoder_heads import heads_in_closed_form
from robogeo.progress import Progress
from robogeo.randomness import derived_seed
from robogeo.reproduction.settings import ChartSettings, NeuralSettings

FloatArray = NDArray[np.float64]
_LOOKS = 257  # at even parameters of a curve
LINE_POINTS = 129
"""Points of a straight line, as many as a relaxed geodesic of 32 segments has."""


@dataclass(frozen=True, eq=False)
class Chart:
    """The default geometry of one model.

    Attributes:
        decoder_metric: the expected metric without support, whose magnification factor is the decoder's own.
        support: how far a point is from data.
        metric: both; geodesics are shortest under it.
        graph: of the chosen nodes under it.
        segments: of a relaxed geodesic.
    """

    decoder_metric: ExpectedMetric
    support: Support
    metric: ExpectedMetric
    graph: GeodesicGraph
    segments: int

    def geodesics(self, starts: torch.Tensor, goals: torch.Tensor) -> list[Geodesic]:
        """Relaxed geodesics between pairs (m, d), (m, d)."""
        paths = self.graph.paths(starts, goals)
        return relax_many(self.metric, paths, self.segments, also_from_line=False)


def chart_of(model: IWAE, codes: torch.Tensor, settings: ChartSettings) -> Chart:
    """The default geometry over the codes (N, d) of a model's observations."""
    if settings.reconstructed:
        codes = encoded(model, decoded(model, codes))
    nodes = codes[torch.from_numpy(select_nodes(codes, settings.nodes).indices.copy())]
    layers = heads_in_closed_form(model)
    noise = model.noise if model.config.noise == "local" else None
    bare = ExpectedMetric(model.decode_heads, noise, perceptron=layers)
    with torch.no_grad():
        stretch = float(bare.scale(nodes).median())
    support = Support.calibrated(nodes, stretch, settings.support_width, settings.support_weight)
    metric = ExpectedMetric(model.decode_heads, noise, support, perceptron=layers)
    graph = GeodesicGraph.build(metric, nodes, settings.neighbors, settings.space)
    return Chart(bare, support, metric, graph, settings.segments)


def mean_metric(model: IWAE) -> PullbackMetric:
    """G = J^T J of the mean decoder, as the papers use it: no uncertainty, no support."""
    closed = heads_in_closed_form(model) if model.config.heads == 1 else None
    return PullbackMetric(model.decode, perceptron=closed)


def published_geodesics(
    metric: Metric,
    starts: torch.Tensor,
    goals: torch.Tensor,
    settings: NeuralSettings,
    seed: int,
    progress: Progress,
) -> list[Geodesic]:
    """The published neural geodesic of each pair (m, d), (m, d)."""
    recipe = PublishedRecipe(
        settings.samples,
        settings.curves,
        settings.controls,
        settings.pretraining_steps,
        settings.velocity_weight,
    )
    found = []
    for pair, (start, goal) in enumerate(zip(starts, goals, strict=True)):
        progress(f"seed {seed}: published geodesics", pair, len(starts))
        key = int.from_bytes(derived_seed(seed, 0, "published geodesic", pair)[:4], "big")
        curve = fit_neural_geodesic(
            metric,
            start,
            goal,
            recipe="published",
            steps=settings.steps,
            learning_rate=settings.learning_rate,
            seed=key,
            published=recipe,
        )
        found.append(curve)
    return found


def lines(starts: torch.Tensor, goals: torch.Tensor, count: int = LINE_POINTS) -> torch.Tensor:
    """Straight latent lines (m, count, d) between pairs (m, d), (m, d)."""
    t = torch.linspace(0, 1, count, dtype=starts.dtype)[:, None]
    return starts[:, None] * (1 - t) + goals[:, None] * t


def lengths(metric: Metric, curves: Sequence[torch.Tensor] | torch.Tensor) -> FloatArray:
    """Lengths (m,) of curves, each (n, d) points of a smooth curve.

    From decoded chords; a smoothed metric has none, so there it is the integral of the speed.
    """
    if not metric.chordal:
        return np.array([simpson(speeds(metric, curve), dx=1.0 / (_LOOKS - 1)) for curve in curves])
    with torch.no_grad():
        pieces = [metric.segment_lengths(curve[:-1], curve[1:]).sum() for curve in curves]
    return np.array([float(piece) for piece in pieces])


def speeds(metric: Metric, curve: torch.Tensor, count: int = _LOOKS) -> FloatArray:
    """Riemannian speed phi (count,) at equal steps of a curve's parameter in [0, 1].

    Args:
        metric: under which the speed is taken.
        curve: (n, d) points at equal steps of the parameter; between them the curve is their spline.
        count: how often it is looked at.
    """
    spline, t = spline_of(curve), np.linspace(0.0, 1.0, count)
    with torch.no_grad():
        phi = metric.speed(torch.from_numpy(spline(t)), torch.from_numpy(spline.derivative()(t)))
    return phi.double().numpy()


def unevenness(metric: Metric, curve: torch.Tensor) -> float:
    """Largest over mean Riemannian speed of a curve (n, d); 1 at constant speed, or standing still."""
    phi = speeds(metric, curve)
    mean = float(np.trapezoid(phi, dx=1.0 / (len(phi) - 1)))
    return float(phi.max() / mean) if mean > 0.0 else 1.0
