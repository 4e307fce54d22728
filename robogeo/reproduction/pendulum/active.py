"""Active learning on the pendulum (Chen et al. 2018, IROS): asked where it jumps, it learns to swing."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from robogeo.evaluation.results import Results
from robogeo.progress import Progress
from robogeo.reproduction.experiment import Picture, Record
from robogeo.reproduction.intervals import FloatArray, median
from robogeo.reproduction.kept import Kept
from robogeo.reproduction.measures import Measure, measured
from robogeo.reproduction.settings import ReproductionSettings

if TYPE_CHECKING:
    from robogeo.reproduction.pendulum.swings import Swing

TITLE = "Active learning: a pendulum with a gap"
BEFORE, AFTER, LINE = "before asking", "after asking", "straight line, after asking"


class SETTINGS(ReproductionSettings):
    """Settings of the experiment; its learner is configs/experiments/pendulum.yaml."""

    questions: int = Field(default=6, ge=0, le=1000, description="questions at most")


def run_seed(settings: SETTINGS, seed: int, kept: Kept, progress: Progress) -> Record:
    """Ask until the held-out swing is smooth; a run that was interrupted begins anew."""
    from robogeo.reproduction.pendulum.swings import measure

    run = kept.folder / "run"
    shutil.rmtree(run, ignore_errors=True)
    progress(f"seed {seed}: asking", 0, settings.questions)
    swings = measure(seed, run, settings.questions)
    return {name: _plain(swing) for name, swing in ((BEFORE, swings[0]), (AFTER, swings[-1]))}


def _plain(swing: Swing) -> dict[str, Any]:
    values = {
        name: value.tolist() if isinstance(value, np.ndarray) else value
        for name, value in asdict(swing).items()
    }
    return values | {"largest_step": swing.largest_step, "peak": swing.peak}


def measures(settings: SETTINGS, records: Sequence[Record]) -> list[Measure]:
    """Rows of the table."""
    others = {
        BEFORE: [np.array(record[BEFORE]["others"]) for record in records],
        AFTER: [np.array(record[AFTER]["others"]) for record in records],
        LINE: [np.array(record[AFTER]["others_straight"]) for record in records],
    }

    def one(field: str) -> dict[str, list[FloatArray]]:
        return {name: [np.array([record[name][field]]) for record in records] for name in (BEFORE, AFTER)}

    asked = {AFTER: [np.array([float(len(record[AFTER]["queries"]))]) for record in records]}
    return [
        measured("abruptness of held-out swings across the gap, median", others, statistic=median),
        measured("abruptness of the held-out swing of the figure", one("abruptness")),
        measured("its largest turn between two of 64 steps", one("largest_step"), unit="degrees"),
        measured("peak magnification factor on it", one("peak")),
        measured("questions asked", asked),
    ]


def targets(
    settings: SETTINGS, records: Sequence[Record], measures: Sequence[Measure], results: Results
) -> None:
    """As the claim's own: abrupt before, smooth after, the ridge halved."""
    from robogeo.reproduction.pendulum.swings import SMOOTH

    before, after = ([record[name] for record in records] for name in (BEFORE, AFTER))
    least = min(swing["abruptness"] for swing in before)
    results.target("abruptness before asking, least of all seeds", least, ">=", SMOOTH)
    most = max(swing["abruptness"] for swing in after)
    results.target("abruptness after asking, largest of all seeds", most, "<=", SMOOTH)
    falls = [b["peak"] / a["peak"] for a, b in zip(before, after, strict=True)]
    told = ", ".join(f"{fall:.2f}" for fall in falls)
    name = "peak magnification factor, after / before, mean"
    results.target(name, float(np.mean(falls)), "<=", 0.5, f"seeds {told}")


def draw(settings: SETTINGS, records: Sequence[Record], kept: Sequence[Kept]) -> list[Picture]:
    """Pictures along the geodesic before and after, and what happens on the way."""
    from robogeo.reproduction.pendulum.swings import Swing, drawn

    def swing(plain: dict[str, Any]) -> Swing:
        fields = {name: value for name, value in plain.items() if name not in ("largest_step", "peak")}
        arrays = {name: np.array(value) for name, value in fields.items() if isinstance(value, list)}
        return Swing(**{**fields, **arrays, "queries": fields["queries"]})

    figure = drawn([swing(records[0][name]) for name in (BEFORE, AFTER)])
    caption = "The held-out way (seed 0): pictures, angle turned, and the ridge of the magnification factor."
    return [Picture("swing", figure, caption)]


def words(settings: SETTINGS, records: Sequence[Record]) -> str:
    """What was done."""
    asked = "; ".join(", ".join(record[AFTER]["queries"]) or "nothing" for record in records)
    return (
        "The paper's sizes and numbers are not public, so there is no recipe to run beside. Swings about the "
        "lowest and the highest point are shown, nothing between them; the learner of "
        "`configs/experiments/pendulum.yaml` asks until a held-out swing from one region to the other is "
        f"smooth (abruptness at most 5). Asked, seed by seed: {asked}."
    )
