"""The pendulum of Chen et al. 2018 (AISTATS, section 4.3): pictures, a ring of codes, lengths and angles.

Pictures of 16 x 16 pixels, the angle uniform. Pairs of fresh pictures differ by an angle in (0, 180] degrees.
Between them run the straight latent line, the codes of noise-free pictures along the shorter arc ("data
manifold"), the paper's neural geodesic under its smoothed mean metric, and robogeo's default.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Annotated, Any

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field, model_validator

from robogeo.config.settings import Settings
from robogeo.evaluation.results import Results
from robogeo.fitting import codes, fitted
from robogeo.geometry import PullbackMetric, SmoothedMetric
from robogeo.models import IWAE
from robogeo.motion.decoder_heads import heads_in_closed_form
from robogeo.progress import Progress
from robogeo.randomness import numpy_generator
from robogeo.reproduction.charts import (
    chart_of,
    lengths,
    lines,
    mean_metric,
    published_geodesics,
    speeds,
    unevenness,
)
from robogeo.reproduction.experiment import Picture, Record
from robogeo.reproduction.intervals import correlation, largest, ratio_of_means
from robogeo.reproduction.kept import Kept
from robogeo.reproduction.latent_pictures import background
from robogeo.reproduction.measures import DEFAULT, DEFAULT_LINE, RECIPE, RECIPE_LINE, Measure, measured
from robogeo.reproduction.pendulum.pictures import PendulumPictures
from robogeo.reproduction.pendulum.smoothing import chosen_smoothing, smoothing_sweep
from robogeo.reproduction.settings import PairSettings
from robogeo.reproduction.turns import drawn_turns

TITLE = "Pendulum: lengths follow angles"
FloatArray = NDArray[np.float64]
Levels = Annotated[tuple[Annotated[float, Field(ge=0, le=1e12)], ...], Field(strict=False)]


class DataSettings(Settings):
    """The pictures."""

    pictures: int = Field(default=15_000, ge=10, le=1_000_000, description="pictures learned from")
    noise: float = Field(default=0.05, ge=0, le=1, description="standard deviation of the noise of a pixel")


class SETTINGS(PairSettings):
    """Settings of the experiment."""

    data: DataSettings = DataSettings()
    smoothings: Levels = Field(
        default=(0.0, 5.0), min_length=2, max_length=100, description="lambda_s looked at, rising from 0"
    )
    wanted_ratio: float = Field(
        default=0.43, gt=0, le=1, description="the least lambda_s is used at which manifold / line is this"
    )

    @model_validator(mode="after")
    def _check_smoothings(self) -> SETTINGS:
        if self.smoothings[0] != 0.0 or any(a >= b for a, b in pairwise(self.smoothings)):
            raise ValueError("smoothings must begin with 0 and rise")
        return self


@dataclass(frozen=True, eq=False)
class Pairs:
    """Angles (n,) rad at which pairs start, their signed turns (n,), and fresh pictures (n, D) of both."""

    start: FloatArray
    turn: FloatArray
    starts: FloatArray
    goals: FloatArray

    def arcs(self, count: int) -> FloatArray:
        """Angles (n, count) along the shorter arc."""
        return self.start[:, None] + self.turn[:, None] * np.linspace(0.0, 1.0, count)


def run_seed(settings: SETTINGS, seed: int, kept: Kept, progress: Progress) -> Record:
    """Train both models and measure all pairs."""
    data = settings.data
    with PendulumPictures(data.noise) as pictures:
        angles = numpy_generator(seed, 0, "pendulum: angles").uniform(0.0, 2.0 * np.pi, data.pictures)
        x = pictures.seen(angles, seed)
        pairs = _pairs(settings.pairs, pictures, seed)
        models = [
            kept.model(name, [fit, data], partial(fitted, fit, x, seed, name, progress))
            for name, fit in ((RECIPE, settings.recipe), (DEFAULT, settings.default))
        ]
        record: dict[str, Any] = {"turn": np.abs(pairs.turn).tolist()}
        record[RECIPE] = _recipe(settings, models[0], pairs, pictures, seed, progress)
        record[DEFAULT] = _default(settings, models[1], x, pairs, pictures)
        shown = slice(0, 1200)
        for name, model in zip((RECIPE, DEFAULT), models, strict=True):
            record[name]["codes"] = np.round(codes(model, x[shown]).numpy(), 4).tolist()
        record["code_angles"] = np.round(angles[shown], 4).tolist()
    return record


def _pairs(count: int, pictures: PendulumPictures, seed: int) -> Pairs:
    start, turn = drawn_turns(count, numpy_generator(seed, 0, "pendulum: pairs"))
    ends = pictures.seen(np.concatenate([start, start + turn]), seed + 1_000_000)
    return Pairs(start, turn, ends[:count], ends[count:])


def _recipe(
    settings: SETTINGS, model: IWAE, pairs: Pairs, pictures: PendulumPictures, seed: int, progress: Progress
) -> dict[str, Any]:
    """The paper's way: mean metric, smoothed; its neural geodesic."""
    starts, goals = codes(model, pairs.starts), codes(model, pairs.goals)
    straight, arcs = lines(starts, goals), _arcs(model, pairs, pictures)
    plain = mean_metric(model)
    sweep = smoothing_sweep(plain, {"line": straight, "manifold": arcs}, settings.smoothings)
    level = chosen_smoothing(sweep, settings.smoothings, settings.wanted_ratio)
    metric = SmoothedMetric(model.decode, level, perceptron=heads_in_closed_form(model))
    curves = published_geodesics(metric, starts, goals, settings.neural, seed, progress)
    at = settings.smoothings.index(level)
    found: dict[str, Any] = {name: values[at].tolist() for name, values in sweep.items()}
    found["sweep"] = {name: values.tolist() for name, values in sweep.items()}
    found["smoothing"] = level
    found["length"] = [curve.length for curve in curves]
    points = [curve.points for curve in curves]
    return found | _seen(model, metric, plain, points, straight, pairs, pictures)


