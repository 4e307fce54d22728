"""Human motion of Chen et al. 2018 (AISTATS, section 4.6): walks of one person, and all motions of another.

Poses are 50 joint angles of subject 35. Pairs are frames of trials that no model has seen. Between them run
the straight latent line, the paper's neural geodesic under the recipe's metric, and robogeo's default. How
good a way is, is judged without any metric: how far its poses stray from the nearest pose ever recorded.

Then one latent space holds everything subject 02 does, and geodesics lead from one kind of motion to another.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field

from robogeo.config.settings import Names, Settings
from robogeo.data.cmu_mocap import NAME as CMU_MOCAP
from robogeo.data.cmu_mocap import recorded
from robogeo.data.public_sets import public_sets
from robogeo.evaluation.results import Results
from robogeo.fitting import FitSettings, codes, decoded, fitted
from robogeo.geometry import Metric, PullbackMetric, SmoothedMetric
from robogeo.models import IWAE
from robogeo.motion.decoder_heads import heads_in_closed_form
from robogeo.progress import Progress
from robogeo.randomness import numpy_generator
from robogeo.reproduction.charts import (
    chart_of,
    lines,
    mean_metric,
    published_geodesics,
)
from robogeo.reproduction.experiment import Film, Picture, Record
from robogeo.reproduction.human_motion.poses import Poses, evenly
from robogeo.reproduction.human_motion.ways import SHOWN, closed_walk, judged, shown
from robogeo.reproduction.intervals import largest
from robogeo.reproduction.kept import Kept
from robogeo.reproduction.measures import DEFAULT, DEFAULT_LINE, RECIPE, RECIPE_LINE, Measure, measured
from robogeo.reproduction.settings import ChartSettings, PairSettings

TITLE = "Human motion: between poses of a walk, and between kinds of motion"
FloatArray = NDArray[np.float64]
Listed = Annotated[Names, Field(max_length=100)]


class WalkData(Settings):
    """The walks."""

    trials: Listed = Field(default=("35_01", "35_02"), description="trials of one subject, learned from")
    unseen: Listed = Field(default=("35_03",), description="trials whose frames are the ends of pairs")
    left_out: Listed = Field(default=(), description="bones that are no part of a pose, beside the root")


class SeveralData(Settings):
    """Several kinds of motion of one person."""

    trials: Listed = Field(default=("02_01", "02_03"), description="trials of one subject")
    kinds: Listed = Field(default=("walk", "run"), description="what is done in each")
    left_out: Listed = Field(default=(), description="bones that are no part of a pose, beside the root")
    every: int = Field(default=4, ge=1, le=1000, description="one frame in so many is learned from")
    pairs: int = Field(default=100, ge=1, le=100_000, description="pairs of frames of different kinds")
    fit: FitSettings = FitSettings(latent_dim=3)
    chart: ChartSettings = ChartSettings()


class SETTINGS(PairSettings):
    """Settings of the experiment."""

    walks: WalkData = WalkData()
    smoothing: float = Field(default=0.0, ge=0, le=1e12, description="lambda_s of the paper's metric")
    several: SeveralData = SeveralData()


def run_seed(settings: SETTINGS, seed: int, kept: Kept, progress: Progress) -> Record:
    """Train the models and measure all pairs."""
    return {
        "walks": kept.record("walks", *_walk_stage(settings, seed, kept, progress)),
        "several": kept.record(
            "several", settings.several, partial(_several, settings.several, seed, kept, progress)
        ),
    }


def walking_model(
    settings: SETTINGS, poses: Poses, seed: int, which: str, kept: Kept, progress: Progress
) -> IWAE:
    """A model of the walks, fitted or read.

    Args:
        settings: of the experiment.
        poses: `walking_poses` of it.
        seed: of the experiment.
        which: `RECIPE` or `DEFAULT`.
        kept: where the seed's stages are.
        progress: told about the fit.
    """
    fit = settings.recipe if which == RECIPE else settings.default
    seen = poses.trial_of < len(settings.walks.trials)
    x, groups = poses.frames[seen], poses.trial_of[seen]
    make = partial(fitted, fit, x, seed, which, progress, groups=groups)
    return kept.model(which, [fit, settings.walks], make)


def walking_poses(data: WalkData) -> Poses:
    """Poses of all walks, first of the trials that are learned from, then of the unseen ones."""
    return Poses(recorded((*data.trials, *data.unseen)), data.left_out)


def _walk_stage(settings: SETTINGS, seed: int, kept: Kept, progress: Progress) -> tuple[object, Any]:
    inputs = settings.model_dump(mode="json", exclude={"seeds", "several"})
    return inputs, partial(_walks, settings, seed, kept, progress)


def _walks(settings: SETTINGS, seed: int, kept: Kept, progress: Progress) -> dict[str, Any]:
    """Both models of the walks, on the same pairs."""
    poses, count = walking_poses(settings.walks), len(settings.walks.trials)
    unseen = np.flatnonzero(poses.trial_of >= count)
    draw = numpy_generator(seed, 0, "human motion: pairs")
    ends = np.stack([draw.choice(unseen, 2, replace=False) for _ in range(settings.pairs)], axis=1)
    starts, goals = poses.frames[ends[0]], poses.frames[ends[1]]
    learned = poses.frames[poses.trial_of < count]
    models = {name: walking_model(settings, poses, seed, name, kept, progress) for name in (RECIPE, DEFAULT)}
    model = models[RECIPE]
    metric = recipe_metric(model, settings.smoothing)
    pair_codes = codes(model, starts), codes(model, goals)
    curves = _published(settings, metric, *pair_codes, seed, kept, progress)
    found: dict[str, Any] = {"learned": list(learned.shape)}
    found[RECIPE] = judged(model, poses, metric, curves, *pair_codes)
    found[RECIPE]["shown"] = shown(model, poses, mean_metric(model), learned)
    model = models[DEFAULT]
    chart = chart_of(model, codes(model, learned), settings.chart)
    pair_codes = codes(model, starts), codes(model, goals)
    ways = chart.geodesics(*pair_codes)
    found[DEFAULT] = judged(model, poses, chart.metric, [way.points for way in ways], *pair_codes)
    found[DEFAULT]["shown"] = shown(model, poses, chart.decoder_metric, learned)
    found[DEFAULT]["shown"]["loop"] = closed_walk(model, chart, poses)
    return found


def _published(
    settings: SETTINGS,
    metric: Metric,
    starts: torch.Tensor,
    goals: torch.Tensor,
    seed: int,
    kept: Kept,
    progress: Progress,
) -> list[torch.Tensor]:
    """The paper's geodesics, points (n, d) each; the longest stage, so it is kept on its own."""

    def made() -> dict[str, Any]:
        found = published_geodesics(metric, starts, goals, settings.neural, seed, progress)
        return {"points": [curve.points.double().tolist() for curve in found]}

    inputs = settings.model_dump(mode="json", include={"walks", "pairs", "recipe", "smoothing", "neural"})
    return [torch.tensor(points) for points in kept.record("published", inputs, made)["points"]]


