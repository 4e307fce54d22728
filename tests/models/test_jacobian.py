"""The analytic derivative of the decoder heads."""

from __future__ import annotations

import pytest
import torch

from robogeo.errors import ModelError
from robogeo.models import IWAE, ModelConfig


def make(**fields) -> IWAE:
    config = ModelConfig(latent_dim=3, hidden=(16, 12), heads=4, **fields)
    return IWAE(5, config, torch.arange(5.0), torch.linspace(0.5, 2.0, 5), torch.Generator().manual_seed(1))


def test_equals_reverse_mode_of_decode_heads():
    model = make()
    z = torch.randn(9, 3, generator=torch.Generator().manual_seed(2))
    expected = torch.func.vmap(torch.func.jacrev(model.decode_heads))(z)
    assert model.heads_jacobian(z).shape == (9, 4, 5, 3)
    torch.testing.assert_close(model.heads_jacobian(z), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("fields", [{"activation": "softplus"}, {"likelihood": "bernoulli"}])
def test_is_refused_where_it_would_be_wrong(fields):
    model = make(**fields)
    assert not model.has_jacobian
    with pytest.raises(ModelError, match="forward mode"):
        model.heads_jacobian(torch.zeros(1, 3))
