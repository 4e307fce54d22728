from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from robogeo.learning.neighborhood import alike

angles = st.floats(-3.0, 3.0, width=32)


def test_both_ends_count_in_either_direction() -> None:
    ends = np.array([[[0.0, 0.0], [1.0, 1.0]]])
    others = np.array(
        [
            [[0.1, -0.1], [1.1, 1.0]],  # near
            [[1.0, 1.1], [0.0, 0.0]],  # its reverse
            [[0.0, 0.0], [1.3, 1.0]],  # one joint of one end too far
        ]
    )
    assert alike(ends, others, 0.2).tolist() == [[True, True, False]]


@given(arrays(np.float64, (4, 2, 3), elements=angles), st.floats(0.0, 3.0))
def test_likeness_is_mutual_and_blind_to_direction(ends: np.ndarray, radius: float) -> None:
    found = alike(ends, ends, radius)
    assert found.diagonal().all() and (found == found.T).all()
    assert (alike(ends[:, ::-1], ends, radius) == found).all()


def test_nobody_is_like_nobody() -> None:
    assert alike(np.zeros((3, 2, 7)), np.zeros((0,)), 1.0).shape == (3, 0)
