from __future__ import annotations

import errno
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robogeo.errors import InputError, RobogeoError
from robogeo.learning.journal import Journal, read_events, unread_bytes

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def three_events(path: Path) -> bytes:
    with Journal(path) as journal:
        for round_number in range(3):
            journal.append("ask", {"round": round_number, "score": 0.1 * round_number})
    return path.read_bytes()


def test_events_come_back_in_order(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    three_events(path)
    with Journal(path) as journal:
        assert [event["round"] for event in journal] == [0, 1, 2]
        assert [event["n"] for event in journal.events] == [0, 1, 2]
        journal.append("fit", {"weights": "abc"})
        assert len(journal) == 4
        assert [event["n"] for event in journal.of_kind("fit")] == [3]
    assert [event["event"] for event in read_events(path)] == ["ask", "ask", "ask", "fit"]
    assert unread_bytes(path) == 0


@settings(max_examples=40)
@given(
    st.dictionaries(
        st.text(max_size=5).filter(lambda key: key not in {"n", "event", "sha"}), PLAIN, max_size=4
    )
)
def test_any_plain_payload_survives(payload: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "journal.jsonl")
        with Journal(path) as journal:
            written = journal.append("any", payload)
        assert read_events(path) == [written]
        assert {key: written[key] for key in payload} == payload


def test_the_writer_sees_what_a_reader_will_see(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.jsonl") as journal:
        event = journal.append("x", {"pair": (1, 2), "by_index": {1: "a", "1": "b"}})
        assert event["pair"] == [1, 2]
    assert read_events(tmp_path / "journal.jsonl") == [event]


def test_every_torn_end_is_cut_off_and_the_journal_goes_on(tmp_path: Path) -> None:
    content = three_events(tmp_path / "whole.jsonl")
    lines = content.splitlines(keepends=True)
    start = len(lines[0]) + len(lines[1])
    path = tmp_path / "torn.jsonl"
    for end in range(start, len(content)):
        path.write_bytes(content[:end])
        with Journal(path) as journal:
            assert len(journal) == 2
            assert journal.dropped == end - start
            journal.append("ask", {"round": 2, "score": 0.2})
        # The repeated event makes the very same bytes as the one that was lost.
        assert path.read_bytes() == content
    assert {file.name for file in tmp_path.iterdir()} == {"whole.jsonl", "torn.jsonl"}


@pytest.mark.parametrize(
    "fault", ["changed", "repeated", "reordered", "missing", "foreign", "blank", "garbage"]
)
def test_a_fault_inside_is_noticed_and_what_follows_is_kept_aside(fault: str, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    first, second, third = three_events(path).splitlines(keepends=True)
    foreign_path = tmp_path / "foreign" / "journal.jsonl"
    foreign_path.parent.mkdir()
    with Journal(foreign_path) as other:
        other.append("ask", {"round": 99})
        other.append("ask", {"round": 1, "score": 0.1})
    foreign = foreign_path.read_bytes().splitlines(keepends=True)[1]
    rest = {
        "changed": second.replace(b'"round":1', b'"round":7') + third,
        "repeated": first + second + third,
        "reordered": third + second,
        "missing": third,
        "foreign": foreign + third,
        "blank": b"\n" + second + third,
        "garbage": b"\xff\x00\n" + second,
    }[fault]
    path.write_bytes(first + rest)
    assert unread_bytes(path) == len(rest)
    with Journal(path) as journal:
        assert [event["round"] for event in journal] == [0]
    assert path.read_bytes() == first
    assert (tmp_path / f"journal.jsonl.{len(first)}.damaged").read_bytes() == rest


def test_every_flipped_byte_is_noticed(tmp_path: Path) -> None:
    content = three_events(tmp_path / "whole.jsonl")
    path = tmp_path / "flipped.jsonl"
    for position in range(len(content)):
        flipped = bytearray(content)
        flipped[position] ^= 1
        path.write_bytes(flipped)
        assert unread_bytes(path) > 0


@pytest.mark.parametrize(
    "payload",
    [{"x": float("nan")}, {"x": float("inf")}, {"x": object()}, {"n": 1}, {"sha": "a"}, {"event": "b"}],
)
def test_a_payload_that_is_not_plain_is_refused_and_changes_nothing(
    payload: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "journal.jsonl"
    content = three_events(path)
    with Journal(path) as journal:
        with pytest.raises(InputError, match="event 'ask'"):
            journal.append("ask", payload)
        with pytest.raises(InputError, match=r"^journal: an event needs a kind, for example"):
            journal.append("", {})
    assert path.read_bytes() == content


def test_a_full_disk_takes_the_event_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal.jsonl"
    content = three_events(path)
    real_write = os.pwrite

    def full(file: int, data: bytes, offset: int) -> int:
        if len(data) > 5:
            return real_write(file, data[:5], offset)
        raise OSError(errno.ENOSPC, "No space left on device")

    with Journal(path) as journal:
        with monkeypatch.context() as patched:
            patched.setattr(
                os, "pwrite", lambda f, d, o: full(f, d, o) if o == len(content) else full(f, b"", o)
            )
            with pytest.raises(RobogeoError, match=r"journal\.jsonl.*No space left"):
                journal.append("ask", {"round": 3})
        assert path.read_bytes() == content
        assert len(journal) == 3
        journal.append("ask", {"round": 3})
    assert [event["round"] for event in read_events(path)] == [0, 1, 2, 3]


def test_a_disk_that_takes_a_line_in_parts_gets_all_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = three_events(tmp_path / "whole.jsonl")
    real_write = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda file, data, offset: real_write(file, data[:7], offset))
    assert three_events(tmp_path / "parts.jsonl") == content
    monkeypatch.setattr(os, "pwrite", lambda file, data, offset: real_write(file, data[:1], offset))
    assert three_events(tmp_path / "bytes.jsonl") == content


def test_a_disk_that_takes_nothing_more_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal.jsonl"
    content = three_events(path)
    real_write = os.pwrite
    taken: list[int] = []

    def seven_bytes(file: int, data: bytes, offset: int) -> int:
        taken.append(real_write(file, data[:7], offset) if not taken else 0)
        return taken[-1]

    with Journal(path) as journal:
        with monkeypatch.context() as patched:
            patched.setattr(os, "pwrite", seven_bytes)
            with pytest.raises(RobogeoError, match=r"journal\.jsonl.*No space left"):
                journal.append("ask", {"round": 3})
        assert path.read_bytes() == content
        journal.append("ask", {"round": 3})
    assert [event["round"] for event in read_events(path)] == [0, 1, 2, 3]


def test_a_journal_of_absurd_size_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal.jsonl"
    content = three_events(path)
    monkeypatch.setattr("robogeo.learning.journal.MOST_BYTES", len(content))
    assert len(read_events(path)) == 3
    monkeypatch.setattr("robogeo.learning.journal.MOST_BYTES", len(content) - 1)
    with pytest.raises(InputError, match=r"journal\.jsonl: \d+ bytes, more than the \d+ allowed"):
        read_events(path)


def test_each_line_is_json_for_other_programs(tmp_path: Path) -> None:
    lines = three_events(tmp_path / "journal.jsonl").splitlines()
    event = json.loads(lines[1])
    assert list(event) == ["n", "event", "round", "score", "sha"]


def test_unusable_paths_are_input_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none/journal\.jsonl: cannot be written \(No such file"):
        Journal(tmp_path / "none" / "journal.jsonl")
    with pytest.raises(InputError, match=r"none\.jsonl: cannot be read \(No such file"):
        read_events(tmp_path / "none.jsonl")


def test_a_new_journal_is_empty_lacks_nothing_and_is_no_program(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with Journal(path) as journal:
        assert (len(journal), journal.dropped) == (0, 0)
    assert path.read_bytes() == b""
    assert path.stat().st_mode & 0o111 == 0


def test_closing_twice_is_harmless(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.close()
    reused = os.open(tmp_path, os.O_RDONLY)  # most likely under the number that the journal had
    journal.close()
    os.fstat(1)
    os.fstat(reused)
    os.close(reused)


def test_a_disk_that_fails_while_a_journal_is_opened_is_told_and_costs_no_handle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal.jsonl"
    content = three_events(path)
    before = len(os.listdir("/proc/self/fd"))

    def broken(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", broken)
        with pytest.raises(RobogeoError, match=r"journal\.jsonl: cannot be written \(Input/output error"):
            Journal(path)
    assert len(os.listdir("/proc/self/fd")) == before
    assert path.read_bytes() == content
