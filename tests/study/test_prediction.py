"""The area under the curve of predicted failures, in closed form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robogeo.study.prediction import area_under_curve


def test_areas_in_closed_form() -> None:
    assert area_under_curve([1, 2, 3, 4], [False, False, True, True]) == 1.0
    assert area_under_curve([4, 3, 2, 1], [False, False, True, True]) == 0.0
    assert area_under_curve([1, 3, 2, 4], [False, False, True, True]) == 0.75
    assert area_under_curve([1, 1, 1], [False, True, True]) == 0.5
    assert area_under_curve([1, 2, 2], [False, False, True]) == 0.75


@pytest.mark.parametrize("failed", [[True, True], [False, False], []])
def test_without_both_kinds_there_is_no_area(failed: list[bool]) -> None:
    assert area_under_curve([1.0, 2.0][: len(failed)], failed) is None


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=20))
def test_an_area_is_the_share_of_pairs_in_order(requests: list[tuple[int, bool]]) -> None:
    failures = [score for score, failed in requests if failed]
    others = [score for score, failed in requests if not failed]
    area = area_under_curve(*zip(*requests, strict=True))
    if failures and others:
        pairs = [(a > b) + 0.5 * (a == b) for a in failures for b in others]
        assert area == pytest.approx(sum(pairs) / len(pairs))
    else:
        assert area is None
