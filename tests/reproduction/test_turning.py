"""How a turning chair is judged, on views that are rotations of one pattern."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robogeo.reproduction.chairs.turning import turn_of

VIEWS = np.stack([np.roll(np.linspace(0.0, 1.0, 31) ** 2, k) for k in range(31)])


@given(st.integers(0, 30), st.integers(1, 15), st.sampled_from([-1, 1]))
def test_the_real_views_turn_in_order_and_evenly(start, size, sense):
    places = [(start + sense * k) % 31 for k in range(size + 1)]
    turn = turn_of(VIEWS[places], VIEWS, places[0], places[-1])
    assert turn.in_order and turn.wanted == size and turn.passed == 1.0
    assert turn.unevenness == pytest.approx(0.0, abs=1e-12)
    assert turn.seen.tolist() == places and turn.errors.max() < 1e-6


def test_a_jump_keeps_order_but_passes_nothing():
    turn = turn_of(VIEWS[[2, 2, 2, 8, 8, 8]], VIEWS, 2, 8)
    assert turn.in_order and turn.passed == 0.0
    assert turn.unevenness == pytest.approx(np.mean([0.0, 1.2, 2.4, 2.4, 1.2, 0.0]))


@pytest.mark.parametrize("places", [[2, 4, 3, 5], [2, 1, 4, 5], [2, 4, 6, 5], [2, 30, 28, 5]])
def test_turning_back_or_leaving_the_arc_breaks_order(places):
    assert not turn_of(VIEWS[places], VIEWS, 2, 5).in_order


def test_error_is_the_rms_difference_from_the_most_alike_view():
    noise = np.random.default_rng(0).normal(scale=0.01, size=(4, 31))
    turn = turn_of(VIEWS[[0, 1, 2, 3]] + noise, VIEWS, 0, 3)
    np.testing.assert_allclose(turn.errors, np.sqrt(np.square(noise).mean(axis=1)), rtol=1e-6)
