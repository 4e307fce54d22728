from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from surfaces import ensemble, network, paraboloid, sphere, swiss_roll, torus

from robogeo.errors import GeometryError
from robogeo.geometry import ExpectedMetric, GeodesicGraph, PullbackMetric, Support, relax

Z = torch.from_numpy(np.random.default_rng(0).normal(size=(40, 2)))


@pytest.mark.parametrize(
    ("decoder", "expected"),
    [
        (sphere, lambda z: (2 / (1 + z.square().sum(-1))) ** 2),
        (swiss_roll, lambda z: (1 + z[:, 0] ** 2).sqrt()),
        (torus, lambda z: 0.7 * (2 + 0.7 * torch.cos(z[:, 0]))),
        (paraboloid, lambda z: (1 + 4 * z.square().sum(-1)).sqrt()),
    ],
)
def test_magnification_factor_closed_forms(decoder, expected):
    torch.testing.assert_close(
        PullbackMetric(decoder).magnification_factor(Z), expected(Z), rtol=1e-10, atol=0
    )


def test_linear_decoder_of_any_dimension():
    for d in (1, 2, 8):
        A = torch.randn(d, 9, generator=torch.Generator().manual_seed(d), dtype=torch.float64)
        metric = PullbackMetric(lambda z, A=A: z @ A)
        z = torch.zeros(3, 2, d, dtype=torch.float64)
        torch.testing.assert_close(metric.tensor(z), (A @ A.T).expand(3, 2, d, d))
        torch.testing.assert_close(metric.jacobian(z)[0, 0], A.T)
        expected = torch.linalg.det(A @ A.T).sqrt()
        torch.testing.assert_close(metric.magnification_factor(z[0, 0]), expected)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), supported=st.booleans())
def test_tensor_is_symmetric_psd_and_speed_agrees(seed, supported):
    rng = np.random.default_rng(seed)
    support = Support(rng.normal(size=(20, 3)), 0.4, 2.0) if supported else None
    metric = ExpectedMetric(ensemble(seed), network(seed + 7, 3, 4), support)
    z, dz = rng.normal(size=(5, 3)), rng.normal(size=(5, 3))
    G = metric.tensor(z)
    torch.testing.assert_close(G, G.mT)
    assert float(torch.linalg.eigvalsh(G).min()) > -1e-10
    quadratic = torch.einsum("na,nab,nb->n", torch.from_numpy(dz), G, torch.from_numpy(dz))
    torch.testing.assert_close(metric.speed(z, dz).square(), quadratic)
    torch.testing.assert_close(
        metric.magnification_factor(z).square(), torch.linalg.det(G), rtol=1e-7, atol=1e-12
    )


