"""The robot arm of Chen et al. 2018 (AISTATS, section 4.5): a circle of the tool, known by noisy joints.

The arm and its inverse kinematics are those of `arm`. Between pairs on a fresh, noise-free circle run the
straight latent line, the paper's neural geodesic under the mean metric, and robogeo's default; nothing tells
any of them of the circle. Distances of the decoded tool from it are weighed by the tool's way, as in the
paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field

from robogeo.config.settings import Settings
from robogeo.evaluation.results import Results
from robogeo.fitting import codes, decoded, fitted
from robogeo.geometry import Metric
from robogeo.geometry.curve import spread
from robogeo.models import IWAE
from robogeo.motion.world import World
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
from robogeo.reproduction.circle.arm import JOINTS, Circle, CircleArm
from robogeo.reproduction.experiment import Picture, Record
from robogeo.reproduction.intervals import largest, ratio_of_means
from robogeo.reproduction.kept import Kept
from robogeo.reproduction.latent_pictures import background
from robogeo.reproduction.measures import DEFAULT, DEFAULT_LINE, RECIPE, RECIPE_LINE, Measure, measured
from robogeo.reproduction.settings import PairSettings
from robogeo.reproduction.turns import drawn_turns

TITLE = "Robot arm: the tool stays on its circle"
FloatArray = NDArray[np.float64]
Metres = Annotated[float, Field(ge=-2, le=2)]
_FINE, _LOOKS, _SHOWN = 1025, 257, 1200
_WAYS = {RECIPE: "geodesic", RECIPE_LINE: "straight", DEFAULT: "geodesic", DEFAULT_LINE: "straight"}


class DataSettings(Settings):
    """The circle and its recording."""

    centre: Annotated[tuple[Metres, Metres, Metres], Field(strict=False)] = Field(
        default=(0.5, 0.0, 0.55), description="centre of the circle, m; its plane is upright before the arm"
    )
    radius: float = Field(default=0.4, gt=0, le=1, description="its radius, m")
    steps: int = Field(default=6284, ge=10, le=1_000_000, description="time steps of one round")
    noise: float = Field(default=0.03, ge=0, le=1, description="standard deviation on each joint, rad")


class SETTINGS(PairSettings):
    """Settings of the experiment."""

    data: DataSettings = DataSettings()


def run_seed(settings: SETTINGS, seed: int, kept: Kept, progress: Progress) -> Record:
    """Train both models and measure all pairs."""
    data = settings.data
    circle = Circle(data.centre, data.radius)
    with World("ShelfReach", "iiwa") as world:
        arm = CircleArm(world.chain, world.rest)
    angles = np.linspace(0.0, 2.0 * np.pi, data.steps, endpoint=False)
    draw = numpy_generator(seed, 0, "circle: noise")
    x = arm.follow(circle, angles) + data.noise * draw.normal(size=(data.steps, JOINTS))
    start, turn = drawn_turns(settings.pairs, numpy_generator(seed, 0, "circle: pairs"))
    ends = [arm.follow(circle, end) for end in (start, start + turn)]
    record: dict[str, Any] = {"arc": (data.radius * np.abs(turn)).tolist()}
    chosen = np.linspace(0, data.steps - 1, min(_SHOWN, data.steps)).astype(int)
    for name, fit in ((RECIPE, settings.recipe), (DEFAULT, settings.default)):
        model = kept.model(name, [fit, data], partial(fitted, fit, x, seed, name, progress))
        geometry = settings.neural if name == RECIPE else settings.chart
        inputs = [settings.edition, fit, data, settings.pairs, geometry]
        found = partial(_measured, name, model, settings, x, ends, circle, arm, turn, seed, progress)
        record[name] = kept.record(f"pairs-{name}", inputs, found)
        record[name]["codes"] = np.round(codes(model, x[chosen]).numpy(), 4).tolist()
    record["code_angles"] = np.round(np.rad2deg(angles[chosen]), 2).tolist()
    return record


def _measured(
    name: str,
    model: IWAE,
    settings: SETTINGS,
    x: FloatArray,
    ends: Sequence[FloatArray],
    circle: Circle,
    arm: CircleArm,
    turn: FloatArray,
    seed: int,
    progress: Progress,
) -> dict[str, Any]:
    """All pairs of one model, under its own metric."""
    starts, goals = (codes(model, end) for end in ends)
    if name == RECIPE:
        metric: Metric = mean_metric(model)
        shown = metric
        curves = published_geodesics(metric, starts, goals, settings.neural, seed, progress)
    else:
        chart = chart_of(model, codes(model, x), settings.chart)
        metric, shown = chart.metric, chart.decoder_metric
        curves = chart.geodesics(starts, goals)
    points, straight = [curve.points for curve in curves], lines(starts, goals)
    found = _seen(model, metric, points, straight, circle, arm, turn)
    found["length"] = [curve.length for curve in curves]
    found["line"] = lengths(metric, straight).tolist()
    found["background"] = background(shown, codes(model, x))
    return found


def _seen(
    model: IWAE,
    metric: Metric,
    curves: Sequence[torch.Tensor],
    straight: torch.Tensor,
    circle: Circle,
    arm: CircleArm,
    turn: FloatArray,
) -> dict[str, Any]:
    """Distances from the circle, ways of the tool, speeds; and the pair nearest to the paper's 141.5°."""
    found: dict[str, Any] = {"example": {}}
    pair = int(np.argmin(np.abs(np.abs(turn) - np.deg2rad(141.5))))
    for name, ways in (("geodesic", list(curves)), ("straight", list(straight))):
        tools = [_tool_way(model, way, arm) for way in ways]
        away = [1e3 * circle.distance(tool) for tool in tools]
        found[f"{name} error"] = [float(distance.mean()) for distance in away]
        found[f"{name} worst"] = [float(distance.max()) for distance in away]
        steps = [np.linalg.norm(np.diff(tool, axis=0), axis=1).sum() for tool in tools]
        found[f"{name} way"] = [float(step) for step in steps]
        found[f"{name} unevenness"] = [unevenness(metric, way) for way in ways]
        found["example"][name] = {
            "points": np.round(ways[pair].double().numpy(), 4).tolist(),
            "speed": np.round(speeds(metric, ways[pair]), 5).tolist(),
            "tool": np.round(tools[pair], 5).tolist(),
            "error": np.round(away[pair], 3).tolist(),
        }
    return found


