"""A study from its configuration to its results: run what is missing, then conclude from all there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from robogeo.devices import device_named
from robogeo.errors import RobogeoError
from robogeo.evaluation.results import Results
from robogeo.learning.strategies import find_strategy
from robogeo.parallel import Workers
from robogeo.progress import Progress
from robogeo.study.cells import cells, chosen
from robogeo.study.conclusions import conclude, provenance_note
from robogeo.study.pictures import write_pictures
from robogeo.study.records import RecordFile
from robogeo.study.schedule import run_missing
from robogeo.study.settings import load_study
from robogeo.study.table import Table


@dataclass(frozen=True)
class Selection:
    """Which cells of a study are run now; results are always drawn from all that are finished.

    Attributes:
        seeds: of each scene at most; None means as many as the study has.
        contenders, scenes: names; empty means all.
    """

    seeds: int | None = None
    contenders: Sequence[str] = ()
    scenes: Sequence[str] = ()


@dataclass(frozen=True)
class Places:
    """Folders of a study: its runs, its results (records, table) and its figures."""

    runs: Path
    results: Path
    figures: Path


def places_of(config: str | Path, out: Path | None) -> Places:
    """Where a study's files go: all below ``out``, or where its configuration says."""
    study, name = load_study(config)
    runs = out or Path("runs") / name
    if out is not None:
        return Places(runs, out, out)
    return Places(runs, Path(study.results or runs), Path(study.figures or runs))


def run_study(
    config: str | Path,
    places: Places,
    selection: Selection,
    workers: int | None,
    minutes: float | None,
    command: str,
    progress: Progress,
    cluster: str | None = None,
) -> Path:
    """Run or continue a study, write and print its results; returns the file of results.

    Args:
        config: file or name of the study.
        places: where its files go.
        selection: which cells to run now.
        workers: processes; None: 2, or all processors of the cluster.
        minutes: no cell is started after so long; None means no end.
        command: as typed, for the results.
        progress: told about the work.
        cluster: where cells are run, as for `Workers`; None: on this machine. Its machines have to share the
            folder of runs if a cell whose machine is lost is to go on where it was.

    Raises:
        InputError: bad configuration, an unknown name, or a place that cannot be written.
        RobogeoError: some cells failed; results of the others are written.
    """
    study, name = load_study(config)
    for strategy in study.strategies:
        find_strategy(strategy)
    every = cells(study)
    wanted = chosen(every, selection.seeds, selection.contenders, selection.scenes)
    with Workers(workers, cluster) as group, RecordFile(places.results / f"{name}_cells.jsonl") as records:
        to_run = [cell for cell in wanted if cell.key not in records.records] if minutes != 0.0 else []
        for device in {cell.config.training.device for cell in to_run if cluster is None}:
            device_named(device)  # of this machine; those of a cluster have their own
        group.warm_up("robogeo.study.running")
        tally = run_missing(wanted, records, places.runs.resolve(), group, progress, minutes)
        progress.say(f"{tally.done} cells run, {tally.missing} of {len(wanted)} wanted are missing")
        table = Table(every, records.records)
        results = Results(name, command)
        results.row(what="records", **provenance_note(every, records.records))
        comparisons = conclude(study, table, results)
        file = results.write(places.results)
    for picture in write_pictures(study, table, comparisons, places.figures):
        print(picture)
    if tally.failures:
        raise RobogeoError(f"{len(tally.failures)} cells failed; the first: {tally.failures[0]}")
    return file
