from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from robogeo.data.demonstrations import Demonstration
from robogeo.data.storage import demonstration_bytes
from robogeo.errors import InputError
from robogeo.learning.answers import Receipt
from robogeo.learning.journal import Journal, read_events
from robogeo.learning.ledger import ledger
from robogeo.learning.lifecycle import State, TransitionError
from robogeo.learning.record import Record
from robogeo.motion.request import Request

SHOWN = demonstration_bytes(Demonstration(np.eye(2), np.arange(2.0), "test"))
STORED = {"file": "demonstrations/0000.npz", "demonstration": "0" * 64}


def asked(name: str, goal: float = 1.0, **facts: Any) -> dict[str, Any]:
    """An event ``ask`` as it was before queries told where it hurts."""
    ends = {"start": [0.0, 0.0], "goal": [goal, goal], "start_place": "a", "goal_place": "b"}
    score = {"kind": "cover", "score": 1.0, "parts": {"gap": 0.5}}
    return {"query": {"id": name, "round": 0, **ends, **score, **facts}, "seconds": 0.1}


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.jsonl")


def record_of(journal: Journal) -> Record:
    record = Record(lambda _: SHOWN)
    for event in read_events(journal.path):
        record.take_up(event)
    return record


def test_an_older_journal_is_read(journal: Journal) -> None:
    journal.append("attach", STORED)
    journal.append("fit", {"round": 0, "demonstrations": 1})
    for number in range(3):
        journal.append("ask", asked(f"q0-{number}", goal=1.0 + number))
    journal.append("tell", {"query": "q0-0", "refusal": "busy", "reason": "no"})
    journal.append("tell", {"query": "q0-1", **STORED})
    record = record_of(journal)
    assert len(record.demonstrations) == 2 and record.since_fit == ["q0-1"]
    assert [record.receipt(f"q0-{k}").state for k in range(3)] == [
        State.REFUSED,
        State.ANSWERED,
        State.PENDING,
    ]
    assert record.receipt("q0-1") == Receipt(True, State.ANSWERED, None)
    assert record.unwanted(1).tolist() == [[[0.0, 0.0], [1.0, 1.0]]]
    journal.append("evaluate", {"round": 0, "summary": {"success_rate": 0.25}})
    journal.append("fit", {"round": 1, "demonstrations": 2})
    journal.append("evaluate", {"round": 1, "summary": {"success_rate": 0.75}})
    (entry,) = ledger(journal.events)
    assert (entry["realised"], entry["compliance"], entry["wrong_after"]) == (0.5, None, None)
    assert not record_of(journal).since_fit


def test_only_failures_beyond_the_retries_are_unwanted(journal: Journal) -> None:
    journal.append("ask", asked("q0-0"))
    journal.append("tell", {"query": "q0-0", "failure": "slipped"})
    record = record_of(journal)
    assert [(query.id, query.attempt) for query in record.retries(0, 1)] == [("q0-1", 2)]
    assert not record.retries(1, 1) and not record.retries(0, 0)
    assert len(record.unwanted(1)) == 0 and len(record.unwanted(0)) == 1
    journal.append("ask", asked("q0-1", via=None, attempt=2))
    journal.append("tell", {"query": "q0-1", "failure": "slipped again"})
    record = record_of(journal)
    assert not record.retries(0, 1) and len(record.unwanted(1)) == 1


def test_what_was_asked_or_refused_nearby_is_not_askable(journal: Journal) -> None:
    candidates = [Request(np.zeros(2), np.full(2, g)) for g in (1.0, 1.1, 2.0)]
    journal.append("ask", asked("q0-0"))
    assert record_of(journal).askable(candidates, 0, 1, 0.3).tolist() == [False, True, True]
    assert record_of(journal).askable(candidates, 1, 1, 0.3).tolist() == [True, True, True]
    journal.append("tell", {"query": "q0-0", "refusal": "busy", "reason": "no"})
    assert record_of(journal).askable(candidates, 1, 1, 0.3).tolist() == [False, False, True]


def test_recordings_with_the_same_ends_are_asked_for_one_by_one(journal: Journal) -> None:
    candidates = [Request(np.zeros(2), np.ones(2), recording=number) for number in (2, 5)]
    journal.append("ask", asked("q0-0", recording=2, part=[0.0, 1.0]))
    assert record_of(journal).askable(candidates, 0, 1, 0.3).tolist() == [False, True]
    assert record_of(journal).askable(candidates, 1, 1, 0.3).tolist() == [False, True]  # it waits
    journal.append("ask", asked("q0-1"))  # of a run from before queries knew of recordings
    assert record_of(journal).askable(candidates, 0, 1, 0.3).tolist() == [False, False]


def test_a_query_is_answered_once(journal: Journal) -> None:
    journal.append("ask", asked("q0-0"))
    for _ in range(2):
        journal.append("tell", {"query": "q0-0", "failure": "slipped"})
    with pytest.raises(TransitionError, match="q0-0: is failed"):
        record_of(journal)
    with pytest.raises(InputError, match="no query 'q7-0'; pending: none"):
        Record(lambda _: SHOWN).receipt("q7-0")
