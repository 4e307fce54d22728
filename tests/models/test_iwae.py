from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal

from robogeo.errors import ModelError
from robogeo.models import IWAE, ModelConfig
from robogeo.models.closed_form import has_closed_form


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def build(observation_dim: int = 3, seed: int = 0, **fields) -> IWAE:
    config = ModelConfig(**{"latent_dim": 2, "hidden": (8,), "heads": 3, **fields})
    return IWAE(observation_dim, config, np.zeros(observation_dim), np.ones(observation_dim), generator(seed))


def linear_gaussian(seed: int = 1) -> tuple[IWAE, torch.Tensor, np.ndarray]:
    """A model whose marginal likelihood is known, points (N, D), and their ln p(x) (N, M)."""
    rng = np.random.default_rng(seed)
    offset, scale = np.array([0.5, -1.0, 2.0]), np.array([2.0, 0.7, 1.3])
    config = ModelConfig(latent_dim=2, hidden=(), heads=2, noise_floor=0.3)
    model = IWAE(3, config, offset, scale, generator(seed)).double()
    with torch.no_grad():
        # A wide posterior, not the right one: the bound is loose for one sample and valid for many.
        model.encoder.weights[0].mul_(0.1)
        model.encoder.biases[0][2:] = 1.0
    x = torch.as_tensor(offset + rng.normal(size=(40, 3)) * scale)
    sigma = model.noise(torch.zeros(2, dtype=torch.float64)).detach().numpy()
    exact = []
    for m in range(2):
        loading = model.decoder.weights[0][m].detach().numpy() * model.scale.numpy()
        centre = model.offset.numpy() + model.decoder.biases[0][m, 0].detach().numpy() * model.scale.numpy()
        covariance = loading.T @ loading + np.diag(sigma**2)
        exact.append(multivariate_normal(centre, covariance).logpdf(x.numpy()))
    return model, x, np.stack(exact, axis=1)


def mean_bound(model: IWAE, x: torch.Tensor, K: int, repeats: int, seed: int = 3) -> np.ndarray:
    source = generator(seed)
    with torch.no_grad():
        return np.mean([model.bound(x, None, K, source).numpy() for _ in range(repeats)], axis=0)


def test_bound_reaches_the_marginal_likelihood_of_a_linear_gaussian_model() -> None:
    model, x, exact = linear_gaussian()
    estimate = mean_bound(model, x, K=20_000, repeats=5)
    assert np.abs(estimate - exact).max() < 0.1
    assert np.abs(estimate - exact).mean() < 0.02


