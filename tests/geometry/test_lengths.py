from __future__ import annotations

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from surfaces import ensemble, network, paraboloid, paraboloid_ray, sphere, torus

from robogeo.geometry import ExpectedMetric, PullbackMetric, Support, polyline_length, segment_length_errors
from robogeo.geometry.lengths import richardson


def test_linear_decoder_is_exact():
    A = torch.randn(3, 7, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    metric = PullbackMetric(lambda z: z @ A)
    a, b = np.random.default_rng(0).normal(size=(2, 2000, 3))
    expected = np.linalg.norm((b - a) @ A.numpy(), axis=1)
    np.testing.assert_allclose(metric.segment_lengths(a, b).numpy(), expected, rtol=1e-13)


def test_meridians_and_equator():
    metric = PullbackMetric(torus)
    t = np.linspace(0, 1, 33)[:, None]
    assert abs(polyline_length(metric, t * [[2.0, 0.0]]) - 1.4) < 1e-8
    assert abs(polyline_length(metric, t * [[0.0, 1.0]]) - 2.7) < 1e-8
    ray = polyline_length(PullbackMetric(paraboloid), t * [[0.6, 0.8]])
    assert abs(ray - paraboloid_ray(1.0)) < 1e-7


def test_order_of_convergence_is_four():
    angle = np.linspace(0.1, 2.3, 65)
    circle = torch.from_numpy(
        np.stack([np.exp(0.3 * angle) * np.cos(angle), np.exp(0.3 * angle) * np.sin(angle)], 1)
    )
    exact = np.sqrt(1 + 0.09) / 0.3 * (np.exp(0.3 * 2.3) - np.exp(0.03))
    errors = [abs(float(richardson(circle[None, ::step])[0]) - exact) for step in (4, 8, 16)]
    assert 12 < errors[1] / errors[0] < 20
    assert 12 < errors[2] / errors[1] < 20


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_never_below_the_chord_and_symmetric(seed):
    rng = np.random.default_rng(seed)
    support = Support(rng.normal(size=(15, 3)), 0.3, 5.0)
    metric = ExpectedMetric(ensemble(seed), network(seed, 3, 4), support)
    a, b = rng.normal(size=(2, 60, 3))
    lengths = metric.segment_lengths(a, b)
    chord = (metric.embed(a) - metric.embed(b)).norm(dim=1)
    assert bool((lengths >= chord).all())
    torch.testing.assert_close(lengths, metric.segment_lengths(b, a), rtol=1e-12, atol=0)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_length_does_not_depend_on_the_parametrisation(seed):
    rng = np.random.default_rng(seed)
    metric = PullbackMetric(network(seed))
    a, b = rng.normal(size=(2, 1, 3))
    even, uneven = np.linspace(0, 1, 40)[:, None], np.linspace(0, 1, 50)[:, None] ** 1.7
    first = polyline_length(metric, a * (1 - even) + b * even)
    second = polyline_length(metric, a * (1 - uneven) + b * uneven)
    assert abs(first / second - 1) < 1e-5


def test_constant_support_cost_adds_in_squares():
    support = Support(np.full((1, 2), 1e6), 1.0, 3.0)
    metric = PullbackMetric(lambda z: 2 * z, support)
    length = metric.segment_lengths(np.zeros((1, 2)), np.array([[3.0, 4.0]]))
    assert abs(float(length) - 5 * np.sqrt(4 + 9)) < 1e-12


def test_error_estimate_has_the_size_of_the_error():
    metric = PullbackMetric(sphere)
    a, b = np.random.default_rng(3).normal(size=(2, 200, 2))
    lengths, estimates = segment_length_errors(metric, a, a + 0.3 * (b - a))
    t = np.linspace(0, 1, 65)
    true = np.array(
        [polyline_length(metric, p + 0.3 * t[:, None] * (q - p)) for p, q in zip(a, b, strict=True)]
    )
    errors = np.abs(lengths.numpy() - true)
    assert np.all(errors <= 4 * estimates.numpy() + 1e-9)
    assert np.median(errors) > 0.05 * np.median(estimates.numpy())


def test_kinks_of_the_support_cost_are_closed_in_on():
    rng = np.random.default_rng(0)
    nodes = rng.normal(size=(300, 2))
    metric = PullbackMetric(lambda z: 1.0 * z, Support(nodes, 0.15, 20.0))
    a = nodes[:100]
    b = a + rng.normal(size=a.shape) * 0.2
    t = np.linspace(0, 1, 20_001)[:, None]
    true = [
        float(np.trapezoid(np.sqrt(1 + metric.support.cost_values(p * (1 - t) + q * t) ** 2), t[:, 0]))
        * np.linalg.norm(q - p)
        for p, q in zip(a, b, strict=True)
    ]
    relative = np.abs(metric.segment_lengths(a, b).numpy() / true - 1)
    assert relative.mean() < 1e-5


def test_rounding_in_float32_ends_the_cutting():
    metric = PullbackMetric(lambda z: torch.cat([1e4 + z, z.sin()], -1).float())
    a = np.random.default_rng(0).normal(size=(50, 2))
    lengths = metric.segment_lengths(a, a + 1e-3)
    assert bool((lengths > 0).all())


def test_empty_and_degenerate_segments():
    metric = PullbackMetric(sphere)
    assert metric.segment_lengths(np.zeros((0, 2)), np.zeros((0, 2))).shape == (0,)
    assert float(metric.segment_lengths(np.ones((1, 2)), np.ones((1, 2)))) == 0.0
