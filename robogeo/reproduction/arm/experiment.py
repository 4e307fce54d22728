"""Active learning on the arm (Chen et al. 2018, IROS): generalising, transitions between skills, collisions.

The runs and what fresh requests say of them are `runs`; each claim has a file of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from robogeo.evaluation.results import Results
from robogeo.progress import Progress
from robogeo.reproduction.arm.records import (
    AFTER,
    BEFORE,
    JOINT_LINE,
    LATENT_LINE,
    between_skills,
    never_shown,
)
from robogeo.reproduction.experiment import Picture, Record
from robogeo.reproduction.intervals import FloatArray, median
from robogeo.reproduction.kept import Kept
from robogeo.reproduction.measures import Measure, measured
from robogeo.reproduction.settings import ReproductionSettings

TITLE = "Active learning: a seven-joint arm"
Changes = Annotated[tuple[Annotated[str, Field(max_length=200)], ...], Field(strict=False)]


class SETTINGS(ReproductionSettings):
    """Settings of the experiment; its learners are those of configs/experiments."""

    changes: Changes = Field(
        default=(), max_length=100, description="fields of the three configurations that are replaced"
    )


def run_seed(settings: SETTINGS, seed: int, kept: Kept, progress: Progress) -> Record:
    """Run the three scenes, or go on with them, and measure them on fresh requests."""
    from robogeo.reproduction.arm.runs import SCENES, measured

    record = {}
    for number, scene in enumerate(SCENES):
        progress(f"seed {seed}: {scene}", number, len(SCENES))
        record[scene] = asdict(measured((kept.folder, scene, seed, settings.changes)))
    return record


def _shares(
    records: Sequence[Record], scene: str, methods: Sequence[str], hit: Any, kind: Any
) -> dict[str, list[FloatArray]]:
    """By method, for each seed one value a request: whether `hit` holds, where `kind` does."""
    found = {}
    for method in methods:
        each = []
        for record in records:
            run = record[scene]
            wanted = kind(run)
            rows = [row for row in run["records"] if row["method"] == method and wanted(row)]
            each.append(np.array([float(hit(row)) for row in rows]))
        found[method] = each
    return found


def _never_shown(run: Record) -> Callable[[Record], bool]:
    return never_shown(run["demonstrated"])


def _between(run: Record) -> Callable[[Record], bool]:
    return between_skills


def _any(run: Record) -> Callable[[Record], bool]:
    return lambda row: True


def measures(settings: SETTINGS, records: Sequence[Record]) -> list[Measure]:
    """Rows of the table; success and collision are shares of all fresh requests."""
    moments = (BEFORE, AFTER)
    shares = partial(_shares, records)
    every = (*moments, JOINT_LINE, LATENT_LINE)

    def success(row: Record) -> bool:
        return not row["failure"]

    rows = [
        measured(
            "ShelfReach: success between pairs of places never shown",
            shares("ShelfReach", moments, success, _never_shown),
        ),
        measured("TwoSkills: success between skills", shares("TwoSkills", moments, success, _between)),
        measured(
            "TwoSkills: abruptness between skills, median",
            shares("TwoSkills", moments, lambda row: row["abruptness"], _between),
            statistic=median,
        ),
    ]
    for scene in records[0]:
        rows.append(
            measured(f"{scene}: collisions", shares(scene, every, lambda row: row["collision"], _any))
        )
    return rows


def targets(
    settings: SETTINGS, records: Sequence[Record], measures: Sequence[Measure], results: Results
) -> None:
    """As the claims' own."""
    never, between, abrupt, *collisions = [measure.reached for measure in measures]
    for name, reached in (("pairs never shown", never), ("between skills", between)):
        results.target(f"success, {name}, after asking", reached[AFTER].mean.value, ">=", 0.9)
    ratio = abrupt[AFTER].mean.value / abrupt[BEFORE].mean.value
    results.target("median abruptness between skills, after / before", ratio, "<=", 0.5)
    for measure, reached in zip(measures[3:], collisions, strict=True):
        results.target(f"{measure.name} after asking", reached[AFTER].mean.value, "<=", 0.1)


def draw(settings: SETTINGS, records: Sequence[Record], kept: Sequence[Kept]) -> list[Picture]:
    """The figures of the three claims."""
    from robogeo.reproduction.arm import collisions, generalising, transition
    from robogeo.reproduction.arm.runs import SCENES, Measured, NoExampleError

    runs = {scene: [Measured(**record[scene]) for record in records] for scene in SCENES}
    place: Path = kept[0].folder
    skills, detour = runs[transition.SCENE], runs[collisions.SCENE]
    whole = [run for of_scene in runs.values() for run in of_scene]
    pictures = [
        Picture(
            "generalising",
            generalising.drawn(runs[generalising.SCENE]),
            "ShelfReach: success from place to place before and after asking, and on pairs never shown.",
        )
    ]
    # A brief run may not know any request well enough for an example; then there is no such picture.
    with suppress(NoExampleError):
        figure = transition.drawn(skills, transition.example(place, skills[0]))
        told = "TwoSkills: a way between skills before and after asking, success, abruptness, questions."
        pictures.append(Picture("transition", figure, told))
    with suppress(NoExampleError):
        figure = collisions.drawn(whole, collisions.example(place, detour[0]))
        told = "What becomes of requests along straight lines and along geodesics."
        pictures.append(Picture("collisions", figure, told))
    return pictures


def words(settings: SETTINGS, records: Sequence[Record]) -> str:
    """What was done."""
    return (
        "The paper's scenes, sizes and numbers are not public, so there is no recipe to run beside. The "
        "learners are those of `configs/experiments`; requests that no run used, others for each seed, are "
        "planned by the first model and by the last, and along straight lines, and run in the simulator. "
        "What each claim means, and how it is judged, is told in [the claims](claims.md)."
    )
