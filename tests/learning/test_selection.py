from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from robogeo.learning.pairs import alike
from robogeo.learning.selection import choose, likeness, scaled

NONE = np.zeros((0, 2, 1))
ENDS = np.array([[[0.0], [1.0]], [[0.1], [1.1]], [[3.0], [4.0]], [[3.0], [4.1]]])
FALLING = np.array([4.0, 3.0, 2.0, 1.0])


def test_those_alike_come_later() -> None:
    assert choose(FALLING, ENDS, 4, NONE) == [0, 2, 1, 3]


def test_ties_keep_their_order() -> None:
    apart = 5.0 * np.arange(8.0).reshape(4, 2, 1)
    assert choose(np.zeros(4), apart, 4, NONE) == [0, 1, 2, 3]


def test_a_pending_question_keeps_its_kind_away_in_either_direction() -> None:
    pending = np.array([[[1.05], [0.05]]])
    assert choose(FALLING, ENDS, 1, pending) == [2]


def test_a_pending_question_is_not_asked_twice_even_if_nothing_else_is_left() -> None:
    equal = np.repeat(ENDS[:1], 3, axis=0)
    assert choose(np.arange(3.0), equal, 3, NONE) == [2]
    assert choose(np.arange(3.0), equal, 3, ENDS[:1, ::-1]) == []


def test_recordings_with_the_same_ends_are_questions_of_their_own() -> None:
    equal, apart = np.stack([ENDS[0]] * 3), np.array([True, True, False])
    utility = np.array([0.2, 0.9, 0.5])
    assert choose(utility, equal, 3, NONE, apart=apart) == [1, 0]
    assert choose(utility, equal, 3, ENDS[:1], apart=apart) == [1, 0]


def test_what_was_refused_is_passed_over_with_its_neighbourhood() -> None:
    askable = ~alike(ENDS, ENDS[:1, ::-1], 0.2).any(axis=1)
    np.testing.assert_array_equal(askable, [False, False, True, True])
    assert choose(FALLING, ENDS, 4, NONE, askable) == [2, 3]
    assert not alike(ENDS, NONE, 1.0).any()


def test_what_is_not_feasible_does_not_keep_its_kind_away() -> None:
    tried: list[int] = []

    def feasible(index: int) -> bool:
        tried.append(index)
        return index != 0

    assert choose(FALLING, ENDS, 2, NONE, feasible=feasible) == [1, 2]
    assert tried == [0, 1, 2]


@given(st.integers(0, 2**32 - 1), st.integers(1, 6))
def test_asking_at_once_and_one_by_one_give_the_same(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    ends, utility, pending = rng.normal(size=(12, 2, 2)), rng.normal(size=12), rng.normal(size=(2, 2, 2))
    at_once = choose(utility, ends, n, pending)
    one_by_one: list[int] = []
    for _ in range(n):
        one_by_one += choose(utility, ends, 1, np.concatenate([pending, ends[one_by_one]]))
    assert one_by_one == at_once and len(set(at_once)) == n


@given(st.integers(0, 2**32 - 1), st.floats(0.1, 100.0), st.floats(-100.0, 100.0))
def test_the_unit_of_a_utility_does_not_matter(seed: int, factor: float, offset: float) -> None:
    rng = np.random.default_rng(seed)
    ends, utility = rng.normal(size=(10, 2, 2)), rng.permutation(10).astype(float)
    assert choose(factor * utility + offset, ends, 4, NONE) == choose(utility, ends, 4, NONE)


def test_huge_utilities_are_scaled_without_overflow() -> None:
    np.testing.assert_allclose(scaled(np.array([-1e308, 0.0, 1e308])), [0.0, 0.5, 1.0])


def test_likeness_falls_from_one_to_nothing() -> None:
    ends = np.array([[[0.0], [1.0]], [[1.0], [0.5]], [[0.0], [2.5]]])
    np.testing.assert_allclose(likeness(ends, ends[0]), [1.0, 0.5, 0.0])
