from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robogeo.data import Demonstration, observations
from robogeo.data.demonstrations import places_among
from robogeo.errors import InputError


def quarter_circle(samples: int = 500) -> Demonstration:
    angle = np.linspace(0, np.pi / 2, samples)
    return Demonstration(np.stack([np.cos(angle), np.sin(angle)], axis=1), angle, "scripted")


def random_walk(seed: int, samples: int = 20, dof: int = 7) -> Demonstration:
    steps = np.random.default_rng(seed).normal(scale=0.1, size=(samples, dof))
    return Demonstration(steps.cumsum(axis=0), np.arange(samples) * 0.1, "scripted")


def test_the_length_of_a_quarter_circle() -> None:
    assert quarter_circle().path_length == pytest.approx(np.pi / 2, rel=1e-5)
    assert quarter_circle().duration == pytest.approx(np.pi / 2)
    assert quarter_circle().dof == 2


def test_resampling_a_straight_line_is_exact() -> None:
    # Uneven samples and a pause: only the path counts.
    q = np.array([[0.0], [0.1], [0.1], [0.1], [0.7], [1.0]])
    points = Demonstration(q, np.arange(6.0), "x").resampled(0.25)
    assert points[:, 0] == pytest.approx([0, 0.25, 0.5, 0.75, 1.0])


def test_a_length_of_whole_spacings_gives_no_extra_point() -> None:
    demonstration = Demonstration(np.array([[0.0], [0.3]]), np.array([0.0, 1.0]), "x")
    assert len(demonstration.resampled(0.1)) == 4


@given(st.integers(0, 10_000), st.floats(0.01, 3.0))
def test_resampling_keeps_ends_and_spacing_and_stays_on_the_path(seed: int, spacing: float) -> None:
    demonstration = random_walk(seed)
    points = demonstration.resampled(spacing)
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    assert np.array_equal(points[[0, -1]], demonstration.q[[0, -1]])
    # A chord never exceeds its arc, which is the spacing at most.
    assert steps.max() <= spacing * (1 + 1e-9)
    assert steps.sum() <= demonstration.path_length * (1 + 1e-9)
    assert (len(points) - 1) * spacing < demonstration.path_length + spacing * (1 + 1e-6)


def test_standing_still_gives_both_ends() -> None:
    still = Demonstration(np.ones((5, 3)), np.arange(5.0), "x")
    assert np.array_equal(still.resampled(0.1), np.ones((2, 3)))


def test_observations_know_their_demonstration() -> None:
    x, groups = observations([quarter_circle(), quarter_circle(10)], 0.5)
    assert x.shape == (10, 2)
    assert groups.tolist() == [0] * 5 + [1] * 5


def test_observations_need_equal_joints() -> None:
    with pytest.raises(InputError, match="demonstration 1 has 7 joints, the first has 2"):
        observations([quarter_circle(), random_walk(0)], 0.5)
    with pytest.raises(InputError, match="no demonstrations"):
        observations([], 0.5)


GOOD_Q = np.zeros((3, 2))
GOOD_T = np.arange(3.0)


@pytest.mark.parametrize(
    ("q", "t", "expected"),
    [
        ([[0, 0], [0, np.nan], [0, 0]], GOOD_T, r"q\[1, 1\] is nan"),
        (GOOD_Q, [0, 1, np.inf], r"t\[2\] is inf"),
        (GOOD_Q, [0, 1, 1], r"t\[2\] is not after t\[1\]"),
        (GOOD_Q, [0, 2, 1], r"t\[2\] is not after t\[1\]"),
        (GOOD_Q, [0, 1], "q has 3 samples but t has 2"),
        (GOOD_Q[:1], GOOD_T[:1], "1 samples, expected 2"),
        (GOOD_Q[:, :0], GOOD_T, "0 joints"),
        (np.zeros((3, 65)), GOOD_T, "65 joints"),
        (np.zeros(3), GOOD_T, r"q has shape \(3,\), expected \(T, dof\)"),
        (GOOD_Q, GOOD_T[:, None], r"t has shape \(3, 1\), expected \(T,\)"),
        ([["a", "b"]] * 3, GOOD_T, "expected real numbers"),
        ([[1, 2], [3]], GOOD_T, "not an array of numbers"),
        ([[True, False]] * 3, GOOD_T, "q holds bool values"),
        (GOOD_Q.astype(object), GOOD_T, "q holds object values"),
        (GOOD_Q + 1j, GOOD_T, "q holds complex128 values"),
        (GOOD_Q + 180.0, GOOD_T, "is it in degrees"),
    ],
)
def test_a_fault_names_the_array(q: Any, t: Any, expected: str) -> None:
    with pytest.raises(InputError, match=expected) as caught:
        Demonstration(q, t, "x")
    assert str(caught.value).startswith("demonstration: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", [3, "x" * 10_001, "a\0b", "\ud800"])
def test_texts_are_checked(text: Any) -> None:
    with pytest.raises(InputError, match="note is not Unicode text"):
        Demonstration(GOOD_Q, GOOD_T, "x", text)


@pytest.mark.parametrize("spacing", [0.0, -1.0, np.nan, np.inf, 1e-9])
def test_bad_spacings_are_refused(spacing: float) -> None:
    with pytest.raises(InputError, match="spacing"):
        quarter_circle().resampled(spacing)


def test_it_owns_its_arrays_and_never_changes() -> None:
    q = np.zeros((3, 2))
    demonstration = Demonstration(q, GOOD_T, "x")
    q[0, 0] = 9.0
    assert demonstration.q[0, 0] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        demonstration.q[0, 0] = 1.0


def test_equality_is_by_value() -> None:
    one, two = random_walk(1), random_walk(1)
    assert one == two
    assert hash(one) == hash(two)
    assert one != random_walk(2)
    assert one != Demonstration(one.q, one.t, "human")
    zero, minus = Demonstration(GOOD_Q, GOOD_T, "x"), Demonstration(-GOOD_Q, GOOD_T, "x")
    assert zero == minus
    assert hash(zero) == hash(minus)


def test_demonstrations_are_found_again_either_way_round_and_each_once() -> None:
    t = np.arange(3.0)
    one, other = (Demonstration(k * np.eye(3), t, "test") for k in (1.0, 2.0))
    there = [one, other, Demonstration(np.eye(3), t, "test")]  # the first and the last are alike
    back = Demonstration(one.q[::-1], t, "test")
    assert places_among(there, [back, other, one, one]) == [0, 1, 2, 0]
    assert places_among(there, [Demonstration(3.0 * np.eye(3), t, "test")]) == [None]