def _default(
    settings: SETTINGS, model: IWAE, x: FloatArray, pairs: Pairs, pictures: PendulumPictures
) -> dict[str, Any]:
    """Robogeo's way: expected metric with support, graph, relaxed."""
    starts, goals = codes(model, pairs.starts), codes(model, pairs.goals)
    chart = chart_of(model, codes(model, x), settings.chart)
    straight, arcs = lines(starts, goals), _arcs(model, pairs, pictures)
    curves = chart.geodesics(starts, goals)
    found: dict[str, Any] = {
        "length": [curve.length for curve in curves],
        "line": lengths(chart.metric, straight).tolist(),
        "manifold": lengths(chart.metric, arcs).tolist(),
        "line without support": lengths(chart.decoder_metric, straight).tolist(),
        "manifold without support": lengths(chart.decoder_metric, arcs).tolist(),
    }
    points = [curve.points for curve in curves]
    return found | _seen(model, chart.metric, chart.decoder_metric, points, straight, pairs, pictures)


def _arcs(model: IWAE, pairs: Pairs, pictures: PendulumPictures, count: int = 129) -> torch.Tensor:
    """Codes (n, count, d) of noise-free pictures along the shorter arcs."""
    angles = pairs.arcs(count)
    found = codes(model, pictures.clean(angles.ravel()))
    return found.reshape(*angles.shape, -1)


def _seen(
    model: IWAE,
    metric: Any,
    shown: PullbackMetric | Any,
    curves: Sequence[torch.Tensor],
    straight: torch.Tensor,
    pairs: Pairs,
    pictures: PendulumPictures,
) -> dict[str, Any]:
    """What needs no metric, speeds, and one pair for the pictures: that of the largest turn up to 150."""
    found: dict[str, Any] = {}
    for name, ways in (("geodesic", list(curves)), ("straight", list(straight))):
        looks = [pictures.judged(model, way, turn) for way, turn in zip(ways, pairs.turn, strict=True)]
        found[f"{name} error"] = [look.error for look in looks]
        found[f"{name} worst"] = [look.worst for look in looks]
        found[f"{name} order"] = [look.order for look in looks]
        found[f"{name} unevenness"] = [unevenness(metric, way) for way in ways]
    size = np.abs(pairs.turn)
    pair = int(np.argmax(np.where(size <= np.deg2rad(150.0), size, 0.0)))
    found["example"] = {
        name: {
            "points": np.round(way.double().numpy(), 4).tolist(),
            "speed": np.round(speeds(metric, way), 5).tolist(),
            "pictures": np.round(pictures.decoded_along(model, way, 12), 3).tolist(),
        }
        for name, way in (("geodesic", curves[pair]), ("straight", straight[pair]))
    }
    found["background"] = background(shown, codes(model, pictures.clean(np.linspace(0, 2 * np.pi, 180))))
    return found