def test_bound_is_below_the_marginal_likelihood_and_grows_with_the_samples() -> None:
    model, x, exact = linear_gaussian()
    means = [mean_bound(model, x, K=K, repeats=4000 // K).mean() for K in (1, 5, 50, 1000)]
    assert all(low < high for low, high in zip(means, [*means[1:], exact.mean()], strict=True))


def test_bound_is_exact_for_one_sample_when_the_posterior_is_exact() -> None:
    """Heads that ignore z leave the prior as posterior: every importance weight is then p(x)."""
    model = build(hidden=(), heads=1).double()
    with torch.no_grad():
        model.decoder.weights[0].zero_()
        model.encoder.weights[0].zero_()
        model.encoder.biases[0][:2] = 0.0
        model.encoder.biases[0][2:] = math.log(math.expm1(1.0 - 1e-4))
    x = torch.randn(6, 3, generator=generator(), dtype=torch.float64)
    sigma = model.noise(torch.zeros(2, dtype=torch.float64))[0].item()
    exact = multivariate_normal(np.zeros(3), sigma**2 * np.eye(3)).logpdf(x.numpy())
    one = model.bound(x, None, 1, generator()).detach().numpy()[:, 0]
    assert one == pytest.approx(exact, abs=1e-6)


def test_weights_multiply_the_bound() -> None:
    model = build()
    x = torch.randn(4, 3, generator=generator())
    weights = torch.rand(4, 3, generator=generator(1))
    plain = model.bound(x, None, 5, generator(2))
    assert torch.equal(model.bound(x, weights, 5, generator(2)), plain * weights)


@pytest.mark.parametrize("activation", ["tanh", "softplus", "elu", "relu"])
@pytest.mark.parametrize("hidden", [(), (6,), (6, 5, 4)])
def test_training_pass_agrees_with_the_public_one(activation: str, hidden: tuple[int, ...]) -> None:
    decoder = build(hidden=hidden, activation=activation).double().decoder
    z = torch.randn(11, 2, generator=generator(), dtype=torch.float64, requires_grad=True)
    sources = [z, *decoder.parameters()]
    plain, quick = decoder.by_head(z), decoder.for_training(z)
    direction = torch.randn(plain.shape, generator=generator(1), dtype=torch.float64)
    assert torch.allclose(plain, quick, atol=1e-12)
    expected = torch.autograd.grad(plain, sources, direction)
    for ours, theirs in zip(torch.autograd.grad(quick, sources, direction), expected, strict=True):
        assert torch.allclose(ours, theirs, atol=1e-11)


@pytest.mark.parametrize("batch", [(), (5,), (4, 3), (0,)])
@pytest.mark.parametrize("noise", ["global", "local"])
def test_shapes(batch: tuple[int, ...], noise: str) -> None:
    model = build(noise=noise)
    z = torch.randn(*batch, 2, generator=generator())
    mean, std = model.encode(torch.randn(*batch, 3, generator=generator()))
    assert mean.shape == std.shape == (*batch, 2)
    assert model.decode_heads(z).shape == (*batch, 3, 3)
    assert model.decode(z).shape == model.noise(z).shape == (*batch, 3)
    assert model.disagreement(z).shape == batch
    assert bool((std > 0).all()) and bool((model.noise(z) >= model.config.noise_floor).all())


def test_disagreement_is_the_spread_of_the_heads() -> None:
    model = build()
    z = torch.randn(7, 2, generator=generator())
    heads = model.decode_heads(z).detach().numpy()
    spread = np.sqrt(np.var(heads, axis=1).mean(axis=1))
    assert model.disagreement(z).detach().numpy() == pytest.approx(spread, rel=1e-4)


def test_disagreement_has_a_finite_gradient_where_the_heads_agree() -> None:
    model = build(heads=1)
    z = torch.zeros(4, 2, requires_grad=True)
    model.disagreement(z).sum().backward()
    assert bool(torch.isfinite(z.grad).all())


def test_decoder_has_forward_mode_derivatives() -> None:
    model = build().double()
    z = torch.randn(2, generator=generator(), dtype=torch.float64)
    jacobian = torch.func.jacfwd(model.decode_heads)(z)
    step = 1e-6
    for j in range(2):
        shift = torch.zeros(2, dtype=torch.float64)
        shift[j] = step
        slope = (model.decode_heads(z + shift) - model.decode_heads(z - shift)) / (2 * step)
        assert torch.allclose(jacobian[..., j], slope, atol=1e-8)


def test_standardisation_is_undone_in_observation_units() -> None:
    unit = build()
    offset, scale = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([0.5, 2.0, 4.0])
    moved = IWAE(3, unit.config, offset, scale, generator(0))
    z = torch.randn(5, 2, generator=generator())
    assert torch.allclose(moved.decode_heads(z), offset + scale * unit.decode_heads(z), atol=1e-5)
    assert torch.allclose(moved.noise(z) - 0.01, scale * (unit.noise(z) - 0.01), atol=1e-6)
    x = torch.randn(5, 3, generator=generator())
    assert torch.allclose(moved.encode(offset + scale * x)[0], unit.encode(x)[0], atol=1e-5)


def test_bernoulli_bound_is_the_cross_entropy() -> None:
    model = build(likelihood="bernoulli", hidden=(), heads=1).double()
    with torch.no_grad():
        model.decoder.weights[0].zero_()
        model.decoder.biases[0][:] = torch.tensor([0.0, 1.0, -2.0])
        model.encoder.weights[0].zero_()
        model.encoder.biases[0][2:] = 1.0
    x = torch.tensor([[0.0, 1.0, 1.0], [1.0, 0.0, 0.0]], dtype=torch.float64)
    r = 1.0 / (1.0 + np.exp(-np.array([0.0, 1.0, -2.0])))
    exact = np.log(np.where(x.numpy() == 1.0, r, 1.0 - r)).sum(axis=1)
    estimate = mean_bound(model, x, K=20_000, repeats=5)[:, 0]
    assert estimate == pytest.approx(exact, abs=0.02)
    z = torch.zeros(2, dtype=torch.float64)
    assert model.decode(z).detach().numpy() == pytest.approx(r)
    assert model.noise(z).detach().numpy() == pytest.approx(np.sqrt(r * (1 - r)))


def test_equal_generators_build_equal_models() -> None:
    for a, b in zip(build(seed=4).parameters(), build(seed=4).parameters(), strict=True):
        assert torch.equal(a, b)
    assert not torch.equal(build(seed=4).decoder.weights[0], build(seed=5).decoder.weights[0])


def test_building_leaves_the_global_random_state_alone() -> None:
    before = torch.random.get_rng_state()
    build(noise="local")
    assert torch.equal(before, torch.random.get_rng_state())


@pytest.mark.parametrize(
    "fields",
    [
        {"latent_dim": 0},
        {"latent_dim": True},
        {"latent_dim": 2.0},
        {"hidden": (8, -1)},
        {"hidden": "64"},
        {"hidden": 64},
        {"activation": "sine"},
        {"activation": ["tanh"]},
        {"heads": 0},
        {"importance_samples": 0},
        {"likelihood": "poisson"},
        {"noise": "none"},
        {"noise_floor": 0.0},
        {"noise_floor": math.nan},
        {"noise_floor": "0.1"},
    ],
)
def test_bad_configuration_is_refused_in_one_line(fields: dict) -> None:
    with pytest.raises(ModelError, match=next(iter(fields))) as caught:
        ModelConfig(**fields)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("offset", "scale"),
    [
        ([0.0] * 2, [1.0] * 3),
        ([0.0] * 3, [1.0, 0.0, 1.0]),
        ([0.0, math.nan, 0.0], [1.0] * 3),
        ([0.0] * 3, [-1.0] * 3),
        ("abc", [1.0] * 3),
    ],
)
def test_bad_standardisation_is_refused(offset: list[float], scale: list[float]) -> None:
    with pytest.raises(ModelError):
        IWAE(3, ModelConfig(), offset, scale, generator())


def test_wrong_widths_are_refused() -> None:
    model = build()
    with pytest.raises(ModelError, match="latent points"):
        model.decode(torch.zeros(5, 3))
    with pytest.raises(ModelError, match="observations"):
        model.encode(torch.zeros(5, 2))
    with pytest.raises(ModelError, match="K"):
        model.bound(torch.zeros(5, 3), None, 0, generator())


@pytest.mark.parametrize("noise", ["global", "local"])
def test_the_bound_is_computed_where_the_model_lies(noise: str) -> None:
    """Shapes without numbers, on a device that does not mix with the processor."""
    config = ModelConfig(latent_dim=2, hidden=(8,), heads=3, noise=noise)
    model = IWAE(4, config, torch.zeros(4), torch.ones(4), torch.Generator().manual_seed(0)).to("meta")
    x = torch.zeros(10, 4, device="meta")
    bound = model.bound(x, torch.ones(10, 3, device="meta"), None, torch.Generator().manual_seed(0))
    gradients = torch.autograd.grad(bound.mean(), list(model.parameters()), allow_unused=True)
    assert bound.device.type == "meta" and bound.shape == (10, 3)
    assert all(g is not None and g.device.type == "meta" for g in gradients)
    assert model.reconstruct(x).device.type == model.disagreement(model.encode(x)[0]).device.type == "meta"
    assert not has_closed_form(model)
