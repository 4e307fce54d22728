from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from surfaces import ensemble, network, paraboloid, sphere, sphere_distance

from robogeo.errors import GeometryError
from robogeo.geometry import (
    ExpectedMetric,
    PublishedRecipe,
    PullbackMetric,
    SmoothedMetric,
    Support,
    fit_neural_geodesic,
)
from robogeo.geometry.bezier import bezier, random_controls
from robogeo.geometry.neural_published import AffineCurve, velocities

T = torch.linspace(0, 1, 101, dtype=torch.float64)
SMALL = PublishedRecipe(samples=60, curves=2, pretraining_steps=60)


class HalfPlane(PullbackMetric):
    """The hyperbolic half-plane by its tensor I / y^2 alone; its `embed` is not the metric's immersion."""

    chordal = False

    def __init__(self):
        super().__init__(lambda z: z)

    def speed(self, z, dz):
        return dz.square().sum(-1).sqrt() / z[..., 1]


def affine(z0, z1, seed=0, hidden=20):
    ends = (torch.tensor(z0, dtype=torch.float64), torch.tensor(z1, dtype=torch.float64))
    return AffineCurve(*ends, hidden, torch.Generator().manual_seed(seed))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), d=st.integers(1, 6), inner=st.integers(1, 5))
def test_controls_lie_across_the_line_within_half_its_length(seed, d, inner):
    generator = torch.Generator().manual_seed(seed)
    z0, z1 = torch.randn(2, d, generator=generator, dtype=torch.float64)
    controls = random_controls(z0, z1, inner, generator)
    share = torch.linspace(0, 1, inner + 2, dtype=torch.float64)[:, None]
    off = controls - ((1 - share) * z0 + share * z1)
    length = float((z1 - z0).norm())
    assert float((off @ (z1 - z0)).abs().max()) < 1e-12 * max(length, 1)
    assert float(off.norm(dim=1).max()) <= 0.5 * length * (1 + 1e-12)
    assert torch.equal(controls[0], z0) and torch.equal(controls[-1], z1)
    curve = bezier(controls, T)
    torch.testing.assert_close(curve[[0, -1]], torch.stack([z0, z1]))


def test_bezier_closed_form():
    controls = torch.tensor([[0.0, 0.0], [1.0, 2.0], [2.0, 0.0]], dtype=torch.float64)
    torch.testing.assert_close(bezier(controls, T), torch.stack([2 * T, 4 * T * (1 - T)], 1))


def test_affine_map_is_that_of_the_paper():
    curve = affine([0.3, -1.0, 2.0], [1.0, 0.5, -0.4])
    raw, _ = curve._raw(T)
    A = (curve.z0 - curve.z1) / (raw[0] - raw[-1])
    B = (curve.z0 * raw[-1] - curve.z1 * raw[0]) / (raw[0] - raw[-1])
    torch.testing.assert_close(curve(T)[0], A * raw - B)


