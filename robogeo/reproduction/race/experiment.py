"""Graph geodesics against neural ones, on the same pairs under the same metric: length, time and speed.

Chen et al. 2019 claim that shortest paths in a graph of codes need far less time than the neural geodesics of
2018, without notable loss; their numbers are not known. The metric here is the papers' own, one decoder's
mean, so that nothing but the way to the geodesic differs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from pydantic import Field

from robogeo.evaluation.results import Results
from robogeo.fitting import FitSettings, codes, fitted
from robogeo.geometry import Geodesic, GeodesicGraph, Metric, fit_neural_geodesic, polyline_length, relax
from robogeo.models import IWAE
from robogeo.progress import Progress
from robogeo.randomness import derived_seed
from robogeo.reproduction.charts import lengths, lines, published_geodesics, unevenness
from robogeo.reproduction.clothes.maps import drawn_pairs, load_clothes, mean_only
from robogeo.reproduction.experiment import Picture, Record
from robogeo.reproduction.human_motion.experiment import WalkData, walking_poses
from robogeo.reproduction.intervals import FloatArray, median
from robogeo.reproduction.kept import Kept
from robogeo.reproduction.measures import DEFAULT, DEFAULT_LINE, RECIPE, Measure, measured
from robogeo.reproduction.race.figure import draw_race
from robogeo.reproduction.settings import NeuralSettings, ReproductionSettings

TITLE = "Graph geodesics against neural geodesics"
DATA = {"clothes": "Fashion-MNIST", "walks": "CMU walks"}
PUBLISHED, REPAIRED, GRAPH, RELAXED, LINE = "published", "repaired", "graph", "relaxed", "line"


class SETTINGS(ReproductionSettings):
    """Settings of the experiment."""

    pictures: int = Field(default=60_000, ge=100, le=60_000, description="pictures of clothes learned from")
    clothes: FitSettings = Field(description="model of clothes: one decoder")
    walk_data: WalkData = Field(description="trials of walking")
    walks: FitSettings = Field(description="model of walks: one decoder")
    nodes: int = Field(default=10_000, ge=2, le=60_000, description="codes in a graph, at most")
    neighbors: int = Field(default=10, ge=1, le=1000, description="edges of a node")
    segments: int = Field(default=32, ge=3, le=1024, description="segments of a relaxed geodesic")
    pairs: int = Field(default=5, ge=2, le=10_000, description="pairs of each data set and seed")
    neural: NeuralSettings = Field(default=NeuralSettings(), description="the published neural geodesic")


def run_seed(settings: SETTINGS, seed: int, kept: Kept, progress: Progress) -> Record:
    """Race on both data sets."""
    inputs = settings.model_dump(mode="json", exclude={"seeds"})
    runs = {"clothes": _clothes, "walks": _walks}
    return {
        name: kept.record(f"race-{name}", inputs, partial(run, settings, seed, kept, progress))
        for name, run in runs.items()
    }


def _clothes(settings: SETTINGS, seed: int, kept: Kept, progress: Progress) -> dict[str, Any]:
    clothes = load_clothes(settings.pictures)

    def make() -> IWAE:
        return fitted(settings.clothes, clothes.train, seed, "clothes", progress)

    model = kept.model("clothes", [settings.clothes, settings.pictures], make)
    pairs = drawn_pairs(settings.pairs, len(clothes.test), seed)
    starts, goals = (codes(model, clothes.test[pairs[:, end]]) for end in (0, 1))
    return _race(settings, model, codes(model, clothes.train), starts, goals, seed, progress)


def _walks(settings: SETTINGS, seed: int, kept: Kept, progress: Progress) -> dict[str, Any]:
    poses = walking_poses(settings.walk_data)
    learned = poses.trial_of < len(settings.walk_data.trials)

    def make() -> IWAE:
        return fitted(
            settings.walks, poses.frames[learned], seed, "walks", progress, groups=poses.trial_of[learned]
        )

    model = kept.model("walks", [settings.walks, settings.walk_data], make)
    unseen = poses.frames[~learned]
    pairs = drawn_pairs(settings.pairs, len(unseen), seed)
    starts, goals = (codes(model, unseen[pairs[:, end]]) for end in (0, 1))
    return _race(settings, model, codes(model, poses.frames[learned]), starts, goals, seed, progress)


def _race(
    settings: SETTINGS,
    model: IWAE,
    all_codes: torch.Tensor,
    starts: torch.Tensor,
    goals: torch.Tensor,
    seed: int,
    progress: Progress,
) -> dict[str, Any]:
    """Every contender on every pair, in turn, each by processor time."""
    metric = mean_only(model)
    began = time.process_time()
    graph = GeodesicGraph.build(metric, all_codes[: settings.nodes], settings.neighbors)
    graph.geodesic(graph.nodes[0], graph.nodes[-1])  # finds its landmarks
    relax(metric, lines(starts[:1], goals[:1])[0], settings.segments)  # compiles what is compiled
    found: dict[str, Any] = {"build_s": time.process_time() - began, "nodes": len(graph.nodes)}
    names = (PUBLISHED, REPAIRED, GRAPH, RELAXED)
    found |= {name: {"length": [], "seconds": [], "uneven": []} for name in names}
    for pair, (start, goal) in enumerate(zip(starts, goals, strict=True)):
        progress(f"seed {seed}: neural geodesics", pair, len(starts))
        key = _key(seed, pair)
        ways: dict[str, Callable[[], Geodesic]] = {
            GRAPH: partial(graph.geodesic, start, goal),
            RELAXED: partial(_relaxed, graph, start, goal, settings.segments),
            REPAIRED: partial(
                fit_neural_geodesic, metric, start, goal, steps=settings.neural.steps, seed=key
            ),
            PUBLISHED: partial(_published, metric, start, goal, settings.neural, key, progress),
        }
        for name, way in ways.items():
            began = time.process_time()
            curve = way()
            found[name]["seconds"].append(time.process_time() - began)
            found[name]["length"].append(polyline_length(metric, curve.points))
            if name in (RELAXED, PUBLISHED):  # the others are polylines, or no part of the table
                found[name]["uneven"].append(unevenness(metric, curve.points))
    found[LINE] = {"length": lengths(metric, lines(starts, goals)).tolist()}
    return found


def _relaxed(graph: GeodesicGraph, start: torch.Tensor, goal: torch.Tensor, segments: int) -> Geodesic:
    return relax(graph.metric, graph.geodesic(start, goal), segments)


def _published(
    metric: Metric,
    start: torch.Tensor,
    goal: torch.Tensor,
    settings: NeuralSettings,
    key: int,
    progress: Progress,
) -> Geodesic:
    return published_geodesics(metric, start[None], goal[None], settings, key, progress)[0]


def _key(seed: int, pair: int) -> int:
    return int.from_bytes(derived_seed(seed, 0, "neural geodesic", pair)[:4], "big")


def measures(settings: SETTINGS, records: Sequence[Record]) -> list[Measure]:
    """Lengths, ratios of length and time, speeds; of each data set."""
    found = []
    for data, title in DATA.items():

        def of(name: str, field: str = "length", data: str = data) -> list[FloatArray]:
            return [np.array(record[data][name][field], dtype=np.float64) for record in records]

        ratio = _ratios(of(RELAXED), of(PUBLISHED))
        found += [
            measured(
                f"{title}: length",
                {RECIPE: of(PUBLISHED), DEFAULT: of(RELAXED), DEFAULT_LINE: of(LINE)},
                unit="observation units",
                paper="2.57, straight line 2.89 (smoothed, one pair)" if data == "walks" else "",
                better="smaller",
                rivals=(RECIPE, DEFAULT_LINE),
            ),
            measured(f"{title}: length over published neural, median", {DEFAULT: ratio}, statistic=median),
            measured(
                f"{title}: length over repaired neural, median",
                {DEFAULT: _ratios(of(RELAXED), of(REPAIRED))},
                statistic=median,
            ),
            measured(
                f"{title}: length of the graph's way over relaxed, median",
                {DEFAULT: _ratios(of(GRAPH), of(RELAXED))},
                statistic=median,
            ),
            measured(
                f"{title}: time over published neural, median",
                {DEFAULT: _ratios(of(RELAXED, "seconds"), of(PUBLISHED, "seconds"))},
                statistic=median,
            ),
            measured(
                f"{title}: largest over mean Riemannian speed",
                {RECIPE: of(PUBLISHED, "uneven"), DEFAULT: of(RELAXED, "uneven")},
            ),
        ]
    return found


def _ratios(ours: Sequence[FloatArray], theirs: Sequence[FloatArray]) -> list[FloatArray]:
    return [a / b for a, b in zip(ours, theirs, strict=True)]


def targets(
    settings: SETTINGS, records: Sequence[Record], measures: Sequence[Measure], results: Results
) -> None:
    """Ratios of length and time, and speed."""
    value = {measure.name: measure.reached[DEFAULT].mean.value for measure in measures}
    for title in DATA.values():
        name = f"{title}: length over published neural, median"
        results.target(name, value[name], "<=", 1.0)
        name = f"{title}: time over published neural, median"
        results.target(name, value[name], "<=", 1 / 50, "graph and relaxation, its graph built before")
        name = f"{title}: largest over mean Riemannian speed"
        results.target(f"{name}, mean of relaxed geodesics", value[name], "<=", 1.05)


def draw(settings: SETTINGS, records: Sequence[Record], kept: Sequence[Kept]) -> list[Picture]:
    """Length against time of every contender."""
    return [draw_race(records, DATA, (GRAPH, RELAXED, REPAIRED, PUBLISHED))]


def words(settings: SETTINGS, records: Sequence[Record]) -> str:
    """What was done."""
    neural = settings.neural
    build = {title: np.mean([record[data]["build_s"] for record in records]) for data, title in DATA.items()}
    built = " and ".join(f"{seconds:.1f} s for {title}" for title, seconds in build.items())
    return (
        f"{settings.pairs} pairs a data set in each of {len(records)} seeds, all contenders in turn in one "
        "process of one thread, by processor time, under the metric of one decoder's mean. The published "
        f"neural geodesic takes {neural.steps} steps on {neural.samples} values of t, after "
        f"{neural.curves} Bezier curves of {neural.pretraining_steps} steps (steps are ours: the paper has "
        f"none); the default is a search on the graph and a relaxation. The graph of at most "
        f"{settings.nodes:,} codes is built once, in {built}, and serves every pair. Neural geodesics "
        "profit here from decoders in closed form and a narrowed last layer as the graph does. Times are "
        "of the machine that ran them; only their ratios are meant."
    )
