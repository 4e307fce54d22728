from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from robogeo.learning.pairs import alike, farther_ends, pair_distances, times_joined

PAIR = np.array([[[0.0, 0.0], [3.0, 0.0]]])


def test_both_distances_by_hand() -> None:
    other = np.array([[[0.0, 4.0], [3.0, 3.0]], [[3.0, 0.0], [0.0, 0.0]]])
    np.testing.assert_allclose(pair_distances(PAIR, other), [[5.0, 0.0]])
    np.testing.assert_allclose(farther_ends(PAIR, other), [[4.0, 0.0]])


@given(st.integers(0, 2**32 - 1))
def test_direction_does_not_matter_and_the_farther_end_is_the_smaller_distance(seed: int) -> None:
    ends, others = np.random.default_rng(seed).normal(size=(2, 5, 2, 3))
    for distance in (pair_distances, farther_ends):
        np.testing.assert_allclose(distance(ends, others), distance(ends[:, ::-1], others))
        np.testing.assert_allclose(distance(ends, others), distance(others, ends).T)
    assert (farther_ends(ends, others) <= pair_distances(ends, others) + 1e-12).all()


def test_of_nothing_there_are_no_distances() -> None:
    assert farther_ends(PAIR, np.zeros((0, 2, 2))).shape == (1, 0)


def test_demonstrations_between_the_same_ends_count_once_each_whatever_their_direction() -> None:
    beside = PAIR + np.array([[0.0, 0.5], [0.1, 0.0]])
    shown = np.concatenate([PAIR, PAIR[:, ::-1], beside, PAIR + 9.0])
    np.testing.assert_allclose(times_joined(PAIR, shown, radius=0.5), [2.0 + np.exp(-1.0)])
    np.testing.assert_array_equal(times_joined(PAIR, np.zeros((0, 2, 0))), [0.0])


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
