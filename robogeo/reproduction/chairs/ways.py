"""Chairs learned by a convolutional autoencoder, and ways from one view of a chair to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field
from scipy.ndimage import gaussian_filter

from robogeo.config.settings import Settings
from robogeo.data.chairs import SIDE, load_chairs
from robogeo.fitting import codes
from robogeo.geometry import (
    ExpectedMetric,
    GeodesicGraph,
    Metric,
    PullbackMetric,
    Support,
    relax_many,
    resample_uniform,
    spline_of,
)
from robogeo.models import IWAE, PictureConfig, PictureIWAE, TrainingConfig, fit
from robogeo.progress import Progress
from robogeo.randomness import numpy_generator, torch_generator
from robogeo.reproduction.charts import lines
from robogeo.reproduction.kept import Kept
from robogeo.reproduction.settings import ChartSettings, ReproductionSettings

_PART = 10
_LINE_POINTS = 65
_FINE = 513
"""Points of a relaxed way. Of 65, 129, 257 and 513 the speed is uneven by up to 1.93, 1.20, 1.13, 1.01."""
_TOLERANCE = 1e-2
"""Relative, of edges: a convolutional decoder is dear, and the relaxation finds the length anew."""


class PictureFit(Settings):
    """A convolutional model and its training."""

    latent_dim: int = Field(default=8, ge=1, le=64, description="dimension d of the latent space")
    hidden: int = Field(default=128, ge=1, le=4096, description="units between code and coarsest level")
    channels: Annotated[tuple[int, int, int], Field(strict=False)] = Field(
        default=(32, 16, 8), description="channels of the levels of 4x4, 8x8 and 16x16 pixels"
    )
    heads: int = Field(default=3, ge=1, le=64, description="decoder heads M; 1 is the papers' decoder")
    importance_samples: int = Field(default=1, ge=1, le=1000, description="samples K of the bound")
    noise_floor: float = Field(default=0.02, gt=0, le=10, description="least noise, grey levels of 1")
    steps: int = Field(default=1500, ge=1, le=10_000_000, description="gradient steps")
    batch: int = Field(default=64, ge=1, le=1_000_000, description="pictures a step")
    learning_rate: float = Field(default=3e-3, gt=0, le=1, description="peak rate of the cosine decay")
    blur: float = Field(
        default=0.0,
        ge=0,
        le=16,
        description="standard deviation, in pixels, by which pictures are blurred first: the distance of "
        "sharp pictures tells turns apart only below the step between two views",
    )


class ChairSettings(ReproductionSettings):
    """Settings of the experiment."""

    source: Annotated[str, Field(min_length=1, max_length=4000)] = Field(
        default="modelnet10", description="modelnet10, ikea, or a folder of Seeing 3D chairs"
    )
    chairs: int = Field(default=80, ge=1, le=10_000, description="chairs, the first of all")
    elevation_deg: float = Field(default=20.0, ge=-90, le=90, description="elevation they are seen from")
    least_turn: int = Field(default=4, ge=1, le=1000, description="views from start to goal, at least")
    greatest_turn: int = Field(default=12, ge=1, le=1000, description="views from start to goal, at most")
    pairs: int = Field(default=100, ge=1, le=100_000, description="pairs of views of one chair")
    points: int = Field(default=24, ge=3, le=1000, description="pictures looked at along a way")
    recipe: PictureFit = Field(description="the papers' model: one decoder")
    recipe_neighbors: int = Field(default=10, ge=1, le=1000, description="edges of a node, the papers' graph")
    default: PictureFit = Field(description="robogeo's default: an ensemble")
    chart: ChartSettings = Field(default=ChartSettings(space="latent"), description="default geometry")
    other_dims: Annotated[tuple[int, ...], Field(strict=False)] = Field(
        default=(), max_length=16, description="latent dimensions that the first seed tries beside"
    )
    other_pairs: int = Field(default=40, ge=1, le=100_000, description="pairs there")


@dataclass(frozen=True, eq=False)
class Views:
    """Chairs as vectors (n, v, 4096), 1 where the chair is darkest, and how far apart views are."""

    x: NDArray[np.float32]
    step_deg: float

    def blurred(self, std: float) -> Views:
        """The same views behind a Gaussian blur of that many pixels; round a picture there is nothing."""
        if std == 0.0:
            return self
        pictures = self.x.reshape(*self.x.shape[:2], SIDE, SIDE)
        soft = gaussian_filter(pictures, (0.0, 0.0, std, std), mode="constant")
        return Views(soft.reshape(self.x.shape).astype(np.float32), self.step_deg)


def load_views(settings: ChairSettings) -> Views:
    """The chairs that the settings name.

    Raises:
        InputError: missing or damaged files, or no views at that elevation.
    """
    found = load_chairs(settings.source).seen_from(settings.elevation_deg)
    images = found.images[: settings.chairs]
    x = (1.0 - images.reshape(*images.shape[:2], -1) / 255.0).astype(np.float32)
    return Views(x, 360.0 / images.shape[1])


def draw_pairs(settings: ChairSettings, chairs: int, views: int, seed: int) -> NDArray[np.int64]:
    """Chair, start and goal (pairs, 3); turns of either sense within the bounds and below half a turn."""
    generator = numpy_generator(seed, 0, "pairs of views")
    most = min(settings.greatest_turn, (views - 1) // 2)
    chair, start = (
        generator.integers(chairs, size=settings.pairs),
        generator.integers(views, size=settings.pairs),
    )
    turn = generator.integers(min(settings.least_turn, most), most + 1, size=settings.pairs)
    sense = generator.choice([-1, 1], size=settings.pairs)
    return np.stack([chair, start, (start + sense * turn) % views], axis=1)


def learned(
    settings: ChairSettings, wanted: PictureFit, name: str, views: Views, kept: Kept, progress: Progress
) -> IWAE:
    """The model of that name, fitted to the views or read; they are blurred already, if at all."""
    x = views.x.reshape(-1, SIDE**2)

    def make() -> IWAE:
        config = PictureConfig(
            **wanted.model_dump(
                include={"latent_dim", "heads", "importance_samples", "noise_floor", "channels"}
            ),
            hidden=(wanted.hidden,),
        )
        first = torch_generator(kept.seed, 0, f"chairs, {name}: first weights")
        scale = np.full(x.shape[1], float(x.std(dtype=np.float64)))
        model = PictureIWAE(x.shape[1], config, x.mean(axis=0, dtype=np.float64), scale, first)
        training = TrainingConfig(
            **wanted.model_dump(include={"steps", "batch", "learning_rate"}),
            validation_share=0.0,
            evaluate_every=min(wanted.steps, 25),
        )
        what = f"seed {kept.seed}: chairs, {name} (d = {wanted.latent_dim})"
        groups = np.arange(len(x)) // views.x.shape[1]
        generator = torch_generator(kept.seed, 0, f"chairs, {name}: training")
        fit(model, x, groups, training, generator, lambda step, steps, _: progress(what, step, steps))
        return model

    inputs = [wanted, settings.source, settings.chairs, settings.elevation_deg]
    return kept.model(f"{name}-{wanted.latent_dim}", inputs, make)


def _ends(model: IWAE, views: Views, pairs: NDArray[np.int64]) -> tuple[torch.Tensor, torch.Tensor]:
    chair, start, goal = pairs.T
    return codes(model, views.x[chair, start]), codes(model, views.x[chair, goal])


def straight_ways(model: IWAE, views: Views, pairs: NDArray[np.int64]) -> list[torch.Tensor]:
    """Straight latent lines."""
    return list(lines(*_ends(model, views, pairs), count=_LINE_POINTS))


def published_ways(
    settings: ChairSettings, model: IWAE, views: Views, pairs: NDArray[np.int64]
) -> list[torch.Tensor]:
    """Ways on the papers' graph: all codes, mean-only metric, nearest in latent space, not relaxed."""
    nodes = codes(model, views.x.reshape(-1, SIDE**2))
    graph = GeodesicGraph.build(
        PullbackMetric(model.decode), nodes, settings.recipe_neighbors, "latent", tolerance=_TOLERANCE
    )
    return [path.points for path in graph.paths(*_ends(model, views, pairs))]


