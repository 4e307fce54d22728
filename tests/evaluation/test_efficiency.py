"""Demonstrations to a target, areas and censored medians, against sums done by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robogeo.evaluation.efficiency import area, carried_forward, demonstrations_to, median_count


def test_the_first_evaluation_that_reaches_the_target_counts() -> None:
    assert demonstrations_to([3, 4, 5, 6], [0.1, 27 / 30, 0.5, 1.0], 0.9) == 4
    assert demonstrations_to([3, 4], [0.1, 0.89], 0.9) is None


def test_areas_by_hand() -> None:
    assert area([2, 4], [0.0, 1.0], 4) == pytest.approx(0.5)
    # Reached early, then as it was: half of the first two demonstrations, all of the next two.
    assert area([2, 4], [0.0, 1.0], 6) == pytest.approx(0.75)
    assert area([2, 3, 4], [0.2, 0.4, 0.4], 4) == pytest.approx(0.35)
    # What lies beyond the budget has no part in it.
    assert area([2, 4, 8], [0.0, 1.0, 0.0], 4) == pytest.approx(0.5)
    assert area([3], [0.4], 3) == pytest.approx(0.4)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.integers(0, 5))
def test_an_area_lies_between_the_extremes(success: list[float], more: int) -> None:
    given = np.arange(3, 3 + len(success))
    value = area(given, success, int(given[-1]) + more)
    assert min(success) - 1e-12 <= value <= max(success) + 1e-12


def test_a_curve_is_carried_forward_but_not_back() -> None:
    np.testing.assert_allclose(carried_forward([3, 5], [0.2, 0.6], [3, 4, 5, 9]), [0.2, 0.4, 0.6, 0.6])


def test_the_median_of_censored_counts() -> None:
    assert median_count([4, 6, 8], 20) == 6
    assert median_count([4, 6, None], 20) == 6
    assert median_count([4, None, None], 20) is None
    assert median_count([None, None], 20) is None
    # Half of them exactly: the median is where the survival function comes down to one half.
    assert median_count([4, 6, None, None], 20) == 6
    # A run that got there with its very last demonstration did get there.
    assert median_count([20, 20, None], 20) == 20


def test_dropping_censored_runs_would_have_flattered() -> None:
    counts = [5, 6, 7, None, None, None, None]
    reached = [count for count in counts if count is not None]
    assert median_count(reached, 20) == 6
    assert median_count(counts, 20) is None