def _tool_way(model: IWAE, way: torch.Tensor, arm: CircleArm) -> FloatArray:
    """Places (n, 3) m of the tool along a way (m, d), at even distances of the tool."""
    rows = way.double().numpy()
    fine = spread(rows, np.linalg.norm(np.diff(rows, axis=0), axis=1), _FINE)
    tool = arm.tool(decoded(model, torch.from_numpy(fine)))
    return spread(tool, np.linalg.norm(np.diff(tool, axis=0), axis=1), _LOOKS)


def measures(settings: SETTINGS, records: Sequence[Record]) -> list[Measure]:
    """Rows of the table."""

    def of(name: str, what: str) -> list[FloatArray]:
        return [np.array(record[name.removesuffix("_line")][what]) for record in records]

    def seen(what: str) -> dict[str, list[FloatArray]]:
        return {name: of(name, f"{way} {what}") for name, way in _WAYS.items()}

    arcs = [np.array(record["arc"]) for record in records]
    ways = {
        name: [np.stack([way, arc], axis=1) for way, arc in zip(values, arcs, strict=True)]
        for name, values in seen("way").items()
    }
    ratios = {
        name: [np.stack(pair, axis=1) for pair in zip(of(name, "length"), of(name, "line"), strict=True)]
        for name in (RECIPE, DEFAULT)
    }
    rivals = (RECIPE, DEFAULT_LINE)
    best: dict[str, Any] = {"better": "smaller", "rivals": rivals}
    return [
        measured("tool from the circle, mean on the way", seen("error"), unit="mm",
                 paper="3.6; line 35.6 (one pair, read off)", **best),
        measured("tool from the circle, largest on the way", seen("worst"), unit="mm",
                 paper="8.6; line 92.9 (one pair, read off)", **best),
        measured("the same, worst pair", seen("worst"), unit="mm", statistic=largest),
        measured("mean on the way, worst pair", seen("error"), unit="mm", statistic=largest),
        measured("way of the tool / arc of the circle", ways, statistic=ratio_of_means,
                 paper="1.011; line 1.111 (one pair, read off)"),
        measured("geodesic / straight line, mean lengths", ratios, paper="0.365 (one pair)",
                 statistic=ratio_of_means),
        measured("largest / mean Riemannian speed", seen("unevenness"),
                 paper="2.8; line 6.8 (one pair, read off)", **best),
        measured("largest / mean Riemannian speed, worst pair", seen("unevenness"), statistic=largest),
    ]  # fmt: skip


def targets(
    settings: SETTINGS, records: Sequence[Record], measures: Sequence[Measure], results: Results
) -> None:
    """Millimetres and even speed."""
    reached = [measure.reached[DEFAULT] for measure in measures]
    results.target("tool from the circle, mean over pairs (mm)", reached[0].mean.value, "<=", 1.0)
    name = "tool from the circle, mean on the way of the worst pair (mm)"
    results.target(name, max(reached[3].seeds), "<=", 5.0)
    name = "tool from the circle, largest anywhere (mm)"
    results.target(name, max(reached[2].seeds), "<=", 5.0, "a stricter reading of the same")
    name = "largest / mean Riemannian speed of relaxed geodesics, worst pair"
    results.target(name, max(reached[7].seeds), "<=", 1.05)


def draw(settings: SETTINGS, records: Sequence[Record], kept: Sequence[Kept]) -> list[Picture]:
    """As the paper's figures 8 to 10."""
    from robogeo.reproduction.circle.figures import pictures_of

    return pictures_of(Circle(settings.data.centre, settings.data.radius), records)


def words(settings: SETTINGS, records: Sequence[Record]) -> str:
    """What was done."""
    data = settings.data
    centre = ", ".join(f"{part:g}" for part in data.centre)
    return (
        "KUKA iiwa, joints 1 to 6 (the seventh only spins the flange); upright circle of radius "
        f"{data.radius:g} m round ({centre}) m; of all configurations that reach a place, the one nearest to "
        f"the rest posture. One round of {data.steps:,} steps with noise {data.noise:g} rad on each joint, "
        f"which alone moves the tool by some 20 mm; {settings.pairs} fresh pairs, up to half a round apart, "
        f"with each of {len(records)} models, their ends without noise."
    )