def test_velocity_is_the_derivative():
    curve = affine([0.3, -1.0], [1.0, 0.5])
    t = torch.cat([torch.zeros(1), torch.linspace(0.1, 0.9, 9), torch.ones(1)]).double()
    shift = torch.full_like(t, 1e-6).index_fill(0, torch.tensor([0, 10]), 0.0)
    finite = (curve(t + shift)[0] - curve(t - shift)[0])[1:-1] / 2e-6
    torch.testing.assert_close(curve(t)[1][1:-1], finite, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(
    "metric",
    [
        PullbackMetric(sphere),
        HalfPlane(),
        SmoothedMetric(sphere, 0.5),
        SmoothedMetric(network(0, 2), 0.5, rank=1),
        ExpectedMetric(
            ensemble(1, d=2), None, Support(np.random.default_rng(0).normal(size=(9, 2)), 0.6, 2.0)
        ),
    ],
)
def test_length_is_differentiable_through_points_and_velocities(metric):
    curve = affine([0.4, 1.0], [1.2, 0.6])
    for name, parameter in curve.named_parameters():
        (gradient,) = torch.autograd.grad(velocities(metric, curve, T).mean(), parameter)
        place = np.unravel_index(int(gradient.abs().argmax()), gradient.shape)
        values = []
        for step in (1e-6, -1e-6):
            with torch.no_grad():
                parameter[place] += step
                values.append(float(metric.speed(*curve(T)).mean()))
                parameter[place] -= step
        rise = (values[0] - values[1]) / 2e-6
        assert float(gradient[place]) == pytest.approx(rise, rel=1e-4, abs=1e-8), name


@pytest.mark.long
def test_sphere_and_half_plane_within_a_per_cent():
    a, b = np.array([0.9, 0.1]), np.array([-0.6, 0.4])
    curve = fit_neural_geodesic(PullbackMetric(sphere), a, b, recipe="published", steps=200, published=SMALL)
    assert sphere_distance(a, b) * (1 - 1e-4) < curve.length < sphere_distance(a, b) * 1.01
    assert curve.method == "neural as published"
    np.testing.assert_array_equal(curve.points[[0, -1]].numpy(), [a, b])
    a, b = np.array([-0.5, 1.0]), np.array([0.8, 0.7])
    exact = np.arccosh(1 + np.square(a - b).sum() / (2 * a[1] * b[1]))
    curve = fit_neural_geodesic(HalfPlane(), a, b, recipe="published", steps=200, published=SMALL)
    assert exact * (1 - 1e-4) < curve.length < exact * 1.01


def test_equal_seeds_give_equal_curves():
    options = {"recipe": "published", "steps": 5, "published": SMALL}
    one, two = (fit_neural_geodesic(PullbackMetric(sphere), [1.0, 0], [0, 1.0], **options) for _ in range(2))
    assert torch.equal(one.points, two.points)
    assert one.method == "neural as published"
    assert one.points[0].tolist() == [1.0, 0.0] and one.points[-1].tolist() == [0.0, 1.0]
    assert one.converged is False


def test_more_steps_give_shorter_curves():
    options = {"recipe": "published", "published": SMALL}
    short, shorter = (
        fit_neural_geodesic(PullbackMetric(sphere), [3.0, 0.5], [-0.5, 3.0], steps=steps, **options)
        for steps in (1, 60)
    )
    assert shorter.length < 0.98 * short.length


def test_a_coordinate_equal_at_both_ends_is_frozen_and_named():
    a, b = np.array([0.9, 0.4]), np.array([-0.9, 0.4])
    curve = fit_neural_geodesic(PullbackMetric(sphere), a, b, recipe="published", steps=60, published=SMALL)
    assert bool((curve.points[:, 1] == 0.4).all())
    assert curve.method == "neural as published, coordinate 1 frozen"
    assert np.isfinite(curve.length) and curve.length > 1.001 * sphere_distance(a, b)
    bent = fit_neural_geodesic(PullbackMetric(sphere), a, b, steps=200)
    assert bent.length < curve.length


def test_raw_ends_that_meet_break_the_map_without_nan():
    curve = affine([0.4, 1.0], [1.2, 0.6])
    with torch.no_grad():
        curve.layers[-2].zero_()
    assert curve.is_broken(T)
    assert all(bool(torch.isfinite(part).all()) for part in curve(T))
    one = affine([0.4, 1.0], [1.2, 1.0])
    with torch.no_grad():
        one.layers[-2][:, 1] = 0.0
    assert not one.is_broken(T)  # a frozen coordinate needs no raw way


def test_speed_of_zero_gives_no_nan():
    flat = PullbackMetric(lambda z: 0 * z)
    assert (
        fit_neural_geodesic(flat, [0.0, 1], [1.0, 0], recipe="published", steps=3, published=SMALL).length
        == 0
    )
    still = fit_neural_geodesic(PullbackMetric(sphere), [0.5, 0.1], [0.5, 0.1], recipe="published")
    assert still.length == 0.0 and bool((still.points == still.points[0]).all())
    curve = affine([-1.0, 0.0], [1.0, 1.0])
    phi = velocities(PullbackMetric(lambda z: torch.relu(z[..., :1])), curve, T)
    gradients = torch.autograd.grad(phi.mean(), curve.layers[:-1])
    assert float(phi.detach().min()) == 0.0 and float(phi.detach().max()) > 0.0
    assert all(bool(torch.isfinite(gradient).all()) for gradient in gradients)


def test_single_precision_decoder():
    module = torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.Tanh(), torch.nn.Linear(8, 3))
    curve = fit_neural_geodesic(
        PullbackMetric(module), [1.0, 0], [0, 1.0], recipe="published", steps=5, published=SMALL
    )
    assert curve.points.dtype == torch.float64 and np.isfinite(curve.length)


def test_bad_options():
    metric = PullbackMetric(sphere)
    with pytest.raises(GeometryError, match="recipe"):
        fit_neural_geodesic(metric, [0.0, 1], [1.0, 0], recipe="original")
    for bad in ({"samples": 2}, {"curves": 0}, {"controls": 0}, {"velocity_weight": -1.0}):
        with pytest.raises(GeometryError, match="published recipe"):
            PublishedRecipe(**bad)


def test_a_map_that_stays_broken_is_an_error(monkeypatch):
    monkeypatch.setattr(AffineCurve, "is_broken", lambda self, t: True)
    with pytest.raises(GeometryError, match="ends met"):
        fit_neural_geodesic(
            PullbackMetric(sphere), [0.0, 1], [1.0, 0], recipe="published", steps=2, published=SMALL
        )


@pytest.mark.long
def test_both_recipes_agree_on_a_metric_without_chords():
    a, b, metric = np.array([1.0, 0.2]), np.array([-0.5, 0.9]), SmoothedMetric(paraboloid, 1.0)
    repaired = fit_neural_geodesic(metric, a, b, steps=300)
    published = fit_neural_geodesic(metric, a, b, recipe="published", steps=200, published=SMALL)
    assert published.length == pytest.approx(repaired.length, rel=0.01)
    line = float(metric.segment_lengths(a[None], b[None]))
    assert repaired.length < 0.99 * line
    steps = metric.segment_lengths(repaired.points[:-1], repaired.points[1:])
    assert float(steps.std() / steps.mean()) < 1e-2
