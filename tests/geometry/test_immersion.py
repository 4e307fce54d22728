from __future__ import annotations

import numpy as np
import pytest
import torch
from surfaces import ensemble, network, sphere
from torch import nn

from robogeo.errors import GeometryError
from robogeo.geometry import (
    ExpectedMetric,
    GeodesicGraph,
    Perceptron,
    PullbackMetric,
    SmoothedMetric,
    Support,
    relax,
)

Z = np.random.default_rng(0).normal(size=(12, 2))


def net():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 9), nn.Tanh(), nn.Linear(9, 4))


def test_a_module_that_moves_or_changes_is_read_again():
    module = net()
    metric = PullbackMetric(module)
    metric.embed(Z)
    module.double()
    with torch.no_grad():
        module[0].weight += 1.0
    torch.testing.assert_close(metric.embed(Z), module(torch.from_numpy(Z)).detach())
    module.load_state_dict({k: v + 1 for k, v in module.state_dict().items()}, assign=True)
    torch.testing.assert_close(metric.embed(Z), module(torch.from_numpy(Z)).detach())
    module[2] = nn.Linear(9, 5).double()
    torch.testing.assert_close(metric.embed(Z), module(torch.from_numpy(Z)).detach())
    module[1] = nn.GELU()
    torch.testing.assert_close(metric.embed(Z), module(torch.from_numpy(Z)).detach())
    assert not metric.immersion.closed_form


def test_joined_parts_keep_their_order():
    noise = nn.Sequential(nn.Linear(3, 4), nn.Softplus()).double().requires_grad_(False)
    fast, slow = ExpectedMetric(ensemble(0), noise), ExpectedMetric(ensemble(0), lambda z: noise(z))
    assert fast.immersion.closed_form and not slow.immersion.closed_form
    z = np.random.default_rng(1).normal(size=(7, 3))
    for mine, other in zip(fast.immersion.linearized(z), slow.immersion.linearized(z), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-10, atol=1e-12)
    values, slopes = fast.immersion.linearized(z)
    np.testing.assert_allclose(values, fast.embed(z).numpy(), rtol=1e-12)
    np.testing.assert_allclose(slopes, fast.jacobian(z).mT.numpy(), rtol=1e-9, atol=1e-12)
    path = np.stack([z[0], z[1], z[2]])
    assert relax(fast, path).length == pytest.approx(relax(slow, path).length, rel=1e-6)


@pytest.mark.parametrize(
    "metric",
    [
        PullbackMetric(sphere),
        PullbackMetric(net()),
        ExpectedMetric(ensemble(0, d=2), network(3, 2, 4), Support(Z, 0.3, 2.0)),
        SmoothedMetric(sphere, 0.5),
    ],
)
def test_empty_batches(metric):
    none = np.zeros((0, 2))
    assert metric.tensor(none).shape == (0, 2, 2)
    for found in (metric.magnification_factor(none), metric.speed(none, none), metric.scale(none)):
        assert found.shape == (0,)
    assert metric.segment_lengths(none, none).shape == (0,)


def test_wrong_latent_dimension_is_told():
    for call in (PullbackMetric(nn.Linear(2, 3)).embed, PullbackMetric(nn.Linear(2, 3)).jacobian):
        with pytest.raises(GeometryError, match="2 latent dimensions"):
            call(np.ones((4, 3)))
    with pytest.raises(GeometryError, match="3 latent dimensions"):
        PullbackMetric(sphere, Support(np.ones((2, 3)), 1.0, 1.0)).segment_lengths(Z[:2], Z[2:4])


def test_a_decoder_that_hides_its_derivative_is_told():
    hidden = torch.inference_mode()(lambda z: sphere(z.clone()))
    with pytest.raises(GeometryError, match="derivative"):
        PullbackMetric(hidden).tensor(Z)
    assert float(PullbackMetric(lambda z: torch.ones(len(z), 3)).tensor(Z).abs().max()) == 0.0


def test_the_jacobian_checks_what_embed_checks():
    for decoder in (lambda z: z.sum(-1), lambda z: z[:1], lambda z: torch.where(z > 1.0, np.nan, z)):
        with pytest.raises(GeometryError, match="decoder"):
            PullbackMetric(decoder, dtype=torch.float64).tensor(Z)


def test_types_of_bare_functions_are_found():
    weight = torch.randn(2, 3)
    for decoder in (lambda z: torch.einsum("nd,de->ne", z, weight), lambda z: z @ weight):
        assert PullbackMetric(decoder).tensor(Z).dtype == torch.float32
    assert Perceptron.recognized(nn.Linear(2, 3).bfloat16()) is None
    assert Perceptron.recognized(nn.Sequential(nn.Linear(2, 3), nn.Softplus(threshold=1))) is None


def test_overflow_is_told_instead_of_searched():
    with pytest.raises(GeometryError, match="scale"):
        GeodesicGraph.build(PullbackMetric(lambda z: (z * 1e20).float()), Z)
    with pytest.raises(GeometryError, match="1e\\+100"):
        PullbackMetric(sphere).embed(np.array([[1e160, 0.0]]))
