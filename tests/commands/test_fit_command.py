from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from robogeo.cli import main
from robogeo.models import load_model

QUICK = ["--set", "steps=200", "hidden=[16]", "heads=2"]
CUDA = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def write_arc(file: str = "arc.npy") -> None:
    """Points of an arc in R^3, which one latent dimension can explain."""
    t = np.linspace(0.0, 2.0, 200)
    np.save(file, np.stack([np.cos(t), np.sin(t), 0.3 * t], axis=1))


def write_pictures(file: str = "x.npy") -> None:
    """A bright row that moves down 6 x 6 pixels, in bytes."""
    rows = np.arange(6.0)[:, None] - np.linspace(0.0, 5.0, 80)[:, None, None]
    np.save(file, np.round(255.0 * np.exp(-(rows**2)) * np.ones((80, 6, 6))).astype(np.uint8))


def test_a_model_is_fitted_explained_and_can_be_mapped(capsys: Any) -> None:
    write_arc()
    assert main(["fit", "arc.npy", "--out", "m.safetensors", *QUICK, "principal_steps=100"]) == 0
    said, file = capsys.readouterr().out.splitlines()
    assert said.startswith("200 observations of 3 numbers; ") and file == "m.safetensors"
    assert float(said.split("; ")[1].split("%")[0]) > 70.0
    model = load_model(Path(file).read_bytes())
    assert (model.config.latent_dim, model.config.heads, model.config.hidden) == (2, 2, (16,))
    assert main(["map", file, "--data", "arc.npy"]) == 0
    first = Path(file).read_bytes()
    assert main(["fit", "arc.npy", "--out", file, *QUICK, "principal_steps=100"]) == 0
    assert Path(file).read_bytes() == first
    assert main(["fit", "arc.npy", "--out", file, "--seed", "1", *QUICK]) == 0
    assert Path(file).read_bytes() != first


@pytest.mark.parametrize("likelihood", ["gaussian", "bernoulli"])
def test_bytes_are_grey_levels_in_memory_and_on_the_disk(
    likelihood: str, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    write_pictures()
    np.save("shares.npy", np.load("x.npy") / np.float32(255.0))
    options = [*QUICK, f"likelihood={likelihood}"]
    models = []
    for file, mapped_from in (("shares.npy", 1 << 40), ("x.npy", 1 << 40), ("x.npy", 0)):
        monkeypatch.setattr("robogeo.data.observation_file.MAPPED_BYTES", mapped_from)
        assert main(["fit", file, *options]) == 0
        models.append(load_model(Path("model.safetensors").read_bytes()))
    z = torch.randn(20, 2, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        decoded = [model.decode(z) for model in models]
    assert 0.0 < float(models[0].offset.max()) <= 1.0
    assert torch.allclose(decoded[0], decoded[1], atol=1e-3) and torch.equal(decoded[1], decoded[2])
    assert "80 observations of 36 numbers" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["missing.npy"], "missing.npy: cannot be read"),
        (["arc.txt"], "arc.txt: observations are read from .npy, .npz, .gz"),
        (["bad.npy"], "bad.npy: observation 7 holds NaN or infinity"),
        (["one.npy"], "one.npy: holds 1 observations, needs at least 2"),
        (["flat.npy"], "flat.npy: holds float64 (5,); the model needs numbers (N, D), or pictures"),
        (["text.npy"], "text.npy: holds <U2 (4, 2)"),
        (["empty.npy"], "empty.npy: holds float64 (4, 0)"),
        (["a" * 300 + ".npy"], "cannot be read"),
        (["arc.npy", "--set", "latent_dims=3"], "unknown field 'latent_dims'; did you mean 'latent_dim'?"),
        (["arc.npy", "--set", "steps=0"], "field 'steps' is '0', expected greater"),
        (["arc.npy", "--set", "likelihood=bernoulli"], "a Bernoulli model needs [0, 1]"),
        (["arc.npy", "--set", "latent_dim=5", "principal_steps=3"], "principal_steps"),
        (["thin.npy", "--set", "principal_steps=3"], "fewer components than latent_dim 2"),
        (["same.npy"], "same.npy: all observations are the same"),
        (["arc.npy", "--out", "arc.npy"], "arc.npy: a model is a file that ends in .safetensors"),
        (["arc.npy", "--device", "gpu"], "device 'gpu': unknown"),
        (["arc.npy", "--out", "nowhere/m.safetensors"], "there is no folder nowhere"),
    ],
)
def test_what_cannot_be_fitted_is_refused_in_one_line(options: list[str], reason: str, capsys: Any) -> None:
    write_arc()
    np.save("bad.npy", np.where(np.arange(20)[:, None] == 7, np.inf, np.ones((20, 2))))
    np.save("one.npy", np.ones((1, 2)))
    np.save("flat.npy", np.ones(5))
    np.save("text.npy", np.full((4, 2), "ab"))
    np.save("empty.npy", np.ones((4, 0)))
    np.save("same.npy", np.tile([0.0, 1.0, 2.0], (50, 1)))
    np.save("thin.npy", np.linspace(0.0, 1.0, 60)[:, None] * np.array([1.0, 0.0, 0.0]))
    assert main(["fit", *options]) == 2
    line = capsys.readouterr().err
    assert reason in line and len(line.strip().splitlines()) == 1
    assert not Path("model.safetensors").exists()


@pytest.mark.parametrize("mapped_from", [0, 1 << 40])
@pytest.mark.parametrize("store", [np.asfortranarray, lambda x: x.astype(">f8"), lambda x: x.astype("g")])
def test_however_numbers_are_stored_the_model_is_the_same(
    store: Callable[[Any], Any], mapped_from: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_arc()
    monkeypatch.setattr("robogeo.data.observation_file.MAPPED_BYTES", mapped_from)
    assert main(["fit", "arc.npy", *QUICK]) == 0
    usual = Path("model.safetensors").read_bytes()
    np.save("arc.npy", store(np.load("arc.npy")))
    assert main(["fit", "arc.npy", *QUICK]) == 0
    assert Path("model.safetensors").read_bytes() == usual


def test_what_is_too_large_by_columns_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr("robogeo.data.observation_file.MAPPED_BYTES", 0)
    monkeypatch.setattr("robogeo.data.npy.MOST_BYTES", 100)
    np.save("x.npy", np.asfortranarray(np.ones((20, 3))))
    assert main(["fit", "x.npy"]) == 2
    assert "is stored by columns; save it again" in capsys.readouterr().err


def test_an_interrupted_fit_says_that_it_starts_anew(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    def interrupting(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("robogeo.fitting.fitted", interrupting)
    write_arc()
    assert main(["fit", "arc.npy"]) == 130
    assert "no model was written, the command starts anew" in capsys.readouterr().err


@CUDA
def test_cuda_learns_as_well_as_the_processor(capsys: Any) -> None:
    write_arc()
    explained = []
    for device in ("cpu", "cuda"):
        assert main(["fit", "arc.npy", "--device", device, "--out", f"{device}.safetensors", *QUICK]) == 0
        explained.append(float(capsys.readouterr().out.split("; ")[1].split("%")[0]))
        assert main(["map", f"{device}.safetensors", "--data", "arc.npy", "--device", device]) == 0
    assert explained[0] == pytest.approx(explained[1], abs=3.0)


@CUDA
def test_cuda_gives_the_same_bits_each_time() -> None:
    write_arc()
    for file in ("first.safetensors", "second.safetensors"):
        assert main(["fit", "arc.npy", "--device", "cuda", "--out", file, *QUICK]) == 0
    assert Path("first.safetensors").read_bytes() == Path("second.safetensors").read_bytes()
