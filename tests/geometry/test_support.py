from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from robogeo.errors import GeometryError
from robogeo.geometry import Support


def test_one_node_closed_form_and_limits():
    support = Support(np.zeros((1, 2)), width=0.5, weight=3.0)
    z = np.array([[0.0, 0.0], [0.3, 0.4], [100.0, 0.0]])
    expected = 3.0 * np.array([0.0, 1 - np.exp(-0.5), 1.0])
    np.testing.assert_allclose(support.cost(z).numpy(), expected, atol=1e-15)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_lack_is_between_zero_and_one_and_gradient_is_right(seed):
    rng = np.random.default_rng(seed)
    support = Support(rng.normal(size=(30, 3)), 0.7, 2.0)
    z = torch.from_numpy(
        np.concatenate([rng.normal(size=(6, 3)), support.nodes[:2].numpy()])
    ).requires_grad_()
    lack = support.lack(z)
    assert bool(((lack >= 0) & (lack <= 1)).all())
    (automatic,) = torch.autograd.grad(support.cost(z).sum(), z)
    cost, gradient = support.cost_and_gradient(z.detach().numpy())
    np.testing.assert_allclose(cost, 2.0 * lack.detach().numpy(), atol=1e-14)
    np.testing.assert_allclose(gradient, automatic.numpy(), atol=1e-12)


def test_is_continuous_where_neighbours_change_rank():
    support = Support(np.random.default_rng(0).normal(size=(60, 2)), 0.3, 1.0, neighbors=3)
    line = np.linspace([-2.0, -1.0], [2.0, 1.0], 20_001)
    assert np.abs(np.diff(support.lack(line).numpy())).max() < 2e-3


def test_calibration_scales_with_the_data():
    nodes = np.stack(np.meshgrid(np.arange(5.0), np.arange(5.0)), -1).reshape(-1, 2)
    support = Support.calibrated(0.1 * nodes, metric_scale=0.5)
    assert support.width == pytest.approx(0.15)
    assert support.weight == pytest.approx(10.0)


def test_points_keep_their_type():
    support = Support(np.zeros((3, 2)), 1.0, 1.0)
    assert support.lack(torch.ones(4, 2)).dtype == torch.float32
    assert support.lack(np.ones((4, 2))).dtype == torch.float64


def test_points_of_another_dimension_are_refused():
    with pytest.raises(GeometryError, match="2 latent dimensions"):
        Support(np.zeros((3, 2)), 1.0, 1.0).lack(np.zeros((4, 3)))


@pytest.mark.parametrize(
    ("nodes", "width", "weight"),
    [
        (np.zeros((0, 2)), 1, 1),
        (np.zeros((3, 2)), 0, 1),
        (np.zeros((3, 2)), 1, -1),
        (np.full((2, 2), np.nan), 1, 1),
    ],
)
def test_bad_arguments(nodes, width, weight):
    with pytest.raises(GeometryError):
        Support(nodes, width, weight)


def test_calibration_needs_distinct_nodes():
    with pytest.raises(GeometryError, match="distinct"):
        Support.calibrated(np.zeros((4, 2)), 1.0)
