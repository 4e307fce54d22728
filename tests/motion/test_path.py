"""Smooth paths: exact ends, deviation within the tolerance, inside the joint range, smooth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robogeo.errors import MotionError
from robogeo.motion import JointLimits, smooth_path


def box(dof: int) -> JointLimits:
    one = np.ones(dof)
    return JointLimits(-one, one, one, one, one, one)


def chord_lengths(points: np.ndarray) -> np.ndarray:
    return np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(2, 20),
    dof=st.integers(1, 7),
    tolerance=st.sampled_from([1e-3, 5e-3, 5e-2]),
)
def test_ends_exact_and_points_within_tolerance(seed, n, dof, tolerance):
    points = np.random.default_rng(seed).uniform(-1.0, 1.0, (n, dof))
    path = smooth_path(points, tolerance=tolerance)
    assert np.array_equal(path.c[0], points[0]) and np.array_equal(path.c[-1], points[-1])
    steps = np.diff(chord_lengths(points))
    if steps.min() > 0.1 * tolerance:  # none dropped, so the parameter is the chord length
        assert np.abs(path(chord_lengths(points)) - points).max() <= tolerance * (1.0 + 1e-9)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(2, 15), dof=st.integers(1, 7))
def test_never_leaves_the_joint_range(seed, n, dof):
    # Many way-points lie on the border, where an interpolating curve overshoots.
    points = np.clip(np.random.default_rng(seed).uniform(-2.0, 2.0, (n, dof)), -1.0, 1.0)
    if np.ptp(points, axis=0).max() < 0.01:
        return
    path = smooth_path(points, limits=box(dof))
    q = path(np.linspace(path.t[0], path.t[-1], 5000))
    assert np.abs(q).max() <= 1.0 + 1e-12


def test_limits_cut_an_overshoot_and_leave_other_paths_alone():
    corner = [[0.0, 0.0], [1.0, 0.5], [1.0, -0.5], [0.0, 0.0]]
    free, held = smooth_path(corner), smooth_path(corner, limits=box(2))
    assert free(np.linspace(0.0, free.t[-1], 1000)).max() > 1.05
    assert held(np.linspace(0.0, held.t[-1], 1000)).max() <= 1.0 + 1e-12
    inside = 0.5 * np.array(corner)
    assert np.array_equal(smooth_path(inside).c, smooth_path(inside, limits=box(2)).c)


def test_a_line_stays_a_line_of_constant_speed():
    path = smooth_path([[0.0, 0.0], [0.3, 0.4], [0.6, 0.8]])
    u = np.linspace(0.0, 1.0, 50)
    assert path.t[-1] == pytest.approx(1.0)
    assert np.allclose(path(u), np.outer(u, [0.6, 0.8]), atol=1e-9)
    assert np.abs(path(u, 2)).max() < 1e-6


def test_larger_tolerance_means_less_jerk():
    rng = np.random.default_rng(0)
    points = np.linspace(0.0, 1.0, 21)[:, None] * [1.0, -2.0] + rng.normal(0.0, 0.02, (21, 2))

    def bend(tolerance: float) -> float:
        path = smooth_path(points, tolerance=tolerance)
        return float((path(np.linspace(0.0, path.t[-1], 2000), 3) ** 2).mean())

    assert bend(0.001) > 3.0 * bend(0.01) > 9.0 * bend(0.05)


def test_fourth_derivative_is_continuous():
    path = smooth_path(np.random.default_rng(1).uniform(-1.0, 1.0, (8, 3)))
    inner = np.unique(path.t)[1:-1]
    for order in range(5):
        scale = np.abs(path(np.linspace(0.0, path.t[-1], 500), order)).max()
        assert np.abs(path(inner - 1e-9, order) - path(inner + 1e-9, order)).max() < 1e-5 * scale


def test_spacing_holds_the_curve_to_the_polyline():
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])

    def bulge(spacing: float | None) -> float:
        path = smooth_path(corners, spacing=spacing, tolerance=0.01)
        q = path(np.linspace(0.0, path.t[-1], 2000))
        a, b = corners[:-1], np.diff(corners, axis=0)
        share = np.clip(((q[:, None] - a) * b).sum(-1) / (b * b).sum(-1), 0.0, 1.0)
        return float(np.linalg.norm(q[:, None] - a - share[..., None] * b, axis=-1).min(axis=1).max())

    assert bulge(0.05) < 0.02 < 0.1 < bulge(None)


def test_repeated_points_change_nothing():
    points = np.random.default_rng(2).uniform(-1.0, 1.0, (6, 4))
    once, thrice = smooth_path(points), smooth_path(np.repeat(points, 3, axis=0))
    assert np.array_equal(once.c, thrice.c)


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ([[0.0, 0.0]], "shape"),
        ([0.0, 1.0], "shape"),
        ([[0.0], [np.inf]], "way-point 1, joint 1"),
        ([[0.5], [0.5], [0.5]], "coincide"),
        ([[0.0], [1.5], [0.0]], "outside"),
    ],
)
def test_bad_points_are_refused(points, message):
    with pytest.raises(MotionError, match=message):
        smooth_path(points, limits=box(1))


@pytest.mark.parametrize("arguments", [{"tolerance": 0.0}, {"tolerance": np.nan}, {"spacing": -1.0}])
def test_bad_arguments_are_refused(arguments):
    with pytest.raises(MotionError):
        smooth_path([[0.0], [1.0]], **arguments)