def test_expected_metric_is_mean_over_heads_plus_noise_plus_support():
    heads, noise = ensemble(3), network(50, 3, 4)
    support = Support(np.random.default_rng(1).normal(size=(9, 3)), 0.5, 3.0)
    z = torch.randn(6, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    parts = [PullbackMetric(lambda p, m=m: heads(p)[..., m, :]).tensor(z) for m in range(3)]
    eye = torch.eye(3, dtype=torch.float64)
    expected = sum(parts) / 3 + PullbackMetric(noise).tensor(z) + support.cost(z)[:, None, None] ** 2 * eye
    torch.testing.assert_close(ExpectedMetric(heads, noise, support).tensor(z), expected)


def test_magnification_factor_of_a_collapsed_rotated_direction_in_float32():
    generator = torch.Generator().manual_seed(0)
    turn = torch.linalg.qr(torch.randn(8, 8, generator=generator, dtype=torch.float64)).Q
    squeeze = torch.ones(8, dtype=torch.float64)
    squeeze[-1] = 1e-4
    frame = torch.linalg.qr(torch.randn(50, 8, generator=generator, dtype=torch.float64)).Q
    A = (turn * squeeze) @ frame.T
    metric = PullbackMetric(lambda z: z @ A.float())
    z = torch.zeros(1, 8, dtype=torch.float32)
    assert abs(float(metric.magnification_factor(z)) / 1e-4 - 1) < 1e-2
    naive = torch.linalg.det(metric.tensor(z)).clamp(min=0).sqrt()
    assert not abs(float(naive) / 1e-4 - 1) < 1e-2


def test_magnification_factor_of_fewer_outputs_than_inputs_is_zero():
    assert float(PullbackMetric(lambda z: z[..., :1]).magnification_factor(torch.ones(3))) == 0.0


def test_log_magnification_factor_neither_overflows_nor_underflows():
    for factor in (1e-30, 1e30):
        metric = PullbackMetric(lambda z, factor=factor: factor * z)
        found = metric.log_magnification_factor(torch.ones(2, 40, dtype=torch.float32))
        torch.testing.assert_close(found, torch.full((2,), 40 * np.log(factor)).double(), rtol=1e-6, atol=0)


def test_magnification_factor_under_rotation_scaling_and_change_of_chart():
    generator = torch.Generator().manual_seed(5)
    turn = torch.linalg.qr(torch.randn(6, 6, generator=generator, dtype=torch.float64)).Q
    chart = torch.randn(3, 3, generator=generator, dtype=torch.float64)
    decoder = network(1, 3, 6)
    z = torch.randn(20, 3, generator=generator, dtype=torch.float64)
    plain = PullbackMetric(decoder).magnification_factor
    torch.testing.assert_close(PullbackMetric(lambda p: decoder(p) @ turn).magnification_factor(z), plain(z))
    torch.testing.assert_close(PullbackMetric(lambda p: 2 * decoder(p)).magnification_factor(z), 8 * plain(z))
    other = PullbackMetric(lambda p: decoder(p @ chart)).magnification_factor(z)
    torch.testing.assert_close(other, plain(z @ chart) * torch.linalg.det(chart).abs())


def test_gradients_flow_only_when_asked_for():
    module = torch.nn.Linear(2, 3)
    metric = PullbackMetric(module)
    assert not metric.tensor(torch.ones(2)).requires_grad
    z = torch.tensor([0.3, 0.2], dtype=torch.float64, requires_grad=True)
    metric = PullbackMetric(paraboloid)
    (gradient,) = torch.autograd.grad(metric.log_magnification_factor(z), z)
    torch.testing.assert_close(gradient, 4 * z.detach() / (1 + 4 * z.detach().square().sum()))


def test_cost_is_that_of_the_support():
    z = np.random.default_rng(0).normal(size=(3, 4, 2))
    support = Support(z.reshape(-1, 2)[:5], 0.3, 2.0)
    torch.testing.assert_close(PullbackMetric(sphere, support).cost(z), support.cost(z))
    assert torch.equal(PullbackMetric(sphere).cost(z), torch.zeros(3, 4, dtype=torch.float64))


def test_lengths_with_gradients_are_those_without():
    rng = np.random.default_rng(0)
    a, b = (torch.from_numpy(part).requires_grad_() for part in 0.4 * rng.normal(size=(2, 6, 2)))
    for support in (None, Support([[3.0, 0.0], [0.0, 3.0]], 1.0, 2.0)):
        metric = PullbackMetric(sphere, support)
        lengths = metric.segment_lengths(a, b)
        with torch.no_grad():
            torch.testing.assert_close(lengths.detach(), metric.segment_lengths(a, b), rtol=2e-3, atol=0.0)
        (gradient,) = torch.autograd.grad(lengths.sum(), b)
        step = 1e-5 * torch.from_numpy(rng.normal(size=(6, 2)))
        ahead, behind = (metric.segment_lengths(a, b + sign * step).sum() for sign in (1, -1))
        assert float((ahead - behind).detach()) / 2 == pytest.approx(float((gradient * step).sum()), rel=1e-5)


def test_decoder_type_is_found():
    weights = torch.ones(2, 3, dtype=torch.float32)
    assert PullbackMetric(lambda z: z @ weights).tensor(np.zeros((4, 2))).dtype == torch.float32
    assert PullbackMetric(torch.nn.Linear(2, 3)).segment_lengths(np.zeros((1, 2)), np.ones((1, 2))).shape == (
        1,
    )


def test_a_type_that_is_asked_for_is_kept():
    def heads(z):
        return torch.stack([z, 2.0 * z], dim=1)

    for dtype in (torch.float32, torch.float64):
        assert ExpectedMetric(heads, dtype=dtype).embed(np.ones((3, 2))).dtype == dtype
        assert PullbackMetric(sphere, dtype=dtype).embed(np.ones((3, 2))).dtype == dtype


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_bad_input_is_named(bad):
    metric = PullbackMetric(sphere)
    with pytest.raises(GeometryError, match="NaN or infinite"):
        metric.tensor(np.array([[0.0, bad]]))
    with pytest.raises(GeometryError, match="latent dimensions"):
        metric.speed(np.zeros(2), np.zeros(3))
    with pytest.raises(GeometryError, match="NaN"):
        PullbackMetric(lambda z: z * bad).embed(np.ones((2, 2)))
    with pytest.raises(GeometryError, match="decoder"):
        PullbackMetric(lambda z: z.sum()).embed(np.ones((2, 2)))
    with pytest.raises(GeometryError, match="decoder failed"):
        PullbackMetric(lambda z: z @ torch.ones(5, 2, dtype=z.dtype)).embed(np.ones((2, 2)))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_decoders_on_a_gpu_give_what_they_give_on_a_cpu():
    net = torch.nn.Sequential(torch.nn.Linear(2, 16), torch.nn.Tanh(), torch.nn.Linear(16, 5)).double()
    nodes = np.random.default_rng(0).normal(size=(200, 2))
    plain = PullbackMetric(net)
    expected = GeodesicGraph.build(plain, nodes, 6), plain.magnification_factor(nodes)
    there = PullbackMetric(net.cuda())
    graph = GeodesicGraph.build(there, nodes, 6)
    np.testing.assert_allclose(graph.lengths, expected[0].lengths, rtol=1e-9)
    torch.testing.assert_close(there.magnification_factor(nodes).cpu(), expected[1])
    path = expected[0].geodesic(nodes[0], nodes[1])
    assert relax(there, path).length == pytest.approx(relax(PullbackMetric(net.cpu()), path).length, rel=1e-6)
