from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from surfaces import (
    ensemble,
    paraboloid,
    paraboloid_ray,
    sphere,
    sphere_distance,
    swiss_roll,
    swiss_roll_distance,
    torus,
    wall_with_gap,
)

from robogeo.errors import GeometryError
from robogeo.geometry import (
    ExpectedMetric,
    GeodesicGraph,
    PullbackMetric,
    Support,
    fit_neural_geodesic,
    polyline_length,
    relax,
    relax_many,
    resample_uniform,
)
from robogeo.geometry.relaxation import BATCH

TIGHT = {"tolerance": 1e-13, "max_steps": 100}


def detour(a, b, rng):
    middle = 0.5 * (a + b) + 0.3 * rng.normal(size=a.shape)
    return np.stack([a, middle, b])


@pytest.mark.parametrize("d", [2, 5])
def test_sphere(d):
    rng = np.random.default_rng(d)
    a, b = rng.uniform(-0.7, 0.7, size=(2, 12, d))
    paths = [detour(p, q, rng) for p, q in zip(a, b, strict=True)]
    found = relax_many(PullbackMetric(sphere), paths, **TIGHT)
    np.testing.assert_allclose([curve.length for curve in found], sphere_distance(a, b), rtol=1e-6)
    assert all(curve.converged for curve in found)


def test_swiss_roll_torus_paraboloid():
    rng = np.random.default_rng(0)
    a, b = rng.uniform([2, -1], [6, 1], size=(2, 8, 2))
    paths = [np.stack([p, q]) for p, q in zip(a, b, strict=True)]
    found = relax_many(PullbackMetric(swiss_roll), paths, **TIGHT)
    np.testing.assert_allclose([curve.length for curve in found], swiss_roll_distance(a, b), rtol=1e-4)
    meridian = relax(PullbackMetric(torus), [[0.2, 0.5], [1.4, 0.9], [2.2, 0.5]], **TIGHT)
    assert meridian.length == pytest.approx(0.7 * 2.0, rel=1e-6)
    through_apex = relax(PullbackMetric(paraboloid), [[-0.3, 0.4], [0.2, 0.1], [0.3, -0.4]], **TIGHT)
    assert through_apex.length == pytest.approx(2 * paraboloid_ray(0.5), rel=1e-6)


def test_order_of_convergence():
    a, b = np.array([1.1, -0.4]), np.array([-0.7, 0.9])
    exact = sphere_distance(a, b)
    errors = [abs(relax(PullbackMetric(sphere), [a, b], n, **TIGHT).length - exact) for n in (4, 8, 16)]
    assert errors[0] / errors[1] > 8
    assert errors[1] / errors[2] > 8


def test_linear_decoder_returns_the_line():
    A = torch.randn(3, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    metric = PullbackMetric(lambda z: z @ A)
    curve = relax(metric, [[0.0, 0, 0], [1.0, 2, 0], [1.0, 1, 1]])
    assert curve.length == pytest.approx(float((torch.ones(3, dtype=torch.float64) @ A).norm()), rel=1e-12)


def test_constant_speed_and_exact_ends():
    path = torch.tensor([[1.0, 0.2], [0.1, -0.5], [-1.2, 0.3]])
    metric = PullbackMetric(sphere)
    curve = relax(metric, path)
    assert torch.equal(curve.points[0], path[0]) and torch.equal(curve.points[-1], path[-1])
    steps = metric.segment_lengths(curve.points[:-1], curve.points[1:])
    assert float(steps.std() / steps.mean()) < 1e-3
    assert polyline_length(metric, curve.points) == pytest.approx(curve.length, rel=1e-4)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), supported=st.booleans())
def test_never_longer_than_its_input(seed, supported):
    rng = np.random.default_rng(seed)
    nodes = rng.normal(size=(50, 3))
    metric = ExpectedMetric(ensemble(seed), None, Support(nodes, 0.4, 3.0) if supported else None)
    path = GeodesicGraph.build(metric, nodes, 5).geodesic(nodes[0], nodes[1])
    first = relax(metric, path)
    assert first.length <= path.length
    assert relax(metric, first).length <= first.length
    bare = relax(metric, path.points.numpy(), also_from_line=False)
    assert bare.length <= polyline_length(metric, path.points) * (1 + 1e-12)


def test_finds_the_gap_only_from_the_graph():
    nodes = np.random.default_rng(0).uniform([-2, -1], [2, 2.5], size=(600, 2))
    metric = PullbackMetric(wall_with_gap)
    z0, z1 = np.array([-1.5, -0.8]), np.array([1.5, -0.8])
    path = GeodesicGraph.build(metric, nodes).geodesic(z0, z1)
    curve = relax(metric, path)
    line = relax(metric, [z0, z1])
    assert fit_neural_geodesic(metric, z0, z1, steps=2).method == "neural"
    assert curve.method == "relaxed from path"
    assert curve.length < 0.95 * line.length
    assert (curve.expanded, curve.bridged) == (path.expanded, path.bridged)
    assert path.expanded > 0


def test_the_line_is_a_start_only_if_it_may_be():
    # Round a bump the wrong way: only from the line, on the other side of it, is there a shorter curve.
    metric = PullbackMetric(
        lambda z: torch.cat([z, 3 * torch.exp(-4 * z.square().sum(-1, keepdim=True))], -1)
    )
    detour = [[-1.0, 0.3], [0.0, -1.5], [1.0, 0.3]]
    alone, both = (relax(metric, detour, also_from_line=also) for also in (False, True))
    assert (alone.method, both.method) == ("relaxed from path", "relaxed from line")
    assert both.length < 0.95 * alone.length


