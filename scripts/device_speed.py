"""What a graphics card gains, by the clock, and how far its results are from the processor's.

Where there is no card the processor's row stands alone and the targets are told as not measured.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from geometry_fixture import clock_seconds

from robogeo.devices import device_named
from robogeo.evaluation.results import Results
from robogeo.geometry import ExpectedMetric, GeodesicGraph
from robogeo.models import IWAE, ModelConfig, PictureConfig, PictureIWAE, TrainingConfig, fit

POINTS, NODES, NEIGHBORS, MAPPED = 2_000, 1_000, 10, 10_000

Array = np.ndarray


@dataclass(frozen=True)
class Net:
    """A model's shape, and how many steps of which batch are timed."""

    config: ModelConfig
    numbers: int
    batch: int
    steps: int

    def model(self) -> IWAE:
        """With the same first weights each time."""
        kind = PictureIWAE if isinstance(self.config, PictureConfig) else IWAE
        generator = torch.Generator().manual_seed(0)
        return kind(self.numbers, self.config, torch.zeros(self.numbers), torch.ones(self.numbers), generator)


NETS = {
    "an arm's net": Net(ModelConfig(), 7, 128, 200),
    "a wide net": Net(ModelConfig(latent_dim=2, hidden=(512, 512)), 784, 512, 30),
    "a net of pictures": Net(PictureConfig(latent_dim=2), 4096, 64, 30),
}


def measure_devices(results: Results) -> None:
    """Rows of every device, and what the first card's results are off by."""
    names = ["cpu", *(f"cuda:{index}" for index in range(torch.cuda.device_count()))]
    found = {name: _on(device_named(name), name, results) for name in names}
    card = found.get("cuda:0")
    why = "" if card else "not measured: no card"
    for what, most in (("edge lengths", 1e-4), ("magnification factors", 1e-3)):
        off = None if card is None else float(np.max(np.abs(card[what] / found["cpu"][what] - 1.0)))
        results.target(f"{what} of a card, largest relative difference", off, "<=", most, why)
    for name in NETS:
        bound = f"training of {name}"
        off = None if card is None else float(abs(card[bound] / found["cpu"][bound] - 1.0))
        results.target(f"bound of {name} after training on a card, relative difference", off, "<=", 0.02, why)


def _on(device: torch.device, name: str, results: Results) -> dict[str, Array]:
    """What each piece of work gives on a device; a row tells how long it takes."""
    metric = ExpectedMetric(NETS["a wide net"].model().to(device).decode_heads)
    z = np.random.default_rng(0).normal(size=(MAPPED, 2))
    works: dict[str, Callable[[], Array]] = {
        f"training of {what}": partial(_trained, net, device) for what, net in NETS.items()
    }
    works["magnification factors"] = lambda: metric.magnification_factor(z).cpu().numpy()
    works["edge lengths"] = lambda: GeodesicGraph.build(metric, z[:NODES], NEIGHBORS).lengths
    made = {}
    for what, work in works.items():
        made[what] = work()  # at the first call kernels are loaded and memory is taken
        results.row(what="device", of=f"{what} on {name}", seconds=clock_seconds(work))
    return made


def _trained(net: Net, device: torch.device) -> Array:
    """The bound, in nats, that training reaches."""
    x = torch.randn(POINTS, net.numbers, generator=torch.Generator().manual_seed(1))
    model = net.model().to(device)
    settings = TrainingConfig(steps=net.steps, batch=net.batch, validation_share=0.0)
    return np.array(fit(model, x, np.arange(POINTS), settings, torch.Generator().manual_seed(2)).train_bound)
