"""From the name of an experiment to its results, its pictures and its section of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from robogeo.durable import make_folder, write_atomically
from robogeo.evaluation.results import Results
from robogeo.parallel import use_one_thread
from robogeo.progress import Progress
from robogeo.report.gif import gif_bytes
from robogeo.report.png import figure_png
from robogeo.reproduction.experiment import Experiment, Film, Picture, find_experiment
from robogeo.reproduction.kept import Kept
from robogeo.reproduction.measures import Measure, add_victories
from robogeo.reproduction.section import picture_link, replace_section, table, targets_table
from robogeo.reproduction.settings import ReproductionSettings, load_settings, settings_file

PAGE = "reproductions.md"


@dataclass(frozen=True)
class Places:
    """Where an experiment's files go.

    Attributes:
        kept: what seeds have finished.
        results: folder of the JSON file.
        images: folder of the pictures.
        page: the page with its section.
    """

    kept: Path
    results: Path
    images: Path
    page: Path


def places_of(name: str, *, quick: bool, whole: bool, out: Path | None) -> Places:
    """Where files go: into ``docs`` for a whole run in a checkout, else beside what is kept.

    Args:
        name: of the experiment.
        quick: a quick run.
        whole: whether all seeds of the configuration are run, and none but those.
        out: folder of everything instead.
    """
    kept = out or Path("runs") / "reproduce" / f"{name}{'-quick' if quick else ''}"
    docs = Path("docs")
    if out is None and whole and not quick and (docs / PAGE).is_file():
        return Places(kept, docs / "results", docs / "images", docs / PAGE)
    return Places(kept, kept, kept, kept / PAGE)


def reproduce(name: str, quick: bool, seeds: int | None, out: Path | None, progress: Progress) -> Results:
    """Run an experiment, or go on with it, and write what came out; returns its results.

    Args:
        name: of the experiment.
        quick: the run of minutes.
        seeds: how many; None means as many as configured.
        out: folder of everything.
        progress: told about the work.

    Raises:
        InputError: an unknown name, bad settings, missing data, or a place that cannot be written.
    """
    use_one_thread()
    experiment = find_experiment(name)
    settings: ReproductionSettings = load_settings(experiment.SETTINGS, settings_file(name), quick)
    count = settings.seeds if seeds is None else seeds
    places = places_of(name, quick=quick, whole=count == settings.seeds, out=out)
    for folder in (places.kept, places.results, places.images):
        make_folder(folder)
    # What an earlier edition found is of no use to this one, whichever stage it is of.
    edition = "" if settings.edition == 1 else f"-edition-{settings.edition}"
    kept = [Kept(places.kept / f"seed-{seed}{edition}", seed) for seed in range(count)]
    records = [_seed(experiment, settings, one, progress) for one in kept]
    progress.say(f"{name}: {count} seeds are done; measuring and drawing")
    results = Results(f"reproduce_{name}", _command(name, quick, seeds))
    measures = experiment.measures(settings, records)
    for measure in measures:
        results.rows.append(measure.as_row())
    print(table(measures), flush=True)
    experiment.targets(settings, records, measures, results)
    add_victories(measures, results)
    pictures = experiment.draw(settings, records, kept)
    files = [_draw(places.images, name, picture) for picture in pictures]
    links = [
        picture_link(places.page, file, picture.caption)
        for file, picture in zip(files, pictures, strict=True)
    ]
    words = experiment.words(settings, records)
    replace_section(places.page, name, _section(experiment.TITLE, words, measures, results, links))
    for file in (results.write(places.results), *files, places.page):
        print(file)
    return results


def _seed(
    experiment: Experiment, settings: ReproductionSettings, kept: Kept, progress: Progress
) -> dict[str, Any]:
    """The record of one seed; how many seeds there are is none of its business."""
    inputs = settings.model_dump(mode="json", exclude={"seeds"})
    return kept.record("seed", inputs, lambda: experiment.run_seed(settings, kept.seed, kept, progress))


def _command(name: str, quick: bool, seeds: int | None) -> str:
    options = [" --quick"] if quick else []
    options += [] if seeds is None else [f" --seeds {seeds}"]
    return f"robogeo reproduce {name}{''.join(options)}"


def _draw(folder: Path, name: str, picture: Picture | Film) -> Path:
    if isinstance(picture, Film):
        content, ending = gif_bytes(picture.frames, picture.fps), "gif"
    else:
        content, ending = figure_png(picture.figure), "png"
    path = folder / f"reproduce_{name}_{picture.name}.{ending}"
    write_atomically(path, content)
    return path


def _section(
    title: str, words: str, measures: Sequence[Measure], results: Results, links: Sequence[str]
) -> str:
    parts = [f"## {title}", f"    {results.command}", words.strip()]
    if links:
        parts.append(links[0])
    parts.append(table(measures))
    parts += links[1:]
    parts += ["**Targets**", targets_table(results.targets)]
    return "\n\n".join(parts)
