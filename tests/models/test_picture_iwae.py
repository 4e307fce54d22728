"""The convolutional autoencoder: shapes, independent heads, derivatives, storage, and that it learns."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from robogeo.errors import ModelError
from robogeo.geometry import ExpectedMetric
from robogeo.models import PictureConfig, PictureIWAE, TrainingConfig, fit, load_model, save_model

CONFIG = PictureConfig(latent_dim=3, hidden=(8,), heads=2, importance_samples=2, channels=(4, 3, 2))


def picture_model(config=CONFIG, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return PictureIWAE(4096, config, torch.zeros(4096), torch.ones(4096), generator)


def bars(count=40):
    """Pictures of one bar at places all over the picture."""
    pictures = np.zeros((count, 64, 64), dtype=np.float32)
    for picture, place in zip(pictures, np.linspace(0, 56, count).astype(int), strict=True):
        picture[:, place : place + 8] = 1.0
    return torch.from_numpy(pictures.reshape(count, -1))


def test_shapes():
    model = picture_model()
    mean, std = model.encode(torch.randn(5, 2, 4096))
    assert mean.shape == std.shape == (5, 2, 3)
    assert model.decode_heads(mean).shape == (5, 2, 2, 4096)
    assert model.bound(torch.randn(4, 4096), None, None, torch.Generator().manual_seed(0)).shape == (4, 2)


def test_heads_share_no_weight():
    model = picture_model()
    z = torch.randn(3, 3, generator=torch.Generator().manual_seed(1))
    before = model.decode_heads(z).detach()
    with torch.no_grad():
        for kernel in model.decoder.kernels:
            kernel[len(kernel) // 2 :] += 0.1
        for weight in model.decoder.stem.weights:
            weight[1] += 0.1
    after = model.decode_heads(z).detach()
    assert torch.equal(before[:, 0], after[:, 0]) and not torch.allclose(before[:, 1], after[:, 1])


def test_batches_do_not_matter():
    model, z = picture_model(), torch.randn(6, 3)
    torch.testing.assert_close(model.decode(z)[4], model.decode(z[4]))


def test_metric_is_that_of_finite_differences():
    model = picture_model().double()
    metric = ExpectedMetric(model.decode_heads)
    z = torch.randn(1, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        columns = [
            (model.decode_heads(z + step) - model.decode_heads(z - step)).flatten() / 2e-5
            for step in 1e-5 * torch.eye(3, dtype=torch.float64)
        ]
    J = torch.stack(columns, dim=1) / 2**0.5
    torch.testing.assert_close(metric.tensor(z)[0].detach(), J.T @ J, rtol=1e-6, atol=1e-9)


def test_comes_back_from_bytes():
    model = picture_model()
    again = load_model(save_model(model))
    assert isinstance(again, PictureIWAE) and again.config == CONFIG
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), again.parameters(), strict=True))
    assert save_model(again) == save_model(model)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"channels": (4, 3)}, "channels must be a list of 3"),
        ({"channels": (4, 3, 0)}, "channels"),
        ({"hidden": (8, 8)}, "hidden must be one width"),
        ({"noise": "local"}, "noise global"),
    ],
)
def test_bad_fields_are_named(change, reason):
    with pytest.raises(ModelError, match=reason):
        PictureConfig(**change)


def test_other_sizes_are_refused():
    with pytest.raises(ModelError, match="784 pixels, needs 64 x 64"):
        PictureIWAE(784, CONFIG, torch.zeros(784), torch.ones(784), torch.Generator())
    damaged = save_model(picture_model()).replace(b"[4, 3, 2]", b"[4, 3, 9]")
    with pytest.raises(ModelError, match="its configuration needs"):
        load_model(damaged)


def test_learns_to_place_a_bar():
    x = bars()
    config = PictureConfig(latent_dim=2, hidden=(16,), heads=1, importance_samples=1, channels=(8, 4, 4))
    scale = torch.full((4096,), float(x.std()))
    model = PictureIWAE(4096, config, x.mean(dim=0), scale, torch.Generator().manual_seed(0))
    training = TrainingConfig(steps=200, batch=20, learning_rate=2e-2, validation_share=0.0)
    fit(model, x, torch.arange(len(x)), training, torch.Generator().manual_seed(0))
    with torch.no_grad():
        error = (model.reconstruct(x) - x).square().mean()
    assert error < 0.75 * x.var(dim=0).mean()
