from __future__ import annotations

from itertools import product

import pytest

from robogeo.errors import InputError
from robogeo.learning.lifecycle import TRANSITIONS, State, TransitionError, advanced

# Written out once more, by hand: the table of the reference, not of the code.
LEGAL = {
    ("proposed", "pending"),
    ("proposed", "cancelled"),
    ("pending", "answered"),
    ("pending", "refused"),
    ("pending", "failed"),
    ("pending", "expired"),
    ("pending", "cancelled"),
}


@pytest.mark.parametrize(("state", "following"), list(product(State, State)))
def test_only_legal_transitions_happen(state: State, following: State) -> None:
    if (state.value, following.value) in LEGAL:
        assert advanced("q0-0", state, following) is following
    else:
        with pytest.raises(TransitionError, match=rf"q0-0: is {state.value} and cannot .*{following.value}"):
            advanced("q0-0", state, following)


def test_every_state_has_its_line_and_errors_are_bad_input() -> None:
    assert set(TRANSITIONS) == set(State)
    assert issubclass(TransitionError, InputError)
