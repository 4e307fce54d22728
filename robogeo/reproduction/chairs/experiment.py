"""Chairs turned in the latent space of a convolutional autoencoder: more than two latent dimensions.

Chen et al. 2019 show chairs along a graph geodesic; network, latent dimension and numbers are not known.
Azimuths are known here, so whether a chair turns, in order and evenly, can be told.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from robogeo.data.chairs import SIDE
from robogeo.evaluation.results import Results
from robogeo.fitting import codes
from robogeo.geometry import ExpectedMetric, Metric, PullbackMetric
from robogeo.geometry.curve import spread
from robogeo.models import IWAE
from robogeo.progress import Progress
from robogeo.reproduction.chairs.pictures import Strip, draw_dimensions, draw_turns
from robogeo.reproduction.chairs.turning import turn_of
from robogeo.reproduction.chairs.ways import (
    ChairSettings,
    Views,
    default_graph,
    draw_pairs,
    learned,
    load_views,
    published_ways,
    relaxed_ways,
    straight_ways,
)
from robogeo.reproduction.charts import speeds
from robogeo.reproduction.experiment import Picture, Record
from robogeo.reproduction.intervals import FloatArray
from robogeo.reproduction.kept import Kept
from robogeo.reproduction.measures import DEFAULT, DEFAULT_LINE, RECIPE, RECIPE_LINE, Measure, measured

SETTINGS = ChairSettings
TITLE = "Chairs: turning in more than two latent dimensions"
_ALL = (RECIPE, RECIPE_LINE, DEFAULT, DEFAULT_LINE)
_SHOWN = 3
_STRIP = 12
_CHORDS = 64


def run_seed(settings: ChairSettings, seed: int, kept: Kept, progress: Progress) -> Record:
    """Learn both models and turn chairs in each; the first seed tries other dimensions too."""
    views = load_views(settings)
    pairs = draw_pairs(settings, len(views.x), views.x.shape[1], seed)
    stages = {"recipe": _with_recipe, "default": _with_default}
    if seed == 0 and settings.other_dims:
        stages["dimensions"] = _with_dimensions
    record: dict[str, Any] = {"step_deg": views.step_deg, "pairs": pairs.tolist()}
    inputs = settings.model_dump(mode="json", exclude={"seeds"})
    for name, stage in stages.items():
        record |= kept.record(f"{name}-ways", inputs, partial(stage, settings, views, pairs, kept, progress))
    return record


def _with_recipe(
    settings: ChairSettings, views: Views, pairs: NDArray[np.int64], kept: Kept, progress: Progress
) -> dict[str, Any]:
    """The papers' model: its graph's ways and its straight lines."""
    views = views.blurred(settings.recipe.blur)
    model = learned(settings, settings.recipe, "recipe", views, kept, progress)
    metric = PullbackMetric(model.decode)
    ways = {
        RECIPE: published_ways(settings, model, views, pairs),
        RECIPE_LINE: straight_ways(model, views, pairs),
    }
    return {name: _judged(settings, model, metric, found, views, pairs) for name, found in ways.items()}


def _with_default(
    settings: ChairSettings, views: Views, pairs: NDArray[np.int64], kept: Kept, progress: Progress
) -> dict[str, Any]:
    """The default: its relaxed geodesics, how even their speed is, and its straight lines."""
    views = views.blurred(settings.default.blur)
    model = learned(settings, settings.default, "default", views, kept, progress)
    chart = default_graph(model, codes(model, views.x.reshape(-1, SIDE**2)), settings.chart)
    curves = relaxed_ways(settings, chart, model, views, pairs, progress, f"seed {kept.seed}: turning")
    bare = ExpectedMetric(model.decode_heads)
    ways = {DEFAULT: curves, DEFAULT_LINE: straight_ways(model, views, pairs)}
    judged = {name: _judged(settings, model, bare, found, views, pairs) for name, found in ways.items()}
    return {"uneven_speed": [_unevenness(chart.metric, curve) for curve in curves], **judged}


def _with_dimensions(
    settings: ChairSettings, views: Views, pairs: NDArray[np.int64], kept: Kept, progress: Progress
) -> dict[str, Any]:
    """The default in other latent dimensions, on fewer pairs."""
    found = []
    for d in settings.other_dims:
        wanted = settings.default.model_copy(update={"latent_dim": d})
        other = settings.model_copy(update={"default": wanted})
        of_d = _with_default(other, views, pairs[: settings.other_pairs], kept, progress)
        found.append({"latent_dim": d, **of_d})
    return {"dimensions": found}


def _judged(
    settings: ChairSettings,
    model: IWAE,
    metric: Metric,
    curves: Sequence[torch.Tensor],
    views: Views,
    pairs: NDArray[np.int64],
) -> dict[str, list[Any]]:
    """For each pair whether, how evenly and how well the chair turns, at equal Riemannian steps."""
    rows: dict[str, list[Any]] = {"in_order": [], "uneven_deg": [], "passed": [], "error": [], "length": []}
    for curve, (chair, start, goal) in zip(curves, pairs, strict=True):
        pictures, length = _pictures(model, metric, curve, settings.points)
        turn = turn_of(pictures, views.x[chair], int(start), int(goal))
        rows["in_order"].append(turn.in_order)
        rows["uneven_deg"].append(turn.unevenness * views.step_deg)
        rows["passed"].append(turn.passed)
        rows["error"].append(float(turn.errors.mean()))
        rows["length"].append(length)
    return rows


def measures(settings: ChairSettings, records: Sequence[Record]) -> list[Measure]:
    """Order, evenness, alikeness, and lengths under each model's own metric."""

    def of(field: str) -> dict[str, list[FloatArray]]:
        return {
            name: [np.array(record[name][field], dtype=np.float64) for record in records] for name in _ALL
        }

    long = of("length")
    ratios = {
        name: [a / b for a, b in zip(long[name], long[f"{name}_line"], strict=True)]
        for name in (RECIPE, DEFAULT)
    }
    speed = [np.array(record["uneven_speed"]) for record in records]
    rivals = (RECIPE, DEFAULT_LINE)
    return [
        measured("azimuth order preserved, share of pairs", of("in_order")),
        measured("views between start and goal that are passed, share", of("passed")),
        measured(
            "mean departure from even turning",
            of("uneven_deg"),
            unit="degrees of azimuth",
            better="smaller",
            rivals=rivals,
        ),
        measured(
            "difference from the most alike real view of the chair",
            of("error"),
            unit="grey level, root mean square",
            better="smaller",
            rivals=(DEFAULT_LINE,),  # the recipe is held against sharp pictures, which differ more
        ),
        measured("length over that of the straight line", ratios),
        measured("largest over mean Riemannian speed", {DEFAULT: speed}),
    ]


