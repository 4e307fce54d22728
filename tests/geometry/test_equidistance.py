from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from surfaces import sphere, sphere_distance, swiss_roll, swiss_roll_distance

from robogeo.errors import GeometryError
from robogeo.geometry import ExpectedMetric, PullbackMetric, Support, distance_field, relax

FLAT = PullbackMetric(lambda z: 1.0 * z)


def grid_points(field):
    return np.stack(np.meshgrid(field.x, field.y), axis=-1)


def test_flat_metric_gives_circles():
    lines = np.linspace(-1, 1, 81)
    field = distance_field(FLAT, [0.1, -0.2], lines, lines)
    exact = np.linalg.norm(grid_points(field) - [0.1, -0.2], axis=-1)
    assert np.abs(field.distance - exact).max() < 0.01
    (circle,) = field.contours([0.6])[0]
    np.testing.assert_allclose(np.linalg.norm(circle - [0.1, -0.2], axis=1), 0.6, atol=0.005)
    np.testing.assert_array_equal(circle[0], circle[-1])
    assert field.contours([9.0, 0.3])[0] == [] and len(field.contours([9.0, 0.3])[1]) == 1


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_linear_decoder_gives_ellipses(seed):
    generator = torch.Generator().manual_seed(seed)
    turn = torch.linalg.qr(torch.randn(3, 2, generator=generator, dtype=torch.float64)).Q
    A = torch.diag(torch.tensor([1.0, 4.0], dtype=torch.float64)) @ turn.T
    angle = torch.rand(1, generator=generator, dtype=torch.float64) * 6.28
    spin = torch.stack([torch.cat([angle.cos(), angle.sin()]), torch.cat([-angle.sin(), angle.cos()])])
    field = distance_field(
        PullbackMetric(lambda z: z @ spin @ A), [0.0, 0.3], np.linspace(-1, 1, 101), np.linspace(-2, 2, 121)
    )
    exact = np.linalg.norm((grid_points(field) - [0.0, 0.3]) @ (spin @ A).numpy(), axis=-1)
    assert np.abs(field.distance - exact).max() < 0.02 * exact.max()
    assert (field.distance >= exact - 1e-12).all()


def test_sphere_converges_with_first_order():
    """The source of the field, a cone's tip, adds a logarithm: the error falls like h log(1 / h)."""
    source, errors = np.array([0.5, -0.3]), []
    for count in (41, 81, 161):
        lines = np.linspace(-1.2, 1.2, count)
        field = distance_field(PullbackMetric(sphere), source, lines, lines)
        points = grid_points(field)
        hemisphere = np.linalg.norm(points, axis=-1) <= 1.0  # convex: no way leaves it, nor the rectangle
        error = np.abs(field.distance - sphere_distance(points, source))[hemisphere]
        errors.append(error.max())
    assert errors[2] < 4e-3
    h = 2.4 / np.array([40, 80, 160])
    scaled = np.array(errors) / (h * np.log(1 / h))
    assert scaled.max() < 0.06 and scaled.max() / scaled.min() < 1.25


def test_swiss_roll_on_an_uneven_grid():
    x, y = np.linspace(1.0, 3.0, 121) ** 1.5, np.linspace(-2, 2, 61)
    source = np.array([2.0, 0.5])
    field = distance_field(PullbackMetric(swiss_roll), source, x, y)
    exact = swiss_roll_distance(grid_points(field), source)
    assert np.abs(field.distance - exact).max() < 0.01 * exact.max()


def test_distance_is_symmetric_to_the_grid_error():
    lines = np.linspace(-1, 1, 101)
    places = [(10, 80), (60, 20), (95, 50), (50, 50)]
    fields = [distance_field(PullbackMetric(sphere), [lines[c], lines[r]], lines, lines) for r, c in places]
    for one, field in zip(places, fields, strict=True):
        assert field.distance[one] == 0.0
        for other, back in zip(places, fields, strict=True):
            assert field.distance[other] == pytest.approx(back.distance[one], abs=0.01)


def test_goes_round_lack_of_support():
    ring = np.linspace(0, 1.5 * np.pi, 60)
    nodes = np.stack([np.cos(ring), np.sin(ring)], 1)
    metric = ExpectedMetric(lambda z: z.unsqueeze(-2), None, Support(nodes, 0.1, 20.0))
    lines = np.linspace(-1.3, 1.3, 201)
    field = distance_field(metric, nodes[0], lines, lines)
    row, column = np.abs(lines - nodes[-1][1]).argmin(), np.abs(lines - nodes[-1][0]).argmin()
    way = relax(metric, nodes, also_from_line=False).length
    assert field.distance[row, column] == pytest.approx(way, rel=0.05)


def test_singular_metrics_and_bad_arguments_are_refused():
    lines = np.linspace(-1, 1, 11)
    with pytest.raises(GeometryError, match="singular at 121 of 121"):
        distance_field(PullbackMetric(lambda z: z[..., :1]), [0.0, 0.0], lines, lines)
    with pytest.raises(GeometryError, match="singular"):
        single = torch.tensor([[0.3, 0.1, 0.7], [0.6, 0.2, 1.4]])
        distance_field(PullbackMetric(lambda z: z @ single), [0.0, 0.0], lines, lines)
    with pytest.raises(GeometryError, match="2 latent dimensions"):
        distance_field(FLAT, [0.0, 0.0, 0.0], lines, lines)
    with pytest.raises(GeometryError, match="outside"):
        distance_field(FLAT, [2.0, 0.0], lines, lines)
    assert float(distance_field(FLAT, [-1.0, -1.0], lines, lines).distance[0, 0]) == 0.0
    three = [-1.0, 0.0, 1.0]
    assert distance_field(FLAT, [0.0, 0.0], three, three).distance.shape == (3, 3)
    for bad in (lines[::-1], lines[:2], [0.0, 0.5, 0.5, 1.0], [0.0, np.nan, 1.0], "grid"):
        with pytest.raises(GeometryError, match="grid x"):
            distance_field(FLAT, [0.0, 0.0], bad, lines)
    with pytest.raises(GeometryError, match="levels"):
        distance_field(FLAT, [0.0, 0.0], lines, lines).contours([np.nan])
