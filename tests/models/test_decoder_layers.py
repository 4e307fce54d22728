"""The decoder heads as plain layers."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from robogeo.geometry import Layer, Perceptron
from robogeo.models import IWAE, ModelConfig


@pytest.mark.parametrize(
    "fields",
    [{}, {"activation": "softplus"}, {"activation": "relu"}, {"likelihood": "bernoulli"}, {"hidden": ()}],
)
def test_they_are_the_heads(fields):
    config = ModelConfig(**{"latent_dim": 3, "hidden": (16, 12), "heads": 4, **fields})
    offset, scale = torch.arange(5.0), torch.linspace(0.5, 2.0, 5)
    model = IWAE(5, config, offset, scale, torch.Generator().manual_seed(1))
    z = torch.randn(9, 3, generator=torch.Generator().manual_seed(2))
    stack = Perceptron([Layer(*layer) for layer in model.decoder_layers()])
    expected = model.decode_heads(z).detach().flatten(1) / 2.0
    np.testing.assert_allclose(stack.values(z.numpy()), expected, rtol=1e-5, atol=1e-6)
