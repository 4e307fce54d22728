"""What a gradient step costs: beside a plain loop, by heads, and with observations that stay on the disk."""

from __future__ import annotations

import tempfile
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from geometry_fixture import cpu_seconds, median_seconds, own_memory_gib
from plain_training import PlainIWAE, train_plainly

from robogeo.data.observation_file import load_observations
from robogeo.evaluation.results import Results
from robogeo.models import IWAE, ModelConfig, Rows, TrainingConfig, fit

STEPS, POINTS, BATCH = 200, 2_000, 128
PICTURES, PIXELS = 1_000_000, 784


def measure_training(results: Results) -> None:
    """Steps a second against a plain loop of the same net, and five heads against one."""
    rng = np.random.default_rng(0)
    x = torch.from_numpy(rng.normal(size=(POINTS, 7))).float()
    groups = np.arange(POINTS) // 40
    settings = TrainingConfig(steps=STEPS, batch=BATCH, validation_share=0.0, augmentation_std=0.04)

    def ours(heads: int) -> None:
        config = ModelConfig(heads=heads)
        model = IWAE(7, config, x.mean(dim=0), x.std(dim=0), torch.Generator().manual_seed(0))
        fit(model, x, groups, settings, torch.Generator().manual_seed(0))

    def plain(heads: int) -> None:
        model = PlainIWAE(7, ModelConfig(heads=heads), x.std(dim=0))
        train_plainly(model, (x - x.mean(dim=0)) / x.std(dim=0), torch.ones(POINTS, heads), STEPS, BATCH)

    ways = {
        ("robogeo", 5): ours,
        ("robogeo", 1): ours,
        ("plain PyTorch", 5): plain,
        ("plain PyTorch", 1): plain,
    }
    seconds = median_seconds({f"{who}/{heads}": partial(way, heads) for (who, heads), way in ways.items()})
    for who, heads in ways:
        rate = STEPS / seconds[f"{who}/{heads}"]
        results.row(what="training", by=who, heads=heads, steps_per_s=rate)
    ratio = seconds["plain PyTorch/5"] / seconds["robogeo/5"]
    results.target("training throughput over a plain PyTorch loop, 5 heads", ratio, ">=", 1.0)
    results.target("five heads over one head", seconds["robogeo/5"] / seconds["robogeo/1"], "<=", 2.0)
    alone = median_seconds({str(heads): partial(_multiply, _products(heads)) for heads in (5, 1)})
    for heads in (5, 1):
        share = alone[str(heads)] / seconds[f"robogeo/{heads}"]
        results.row(
            what="products alone", heads=heads, steps_per_s=STEPS / alone[str(heads)], share_of_a_step=share
        )
    results.row(what="products alone", of="five heads over one head", ratio=alone["5"] / alone["1"])


def _products(heads: int) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Every product of matrices that a step cannot do without: of each layer the values and two gradients."""
    config, rng = ModelConfig(heads=heads), np.random.default_rng(0)
    encoder = (1, BATCH, (7, *config.hidden, 2 * config.latent_dim))
    decoder = (heads, BATCH * config.importance_samples, (config.latent_dim, *config.hidden, 7))
    made = []
    for stack, rows, widths in (encoder, decoder):
        for given, wanted in pairwise(widths):
            x, weight, pull = (
                rng.normal(size=(stack, *shape)).astype(np.float32)
                for shape in ((rows, given), (given, wanted), (rows, wanted))
            )
            made += [
                (x, weight, pull),
                (pull, weight.swapaxes(1, 2), np.empty_like(x)),
                (x.swapaxes(1, 2), pull, np.empty_like(weight)),
            ]
    return made


def _multiply(products: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> None:
    """As many times as a fit takes steps."""
    for _ in range(STEPS):
        for a, b, out in products:
            np.matmul(a, b, out=out)


def measure_streaming(results: Results) -> None:
    """A fit to a million pictures on the disk: memory of its own, and a step beside one from memory."""
    rng = np.random.default_rng(0)
    settings = ModelConfig(latent_dim=2, hidden=(128, 128), heads=3, importance_samples=5)
    training = TrainingConfig(steps=STEPS, batch=BATCH, validation_share=0.0)
    model = IWAE(PIXELS, settings, np.zeros(PIXELS), np.ones(PIXELS), torch.Generator().manual_seed(0))
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "pictures.npy"
        disk = np.lib.format.open_memmap(file, "w+", np.uint8, (PICTURES, PIXELS))
        for start in range(0, PICTURES, PICTURES // 100):
            disk[start : start + PICTURES // 100] = rng.integers(0, 256, (PICTURES // 100, PIXELS), np.uint8)
        del disk
        before = own_memory_gib()
        most = [before]
        rows = Rows(load_observations(file).values, divisor=255.0)
        batches = [torch.randint(PICTURES, (BATCH,)) for _ in range(STEPS)]
        reading = cpu_seconds(lambda: [rows.at(index) for index in batches])
        whole = cpu_seconds(
            lambda: fit(
                model,
                rows,
                np.zeros(PICTURES, np.int64),
                training,
                torch.Generator().manual_seed(0),
                lambda *_: most.append(own_memory_gib()),
            )
        )
        held = Rows(rows.at(torch.arange(POINTS)))
        few = cpu_seconds(
            lambda: fit(model, held, np.zeros(POINTS, np.int64), training, torch.Generator().manual_seed(0))
        )
    results.row(
        what="streaming",
        pictures=PICTURES,
        pixels=PIXELS,
        file_gib=PICTURES * PIXELS / 2**30,
        as_floats_gib=4 * PICTURES * PIXELS / 2**30,
        own_memory_gib=max(most) - before,
        reading_ms_a_step=1e3 * reading / STEPS,
        step_ms_from_memory=1e3 * few / STEPS,
        checks_and_judging_s=whole - few - reading,
    )
    results.target(
        "memory of a fit to a million pictures, of their floats",
        (max(most) - before) * 2**30 / (4 * PICTURES * PIXELS),
        "<=",
        0.2,
    )