def recipe_metric(model: IWAE, smoothing: float) -> PullbackMetric:
    """The mean decoder's metric, smoothed by lambda_s unless that is 0."""
    if smoothing == 0.0:
        return mean_metric(model)
    return SmoothedMetric(model.decode, smoothing, perceptron=heads_in_closed_form(model))


def _several(data: SeveralData, seed: int, kept: Kept, progress: Progress) -> dict[str, Any]:
    """One latent space of several kinds of motion, and geodesics between kinds."""
    poses = Poses(recorded(data.trials), data.left_out)
    learned = np.arange(0, len(poses.frames), data.every)
    x, trial = poses.frames[learned], poses.trial_of[learned]
    make = partial(fitted, data.fit, x, seed, "several kinds", progress, groups=trial)
    model = kept.model("several", data, make)
    z = codes(model, x)
    chart = chart_of(model, z, data.chart)
    ends = pairs_of_kinds(data, trial, seed)
    starts, goals = z[ends[0]], z[ends[1]]
    curves = [way.points for way in chart.geodesics(starts, goals)]
    found = judged(model, poses, chart.metric, curves, starts, goals)
    found["pairs"] = trial[ends].T.tolist()
    found["codes"] = np.round(z[::2].numpy(), 3).tolist()
    found["trials"] = trial[::2].tolist()
    pair = found["farthest"]
    for name, way in (("geodesic", curves[pair]), ("straight", lines(starts, goals)[pair])):
        near = poses.nearest(evenly(decoded(model, way), SHOWN))
        found["examples"][str(pair)][name]["trials"] = poses.trial_of[near].tolist()
    return found


