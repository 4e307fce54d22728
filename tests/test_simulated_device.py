from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from robogeo.cli import main
from robogeo.geometry import (
    ExpectedMetric,
    GeodesicGraph,
    Metric,
    PublishedRecipe,
    PullbackMetric,
    SmoothedMetric,
    Support,
    distance_field,
    fit_neural_geodesic,
    infill_nodes,
    relax,
    select_nodes,
)
from robogeo.models import IWAE, ModelConfig, PictureConfig, PictureIWAE, TrainingConfig, fit
from tests.simulated_device import simulated_device

# Torch's own derivatives for devices that have none compiled.
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.script. is deprecated:DeprecationWarning")

POINTS = np.random.default_rng(0).normal(size=(120, 2))


@pytest.fixture
def distant() -> Iterator[torch.device]:
    with simulated_device() as device:
        yield device


class Heads(torch.nn.Module):
    """Two heads of five dimensions."""

    def __init__(self) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(0)
        for name, shape in (("first", (2, 16)), ("shift", (16,)), ("second", (16, 10))):
            value = torch.randn(shape, generator=generator, dtype=torch.float64)
            setattr(self, name, torch.nn.Parameter(value))

    def means(self, z: torch.Tensor) -> torch.Tensor:
        return torch.tanh(z @ self.first + self.shift) @ self.second

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return self.means(z).reshape(*z.shape[:-1], 2, 5)

    def noise(self, z: torch.Tensor) -> torch.Tensor:
        return 0.1 + self.means(z).square()


METRICS: dict[str, Callable[[Heads], Metric]] = {
    "pullback": lambda heads: PullbackMetric(heads.means),
    "pullback with support": lambda heads: PullbackMetric(heads.means, Support(POINTS[:20], 0.5, 10.0)),
    "expected": lambda heads: ExpectedMetric(heads),
    "expected with noise": lambda heads: ExpectedMetric(heads, heads.noise, Support(POINTS[:20], 0.5, 10.0)),
    "smoothed": lambda heads: SmoothedMetric(heads.means, 0.1),
    "smoothed rank 1": lambda heads: SmoothedMetric(heads.means, 0.1, 1),
}


def test_what_lies_on_two_devices_cannot_meet(distant: torch.device) -> None:
    there = torch.ones(3).to(distant)
    assert there.device == distant
    with pytest.raises(RuntimeError, match="same device"):
        there + torch.ones(3)
    assert float((there + 1.0).sum().cpu()) == 6.0


@pytest.mark.parametrize("name", METRICS)
def test_metrics_graphs_and_geodesics(name: str) -> None:
    here = _measured(METRICS[name](Heads()), torch.device("cpu"))
    with simulated_device() as distant:
        there = _measured(METRICS[name](Heads().to(distant)), distant)
    for quantity, value in here.items():
        np.testing.assert_allclose(there[quantity], value, rtol=1e-9, atol=1e-12, err_msg=quantity)


def _measured(metric: Metric, device: torch.device) -> dict[str, Any]:
    quantities = {
        "tensor": metric.tensor(POINTS),
        "magnification factor": metric.magnification_factor(POINTS),
        "its logarithm": metric.log_magnification_factor(POINTS),
        "speed": metric.speed(POINTS, POINTS[::-1].copy()),
    }
    assert {name: value.device for name, value in quantities.items()} == dict.fromkeys(quantities, device)
    ends = [torch.from_numpy(POINTS[part]).requires_grad_() for part in (slice(0, 9), slice(9, 18))]
    metric.segment_lengths(*ends).sum().backward()
    slopes = {"slope at a": ends[0].grad, "slope at b": ends[1].grad}
    graph = GeodesicGraph.build(metric, POINTS, 6)
    path = graph.geodesic(POINTS[0], POINTS[1])
    lengths = {"edges": graph.lengths, "way": path.length}
    if metric.chordal:
        lengths["relaxed"] = relax(metric, path).length
    published = PublishedRecipe(samples=20, curves=2, pretraining_steps=2)
    for recipe in ("repaired", "published"):
        lengths[recipe] = fit_neural_geodesic(
            metric, POINTS[0], POINTS[1], recipe=recipe, steps=5, hidden=8, published=published
        ).length
    chosen = {
        "nodes": select_nodes(POINTS, 20, metric).indices,
        "nodes between": infill_nodes(POINTS, 9, metric, Support(POINTS, 0.5, 10.0), neighbors=3),
    }
    return lengths | slopes | chosen | {name: value.cpu().numpy() for name, value in quantities.items()}


