from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from robogeo.learning.gain import predicted_gain

PLACES = np.array([[[0.0], [1.0]], [[0.1], [1.1]], [[1.0], [0.0]], [[5.0], [6.0]]])


def test_one_known_end_mends_half() -> None:
    places = np.array([[[0.0], [1.0]], [[9.0], [0.1]], [[7.0], [8.0]]])
    assert predicted_gain(places, np.array([1.0, 2.0, 5.0]), 0) == pytest.approx((1.0 + 0.5 * 2.0) / 8.0)


def test_the_share_of_what_is_wrong_nearby() -> None:
    wrong = np.array([1.0, 2.0, 3.0, 4.0])
    assert predicted_gain(PLACES, wrong, 0) == pytest.approx(0.6)  # the reverse of it counts too
    assert predicted_gain(PLACES, wrong, 3) == pytest.approx(0.4)


@given(arrays(np.float64, 4, elements=st.floats(0.0, 1e6)), st.floats(0.01, 10.0))
def test_a_share_grows_with_reach_and_knows_no_unit(wrong: np.ndarray, unit: float) -> None:
    shares = [predicted_gain(PLACES, wrong, 0, reach) for reach in (0.05, 0.5, 50.0)]
    assert 0.0 <= shares[0] <= shares[1] <= shares[2] <= 1.0
    assert shares[2] == (pytest.approx(1.0) if wrong.sum() > 0 else 0.0)
    assert predicted_gain(PLACES, unit * wrong, 0) == pytest.approx(shares[1], abs=1e-9)