def measures(settings: SETTINGS, records: Sequence[Record]) -> list[Measure]:
    """Rows of the table."""
    every = (RECIPE, RECIPE_LINE, DEFAULT, DEFAULT_LINE)
    names = {RECIPE: "geodesic", RECIPE_LINE: "straight", DEFAULT: "geodesic", DEFAULT_LINE: "straight"}

    def seen(what: str) -> dict[str, list[FloatArray]]:
        return {name: _columns(records, name, f"{names[name]} {what}") for name in every}

    def ratio(above: str, below: str) -> dict[str, list[FloatArray]]:
        return {name: _columns(records, name, above, below) for name in (RECIPE, DEFAULT)}

    plain = [_first_of_sweep(record) for record in records]
    unsmoothed = {RECIPE: plain, DEFAULT: _columns(records, DEFAULT, "manifold", "line")}
    bare = {DEFAULT: _columns(records, DEFAULT, "manifold without support", "line without support")}
    by_angle = {
        name: [
            np.stack([record[name.removesuffix("_line")][column], record["turn"]], axis=1)
            for record in records
        ]
        for name, column in zip(every, ("length", "line", "length", "line"), strict=True)
    }
    rivals = (RECIPE, DEFAULT_LINE)
    return [
        measured("geodesic / straight line, mean lengths", ratio("length", "line"), paper="0.389",
                 statistic=ratio_of_means),
        measured("geodesic / data manifold, mean lengths", ratio("length", "manifold"), paper="0.904",
                 statistic=ratio_of_means),
        measured("data manifold / straight line, no smoothing constant", unsmoothed,
                 paper="1.157 (read off)", statistic=ratio_of_means, better="smaller", rivals=(RECIPE,)),
        measured("the same, default without its support term", bare, statistic=ratio_of_means),
        measured("correlation of length with angle", by_angle, paper="0.816; line 0.811 (read off)",
                 statistic=correlation, better="larger", rivals=rivals),
        measured("largest / mean Riemannian speed", seen("unevenness"), paper="1.7; line 4.1 (one, read off)",
                 better="smaller", rivals=rivals),
        measured("largest / mean Riemannian speed, worst pair", seen("unevenness"), statistic=largest),
        measured("pictures on the way from the nearest true one, rms", seen("error"), unit="grey levels of 1",
                 better="smaller", rivals=rivals),
        measured("the same, worst picture on the way", seen("worst"), unit="grey levels of 1",
                 better="smaller", rivals=rivals),
        measured("steps that turn the right way", seen("order"), unit="share", better="larger",
                 rivals=(DEFAULT_LINE,)),
    ]  # fmt: skip


def _columns(records: Sequence[Record], model: str, *names: str) -> list[FloatArray]:
    key = model.removesuffix("_line")
    if len(names) == 1:
        return [np.array(record[key][names[0]]) for record in records]
    return [np.stack([record[key][name] for name in names], axis=1) for record in records]


def _first_of_sweep(record: Record) -> FloatArray:
    """Lengths (n, 2) of manifold and line under the mean metric as it is."""
    sweep = record[RECIPE]["sweep"]
    return np.stack([sweep["manifold"][0], sweep["line"][0]], axis=1)


def targets(
    settings: SETTINGS, records: Sequence[Record], measures: Sequence[Measure], results: Results
) -> None:
    """Correlation, the manifold shorter than the line, and even speed."""
    _, _, plain, _, by_angle, _, worst, *_ = measures
    told = "seeds " + ", ".join(f"{value:.4f}" for value in by_angle.reached[DEFAULT].seeds)
    name = "correlation of geodesic length with angle"
    results.target(name, by_angle.reached[DEFAULT].mean.value, ">=", 0.95, told)
    name = "data manifold / straight line without a smoothing constant, end of the 95 % interval"
    results.target(name, plain.reached[DEFAULT].mean.high, "<=", 1.0)
    name = "largest / mean Riemannian speed of relaxed geodesics, worst pair"
    results.target(name, max(worst.reached[DEFAULT].seeds), "<=", 1.05)


def draw(settings: SETTINGS, records: Sequence[Record], kept: Sequence[Kept]) -> list[Picture]:
    """As the paper's figures 1 to 4."""
    from robogeo.reproduction.pendulum.figures import pictures_of

    return pictures_of(settings.smoothings, records)


def words(settings: SETTINGS, records: Sequence[Record]) -> str:
    """What was done."""
    levels = ", ".join(f"{record[RECIPE]['smoothing']:g}" for record in records)
    return (
        f"{settings.data.pictures:,} pictures of 16 x 16 pixels at uniform angles, noise "
        f"{settings.data.noise:g} (standard deviation), 2-D latent space; {settings.pairs} fresh pairs with "
        f"each of {len(records)} models. The data manifold is what the codes of noise-free pictures along "
        "the shorter arc trace. Smoothed lengths of the recipe are those at the least λ_s tried at which "
        f"manifold / line falls to the paper's {settings.wanted_ratio:g}, or comes nearest to it: {levels} "
        "(seed by seed)."
    )