def targets(
    settings: ChairSettings, records: Sequence[Record], measures: Sequence[Measure], results: Results
) -> None:
    """Order and speed."""
    order, speed = measures[0].reached[DEFAULT].mean.value, measures[-1].reached[DEFAULT].mean.value
    results.target("azimuth order preserved, share of same-chair pairs", order, ">=", 0.9)
    results.target("largest over mean Riemannian speed of relaxed geodesics, mean", speed, "<=", 1.05)


def draw(settings: ChairSettings, records: Sequence[Record], kept: Sequence[Kept]) -> list[Picture]:
    """Chairs along both ways, and what other latent dimensions give."""
    views = load_views(settings).blurred(settings.default.blur)
    # The first pairs, not the best.
    pairs = np.array(records[0]["pairs"])[:_SHOWN]
    with Progress() as progress:
        model = learned(settings, settings.default, "default", views, kept[0], progress)
        graph = default_graph(model, codes(model, views.x.reshape(-1, SIDE**2)), settings.chart)
        curves = relaxed_ways(settings, graph, model, views, pairs, progress, "drawing")
    bare = ExpectedMetric(model.decode_heads)
    ways = {"geodesic": curves, "straight line": straight_ways(model, views, pairs)}
    strips = [
        Strip(name, _pictures(model, bare, found[number], _STRIP)[0], views.x[chair], int(start), int(goal))
        for number, (chair, start, goal) in enumerate(pairs)
        for name, found in ways.items()
    ]
    drawn = [draw_turns(strips, views.step_deg)]
    dimensions = records[0].get("dimensions", [])
    if dimensions:
        own = {name: records[0][name] for name in (DEFAULT, DEFAULT_LINE)}
        drawn.append(draw_dimensions([*dimensions, {"latent_dim": settings.default.latent_dim, **own}]))
    return drawn


def words(settings: ChairSettings, records: Sequence[Record]) -> str:
    """What was done."""
    recipe, default = settings.recipe, settings.default
    return (
        f"{settings.chairs} chairs ({settings.source}) from {360 / records[0]['step_deg']:.0f} sides at "
        f"{settings.elevation_deg:.0f} degrees elevation, 64x64 pixels; {settings.pairs} pairs of views of "
        f"one chair in each of {len(records)} seeds, {settings.least_turn} to {settings.greatest_turn} views "
        f"({records[0]['step_deg']:.1f} degrees each) apart. Both models are convolutional with "
        f"{default.latent_dim} latent dimensions. The recipe is that of the fast geodesics, whose network "
        f"is not known: one decoder, K = {recipe.importance_samples}, mean-only metric, graph over all "
        f"codes, not relaxed. The default has {default.heads} decoders and support, and relaxes; its "
        f"pictures are blurred by {default.blur:g} pixels (recipe: {recipe.blur:g}), and so are the real "
        "views it is held against.\n\n"
        f"Along each way {settings.points} pictures at equal Riemannian steps are compared with all real "
        "views of the chair; the azimuth of the most alike one is the azimuth seen. Order is preserved when "
        "it never turns back nor leaves the arc between start and goal; a way that jumps from start to goal "
        "preserves order too, which the share of views passed and the departure from even turning tell."
    )


def _unevenness(metric: Metric, curve: torch.Tensor) -> float:
    """Largest over mean Riemannian speed, looked at where the curve is known."""
    phi = speeds(metric, curve, len(curve))
    return float(phi.max() / phi.mean())


def _pictures(
    model: IWAE, metric: Metric, curve: torch.Tensor, count: int
) -> tuple[NDArray[np.float32], float]:
    """Decoded pictures (count, 4096) at equal Riemannian steps along a curve, and its length.

    Lengths are those of the chords between many points: a convolutional decoder is dear to differentiate.
    """
    parts = -(-_CHORDS // (len(curve) - 1))
    share = torch.arange(parts, dtype=curve.dtype)[:, None] / parts
    inner = curve[:-1, None] * (1 - share) + curve[1:, None] * share
    points = torch.cat([inner.flatten(0, 1), curve[-1:]])
    with torch.no_grad():
        chords = metric.embed(points).double().diff(dim=0).norm(dim=1).numpy()
        even = torch.from_numpy(spread(points.double().numpy(), chords, count))
        decoded: NDArray[np.float32] = model.decode(even.to(model.offset.dtype)).numpy()
    return decoded, float(chords.sum())
