"""An experiment of a second: the default is nearer to zero than the recipe, on the same pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pydantic import Field

from robogeo.evaluation.results import Results
from robogeo.fitting import FitSettings, codes, fitted
from robogeo.models import IWAE
from robogeo.progress import Progress
from robogeo.randomness import numpy_generator
from robogeo.report.style import new_figure
from robogeo.reproduction.experiment import Picture
from robogeo.reproduction.kept import Kept
from robogeo.reproduction.measures import DEFAULT, RECIPE, Measure, measured
from robogeo.reproduction.settings import ReproductionSettings

TITLE = "An experiment of a second"


class SETTINGS(ReproductionSettings):
    """Settings of the experiment."""

    pairs: int = Field(default=20, ge=1, description="pairs")
    fit: FitSettings = FitSettings(hidden=(4,), heads=1, steps=3, batch=4)


def observations(seed: int) -> np.ndarray:
    return numpy_generator(seed, 0, "made").normal(size=(12, 3))


def run_seed(settings: SETTINGS, seed: int, kept: Kept, progress: Progress) -> Mapping[str, Any]:
    x = observations(seed)
    model: IWAE = kept.model("fit", settings.fit, lambda: fitted(settings.fit, x, seed, "made", progress))
    noise = numpy_generator(seed, 0, "pairs").normal(size=settings.pairs)
    return {
        "code": float(codes(model, x).sum()),
        DEFAULT: (1.0 + 0.1 * noise).tolist(),
        RECIPE: (2.0 + 0.1 * noise).tolist(),
    }


def measures(settings: SETTINGS, records: Sequence[Mapping[str, Any]]) -> list[Measure]:
    samples = {name: [np.array(record[name]) for record in records] for name in (RECIPE, DEFAULT)}
    return [
        measured("error", samples, unit="mm", paper="3.6", better="smaller", rivals=(RECIPE,)),
        measured("error, again", samples),
    ]


def targets(
    settings: SETTINGS,
    records: Sequence[Mapping[str, Any]],
    measures: Sequence[Measure],
    results: Results,
) -> None:
    results.target("error", measures[0].reached[DEFAULT].mean.value, "<=", 0.5, "never met")


def draw(settings: SETTINGS, records: Sequence[Mapping[str, Any]], kept: Sequence[Kept]) -> list[Picture]:
    figure = new_figure(2.0, 1.0)
    figure.subplots().plot([0, 1])
    return [Picture("line", figure, "A line."), Picture("again", figure, "The same line.")]


def words(settings: SETTINGS, records: Sequence[Mapping[str, Any]]) -> str:
    return "Nothing is measured here."
