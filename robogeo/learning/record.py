"""What a run's journal says so far: demonstrations, queries with their states, fits.

It is built from events and changes by events alone, so a run taken up again knows what the stopped one knew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robogeo.data.demonstrations import Demonstration
from robogeo.data.storage import parse_demonstration
from robogeo.errors import InputError
from robogeo.learning.answers import Answer, Failure, Receipt
from robogeo.learning.lifecycle import State, advanced
from robogeo.learning.pairs import alike
from robogeo.learning.queries import Query
from robogeo.motion.request import Refusal, Request

FloatArray = NDArray[np.float64]


class Record:
    """All that the events told.

    Args:
        get_blob: content of the blob of a name.

    Attributes:
        demonstrations: in the order in which they came.
        queries: by id, in the order in which they were asked.
        receipts: of the queries, by id: their state, and what their answers covered.
        fits: the events of all trainings.
        since_fit: ids of the queries that a demonstration answered after the last of them.
    """

    def __init__(self, get_blob: Callable[[str], bytes]) -> None:
        self._get_blob = get_blob
        self.demonstrations: list[Demonstration] = []
        self.queries: dict[str, Query] = {}
        self.receipts: dict[str, Receipt] = {}
        self.fits: list[dict[str, Any]] = []
        self.since_fit: list[str] = []

    @property
    def pending(self) -> list[Query]:
        """Queries that wait for an answer, in the order in which they were asked."""
        return self.in_state(State.PENDING)

    def in_state(self, state: State) -> list[Query]:
        """Queries in a state, in the order in which they were asked."""
        return [query for name, query in self.queries.items() if self.receipts[name].state is state]

    def receipt(self, query_id: str) -> Receipt:
        """The receipt of a query.

        Raises:
            InputError: there is no such query; the line names those that wait.
        """
        if query_id not in self.receipts:
            waiting = ", ".join(query.id for query in self.pending) or "none"
            raise InputError(f"query: there is no query {query_id[:80]!r}; pending: {waiting}")
        return self.receipts[query_id]

    def unwanted(self, retries: int) -> FloatArray:
        """Ends (k, 2, dof) of what was refused, or failed once more than ``retries`` times, rad."""
        given_up = [q for q in self.in_state(State.FAILED) if q.attempt > retries]
        ends = [(q.request.start, q.request.goal) for q in (*self.in_state(State.REFUSED), *given_up)]
        return np.array(ends)

    def retries(self, round: int, most: int) -> list[Query]:
        """What failed in a round and may be asked again, as new queries; each at most ``most`` times."""
        asked = [q for q in self.queries.values() if q.round == round]
        failed = [q for q in self.in_state(State.FAILED) if q.round == round and q.attempt <= most]
        again = [q for q in failed if not any(_repeats(other, q) for other in asked)]
        return [
            replace(query, id=f"q{round}-{len(asked) + k}", attempt=query.attempt + 1)
            for k, query in enumerate(again)
        ]

    def askable(
        self, requests: Sequence[Request], round: int, retries: int, radius: float
    ) -> NDArray[np.bool_]:
        """Which of m candidates may be asked: not yet asked in this round, none unwanted near.

        Recordings are told apart by their numbers, all else by start and goal.
        """
        asked = [query.request for query in self.queries.values() if query.round == round]
        taken = {_ends(request) for request in asked if request.recording is None}
        recordings = {each.recording for each in (*asked, *(query.request for query in self.pending))}
        ends = np.array([request.ends for request in requests])
        unwanted = alike(ends, self.unwanted(retries), radius).any(axis=1)
        fresh = [
            _ends(each) not in taken and (each.recording is None or each.recording not in recordings)
            for each in requests
        ]
        return ~unwanted & np.array(fresh)

    def take_up(self, event: Mapping[str, Any]) -> None:
        """Bring the record up to date with one event; the only place where it changes."""
        if "demonstration" in event:
            content = self._get_blob(event["demonstration"])
            self.demonstrations.append(parse_demonstration(content, event["file"]))
        if event["event"] == "ask":
            query = Query.from_dict(event["query"])
            self.queries[query.id] = query
            self.receipts[query.id] = Receipt(True, State.PROPOSED)
            self._advance(query.id, State.PENDING)
        elif event["event"] == "tell":
            self._advance(event["query"], _told(event), event.get("compliance"))
            if "demonstration" in event:
                self.since_fit.append(event["query"])
        elif event["event"] == "cancel":
            self._advance(event["query"], State.CANCELLED)
        elif event["event"] == "fit":
            self.fits.append(dict(event))
            self.since_fit.clear()
            for query in self.pending:
                if query.deadline is not None and event["round"] > query.deadline:
                    self._advance(query.id, State.EXPIRED)

    def _advance(self, query_id: str, following: State, compliance: float | None = None) -> None:
        state = advanced(query_id, self.receipt(query_id).state, following)
        self.receipts[query_id] = Receipt(True, state, compliance)


def answer_payload(answer: Answer) -> dict[str, Any]:
    """What the event ``tell`` says of an answer, beside its query and the demonstration's place."""
    if isinstance(answer, Refusal):
        return {"refusal": answer.kind, "reason": answer.reason}
    return {} if isinstance(answer, Demonstration) else {"failure": answer.reason}


def answer_state(answer: Answer) -> State:
    """The state that an answer leads to.

    Raises:
        InputError: it is something else.
    """
    states = {Demonstration: State.ANSWERED, Refusal: State.REFUSED, Failure: State.FAILED}
    if type(answer) not in states:
        kind = type(answer).__name__
        raise InputError(f"answer: is of type {kind}, expected Demonstration, Refusal or Failure")
    return states[type(answer)]


def _told(event: Mapping[str, Any]) -> State:
    """The state that an event ``tell`` leads to."""
    if "demonstration" in event:
        return State.ANSWERED
    return State.REFUSED if "refusal" in event else State.FAILED


def _repeats(later: Query, earlier: Query) -> bool:
    """Whether a query asks for what an earlier one asked for in vain."""
    return (
        later.attempt == earlier.attempt + 1
        and later.request.recording == earlier.request.recording
        and np.array_equal(later.request.start, earlier.request.start)
        and np.array_equal(later.request.goal, earlier.request.goal)
    )


def _ends(request: Request) -> bytes:
    return request.start.tobytes() + request.goal.tobytes()