def test_a_path_that_cannot_be_shortened_is_kept_by_name():
    turn = np.linspace(0.0, 2.0 * np.pi, 120)
    wavy = np.stack([turn, np.sin(3.0 * turn)], axis=1)  # which three segments cannot follow
    metric = PullbackMetric(lambda z: 1.0 * z, Support(wavy, 0.05, 50.0))
    kept = relax(metric, wavy, segments=3, also_from_line=False)
    assert (kept.method, kept.expanded) == ("path", 0)
    assert kept.length == pytest.approx(polyline_length(metric, wavy), rel=1e-12)
    steps = np.linalg.norm(np.diff(kept.points.numpy(), axis=0), axis=1)
    assert steps.max() < 1.7 * steps.min()  # corners are cut, no more


def test_few_steps_are_few():
    path = [[3.0, 0.5], [0.0, 4.0], [-3.0, 0.5]]
    once, often = (relax(PullbackMetric(sphere), path, max_steps=steps) for steps in (1, 30))
    assert not once.converged and often.converged
    assert often.length < once.length


def test_nothing_to_do():
    still = relax(PullbackMetric(sphere), [[0.5, 0.5], [0.5, 0.5]])
    assert still.length == 0.0 and still.converged
    assert relax(PullbackMetric(lambda z: 0 * z), [[0.0, 0.5], [0.5, 0.5]]).length == 0.0
    assert relax_many(PullbackMetric(sphere), []) == []


def test_batch_equals_one_by_one():
    rng = np.random.default_rng(1)
    metric = PullbackMetric(sphere)
    paths = [rng.normal(size=(4, 2)) for _ in range(3)]
    for together, alone in zip(
        relax_many(metric, paths), (relax(metric, path) for path in paths), strict=True
    ):
        assert together.length == pytest.approx(alone.length, rel=1e-6)


def test_more_paths_than_are_relaxed_together_all_come_back():
    rng = np.random.default_rng(2)
    paths = [rng.normal(size=(3, 2)) for _ in range(BATCH + 3)]
    curves = relax_many(PullbackMetric(lambda z: 1.0 * z), paths, 4)
    assert len(curves) == BATCH + 3
    for curve, path in zip(curves, paths, strict=True):
        np.testing.assert_array_equal(curve.points[[0, -1]].numpy(), path[[0, -1]])


def test_resample_uniform():
    points = resample_uniform(PullbackMetric(lambda z: 2.0 * z), [[0.0, 0.0], [1.0, 0.0], [1.0, 3.0]], 5)
    expected = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [1.0, 2.0], [1.0, 3.0]]
    torch.testing.assert_close(points, torch.tensor(expected, dtype=torch.float64))


def test_bad_arguments():
    metric = PullbackMetric(sphere)
    for bad in (np.zeros((0, 2)), [[0.0, np.nan], [1.0, 1.0]], np.zeros((2, 2, 2))):
        with pytest.raises(GeometryError):
            relax(metric, bad)
    with pytest.raises(GeometryError, match="segments"):
        relax(metric, np.zeros((2, 2)), segments=1)


def test_neural_geodesic():
    a, b = np.array([0.9, 0.1]), np.array([-0.6, 0.1])
    curve = fit_neural_geodesic(PullbackMetric(sphere), a, b, steps=250)
    assert curve.length == pytest.approx(sphere_distance(a, b), rel=1e-3)
    assert curve.converged
    np.testing.assert_array_equal(curve.points[[0, -1]].numpy(), [a, b])
    assert (
        float((curve.points[:, 1] - 0.1).abs().max()) > 0.01
    )  # a coordinate equal at both ends is not frozen
    again = fit_neural_geodesic(PullbackMetric(sphere), a, b, steps=250)
    assert torch.equal(curve.points, again.points)


def test_lengths_under_support_are_those_of_the_curve():
    rng = np.random.default_rng(0)
    nodes = rng.normal(size=(150, 2))
    metric = PullbackMetric(lambda z: 1.0 * z, Support.calibrated(nodes, 1.0))
    graph = GeodesicGraph.build(metric, nodes, 8)
    for path in graph.paths(nodes[:6], nodes[6:12]):
        curve = relax(metric, path)
        assert curve.length == pytest.approx(polyline_length(metric, curve.points), rel=1e-3)
        assert curve.length <= path.length


def test_a_length_measured_under_another_metric_is_not_believed():
    nodes = np.random.default_rng(1).normal(size=(80, 2))
    path = GeodesicGraph.build(PullbackMetric(sphere), nodes, 5).geodesic(nodes[0], nodes[1])
    curve = relax(PullbackMetric(lambda z: 10 * sphere(z)), path)
    assert curve.length == pytest.approx(10 * sphere_distance(nodes[0], nodes[1]), rel=1e-3)


def test_a_line_that_does_not_decode_is_no_start():
    metric = PullbackMetric(lambda z: torch.cat([z, (z.square().sum(-1, keepdim=True) - 0.25).sqrt()], -1))
    angle = np.linspace(0, np.pi, 30)[:, None]
    path = np.hstack([np.cos(angle), np.sin(angle)])
    curve, other = relax_many(metric, [path, path[:10]])
    assert curve.length < polyline_length(metric, path)
    assert other.length < polyline_length(metric, path[:10])


def test_hopeless_and_short_fits_have_not_converged():
    assert not fit_neural_geodesic(PullbackMetric(sphere), [1.1, -0.4], [-0.7, 0.9], steps=1).converged
    still = fit_neural_geodesic(PullbackMetric(lambda z: torch.ones(len(z), 3)), [0.0, 0.0], [1.0, 0.0])
    assert still.length == 0.0
