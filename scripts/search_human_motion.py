"""Choose what the paper leaves open of its experiment on human motion.

    python scripts/search_human_motion.py

Training steps of the recipe, steps and samples of its neural geodesic, and lambda_s, each tried with the rest
as in configs/reproduce/human-motion.yaml, on a seed that the experiment does not use. Fits and measures are
kept under runs/search_human_motion, so that an interrupted search goes on. Writes
docs/results/search_human_motion.json.
"""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from robogeo.evaluation.results import Results
from robogeo.fitting import codes, decoded
from robogeo.geometry import Metric
from robogeo.models import IWAE
from robogeo.parallel import use_one_thread
from robogeo.progress import Progress
from robogeo.randomness import numpy_generator
from robogeo.reproduction.charts import mean_metric, published_geodesics
from robogeo.reproduction.human_motion.experiment import SETTINGS, recipe_metric, walking_model, walking_poses
from robogeo.reproduction.human_motion.poses import Poses
from robogeo.reproduction.human_motion.ways import judged
from robogeo.reproduction.kept import Kept
from robogeo.reproduction.measures import RECIPE
from robogeo.reproduction.settings import load_settings, settings_file

ROOT = Path(__file__).resolve().parent.parent
SEED = 1000  # the experiment counts its seeds from 0
STEPS = (300, 1000, 2000)
NEURAL = ({"samples": 500, "steps": 300}, {"samples": 100, "steps": 300}, {"samples": 100, "steps": 100})
SMOOTHINGS = (0.0, 0.1, 1.0)
FEW_PAIRS, PAIRS = 4, 10


def main() -> None:
    """Search, print and write."""
    use_one_thread()
    settings = load_settings(SETTINGS, settings_file("human-motion"))
    kept = Kept(ROOT / "runs" / "search_human_motion", SEED)
    poses = walking_poses(settings.walks)
    results = Results("search_human_motion", "python scripts/search_human_motion.py")
    with Progress() as progress:
        model = walking_model(settings, poses, SEED, RECIPE, kept, progress)
        for smoothing in SMOOTHINGS:
            tried = _with(settings, smoothing=smoothing)
            results.row(**kept.record("smoothing", tried, partial(_smoothed, tried, model, poses, progress)))
        for update in NEURAL:
            tried = _with(settings, neural=settings.neural.model_copy(update=update))
            results.row(**kept.record("neural", tried, partial(_neural, tried, model, poses, progress)))
        for steps in STEPS:
            tried = _with(settings, recipe=settings.recipe.model_copy(update={"steps": steps}))
            results.row(**kept.record("steps", tried, partial(_fit, tried, poses, kept, progress)))
    print(results.write(ROOT / "docs" / "results"))


def _with(settings: SETTINGS, **update: Any) -> SETTINGS:
    return settings.model_copy(update=update)


def _fit(settings: SETTINGS, poses: Poses, kept: Kept, progress: Progress) -> dict[str, Any]:
    """How well a model fitted so long knows frames that it has not seen."""
    model = walking_model(settings, poses, SEED, RECIPE, kept, progress)
    unseen = poses.frames[poses.trial_of >= len(settings.walks.trials)]
    missed = decoded(model, codes(model, unseen)) - unseen
    return {
        "tried": f"{settings.recipe.steps} training steps",
        "unseen_rms_rad": float(np.sqrt((missed**2).mean())),
    }


def _neural(settings: SETTINGS, model: IWAE, poses: Poses, progress: Progress) -> dict[str, Any]:
    """How short the published geodesics become under the mean metric."""
    metric, neural = mean_metric(model), settings.neural
    found, seconds = _ways(settings, model, metric, poses, FEW_PAIRS, progress)
    return {
        "tried": f"neural geodesic: {neural.samples} samples, {neural.steps} steps",
        "length_rad": float(np.mean(found["geodesic length"])),
        "cpu_s_a_pair": seconds,
    }


def _smoothed(settings: SETTINGS, model: IWAE, poses: Poses, progress: Progress) -> dict[str, Any]:
    """How far the published geodesics stray under a smoothed metric."""
    metric = recipe_metric(model, settings.smoothing)
    found, seconds = _ways(settings, model, metric, poses, PAIRS, progress)
    ratio = np.array(found["geodesic length"]) / np.array(found["straight length"])
    return {
        "tried": f"lambda_s {settings.smoothing:g}",
        "geodesic_over_line": float(ratio.mean()),
        "astray_mm": 1e3 * float(np.mean(found["geodesic astray"])),
        "worst_astray_mm": 1e3 * float(np.mean(found["geodesic worst"])),
        "line_astray_mm": 1e3 * float(np.mean(found["straight astray"])),
        "cpu_s_a_pair": seconds,
    }


def _ways(
    settings: SETTINGS, model: IWAE, metric: Metric, poses: Poses, pairs: int, progress: Progress
) -> tuple[dict[str, Any], float]:
    """Published geodesics between unseen frames as they are judged, and seconds of processor a pair."""
    draw = numpy_generator(SEED, 0, "human motion: search")
    unseen = poses.frames[poses.trial_of >= len(settings.walks.trials)]
    starts, goals = (codes(model, draw.choice(unseen, pairs)) for _ in range(2))
    began = time.process_time()
    curves = published_geodesics(metric, starts, goals, settings.neural, SEED, progress)
    seconds = (time.process_time() - began) / pairs
    return judged(model, poses, metric, [curve.points for curve in curves], starts, goals), seconds


if __name__ == "__main__":
    main()
