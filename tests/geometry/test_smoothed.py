from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from surfaces import network, sphere

from robogeo.errors import GeometryError
from robogeo.geometry import GeodesicGraph, PullbackMetric, SmoothedMetric, relax, segment_length_errors

LINEAR = torch.tensor([[2.0, 0.0, 0.0], [0.0, 0.1, 0.0]], dtype=torch.float64)  # G = diag(4, 0.01)


def linear(z):
    return z @ LINEAR


def test_closed_form_of_a_linear_decoder():
    metric = SmoothedMetric(linear, smoothing=3.0)
    expected = torch.diag(torch.tensor([64 / 19, 1e-6 / (1e-4 + 3)], dtype=torch.float64))
    torch.testing.assert_close(metric.tensor(torch.zeros(2, dtype=torch.float64)), expected)
    torch.testing.assert_close(metric.magnification_factor(torch.zeros(1, 2)), expected.det().sqrt()[None])
    length = metric.segment_lengths([[0.0, 0.0]], [[3.0, 0.0]])
    assert float(length) == pytest.approx(3 * np.sqrt(64 / 19), rel=1e-12)


def test_rank_keeps_the_largest():
    metric = SmoothedMetric(linear, smoothing=3.0, rank=1)
    expected = torch.diag(torch.tensor([64 / 19, 0.0], dtype=torch.float64))
    torch.testing.assert_close(metric.tensor(torch.zeros(2, dtype=torch.float64)), expected)
    assert float(metric.magnification_factor(torch.zeros(2))) == 0.0
    assert metric.log_magnification_factor(torch.zeros(2)).dtype == torch.float64
    other = SmoothedMetric(network(0), smoothing=0.1, rank=2)  # of three latent dimensions
    assert float(other.magnification_factor(torch.zeros(3))) == 0.0
    assert float(SmoothedMetric(network(0), smoothing=0.1, rank=3).magnification_factor(torch.zeros(3))) > 0.0


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), smoothing=st.floats(1e-3, 1e3))
def test_equals_the_decomposition_and_is_below_the_plain_metric(seed, smoothing):
    decoder = network(seed)
    z = torch.from_numpy(np.random.default_rng(seed).normal(size=(6, 3)))
    G, smooth = PullbackMetric(decoder).tensor(z), SmoothedMetric(decoder, smoothing).tensor(z)
    U, s, V = torch.linalg.svd(G)
    torch.testing.assert_close(
        smooth, (U * (s**3 / (s**2 + smoothing)).unsqueeze(-2)) @ V, rtol=1e-6, atol=1e-9
    )
    assert float(torch.linalg.eigvalsh(G - smooth).min()) > -1e-9
    metric = SmoothedMetric(decoder, smoothing)
    torch.testing.assert_close(
        metric.log_magnification_factor(z), 0.5 * torch.linalg.slogdet(smooth).logabsdet, rtol=1e-4, atol=1e-4
    )


def test_speed_and_lengths_are_differentiable():
    metric = SmoothedMetric(sphere, 0.5)
    z = torch.tensor([[0.3, -0.2]], dtype=torch.float64, requires_grad=True)
    dz = torch.tensor([[1.0, 0.5]], dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda p: metric.speed(p, dz), z)
    assert torch.autograd.gradcheck(lambda p: metric.segment_lengths(p, dz), z)


def test_graph_searches_with_landmarks_only_and_relaxation_refuses():
    nodes = np.random.default_rng(0).normal(size=(100, 2))
    metric = SmoothedMetric(sphere, 0.5)
    graph = GeodesicGraph.build(metric, nodes, 6)
    path = graph.geodesic(nodes[0], nodes[1])
    steps = metric.segment_lengths(path.points[:-1], path.points[1:])
    assert float(steps.sum()) == pytest.approx(path.length, rel=1e-9)
    with pytest.raises(GeometryError, match="landmarks"):
        GeodesicGraph.build(metric, nodes, 6, landmarks=0)
    with pytest.raises(GeometryError, match="neural"):
        relax(metric, path)


@pytest.mark.parametrize("bad", [{"smoothing": 0.0}, {"smoothing": np.nan}, {"smoothing": 1.0, "rank": 0}])
def test_bad_arguments(bad):
    with pytest.raises(GeometryError):
        SmoothedMetric(sphere, **bad)


def test_long_segments_are_cut_until_their_length_rests():
    metric = SmoothedMetric(network(0, 3, 6), 1e-9)
    a, b = np.random.default_rng(0).normal(size=(2, 20, 3)) * 2
    t = np.linspace(0, 1, 20_001)[:, None]
    middle = 0.5 * (t[1:] + t[:-1])
    for p, q, length in zip(a, b, metric.segment_lengths(a, b).tolist(), strict=True):
        speed = metric.speed(p * (1 - middle) + q * middle, (q - p)[None]).mean()
        assert length == pytest.approx(float(speed), rel=1e-5)


def test_errors_of_lengths_are_for_chords_only():
    with pytest.raises(GeometryError, match="chords"):
        segment_length_errors(SmoothedMetric(sphere, 1.0), np.zeros((1, 2)), np.ones((1, 2)))
