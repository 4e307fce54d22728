from __future__ import annotations

import numpy as np
import pytest
import torch

from robogeo.geometry import PullbackMetric, SmoothedMetric
from robogeo.models import IWAE, ModelConfig
from robogeo.progress import Silence
from robogeo.reproduction.charts import (
    chart_of,
    lengths,
    lines,
    mean_metric,
    published_geodesics,
    speeds,
    unevenness,
)
from robogeo.reproduction.settings import ChartSettings, NeuralSettings

FLAT = PullbackMetric(lambda z: 2.0 * z, dtype=torch.float64)


@pytest.fixture(scope="module")
def model() -> IWAE:
    config = ModelConfig(latent_dim=2, hidden=(8,), heads=3)
    return IWAE(4, config, torch.zeros(4), torch.ones(4), torch.Generator().manual_seed(1))


def test_straight_lines_of_a_flat_metric_are_even() -> None:
    starts, goals = torch.zeros(3, 2), torch.eye(3, 2)
    curves = lines(starts, goals)
    assert lengths(FLAT, curves) == pytest.approx([2.0, 2.0, 0.0])
    assert speeds(FLAT, curves[0]) == pytest.approx(np.full(257, 2.0))
    assert unevenness(FLAT, curves[0]) == pytest.approx(1.0) and unevenness(FLAT, curves[2]) == 1.0


def test_lengths_where_a_metric_has_no_chords() -> None:
    """A constant G = 4 I is smoothed to s^3 / (s^2 + 8) = 64 / 24; an even and an uneven straight line."""
    metric = SmoothedMetric(lambda z: 2.0 * z, 8.0, dtype=torch.float64)
    t = torch.linspace(0, 1, 129, dtype=torch.float64)[:, None]
    curves = [torch.cat([share, 0.0 * share], dim=1) for share in (t, t**2)]
    assert lengths(metric, curves) == pytest.approx([np.sqrt(64 / 24)] * 2, rel=1e-6)


def test_unevenness_of_a_known_curve() -> None:
    t = torch.linspace(0, 1, 129, dtype=torch.float64)[:, None]
    curve = torch.cat([t**2, torch.zeros_like(t)], dim=1)  # speed 4 t: largest 4, mean 2
    assert unevenness(FLAT, curve) == pytest.approx(2.0, rel=1e-3)


def test_default_geodesics_are_even_and_no_longer_than_the_graph_path(model: IWAE) -> None:
    codes = torch.randn(300, 2, generator=torch.Generator().manual_seed(0))
    chart = chart_of(model, codes, ChartSettings(nodes=60, neighbors=6))
    starts, goals = codes[:4], codes[-4:]
    curves = chart.geodesics(starts, goals)
    for curve, path in zip(curves, chart.graph.paths(starts, goals), strict=True):
        assert curve.length <= path.length * (1 + 1e-9)
        assert unevenness(chart.metric, curve.points) < 1.05


def test_published_geodesics_keep_their_ends_and_their_seed(model: IWAE) -> None:
    settings = NeuralSettings(steps=3, samples=20, curves=1, pretraining_steps=3)
    starts, goals = torch.zeros(2, 2), torch.tensor([[1.0, 0.5], [-0.5, 1.0]])
    metric = mean_metric(model)
    first, again = (published_geodesics(metric, starts, goals, settings, 0, Silence()) for _ in range(2))
    for a, b, start, goal in zip(first, again, starts, goals, strict=True):
        assert torch.equal(a.points, b.points)
        assert torch.equal(a.points[0].float(), start) and torch.equal(a.points[-1].float(), goal)


def test_the_mean_metric_is_that_of_the_mean_of_the_heads(model: IWAE) -> None:
    z = torch.randn(5, 2, generator=torch.Generator().manual_seed(2))
    step = 1e-3 * torch.eye(2)
    columns = [(model.decode(z + d) - model.decode(z - d)) / 2e-3 for d in step]
    J = torch.stack(columns, dim=-1)
    assert mean_metric(model).tensor(z).numpy() == pytest.approx((J.mT @ J).detach().numpy(), abs=1e-2)
