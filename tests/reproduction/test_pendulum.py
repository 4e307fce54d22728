from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from robogeo.errors import InputError
from robogeo.fitting import codes, start_at_principal_components
from robogeo.geometry import PullbackMetric, SmoothedMetric
from robogeo.models import IWAE, ModelConfig
from robogeo.progress import Silence
from robogeo.reproduction.kept import Kept
from robogeo.reproduction.measures import DEFAULT
from robogeo.reproduction.pendulum import experiment as pendulum
from robogeo.reproduction.pendulum.pictures import PendulumPictures
from robogeo.reproduction.pendulum.smoothing import chosen_smoothing, smoothing_sweep
from robogeo.reproduction.settings import load_settings, settings_file

TINY = """
seeds: 2
data: {pictures: 200}
pairs: 4
recipe: {hidden: [8], heads: 1, steps: 20, batch: 16, principal_steps: 20}
neural: {steps: 2, samples: 10, curves: 1, pretraining_steps: 1}
smoothings: [0, 10]
default: {hidden: [8], heads: 2, steps: 20, batch: 16, principal_steps: 20}
chart: {nodes: 40, segments: 8}
"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> pendulum.SETTINGS:
    file = tmp_path_factory.mktemp("settings") / "tiny.yaml"
    file.write_text(TINY)
    return load_settings(pendulum.SETTINGS, file)


@pytest.mark.sim
@pytest.mark.long
def test_a_tiny_run_goes_through_and_is_the_same_when_resumed(
    settings: pendulum.SETTINGS, tmp_path: Path
) -> None:
    kept = [Kept(tmp_path / f"seed-{seed}", seed) for seed in range(2)]
    records = [json.loads(json.dumps(pendulum.run_seed(settings, k.seed, k, Silence()))) for k in kept]
    again = json.loads(json.dumps(pendulum.run_seed(settings, 0, kept[0], Silence())))
    assert again == records[0]  # the models were read
    fresh = json.loads(json.dumps(pendulum.run_seed(settings, 0, Kept(tmp_path / "new", 0), Silence())))
    assert fresh == records[0]  # and fitted anew
    rows = pendulum.measures(settings, records)
    assert all(np.isfinite(reached.mean.value) for row in rows for reached in row.reached.values())
    assert len(pendulum.draw(settings, records, kept)) == 4
    assert "200 pictures" in pendulum.words(settings, records)
    assert all(len(record[DEFAULT]["length"]) == 4 for record in records)


@pytest.mark.sim
def test_a_way_of_true_pictures_is_judged_true() -> None:
    """A 'decoder' that draws true pictures: angles in order, nothing beside the true ones."""
    with PendulumPictures(0.05) as pictures:

        class Drawn(torch.nn.Module):
            offset = torch.zeros(1)

            def decode(self, z: torch.Tensor) -> torch.Tensor:
                return torch.from_numpy(pictures.clean(z[:, 0].double().numpy()))

        way = torch.linspace(0.3, 2.0, 9, dtype=torch.float64)[:, None]
        look = pictures.judged(Drawn(), way, 1.7)  # type: ignore[arg-type]
        assert look.worst < 0.02 and look.order == 1.0
        assert pictures.judged(Drawn(), way, -1.7).order == 0.0  # type: ignore[arg-type]
        noisy = pictures.seen(np.zeros(50), 0)
        assert np.std(noisy - pictures.clean(np.zeros(50))) == pytest.approx(0.05, rel=0.05)


def test_pairs_differ_by_half_a_turn_at_most() -> None:
    class Blank:
        def seen(self, angles: np.ndarray, seed: int) -> np.ndarray:
            return np.zeros((len(angles), 1))

    pairs = pendulum._pairs(500, Blank(), 0)  # type: ignore[arg-type]
    size = np.abs(pairs.turn)
    assert 0.0 < size.min() < 0.1 and 3.0 < size.max() <= np.pi and abs((pairs.turn > 0).mean() - 0.5) < 0.1
    assert pairs.arcs(3)[:, -1] == pytest.approx(pairs.start + pairs.turn)


def test_the_sweep_gives_the_lengths_of_the_smoothed_metric() -> None:
    decoder = torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.Tanh(), torch.nn.Linear(8, 5)).double()
    t = torch.linspace(0, 1, 400, dtype=torch.float64)[:, None]
    curve = torch.cat([t, torch.sin(2 * t)], dim=1)
    found = smoothing_sweep(PullbackMetric(decoder), {"one": curve[None]}, (0.0, 0.3))["one"][:, 0]
    for metric, length in zip((PullbackMetric(decoder), SmoothedMetric(decoder, 0.3)), found, strict=True):
        with torch.no_grad():
            assert length == pytest.approx(
                float(metric.segment_lengths(curve[:-1], curve[1:]).sum()), rel=1e-4
            )


def test_the_least_smoothing_that_suffices_is_chosen() -> None:
    sweep = {"line": np.ones((4, 2)), "manifold": np.array([[0.1] * 2, [0.9] * 2, [0.4] * 2, [0.3] * 2])}
    levels = (0.0, 1.0, 2.0, 3.0)
    assert chosen_smoothing(sweep, levels, 0.5) == 2.0
    assert chosen_smoothing(sweep, levels, 0.01) == 3.0  # none suffices: the one that does most


def test_a_ring_of_observations_starts_as_a_ring() -> None:
    angles = np.linspace(0.0, 2.0 * np.pi, 400, endpoint=False)
    mixing = np.random.default_rng(0).normal(size=(2, 12))
    x = np.stack([np.cos(angles), np.sin(angles)], axis=1) @ mixing
    config = ModelConfig(latent_dim=2, hidden=(16,), heads=1)
    model = IWAE(12, config, torch.zeros(12), torch.ones(12), torch.Generator().manual_seed(0))
    start_at_principal_components(model, x, 200, torch.Generator().manual_seed(1))
    z = codes(model, x).double().numpy()
    turned = np.unwrap(np.arctan2(z[:, 1], z[:, 0]))
    assert abs(turned[-1] - turned[0]) == pytest.approx(2 * np.pi, abs=0.1)
    assert np.linalg.norm(z, axis=1).min() > 0.5


def test_the_first_smoothing_is_none() -> None:
    settings = load_settings(pendulum.SETTINGS, settings_file("pendulum"))
    assert settings.smoothings[0] == 0.0 and list(settings.smoothings) == sorted(settings.smoothings)


def test_smoothings_that_do_not_rise_from_none_are_told(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    for levels in ("[5, 10]", "[0, 10, 10]"):
        file.write_text(f"smoothings: {levels}\n")
        with pytest.raises(InputError, match="smoothings must begin with 0 and rise"):
            load_settings(pendulum.SETTINGS, file)
