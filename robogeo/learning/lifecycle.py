"""The life of a query: its states, and which may follow which.

The states are those of Ax's trials (a failure may be asked again, a refusal never) in one table, as LeRobot's
DAgger keeps its own. Whoever changes a state goes through `advanced`, so that no other way exists.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from robogeo.errors import InputError


class State(Enum):
    """Where a query is in its life."""

    PROPOSED = "proposed"
    """Scored and chosen, but nobody was asked yet."""
    PENDING = "pending"
    """Asked and written down; waits for an answer."""
    ANSWERED = "answered"
    """A demonstration came."""
    REFUSED = "refused"
    """Nobody will show it, and nothing near it will be asked again."""
    FAILED = "failed"
    """It was tried in vain; it may be asked again."""
    EXPIRED = "expired"
    """Nobody answered in time."""
    CANCELLED = "cancelled"
    """Whoever asked wants it no more."""


TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.PROPOSED: frozenset({State.PENDING, State.CANCELLED}),
    State.PENDING: frozenset(
        {State.ANSWERED, State.REFUSED, State.FAILED, State.EXPIRED, State.CANCELLED},
    ),
    State.ANSWERED: frozenset(),
    State.REFUSED: frozenset(),
    State.FAILED: frozenset(),
    State.EXPIRED: frozenset(),
    State.CANCELLED: frozenset(),
}


class TransitionError(InputError):
    """A query cannot go from the state it is in to the one wanted."""


def advanced(query_id: str, state: State, following: State) -> State:
    """The state that follows, if the table allows it.

    Raises:
        TransitionError: it does not; the line names the query and both states.
    """
    if following not in TRANSITIONS[state]:
        allowed = ", ".join(sorted(s.value for s in TRANSITIONS[state])) or "nothing: ask for new queries"
        raise TransitionError(
            f"query {query_id}: is {state.value} and cannot become {following.value}; may become {allowed}"
        )
    return following
