from __future__ import annotations

import numpy as np
import pytest
import torch
from surfaces import sphere, sphere_distance

from robogeo.errors import GeometryError
from robogeo.geometry import PullbackMetric, relax, spline_of

A, B = np.array([0.9, 0.1]), np.array([-0.6, 0.4])
METRIC = PullbackMetric(sphere)
S = np.linspace(0.0, 1.0, 201)


def great_circle(s):
    """Points, first and second derivatives on the sphere of the great circle from f(A) to f(B)."""
    ends = sphere(torch.from_numpy(np.stack([A, B]))).numpy()
    angle = sphere_distance(A, B)
    across = (ends[1] - np.cos(angle) * ends[0]) / np.sin(angle)
    points = np.outer(np.cos(angle * s), ends[0]) + np.outer(np.sin(angle * s), across)
    slopes = angle * (np.outer(-np.sin(angle * s), ends[0]) + np.outer(np.cos(angle * s), across))
    return points, slopes, -(angle**2) * points


@pytest.mark.parametrize("degree", [3, 5])
def test_value_and_derivatives_of_a_great_circle(degree):
    spline = spline_of(relax(METRIC, [A, B], tolerance=1e-13, max_steps=100), degree)
    points, slopes, bends = great_circle(S)
    np.testing.assert_allclose(sphere(torch.from_numpy(spline(S))).numpy(), points, atol=1e-5)
    moved = np.stack([sphere(torch.from_numpy(spline(S + shift))).numpy() for shift in (1e-5, -1e-5)])
    inner = (S > 0) & (S < 1)
    np.testing.assert_allclose(((moved[0] - moved[1]) / 2e-5)[inner], slopes[inner], atol=1e-3)
    z, dz = torch.from_numpy(spline(S)), torch.from_numpy(spline.derivative(1)(S))
    pushed = torch.einsum("nea,na->ne", METRIC.jacobian(z), dz).numpy()
    np.testing.assert_allclose(pushed, slopes, atol=1e-3)
    change = np.gradient(pushed, S, axis=0)[2:-2]  # d/ds of J z' turns with the circle
    assert np.abs(change - bends[2:-2]).max() < 0.05


@pytest.mark.parametrize("degree", [3, 5])
def test_constant_speed_and_exact_ends(degree):
    curve = relax(METRIC, [A, B])
    spline = spline_of(curve, degree)
    np.testing.assert_array_equal(spline(0.0), A)
    np.testing.assert_array_equal(spline(1.0), B)
    speed = METRIC.speed(spline(S), spline.derivative(1)(S)).numpy()
    np.testing.assert_allclose(speed, curve.length, rtol=0.01)
    np.testing.assert_array_equal(spline_of(curve.points.numpy(), degree)(S), spline(S))


@pytest.mark.parametrize("degree", [3, 5])
def test_polynomials_come_back_and_derivatives_join(degree):
    t = np.linspace(0, 1, 12)
    spline = spline_of(np.stack([t**3, 1 - t], 1), degree)
    np.testing.assert_allclose(spline.derivative(2)(S), np.stack([6 * S, 0 * S], 1), atol=1e-9)
    rough = spline_of(np.random.default_rng(0).normal(size=(12, 2)), degree)
    last = rough.derivative(degree - 1)
    for knot in np.unique(rough.t)[1:-1]:
        np.testing.assert_allclose(last(knot - 1e-9), last(knot + 1e-9), rtol=1e-4, atol=1e-2)
    np.testing.assert_allclose(rough(t), np.random.default_rng(0).normal(size=(12, 2)), atol=1e-9)


def test_bad_arguments():
    with pytest.raises(GeometryError, match="degree"):
        spline_of(np.eye(4), 4)
    with pytest.raises(GeometryError, match="6 points"):
        spline_of(np.zeros((5, 2)), 5)
