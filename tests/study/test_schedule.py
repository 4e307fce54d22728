"""The schedule: what is run, in which order, and what happens when a cell fails or time is up."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from robogeo.errors import RobogeoError
from robogeo.parallel import Workers
from robogeo.progress import Progress
from robogeo.study.cells import Cell
from robogeo.study.records import Record, RecordFile, read_records
from robogeo.study.schedule import Tally, run_missing
from tests.study.made import failing, made_cell, made_record, quick

CELLS = [made_cell(name, seed) for seed in range(3) for name in ("combined", "random")]


def session(
    path: Path,
    run: Callable[[Cell, Path], Record],
    workers: int = 1,
    minutes: float | None = None,
    said: io.StringIO | None = None,
) -> Tally:
    with RecordFile(path) as records, Workers(workers) as group, Progress(said or io.StringIO()) as progress:
        return run_missing(CELLS, records, path.parent, group, progress, minutes, run)


def test_cells_are_run_once_and_in_order(tmp_path: Path) -> None:
    order: list[str] = []

    def noting(cell: Cell, folder: Path) -> Record:
        order.append(cell.key)
        return quick(cell, folder)

    path = tmp_path / "cells.jsonl"
    with RecordFile(path) as records:
        records.append(made_record(CELLS[2], [1, 2]))
    assert session(path, noting) == Tally(5, 0, [])
    assert order == [cell.key for cell in CELLS if cell is not CELLS[2]]
    assert session(path, noting) == Tally(0, 0, []) and len(order) == 5
    assert set(read_records(path)) == {cell.key for cell in CELLS}


def test_an_interrupted_session_keeps_what_it_finished(tmp_path: Path) -> None:
    def stopping(cell: Cell, folder: Path) -> Record:
        if cell is CELLS[3]:
            raise KeyboardInterrupt
        return quick(cell, folder)

    path = tmp_path / "cells.jsonl"
    with pytest.raises(KeyboardInterrupt):
        session(path, stopping)
    assert set(read_records(path)) == {cell.key for cell in CELLS[:3]}
    assert session(path, quick).done == 3


def test_a_failed_cell_does_not_stop_the_others(tmp_path: Path) -> None:
    said = io.StringIO()
    tally = session(tmp_path / "cells.jsonl", failing, said=said)
    assert (tally.done, tally.missing) == (4, 2)
    assert len(tally.failures) == 2 and "the oracle is out" in tally.failures[0]
    assert said.getvalue().count("failed: ShelfReach-") == 2


def torch_memory_error() -> RuntimeError:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**60, dtype=torch.uint8)
    return caught.value


@pytest.mark.parametrize(
    "error", [MemoryError(), torch_memory_error(), torch.OutOfMemoryError("CUDA out of memory. Tried 1 GiB")]
)
def test_a_cell_that_runs_out_of_memory_does_not_stop_the_others(error: Exception, tmp_path: Path) -> None:
    def greedy(cell: Cell, folder: Path) -> Record:
        if cell is CELLS[1]:
            raise error
        return quick(cell, folder)

    tally = session(tmp_path / "cells.jsonl", greedy)
    assert (tally.done, tally.missing) == (5, 1)
    assert tally.failures[0].startswith(f"{CELLS[1].name}: out of memory; use fewer workers")


def test_a_record_that_cannot_be_written_ends_the_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []

    def counting(cell: Cell, folder: Path) -> Record:
        ran.append(cell.key)
        return quick(cell, folder)

    def full(file: RecordFile, record: Record) -> None:
        raise RobogeoError("no space left")

    monkeypatch.setattr(RecordFile, "append", full)
    with pytest.raises(RobogeoError, match="no space left"):
        session(tmp_path / "cells.jsonl", counting)
    assert len(ran) == 1


def test_a_defect_is_not_hidden(tmp_path: Path) -> None:
    def broken(cell: Cell, folder: Path) -> Record:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        session(tmp_path / "cells.jsonl", broken)


def test_no_cell_is_started_when_time_is_up(tmp_path: Path) -> None:
    def slow(cell: Cell, folder: Path) -> Record:
        time.sleep(0.05)
        return quick(cell, folder)

    path = tmp_path / "cells.jsonl"
    assert session(path, slow, minutes=0.0).done == 0
    assert session(path, slow, minutes=0.001).done in (1, 2)


@pytest.mark.long
def test_several_processes_do_the_same(tmp_path: Path) -> None:
    path = tmp_path / "cells.jsonl"
    tally = session(path, failing, workers=2)
    assert (tally.done, tally.missing, len(tally.failures)) == (4, 2, 2)
    assert set(read_records(path)) == {cell.key for cell in CELLS if cell.config.seed != 1}


def test_progress_tells_what_is_done_and_what_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("robogeo.progress._EVERY", 0.0)
    said = io.StringIO()
    session(tmp_path / "cells.jsonl", quick, said=said)
    lines = said.getvalue().splitlines()
    assert lines[0] == "cells, about 0 min left: 1 of 6" and lines[-1] == "cells: 6 of 6"
