from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robogeo.data.demonstrations import Demonstration
from robogeo.learning.answers import CREDITED, Receipt, compliance
from robogeo.learning.lifecycle import State
from robogeo.learning.queries import Query
from robogeo.motion.request import Request

START, GOAL = np.zeros(2), np.array([2.0, 0.0])
STRETCH = np.stack([np.linspace(0.5, 1.5, 5), np.zeros(5)], axis=1)
QUERY = Query("q0-0", 0, Request(START, GOAL), "cover", 1.0, {}, motion=STRETCH)


def shown(*corners: tuple[float, float]) -> Demonstration:
    return Demonstration(np.array(corners), np.arange(float(len(corners))), "test")


def test_who_goes_all_the_way_covers_all() -> None:
    assert compliance(QUERY, shown((0, 0), (2, 0)), 0.1) == 1.0
    assert compliance(QUERY, shown((2, 0), (0, 0)), 0.1) == 1.0


def test_another_way_between_the_same_ends_is_an_answer_still() -> None:
    assert compliance(QUERY, shown((0, 0), (0, 1), (2, 1), (2, 0)), 0.1) == CREDITED


def test_who_stops_part_way_covers_part() -> None:
    # Its start, and three of five points of the stretch.
    assert compliance(QUERY, shown((0, 0), (1.0, 0)), 0.1) == pytest.approx(0.25 + 0.5 * 0.6)


def test_elsewhere_covers_nothing() -> None:
    assert compliance(QUERY, shown((5, 5), (6, 6)), 0.1) == 0.0
    assert not Receipt(True, State.ANSWERED, 0.0).credited


def test_without_a_stretch_the_ends_decide() -> None:
    old = Query("q0-0", 0, Request(START, GOAL), "cover", 1.0, {})
    assert compliance(old, shown((0, 0), (1, 0)), 0.1) == 0.5


@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(-3, 3)), min_size=2, max_size=5), st.floats(0.05, 1.0))
def test_compliance_grows_with_tolerance(corners: list[tuple[float, float]], tolerance: float) -> None:
    there = compliance(QUERY, shown(*corners), tolerance)
    assert 0.0 <= there <= compliance(QUERY, shown(*corners), 2 * tolerance + 0.5) <= 1.0
