from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from robogeo.errors import ModelError
from robogeo.models import IWAE, ModelConfig, TrainingConfig, fit
from robogeo.models.adam import Adam
from robogeo.models.training import _rate

SMALL = ModelConfig(latent_dim=2, hidden=(16,), heads=3, importance_samples=3)
QUICK = TrainingConfig(steps=300, batch=32, learning_rate=2e-2, warmup=10, evaluate_every=20)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def curves(count: int = 4, points: int = 30) -> tuple[np.ndarray, np.ndarray]:
    """Noise-free arcs on a curved sheet in R^3."""
    rng = np.random.default_rng(0)
    t = np.linspace(0.0, 1.0, points)
    rows = []
    for _ in range(count):
        a, b = rng.uniform(-1, 1, (2, 2))
        u = a + (b - a) * t[:, None]
        rows.append(np.stack([u[:, 0], u[:, 1], np.sin(u[:, 0] + u[:, 1])], axis=1))
    return np.concatenate(rows), np.repeat(np.arange(count), points)


def fresh(config: ModelConfig = SMALL, dim: int = 3) -> IWAE:
    return IWAE(dim, config, np.zeros(dim), np.ones(dim), generator())


def state(model: IWAE) -> list[torch.Tensor]:
    return [value.clone() for value in model.state_dict().values()]


@pytest.mark.parametrize("noise", ["global", "local"])
def test_fit_learns_and_repeats_bit_for_bit(noise: str) -> None:
    x, groups = curves()
    config = ModelConfig(latent_dim=2, hidden=(16,), heads=3, importance_samples=3, noise=noise)
    models, reports = [fresh(config), fresh(config)], []
    for model in models:
        reports.append(fit(model, x, groups, QUICK, generator(7)))
    for a, b in zip(state(models[0]), state(models[1]), strict=True):
        assert torch.equal(a, b)
    assert reports[0].validation_bounds == reports[1].validation_bounds
    assert reports[0].train_bound == reports[1].train_bound
    bounds = reports[0].validation_bounds
    assert bounds[-1] > bounds[0] + 1.0
    with torch.no_grad():
        error = models[0].reconstruct(torch.as_tensor(x, dtype=torch.float32)).numpy() - x
    spread = x - x.mean(axis=0)
    assert np.linalg.norm(error, axis=1).mean() < 0.5 * np.linalg.norm(spread, axis=1).mean()


def test_another_seed_gives_another_model() -> None:
    x, groups = curves()
    first, second = fresh(), fresh()
    fit(first, x, groups, QUICK, generator(1))
    fit(second, x, groups, QUICK, generator(2))
    assert not torch.equal(first.decoder.weights[0], second.decoder.weights[0])


def test_warm_start_continues_from_the_fitted_model() -> None:
    x, groups = curves()
    model = fresh()
    first = fit(model, x, groups, QUICK, generator(1))
    again = fit(model, x, groups, QUICK, generator(1))
    assert again.validation_bounds[0] == pytest.approx(max(first.validation_bounds), abs=1e-5)
    assert max(again.validation_bounds) >= again.validation_bounds[0]


def test_the_best_weights_are_kept_and_patience_ends_the_fit() -> None:
    x, groups = curves()
    model = fresh()
    # A rate this high makes the bound worse after a few evaluations.
    config = TrainingConfig(steps=2000, batch=16, learning_rate=0.3, evaluate_every=5, patience=3)
    report = fit(model, x, groups, config, generator(1))
    assert report.stopped_early and report.steps < 2000
    best = int(np.argmax(report.validation_bounds))
    assert report.best_step == report.validation_steps[best]
    assert len(report.validation_bounds) - 1 - best == 3
    resumed = fit(model, x, groups, TrainingConfig(steps=1, batch=16, learning_rate=1e-9), generator(1))
    assert resumed.validation_bounds[0] == pytest.approx(report.validation_bounds[best], abs=1e-6)


def test_without_held_out_points_the_fit_runs_to_the_end() -> None:
    x, groups = curves()
    config = TrainingConfig(steps=30, batch=16, validation_share=0.0, evaluate_every=7, patience=1)
    seen: list[tuple[int, int]] = []
    report = fit(fresh(), x, groups, config, generator(), lambda s, n, b: seen.append((s, n)))
    assert (report.steps, report.best_step, report.stopped_early) == (30, 30, False)
    assert report.validation_bounds == ()
    assert seen == [(7, 30), (14, 30), (21, 30), (28, 30), (30, 30)]
    assert math.isfinite(report.train_bound)


def test_fit_leaves_the_global_random_state_alone() -> None:
    before = torch.random.get_rng_state()
    fit(fresh(), *curves(), TrainingConfig(steps=3, augmentation_std=0.01), generator())
    assert torch.equal(before, torch.random.get_rng_state())


def test_augmentation_changes_the_fit() -> None:
    x, groups = curves()
    plain, noisy = fresh(), fresh()
    fit(plain, x, groups, TrainingConfig(steps=5), generator())
    fit(noisy, x, groups, TrainingConfig(steps=5, augmentation_std=0.1), generator())
    assert not torch.equal(plain.encoder.weights[0], noisy.encoder.weights[0])


