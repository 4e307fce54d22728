"""Running the cells of a study that are missing, several at a time, until all are done or time is up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from robogeo.errors import OUT_OF_MEMORY, RobogeoError, is_out_of_memory
from robogeo.parallel import ClusterError, Workers
from robogeo.progress import Progress
from robogeo.study.cells import Cell
from robogeo.study.records import Record, RecordFile
from robogeo.study.running import run_cell

Run = Callable[[Cell], Record]
_LOOK = 1.0  # s between two looks at the cells that are running


@dataclass
class Tally:
    """What a session did.

    Attributes:
        done: cells that were finished.
        missing: cells that were not, for lack of time or because they failed.
        failures: why cells failed, one line each.
    """

    done: int
    missing: int
    failures: list[str]


class Runner(Protocol):
    """What runs one cell in the study's folder."""

    def __call__(self, cell: Cell, folder: Path) -> Record:
        """Run it, or take it up."""
        ...


def run_missing(
    cells: Sequence[Cell],
    records: RecordFile,
    folder: Path,
    workers: Workers,
    progress: Progress,
    minutes: float | None = None,
    run: Runner = run_cell,
) -> Tally:
    """Run the cells that have no record yet, in their order, each wholly in one process.

    Args:
        cells: those wanted.
        records: where finished cells are noted.
        folder: of the study.
        workers: processes; as many cells run at a time.
        progress: told how many cells are done and how long the rest will take.
        minutes: no cell is started after so long; None means no end.
        run: what runs one cell in a folder.
    """
    return _Session(records, workers, progress, partial(run, folder=folder), minutes).over(cells)


class _Session:
    def __init__(
        self, records: RecordFile, workers: Workers, progress: Progress, run: Run, minutes: float | None
    ) -> None:
        self._records, self._workers, self._progress, self._run = records, workers, progress, run
        self._began = time.monotonic()
        self._end = None if minutes is None else self._began + 60.0 * minutes
        self._running: dict[Future[Record], Cell] = {}
        self._tally = Tally(0, 0, [])

    def over(self, cells: Sequence[Cell]) -> Tally:
        """Run what is missing of the cells."""
        wanted = {cell.key: cell for cell in cells}
        missing = [cell for key, cell in wanted.items() if key not in self._records.records]
        self._total = len(wanted)
        self._tally.missing = len(missing)
        left = iter(missing)
        while self._start(left) or self._running:
            self._gather()
            self._tell()
        return self._tally

    def _start(self, left: Iterator[Cell]) -> bool:
        """Give every idle process a cell; whether there was any to give."""
        started = False
        while len(self._running) < self._workers.count and not self._is_late():
            cell = next(left, None)
            if cell is None:
                break
            self._running[self._workers.submit(self._run, cell)] = cell
            started = True
        return started

    def _is_late(self) -> bool:
        return self._end is not None and time.monotonic() >= self._end

    def _gather(self) -> None:
        """Note what was finished since the last look."""
        finished, _ = wait(self._running, timeout=_LOOK, return_when=FIRST_COMPLETED)
        for future in finished:
            cell = self._running.pop(future)
            try:
                record = future.result()
            except ClusterError:
                raise  # a machine that refuses every cell would soon have had them all
            except RobogeoError as error:
                self._note(cell, str(error))
            except (MemoryError, RuntimeError) as error:
                if not is_out_of_memory(error):
                    raise
                self._note(cell, OUT_OF_MEMORY)
            else:
                self._records.append(record)
                self._tally.done += 1
                self._tally.missing -= 1

    def _note(self, cell: Cell, why: str) -> None:
        """Go on without the cell: others may well succeed; whoever started the study is told in the end."""
        self._tally.failures.append(f"{cell.name}: {why}")
        self._progress.say(f"failed: {cell.name}: {why}")

    def _tell(self) -> None:
        done = self._tally.done
        left = self._tally.missing - len(self._tally.failures)
        spent = time.monotonic() - self._began
        expected = f", about {_duration(spent / done * left)} left" if done and left else ""
        self._progress(f"cells{expected}", self._total - self._tally.missing, self._total)


def _duration(seconds: float) -> str:
    minutes = seconds / 60.0
    return f"{minutes:.0f} min" if minutes < 90.0 else f"{minutes / 60.0:.1f} h"