def default_graph(model: IWAE, nodes: torch.Tensor, settings: ChartSettings) -> GeodesicGraph:
    """The default geometry's graph over all codes; its metric has support."""
    bare = ExpectedMetric(model.decode_heads)
    with torch.no_grad():
        stretch = float(bare.scale(nodes[:: max(1, len(nodes) // 200)]).median())
    support = Support.calibrated(nodes, stretch, settings.support_width, settings.support_weight)
    metric = ExpectedMetric(model.decode_heads, None, support)
    return GeodesicGraph.build(metric, nodes, settings.neighbors, settings.space, tolerance=_TOLERANCE)


def relaxed_ways(
    settings: ChairSettings,
    graph: GeodesicGraph,
    model: IWAE,
    views: Views,
    pairs: NDArray[np.int64],
    progress: Progress,
    what: str,
) -> list[torch.Tensor]:
    """Relaxed geodesics at constant speed, a few at a time."""
    paths = graph.paths(*_ends(model, views, pairs))
    found: list[torch.Tensor] = []
    for first in range(0, len(paths), _PART):
        progress(what, first, len(paths))
        some = paths[first : first + _PART]
        curves = relax_many(graph.metric, some, settings.chart.segments, also_from_line=False, tolerance=1e-4)
        found += [_at_constant_speed(graph.metric, curve.points) for curve in curves]
    return found


def _at_constant_speed(metric: Metric, points: torch.Tensor) -> torch.Tensor:
    """A relaxed curve, its speed evened out between the few points at which it was relaxed.

    Differentiating a convolutional decoder is dear, decoding is not; and between two nodes in many dimensions
    the cost of support rises and falls within a segment.
    """
    fine = spline_of(points)(np.linspace(0.0, 1.0, _FINE))
    return resample_uniform(metric, torch.from_numpy(fine).to(points), _FINE)
