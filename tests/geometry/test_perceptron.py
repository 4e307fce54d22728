from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from robogeo.errors import GeometryError
from robogeo.geometry import ExpectedMetric, Layer, Perceptron, PullbackMetric

ACTIVATIONS = {
    "tanh": nn.Tanh(),
    "sigmoid": nn.Sigmoid(),
    "softplus": nn.Softplus(),
    "relu": nn.ReLU(),
    "elu": nn.ELU(),
}


def module(name, d=3, last=None, dtype=torch.float64):
    torch.manual_seed(0)
    inner = nn.Sequential(nn.Linear(9, 7), ACTIVATIONS[name])
    layers = [nn.Linear(d, 9), ACTIVATIONS[name], inner, nn.Linear(7, 5, bias=False)]
    return nn.Sequential(*layers, *([ACTIVATIONS[last]] if last else [])).to(dtype)


@settings(max_examples=20, deadline=None)
@given(
    name=st.sampled_from(sorted(ACTIVATIONS)),
    last=st.sampled_from([None, "sigmoid", "softplus"]),
    d=st.integers(1, 4),
    count=st.integers(1, 70),
)
def test_values_and_slopes_equal_torch(name, last, d, count):
    net = module(name, d, last)
    found = Perceptron.recognized(net)
    assert found is not None
    z = torch.randn(count, d, dtype=torch.float64)
    values, slopes = found.linearized(z.numpy())
    np.testing.assert_allclose(values, net(z).detach().numpy(), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(values, found.values(z.numpy()), rtol=1e-12, atol=1e-14)
    expected = torch.func.vmap(torch.func.jacrev(net))(z).detach()
    np.testing.assert_allclose(slopes, expected.mT.numpy(), rtol=1e-9, atol=1e-12)


def test_large_batches_are_worked_on_in_parts():
    net = module("tanh")
    found = Perceptron.recognized(net)
    z = torch.randn(20_000, 3, dtype=torch.float64)
    np.testing.assert_allclose(found.values(z.numpy()), net(z).detach().numpy(), rtol=1e-12, atol=1e-14)
    assert found.linearized(z.numpy())[1].shape == (20_000, 3, 5)


def test_a_stack_of_heads_is_the_mean_metric():
    rng = np.random.default_rng(0)
    shapes = [(2, 8), (8, 6)]
    weights = [rng.normal(size=(4, *shape)) for shape in shapes]
    biases = [rng.normal(size=(4, 1, shape[1])) for shape in shapes]
    stack = Perceptron([Layer(weights[0], biases[0], "tanh"), Layer(weights[1], biases[1], "identity")])
    first, second = (torch.from_numpy(w) for w in weights)
    shift, lift = (torch.from_numpy(b) for b in biases)

    def heads(z):
        return (torch.tanh(z @ first + shift) @ second + lift).movedim(0, -2)

    def rows(z):
        return heads(z.reshape(-1, 2))

    z = torch.from_numpy(rng.normal(size=(30, 2)))
    fast, plain = ExpectedMetric(rows, dtype=torch.float64, perceptron=stack), ExpectedMetric(rows)
    assert fast.immersion.closed_form and not plain.immersion.closed_form
    torch.testing.assert_close(fast.embed(z), plain.embed(z))
    torch.testing.assert_close(fast.jacobian(z), plain.jacobian(z))
    torch.testing.assert_close(fast.speed(z, z), plain.speed(z, z))


@pytest.mark.parametrize(
    "decoder",
    [
        nn.Sequential(nn.Linear(2, 3), nn.GELU()),
        nn.Sequential(nn.Linear(2, 3), nn.ELU(alpha=0.5)),
        nn.Sequential(nn.Tanh(), nn.Linear(2, 3)),
        nn.Sequential(nn.Linear(2, 3), nn.Dropout(0.1)),
        nn.Sequential(),
        lambda z: z,
        nn.Linear(2, 3).half(),
    ],
)
def test_other_decoders_are_left_to_torch(decoder):
    assert Perceptron.recognized(decoder) is None


def test_hooks_are_respected():
    net = nn.Sequential(nn.Linear(2, 3), nn.Tanh())
    net[1].register_forward_hook(lambda *args: 2 * args[2])
    assert Perceptron.recognized(net) is None


def test_training_in_place_is_seen_and_gradients_still_flow():
    net = nn.Sequential(nn.Linear(2, 3), nn.Tanh())
    metric = PullbackMetric(net)
    z = torch.ones(4, 2)
    before = metric.embed(z)
    assert not before.requires_grad
    with torch.no_grad():
        net[0].weight += 1.0
    torch.testing.assert_close(metric.embed(z), net(z).detach())
    assert metric.embed(z.requires_grad_()).requires_grad


def test_bad_layers_are_named():
    square, row = np.ones((2, 3, 3)), np.ones((2, 1, 3))
    for layers, what in [
        ([], "at least one"),
        ([Layer(square, row, "swish")], "swish"),
        ([Layer(square, row[:1], "tanh")], "bias"),
        ([Layer(square, row, "tanh"), Layer(np.ones((2, 4, 3)), row, "tanh")], "layer 2"),
        ([Layer(square, row.astype(np.float32), "tanh")], "type"),
    ]:
        with pytest.raises(GeometryError, match=what):
            Perceptron(layers)


def test_non_finite_values_are_told():
    net = nn.Sequential(nn.Linear(2, 3), nn.Tanh())
    with torch.no_grad():
        net[0].bias[1] = np.nan
    with pytest.raises(GeometryError, match="NaN"):
        PullbackMetric(net).embed(np.ones((2, 2)))


@pytest.mark.parametrize("activation", ["tanh", "softplus", "elu"])
def test_a_narrowed_perceptron_is_isometric(activation):
    rng = np.random.default_rng(0)
    wide = Perceptron(
        [
            Layer(rng.normal(size=(3, 2, 7)), rng.normal(size=(3, 1, 7)), activation),
            Layer(rng.normal(size=(3, 7, 40)), rng.normal(size=(3, 1, 40)), "identity"),
        ]
    )
    narrow, z = wide.narrowed(), rng.normal(size=(9, 2))
    assert narrow.values(z).shape == (9, 21) and narrow.narrowed() is narrow
    (f, J), (g, K) = wide.linearized(z), narrow.linearized(z)
    np.testing.assert_allclose(np.linalg.norm(f[1:] - f[:1], axis=1), np.linalg.norm(g[1:] - g[:1], axis=1))
    np.testing.assert_allclose(J @ J.swapaxes(1, 2), K @ K.swapaxes(1, 2))


def test_a_narrowed_perceptron_keeps_its_type():
    rng = np.random.default_rng(0)
    weight, bias = rng.normal(size=(3, 2, 40)).astype(np.float32), np.zeros((3, 1, 40), dtype=np.float32)
    narrow = Perceptron([Layer(weight, bias, "identity")]).narrowed()
    assert narrow.dtype == np.float32 and narrow.values(np.ones((4, 2), dtype=np.float32)).dtype == np.float32


def test_a_curved_last_layer_is_left_alone():
    rng = np.random.default_rng(1)
    layers = [Layer(rng.normal(size=(1, 2, 30)), rng.normal(size=(1, 1, 30)), "sigmoid")]
    perceptron = Perceptron(layers)
    assert perceptron.narrowed() is perceptron


def test_heads_through_torch_are_those_of_numpy():
    rng = np.random.default_rng(2)
    perceptron = Perceptron(
        [
            Layer(rng.normal(size=(2, 3, 5)), rng.normal(size=(2, 1, 5)), "softplus"),
            Layer(rng.normal(size=(2, 5, 4)), rng.normal(size=(2, 1, 4)), "identity"),
        ]
    )
    z = rng.normal(size=(6, 3))
    heads = perceptron.heads(torch.from_numpy(z))
    assert heads.shape == (6, 2, 4)
    np.testing.assert_allclose(heads.numpy().reshape(6, 8) / 2**0.5, perceptron.values(z))