def test_bernoulli_fit_learns_two_patterns() -> None:
    x = np.array([[1, 1, 0, 0, 1], [0, 0, 1, 1, 0]] * 20, dtype=np.float64)
    config = ModelConfig(latent_dim=1, hidden=(8,), heads=2, likelihood="bernoulli")
    model = fresh(config, 5)
    fit(model, x, np.arange(40) % 2, TrainingConfig(steps=200, batch=20, learning_rate=0.02), generator())
    assert (
        float((model.reconstruct(torch.tensor(x, dtype=torch.float32)) - torch.tensor(x)).abs().max()) < 0.2
    )


def test_diverging_fit_is_reported_and_leaves_the_best_weights() -> None:
    x, groups = curves()
    model = fresh()
    before = state(model)
    with pytest.raises(ModelError, match="diverged"):
        fit(model, x, groups, TrainingConfig(steps=100, learning_rate=1e30, warmup=0), generator())
    assert all(torch.equal(a, b) for a, b in zip(before, state(model), strict=True))


def test_holding_out_everything_is_refused() -> None:
    with pytest.raises(ModelError, match="holds out all"):
        fit(fresh(), np.zeros((2, 3)), np.ones(2, int), TrainingConfig(validation_share=0.99), generator())


@pytest.mark.parametrize(
    ("x", "groups", "says"),
    [
        (np.zeros((5, 2)), np.zeros(5, int), "shape"),
        (np.zeros(5), np.zeros(5, int), "shape"),
        (np.zeros((1, 3)), np.zeros(1, int), "at least 2"),
        (np.zeros((5, 3)), np.zeros(4, int), "groups"),
        (np.zeros((5, 3)), np.zeros(5), "groups"),
        (np.array([[0.0] * 3, [math.nan] * 3]), np.zeros(2, int), "row 1"),
        ([["a", "b", "c"]] * 3, np.zeros(3, int), "numbers"),
        (np.zeros((5, 3)), ["a"] * 5, "groups"),
    ],
)
def test_bad_data_is_refused(x: object, groups: object, says: str) -> None:
    with pytest.raises(ModelError, match=says):
        fit(fresh(), x, groups, QUICK, generator())


def test_bernoulli_refuses_values_outside_the_unit_interval() -> None:
    model = fresh(ModelConfig(latent_dim=1, hidden=(4,), likelihood="bernoulli"))
    with pytest.raises(ModelError, match=r"\[0, 1\]"):
        fit(model, np.full((4, 3), 2.0), np.zeros(4, int), QUICK, generator())


@pytest.mark.parametrize(
    "fields",
    [
        {"steps": 0},
        {"steps": 10.5},
        {"batch": -1},
        {"learning_rate": math.inf},
        {"learning_rate": 0.0},
        {"validation_share": 1.0},
        {"validation_share": -0.1},
        {"patience": 0},
        {"augmentation_std": -1.0},
        {"warmup": "5"},
    ],
)
def test_bad_training_configuration_is_refused(fields: dict) -> None:
    with pytest.raises(ModelError, match=next(iter(fields))):
        TrainingConfig(**fields)


def test_learning_rate_rises_then_falls_to_zero() -> None:
    config = TrainingConfig(steps=1000, warmup=50)
    rates = [_rate(step, config) for step in range(1, 1001)]
    peak = int(np.argmax(rates))
    assert 45 <= peak <= 55 and 0.98 < rates[peak] <= 1.0
    assert rates[-1] < 1e-5 and min(rates) > 0.0
    assert all(a > b for a, b in zip(rates[peak:], rates[peak + 1 :], strict=False))


def test_adam_takes_the_steps_of_the_reference_implementation() -> None:
    ours = [torch.ones(2, 3, requires_grad=True), torch.full((4,), 2.0, requires_grad=True)]
    theirs = [p.detach().clone().requires_grad_() for p in ours]
    adam, reference = Adam(ours), torch.optim.Adam(theirs, lr=0.05)
    for _ in range(20):
        adam.step(ours[0].pow(4).sum() + ours[1].sin().sum(), 0.05)
        reference.zero_grad()
        (theirs[0].pow(4).sum() + theirs[1].sin().sum()).backward()
        reference.step()
    for a, b in zip(ours, theirs, strict=True):
        assert torch.allclose(a, b, atol=1e-6)


def sheet_in_seven_joints(curve_count: int = 10, points: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Curves on a smooth three-dimensional sheet in R^7, rad."""
    rng = np.random.default_rng(0)
    linear, waves = 0.6 * rng.normal(size=(3, 7)), 1.2 * rng.normal(size=(3, 7))
    phases = rng.uniform(0.0, 2.0 * np.pi, 7)
    t = np.linspace(0.0, 1.0, points)[:, None]
    rows = []
    for _ in range(curve_count):
        a, b, through = rng.uniform(-1.0, 1.0, (3, 3))
        u = (1 - t) * a + t * b + 2 * t * (1 - t) * (through - (a + b) / 2)
        rows.append(u @ linear + 0.4 * np.sin(u @ waves + phases))
    return np.concatenate(rows), np.repeat(np.arange(curve_count), points)


@pytest.mark.slow
def test_default_fit_reconstructs_seven_joints_within_two_hundredths_of_a_radian() -> None:
    x, groups = sheet_in_seven_joints()
    model = IWAE(7, ModelConfig(), x.mean(axis=0), np.full(7, x.std()), generator())
    fit(model, x, groups, TrainingConfig(), generator())
    with torch.no_grad():
        error = model.reconstruct(torch.as_tensor(x, dtype=torch.float32)).numpy() - x
    assert np.linalg.norm(error, axis=1).mean() < 0.02