def pairs_of_kinds(data: SeveralData, trial: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Frames (2, pairs) of two kinds each; every kind is as likely as another, however long it took."""
    draw = numpy_generator(seed, 0, "human motion: kinds")
    kinds = sorted(set(data.kinds))
    of = np.array([kinds.index(kind) for kind in data.kinds])[trial]
    ends = []
    for _ in range(data.pairs):
        two = draw.choice(len(kinds), 2, replace=False)
        ends.append([int(draw.choice(np.flatnonzero(of == kind))) for kind in two])
    return np.array(ends).T


def measures(settings: SETTINGS, records: Sequence[Record]) -> list[Measure]:
    """Rows of the table."""
    every = (RECIPE, RECIPE_LINE, DEFAULT, DEFAULT_LINE)

    def seen(what: str, scale: float = 1.0) -> dict[str, list[FloatArray]]:
        return {name: _column(records, name, what, scale) for name in every}

    def other(what: str, scale: float = 1.0) -> dict[str, list[FloatArray]]:
        return {
            name: [scale * np.array(record["several"][f"{_way(name)} {what}"]) for record in records]
            for name in (DEFAULT, DEFAULT_LINE)
        }

    ratios = {
        name: [
            np.array(record["walks"][name]["geodesic length"])
            / np.array(record["walks"][name]["straight length"])
            for record in records
        ]
        for name in (RECIPE, DEFAULT)
    }
    rivals = (RECIPE, RECIPE_LINE, DEFAULT_LINE)
    return [
        measured("length under the model's own metric", seen("length"), unit="rad",
                 paper="2.57; line 2.89 (one pair)"),
        measured("geodesic / straight line, length", ratios, paper="0.889 (one pair)"),
        measured("distance of poses on the way from the nearest recorded one", seen("astray", 1e3),
                 unit="mm a joint", better="smaller", rivals=rivals),
        measured("the same, worst pose on the way", seen("worst", 1e3), unit="mm a joint", better="smaller",
                 rivals=rivals),
        measured("largest / mean Riemannian speed", seen("unevenness"), better="smaller", rivals=rivals),
        measured("largest / mean Riemannian speed, worst pair", seen("unevenness"), statistic=largest),
        measured("subject 02, kind to kind: distance from the nearest recorded pose", other("astray", 1e3),
                 unit="mm a joint", better="smaller", rivals=(DEFAULT_LINE,)),
        measured("subject 02, kind to kind: worst pose on the way", other("worst", 1e3), unit="mm a joint",
                 better="smaller", rivals=(DEFAULT_LINE,)),
        measured("subject 02, kind to kind: largest / mean Riemannian speed, worst pair", other("unevenness"),
                 statistic=largest),
    ]  # fmt: skip


def _way(contender: str) -> str:
    return "straight" if contender in (RECIPE_LINE, DEFAULT_LINE) else "geodesic"


def _column(records: Sequence[Record], contender: str, what: str, scale: float) -> list[FloatArray]:
    model = contender.removesuffix("_line")
    return [scale * np.array(record["walks"][model][f"{_way(contender)} {what}"]) for record in records]


def targets(
    settings: SETTINGS, records: Sequence[Record], measures: Sequence[Measure], results: Results
) -> None:
    """Even speed, of every relaxed geodesic."""
    for measure in measures:
        if measure.name.endswith("worst pair"):
            worst = max(measure.reached[DEFAULT].seeds)
            results.target(f"{measure.name}, relaxed geodesics", worst, "<=", 1.05)


def draw(settings: SETTINGS, records: Sequence[Record], kept: Sequence[Kept]) -> list[Picture | Film]:
    """As the paper's figures 11 to 13, and the motions of subject 02."""
    from robogeo.reproduction.human_motion.figures import pictures_of

    skeleton = recorded(settings.walks.trials[:1]).skeleton
    return pictures_of(records[0], skeleton, settings.several.kinds)


def words(settings: SETTINGS, records: Sequence[Record]) -> str:
    """What was done, and how it differs from the paper."""
    data, several = settings.walks, settings.several
    frames, angles = records[0]["walks"]["learned"]
    return (
        f"{frames:,} frames of {len(data.trials)} walks of subject 35, {angles} joint angles "
        "(62 channels less the root's 6 and the 6 that are constant); pairs are frames of "
        f"{', '.join(data.unseen)}, which no model has seen: {settings.pairs} pairs with each of "
        f"{len(records)} models. The paper has trials 1 to 16 and 6,616 frames; trials 11 and 16 are not "
        "among the files that are downloaded and checked here. Noise of "
        f"{settings.recipe.augmentation_std:g} rad is drawn anew at each step, where the "
        f"paper made four noisy copies. λ_s is {settings.smoothing:g}, the recipe's training "
        f"{settings.recipe.steps:,} steps, its geodesics {settings.neural.samples} samples and "
        f"{settings.neural.steps} steps; scripts/search_human_motion.py looks at others. Decoder means are "
        "linear outputs on standardised angles, where the paper has softplus.\n\n"
        "Lengths are comparable within one model only. What compares models knows no metric: poses at equal "
        "steps of joint angle along the way, and how far each is, by the root mean square over the joints, "
        "from the nearest of all recorded poses. A way that leaves the data decodes to poses nobody took.\n\n"
        f"Of subject 02, {len(several.trials)} trials of {len(set(several.kinds))} kinds share one "
        f"{several.fit.latent_dim}-D latent space; {several.pairs} pairs of frames of different kinds.\n\n"
        + public_sets()[CMU_MOCAP].acknowledgement
    )
