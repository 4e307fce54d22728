"""Smoothness measures against their values for a minimum-jerk move, and their invariances."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robogeo.errors import MotionError
from robogeo.motion import abruptness, log_dimensionless_jerk, smooth_path, sparc, time_path
from robogeo.motion.limits import JointLimits
from robogeo.motion.smoothness import rms_jerk


def minimum_jerk(rate: float, duration: float = 1.0, distance: float = 1.0) -> np.ndarray:
    x = np.linspace(0.0, 1.0, round(rate * duration) + 1)
    return distance / duration * 30.0 * x**2 * (1.0 - x) ** 2


@pytest.mark.parametrize("duration", [1.0, 2.0, 4.0])
def test_log_dimensionless_jerk_of_a_minimum_jerk_move(duration):
    value = log_dimensionless_jerk(minimum_jerk(1000.0, duration, 0.3), 1000.0)
    assert value == pytest.approx(-np.log(204.8), abs=1e-4)
    assert log_dimensionless_jerk(minimum_jerk(100.0), 100.0) == pytest.approx(-np.log(204.8), abs=2e-3)


@pytest.mark.parametrize(("rate", "expected"), [(1000.0, -1.4024), (240.0, -1.4004), (100.0, -1.4058)])
def test_sparc_of_a_minimum_jerk_move(rate, expected):
    assert sparc(minimum_jerk(rate), rate) == pytest.approx(expected, abs=1e-4)


@given(scale=st.floats(1e-3, 1e3), duration=st.sampled_from([1.0, 2.0, 4.0]))
def test_scale_of_speed_and_duration_do_not_matter(scale, duration):
    speed = minimum_jerk(250.0, duration)
    assert sparc(scale * speed, 250.0) == pytest.approx(sparc(speed, 250.0), abs=1e-9)
    assert sparc(speed, 250.0) == pytest.approx(-1.40, abs=0.02)
    assert log_dimensionless_jerk(scale * speed, 250.0) == pytest.approx(log_dimensionless_jerk(speed, 250.0))


@pytest.mark.parametrize(("duration", "distance"), [(1.0, 1.0), (2.0, 0.3), (4.0, 2.0)])
def test_rms_jerk_of_a_minimum_jerk_move(duration, distance):
    x = np.linspace(0.0, 1.0, 20_001)
    along = distance / duration**3 * 60.0 * (1.0 - 6.0 * x + 6.0 * x**2)
    jerk = along[:, None] * np.array([0.6, 0.8])  # a straight line in two joints
    assert rms_jerk(jerk) == pytest.approx(np.sqrt(720.0) * distance / duration**3, rel=1e-6)
    with pytest.raises(MotionError, match="rms_jerk"):
        rms_jerk(along)


def test_two_strokes_and_tremor_are_less_smooth_than_one():
    one = minimum_jerk(200.0, 2.0)
    two = np.concatenate([minimum_jerk(200.0)[:-1], minimum_jerk(200.0)])
    tremor = one + 0.3 * np.sin(2.0 * np.pi * 6.0 * np.arange(one.size) / 200.0) * one
    for worse in (two, tremor):
        assert sparc(worse, 200.0) < sparc(one, 200.0) - 0.05
        assert log_dimensionless_jerk(worse, 200.0) < log_dimensionless_jerk(one, 200.0) - 0.5


def test_abruptness_of_even_steps_is_one():
    assert abruptness(np.linspace(0.0, 1.0, 20)[:, None] * [1.0, -2.0, 0.5]) == pytest.approx(1.0)


def test_abruptness_is_the_largest_over_the_median_step():
    assert abruptness(np.cumsum([0.0, 1.0, 1.0, 5.0, 1.0, 1.0])[:, None]) == pytest.approx(5.0)
    assert abruptness([[0.0], [0.0], [0.0], [0.0], [1.0]]) == np.inf
    assert abruptness(np.zeros((4, 2))) == 1.0


@given(seed=st.integers(0, 2**32 - 1), scale=st.floats(1e-3, 1e3))
def test_abruptness_is_at_least_one_and_free_of_scale_and_place(seed, scale):
    path = np.random.default_rng(seed).normal(size=(12, 3))
    value = abruptness(path)
    assert value >= 1.0
    assert abruptness(scale * path + 2.0) == pytest.approx(value, rel=1e-6)


def test_the_quintic_law_hides_a_jagged_path_but_abruptness_does_not():
    limits = JointLimits(
        -3.0 * np.ones(2), 3.0 * np.ones(2), np.ones(2), 4.0 * np.ones(2), 40.0 * np.ones(2), np.ones(2)
    )
    even = np.linspace(0.0, 1.0, 21)[:, None] * [1.0, 1.0]
    jump = even + 0.4 * (np.arange(21) > 10)[:, None]
    motions = [time_path(smooth_path(path), limits, law="quintic") for path in (even, jump)]
    clean, jumped = (sparc(np.linalg.norm(motion.qd, axis=1), 240.0) for motion in motions)
    assert jumped == pytest.approx(clean, abs=0.02)
    assert abruptness(even) < 1.01 < 8.0 < abruptness(jump)


@pytest.mark.parametrize("measure", [sparc, log_dimensionless_jerk])
def test_bad_speeds_are_refused(measure):
    good = minimum_jerk(100.0)
    for speed, rate in (
        (good[:3], 100.0),
        (good[:, None], 100.0),
        (np.zeros(50), 100.0),
        (np.full(50, np.nan), 100.0),
        (good, 0.0),
        (good, np.inf),
    ):
        with pytest.raises(MotionError):
            measure(speed, rate)


def test_bad_paths_are_refused():
    for path in (np.zeros((2, 3)), np.zeros(5), np.full((4, 2), np.nan)):
        with pytest.raises(MotionError, match="abruptness"):
            abruptness(path)
    with pytest.raises(MotionError, match="linear"):
        log_dimensionless_jerk(np.ones(10), 10.0)