def test_distance_fields(distant: torch.device) -> None:
    lines = np.linspace(-1.0, 1.0, 9)
    fields = [
        distance_field(PullbackMetric(heads.means), np.zeros(2), lines, lines).distance
        for heads in (Heads(), Heads().to(distant))
    ]
    np.testing.assert_allclose(fields[1], fields[0], rtol=1e-9)


@pytest.mark.parametrize("convolutional", [False, True])
def test_training_takes_the_same_steps(convolutional: bool) -> None:
    x = torch.rand(20, 4096 if convolutional else 3, generator=torch.Generator().manual_seed(0))
    before = _trained(x, convolutional, torch.device("cpu"))
    with simulated_device() as distant:
        after = _trained(x, convolutional, distant)
    for name, value in before.items():
        torch.testing.assert_close(after[name], value, rtol=1e-3, atol=1e-5, msg=name)


def _trained(x: torch.Tensor, convolutional: bool, device: torch.device) -> dict[str, torch.Tensor]:
    """Weights after three steps, and what the model makes of the observations."""
    common = {"latent_dim": 2, "hidden": (8,), "heads": 2, "importance_samples": 2}
    shift, unit = x.mean(dim=0), torch.full(x.shape[1:], float(x.std()))
    first = torch.Generator().manual_seed(0)
    model: IWAE = (
        PictureIWAE(x.shape[1], PictureConfig(**common, channels=(4, 3, 2)), shift, unit, first)
        if convolutional
        else IWAE(x.shape[1], ModelConfig(**common), shift, unit, first)
    )
    training = TrainingConfig(steps=3, batch=10)
    fit(model.to(device), x, torch.arange(len(x)), training, torch.Generator().manual_seed(0))
    with torch.no_grad():
        made = {"codes": model.encode(x.to(device))[0], "pictures": model.reconstruct(x.to(device))}
    assert {value.device for value in made.values()} == {device}
    return {name: value.cpu() for name, value in made.items()} | model.cpu().state_dict()


@pytest.fixture
def named(distant: torch.device, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str | None]:
    """The command line's cuda is the simulated device; names that were asked for by what trains."""
    asked: list[str | None] = []

    def device_named(name: str | None) -> torch.device:
        asked.append(name)
        return distant if name == "cuda" else torch.device("cpu")

    monkeypatch.chdir(tmp_path)
    for module in ("devices", "commands.actions", "commands.viewing", "learning.fitted"):
        monkeypatch.setattr(f"robogeo.{module}.device_named", device_named)
    return asked


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize("observed", ["numbers", "pictures"])
def test_fit_and_map(observed: str, capsys: Any) -> None:
    t = np.linspace(0.0, 2.0, 100)
    rows = np.arange(8.0)[:, None] - 3.5 * t[:, None, None]
    shown = {
        "numbers": np.stack([np.cos(t), np.sin(t), 0.3 * t], axis=1),
        "pictures": np.round(255.0 * np.exp(-(rows**2)) * np.ones((100, 8, 8))).astype(np.uint8),
    }
    np.save("x.npy", shown[observed])
    explained = []
    for device in ("cpu", "cuda"):
        file = f"{device}.safetensors"
        there = ["--device", device, "--out", file]
        assert main(["fit", "x.npy", *there, "--set", "steps=20", "heads=2", "hidden=[16]"]) == 0
        explained.append(float(capsys.readouterr().out.split("; ")[1].split("%")[0]))
        assert main(["map", file, "--data", "x.npy", "--device", device, "--out", f"{device}.png"]) == 0
        capsys.readouterr()
    assert explained[0] == pytest.approx(explained[1], abs=0.2)


@pytest.mark.long
def test_a_run_learns_there(tiny_file: Path, named: list[str | None]) -> None:
    assert main(["learn", str(tiny_file), "--device", "cuda", "--out", "run"]) == 0
    assert named.count("cuda") >= 2  # before anything is made, and at each training
