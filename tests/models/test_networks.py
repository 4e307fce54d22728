from __future__ import annotations

import pytest
import torch

from robogeo.errors import ModelError
from robogeo.models import MLP, StackedMLP
from robogeo.models.networks import ACTIVATIONS


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_each_head_is_the_perceptron_of_its_own_weights(activation: str) -> None:
    stacked = StackedMLP([3, 6, 5, 2], 4, activation, generator()).double()
    inputs = torch.randn(7, 3, generator=generator(1), dtype=torch.float64)
    outputs = stacked(inputs)
    for m in range(4):
        hidden = inputs
        for i, (weight, bias) in enumerate(zip(stacked.weights, stacked.biases, strict=True)):
            hidden = hidden @ weight[m] + bias[m]
            if i < 2:
                hidden = ACTIVATIONS[activation](hidden)
        assert torch.allclose(outputs[:, m], hidden, atol=1e-12)


def test_plain_perceptron_starts_as_the_single_head() -> None:
    inputs = torch.randn(2, 5, 3, generator=generator(1))
    plain = MLP([3, 8, 2], "tanh", generator())
    stacked = StackedMLP([3, 8, 2], 1, "tanh", generator())
    assert torch.allclose(plain(inputs), stacked(inputs)[..., 0, :], atol=1e-6)


def test_heads_start_different() -> None:
    weights = StackedMLP([3, 8, 2], 3, "tanh", generator()).weights[0]
    assert not torch.equal(weights[0], weights[1])


def test_initial_outputs_have_the_scale_of_the_inputs() -> None:
    stacked = StackedMLP([16, 128, 128, 16], 4, "tanh", generator())
    outputs = stacked(torch.randn(500, 16, generator=generator(1)))
    assert 0.3 < float(outputs.std()) < 2.0


def test_unknown_activation_is_refused() -> None:
    with pytest.raises(ModelError, match="'sine' is unknown"):
        StackedMLP([2, 3, 2], 1, "sine", generator())
