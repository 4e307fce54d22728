"""Fashion-MNIST learned and charted, twice: as the papers do it, and as robogeo does by default."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field

from robogeo.config.settings import Settings
from robogeo.data.fashion_mnist import LabelledPictures, load_fashion_mnist
from robogeo.fitting import FitSettings, codes, fitted
from robogeo.geometry import (
    ExpectedMetric,
    Geodesic,
    GeodesicGraph,
    Perceptron,
    PullbackMetric,
    Support,
    relax_many,
    select_nodes,
)
from robogeo.models import IWAE
from robogeo.motion.decoder_heads import heads_in_closed_form
from robogeo.progress import Progress
from robogeo.randomness import numpy_generator
from robogeo.reproduction.charts import Chart
from robogeo.reproduction.kept import Kept
from robogeo.reproduction.settings import ChartSettings

FloatArray = NDArray[np.float64]


class ClothesChart(ChartSettings):
    """The default geometry over tens of thousands of codes."""

    nodes: int = Field(default=60_000, ge=2, le=60_000, description="codes in the graph, the first of all")
    space: Literal["decoded", "latent", "both"] = Field(
        default="latent", description="space in which neighbours are sought"
    )
    support_nodes: int = Field(
        default=2000, ge=2, le=60_000, description="codes, evenly chosen, that support what is near them"
    )


class ClothesFits(Settings):
    """Pictures and both models of them."""

    pictures: int = Field(default=60_000, ge=100, le=60_000, description="pictures learned from")
    recipe: FitSettings = Field(description="the papers' model: one decoder")
    recipe_neighbors: int = Field(default=10, ge=1, le=1000, description="edges of a node, the papers' graph")
    default: FitSettings = Field(description="robogeo's default: an ensemble")
    chart: ClothesChart = Field(default=ClothesChart(), description="robogeo's default geometry")


@dataclass(frozen=True, eq=False)
class Clothes:
    """Pictures as vectors in [0, 1], (N, 784) and (T, 784), and their classes."""

    train: NDArray[np.float32]
    train_labels: NDArray[np.int64]
    test: NDArray[np.float32]
    test_labels: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Learned:
    """Both models, and the geometry of each.

    Attributes:
        recipe: the papers' model.
        recipe_graph: k-d tree graph over all its codes under the mean-only metric.
        default: robogeo's model.
        chart: its geometry.
    """

    recipe: IWAE
    recipe_graph: GeodesicGraph
    default: IWAE
    chart: Chart


def load_clothes(count: int) -> Clothes:
    """The first ``count`` pictures to learn from, and all to test with.

    Raises:
        InputError: the data set is missing or damaged.
    """
    train, test = load_fashion_mnist("train"), load_fashion_mnist("t10k")
    return Clothes(_rows(train)[:count], train.labels[:count], _rows(test), test.labels)


def learned(fits: ClothesFits, clothes: Clothes, kept: Kept, progress: Progress) -> Learned:
    """Fit both models, or read them where they are kept, and build their graphs."""
    models = {}
    for name, fit in (("recipe", fits.recipe), ("default", fits.default)):

        def make(name: str = name, fit: FitSettings = fit) -> IWAE:
            return fitted(fit, clothes.train, kept.seed, f"clothes, {name}", progress)

        models[name] = kept.model(name, [fit, fits.pictures], make)
    recipe, default = models["recipe"], models["default"]
    progress(f"seed {kept.seed}: graphs", 0, 2)
    nodes = codes(recipe, clothes.train)[: fits.chart.nodes]
    graph = GeodesicGraph.build(mean_only(recipe), nodes, fits.recipe_neighbors, "latent")
    return Learned(recipe, graph, default, _chart(default, codes(default, clothes.train), fits.chart))


def geodesics_in_parts(
    chart: Chart, starts: torch.Tensor, goals: torch.Tensor, progress: Progress, what: str, part: int = 32
) -> list[Geodesic]:
    """Relaxed geodesics between pairs (m, d), telling how far they are."""
    paths = chart.graph.paths(starts, goals)
    found: list[Geodesic] = []
    for first in range(0, len(paths), part):
        progress(what, first, len(paths))
        some = paths[first : first + part]
        found += relax_many(chart.metric, some, chart.segments, also_from_line=False)
    return found


def drawn_pairs(count: int, pictures: int, seed: int) -> NDArray[np.int64]:
    """Pairs (count, 2) of different test pictures."""
    generator = numpy_generator(seed, 0, "pairs of pictures")
    first = generator.integers(pictures, size=count)
    other = (first + generator.integers(1, pictures, size=count)) % pictures
    return np.stack([first, other], axis=1)


def _rows(part: LabelledPictures) -> NDArray[np.float32]:
    return (part.images.reshape(len(part.images), -1) / np.float32(255.0)).astype(np.float32)


def mean_only(model: IWAE) -> PullbackMetric:
    """The papers' metric of a model of one decoder, at the cost of its last hidden layer."""
    narrow = heads_in_closed_form(model).narrowed()
    return PullbackMetric(lambda z: narrow.heads(z)[..., 0, :], perceptron=narrow)


def _chart(model: IWAE, all_codes: torch.Tensor, settings: ClothesChart) -> Chart:
    """The default geometry: the same metric as of all 784 pixels, at the cost of the last hidden layer."""
    narrow: Perceptron = heads_in_closed_form(model).narrowed()
    bare = ExpectedMetric(narrow.heads, perceptron=narrow)
    even = all_codes[torch.from_numpy(select_nodes(all_codes, settings.support_nodes).indices.copy())]
    with torch.no_grad():
        stretch = float(bare.scale(even).median())
    support = Support.calibrated(even, stretch, settings.support_width, settings.support_weight)
    metric = ExpectedMetric(narrow.heads, None, support, perceptron=narrow)
    graph = GeodesicGraph.build(metric, all_codes[: settings.nodes], settings.neighbors, settings.space)
    return Chart(bare, support, metric, graph, settings.segments)


def pictures_along(model: IWAE, curves: Sequence[torch.Tensor]) -> NDArray[np.float32]:
    """Decoded pictures (m, n, 784) at points (n, d) of m curves."""
    with torch.no_grad():
        decoded = [model.decode(curve.to(model.offset.dtype)) for curve in curves]
    return torch.stack(decoded).numpy()
