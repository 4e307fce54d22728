"""The file of records: durable, appendable after a crash, and strict about what it holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from robogeo.errors import InputError
from robogeo.study.records import RecordFile, read_records
from tests.study.made import made_cell, made_record

FIRST, SECOND = (made_record(made_cell(seed=seed), [1, 2]) for seed in (0, 1))


def test_records_are_found_again(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "cells.jsonl"
    with RecordFile(path) as file:
        file.append(FIRST)
        assert list(file.records) == [FIRST["key"]]
    with RecordFile(path) as file:
        file.append(SECOND)
    assert read_records(path) == {FIRST["key"]: FIRST, SECOND["key"]: SECOND}


@pytest.mark.parametrize("left", range(1, 40, 6))
def test_a_torn_line_is_cut_off_before_the_next_is_written(left: int, tmp_path: Path) -> None:
    path = tmp_path / "cells.jsonl"
    whole = json.dumps(FIRST) + "\n"
    path.write_text(whole + json.dumps(SECOND)[:left])
    assert list(read_records(path)) == [FIRST["key"]]
    with RecordFile(path) as file:
        assert list(file.records) == [FIRST["key"]]
        file.append(SECOND)
    assert list(read_records(path)) == [FIRST["key"], SECOND["key"]]


def test_the_first_line_of_a_key_counts(tmp_path: Path) -> None:
    path = tmp_path / "cells.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in (FIRST, {**FIRST, "successes": [9, 9]})))
    assert read_records(path)[FIRST["key"]]["successes"] == [1, 2]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "line 2: not valid JSON"),
        ("[]", "line 2: has no field 'key'"),
        (json.dumps({**SECOND, "successes": [1]}), "line 2: demonstrations and successes differ"),
        (json.dumps({**SECOND, "successes": []}), "line 2: demonstrations and successes differ"),
    ],
)
def test_a_line_that_is_no_record_is_named(line: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "cells.jsonl"
    path.write_text(f"{json.dumps(FIRST)}\n{line}\n")
    before = path.read_bytes()
    with pytest.raises(InputError, match=told):
        RecordFile(path)
    assert path.read_bytes() == before


def test_one_process_writes_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "cells.jsonl"
    with RecordFile(path), pytest.raises(InputError, match="another process is writing"):
        RecordFile(path)
    RecordFile(path).close()
