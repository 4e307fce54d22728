from __future__ import annotations

import numpy as np
import pytest

from robogeo.data.demonstrations import Demonstration
from robogeo.errors import InputError
from robogeo.learning.recorded_oracle import RecordedOracle, turned_round
from robogeo.motion.request import Refusal, Request


def recording(start: float, goal: float, name: str = "") -> Demonstration:
    return Demonstration(
        np.linspace([start] * 2, [goal] * 2, 4), np.array([0.0, 0.1, 0.2, 0.5]), "pool", name
    )


RECORDED = [recording(0.0, 1.0, "a"), recording(0.1, 1.1, "b"), recording(3.0, 2.0, "c")]
POOL = dict(zip((2, 5, 7), RECORDED, strict=True))


def request(start: float, goal: float, number: int | None = None) -> Request:
    return Request(np.full(2, start), np.full(2, goal), recording=number)


def test_the_nearest_is_given_and_each_once() -> None:
    oracle = RecordedOracle(POOL)
    notes = [getattr(oracle.demonstrate(request(0.04, 1.0), 0), "note", "refused") for _ in range(3)]
    assert notes == ["a", "b", "refused"]


def test_a_recording_is_turned_round_where_it_has_to_be() -> None:
    shown = RecordedOracle(POOL).demonstrate(request(2.0, 3.0), 0)
    assert isinstance(shown, Demonstration) and (shown.q == RECORDED[2].q[::-1]).all()
    np.testing.assert_allclose(shown.t, [0.0, 0.3, 0.4, 0.5])
    assert (turned_round(shown).q == RECORDED[2].q).all()


def test_where_none_is_near_it_refuses() -> None:
    answer = RecordedOracle(POOL).demonstrate(request(0.0, 2.0), 0)
    assert answer == Refusal("no-recording", "none of the 3 recordings left is near both ends")


def test_what_was_given_before_a_stop_is_not_given_again() -> None:
    for given in (RECORDED[0], turned_round(RECORDED[0])):
        shown = RecordedOracle(POOL, given=[given]).demonstrate(request(0.0, 1.0), 0)
        assert isinstance(shown, Demonstration) and shown.note == "b"


def test_a_pool_is_of_one_robot() -> None:
    other = Demonstration(np.eye(3), np.arange(3.0), "pool")
    for pool in ({}, {**POOL, 9: other}):
        with pytest.raises(InputError, match="recordings: expected at least one"):
            RecordedOracle(pool)


def test_the_recording_asked_for_is_given_though_another_has_the_same_ends() -> None:
    twins = {2: recording(0.0, 1.0, "low"), 5: recording(0.0, 1.0, "high")}
    oracle = RecordedOracle(twins)
    notes = [getattr(oracle.demonstrate(request(0.0, 1.0, 5), 0), "note", "refused") for _ in range(3)]
    assert notes == ["high", "low", "refused"]
    resumed = RecordedOracle(POOL, given=[RECORDED[1]])
    answers = [resumed.demonstrate(request(0.0, 1.0, number), 0) for number in (5, 7)]
    assert [getattr(answer, "note", "refused") for answer in answers] == ["a", "c"]
