from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from robogeo.models import IWAE, ModelConfig
from robogeo.models.adam import Adam
from robogeo.models.closed_form import LossGradient, has_closed_form


def model_of(dim: int, **fields: object) -> IWAE:
    generator = torch.Generator().manual_seed(3)
    offset, scale = np.linspace(-1.0, 1.0, dim), np.linspace(0.3, 0.9, dim)
    return IWAE(dim, ModelConfig(**fields), offset, scale, generator)  # type: ignore[arg-type]


@settings(max_examples=25, deadline=None)
@given(
    dim=st.integers(1, 7),
    latent=st.integers(1, 4),
    hidden=st.lists(st.integers(1, 9), min_size=1, max_size=3),
    heads=st.integers(1, 4),
    samples=st.integers(1, 4),
    batch=st.integers(1, 9),
    level=st.floats(-0.3, 0.3),
    seed=st.integers(0, 2**20),
)
def test_loss_and_gradient_are_those_of_automatic_differentiation(
    dim: int, latent: int, hidden: list[int], heads: int, samples: int, batch: int, level: float, seed: int
) -> None:
    model = model_of(dim, latent_dim=latent, hidden=tuple(hidden), heads=heads, importance_samples=samples)
    assert model.noise_level is not None
    with torch.no_grad():
        model.noise_level.fill_(level)
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(batch, dim, generator=generator)
    weights = 0.5 + torch.rand(batch, heads, generator=generator)
    state = generator.get_state()
    loss = -model.bound(x, weights, None, generator).mean()
    slopes = torch.autograd.grad(loss, list(model.parameters()))
    expected = torch.cat([slope.reshape(-1) for slope in slopes]).numpy()
    generator.set_state(state)

    closed = LossGradient(model, Adam(model.parameters()).joined.numpy(), batch)
    noise = torch.randn(closed.noise_shape, generator=generator)
    found = closed(x.numpy(), weights.numpy(), noise.numpy())
    assert found == pytest.approx(float(loss.detach()), rel=1e-5, abs=1e-5)
    np.testing.assert_allclose(closed.gradient, expected, atol=2e-5 * np.abs(expected).max() + 1e-7)


def test_a_second_call_knows_nothing_of_the_first() -> None:
    model = model_of(3, latent_dim=2, hidden=(5, 4), heads=2, importance_samples=3)
    closed = LossGradient(model, Adam(model.parameters()).joined.numpy(), 6)
    rng = np.random.default_rng(0)
    inputs = [rng.standard_normal(shape).astype(np.float32) for shape in ((6, 3), (6, 2), closed.noise_shape)]
    other = [2.0 * part for part in inputs]
    first, gradient = closed(*inputs), closed.gradient.copy()
    closed(*other)
    assert closed(*inputs) == first
    np.testing.assert_array_equal(closed.gradient, gradient)


@pytest.mark.parametrize(
    ("fields", "known"),
    [
        ({}, True),
        ({"noise": "local"}, False),
        ({"likelihood": "bernoulli"}, False),
        ({"activation": "softplus"}, False),
        ({"hidden": ()}, False),
    ],
)
def test_other_models_are_left_to_automatic_differentiation(fields: dict[str, object], known: bool) -> None:
    assert has_closed_form(model_of(3, **fields)) == known
