from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import torch

from robogeo.errors import ModelError
from robogeo.models import IWAE, ModelConfig, Rows, TrainingConfig, fit


def mapped(path: Path, values: np.ndarray) -> np.memmap:
    np.save(path, values)
    found = np.load(path, mmap_mode="r")
    assert isinstance(found, np.memmap)
    return found


@pytest.fixture
def greys() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (61, 6), dtype=np.uint8)


def test_rows_are_the_same_in_memory_and_on_the_disk(tmp_path: Path, greys: np.ndarray) -> None:
    held, lazy = Rows(greys, divisor=255.0), Rows(mapped(tmp_path / "x.npy", greys), divisor=255.0)
    index = torch.tensor([3, 3, 60, 0])
    expected = torch.from_numpy(greys.astype(np.float32) / np.float32(255.0))
    for rows in (held, lazy):
        assert (len(rows), rows.shape) == (61, (61, 6))
        assert torch.equal(rows.at(index), expected[index])
        parts = list(rows.parts(numbers=60))
        assert [len(part) for part in parts] == [10] * 6 + [1]
        assert torch.equal(torch.cat(parts), expected)
    assert Rows(greys, torch.float64).at(index).dtype == torch.float64


@pytest.mark.filterwarnings("error")
def test_an_array_that_may_only_be_read_is_read(greys: np.ndarray) -> None:
    greys.flags.writeable = False
    assert torch.equal(Rows(greys).at(torch.tensor([2]))[0], torch.from_numpy(greys[2].astype(np.float32)))


@pytest.mark.parametrize("values", [["a", "b"], object()])
def test_what_is_no_number_is_refused(values: object) -> None:
    with pytest.raises(ModelError, match="x must be an array of numbers"):
        Rows(values)


def test_text_on_the_disk_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="x must be an array of numbers, not of <U3"):
        Rows(mapped(tmp_path / "x.npy", np.full((4, 2), "abc")))


def test_a_fit_gives_the_same_bits_from_memory_and_from_the_disk(tmp_path: Path, greys: np.ndarray) -> None:
    models = []
    for rows in (
        greys.astype(np.float32) / np.float32(255.0),
        Rows(mapped(tmp_path / "x.npy", greys), divisor=255.0),
    ):
        first = torch.Generator().manual_seed(0)
        model = IWAE(6, ModelConfig(latent_dim=2, hidden=(8,)), np.full(6, 0.5), np.full(6, 0.3), first)
        report = fit(
            model,
            rows,
            np.arange(61),
            TrainingConfig(steps=60, batch=16, augmentation_std=0.01),
            torch.Generator().manual_seed(1),
        )
        models.append((report.train_bound, *model.parameters()))
    assert models[0][0] == models[1][0]
    assert all(torch.equal(a, b) for a, b in zip(models[0][1:], models[1][1:], strict=True))


def test_bad_values_on_the_disk_are_named(tmp_path: Path) -> None:
    values = np.zeros((30, 3), dtype=np.float32)
    values[17, 1] = np.nan
    model = IWAE(3, ModelConfig(latent_dim=1), np.zeros(3), np.ones(3), torch.Generator())
    with pytest.raises(ModelError, match="x holds NaN or infinite values, first in row 17"):
        fit(model, mapped(tmp_path / "x.npy", values), np.arange(30), TrainingConfig(), torch.Generator())
    with pytest.raises(ModelError, match=r"x is read as torch.float64, but the model is of torch.float32"):
        fit(model, Rows(values, torch.float64), np.arange(30), TrainingConfig(), torch.Generator())


@pytest.mark.slow
def test_a_fit_holds_a_batch_of_what_is_on_the_disk(tmp_path: Path) -> None:
    """Less than half of what the observations take as floats; what is only mapped does not count there."""
    file = tmp_path / "x.bin"
    with file.open("wb") as stream:
        stream.truncate(150_000 * 1024)
    script = f"""
        import resource
        import numpy as np
        import torch
        from robogeo.models import IWAE, ModelConfig, Rows, TrainingConfig, fit
        x = np.memmap({str(file)!r}, np.uint8, "r", shape=(150_000, 1024))
        settings = ModelConfig(latent_dim=2, hidden=(4,), heads=1, importance_samples=1)
        model = IWAE(1024, settings, np.zeros(1024), np.ones(1024), torch.Generator().manual_seed(0))
        held = int(next(line for line in open("/proc/self/status") if line.startswith("VmData")).split()[1])
        most = held * 1024 + (256 << 20)
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
        fit(model, Rows(x, divisor=255.0), np.arange(150_000) // 1000,
            TrainingConfig(steps=5, validation_share=0.01), torch.Generator().manual_seed(0))
        try:
            torch.from_numpy(np.asarray(x)).float()
        except RuntimeError as error:
            assert "allocate" in str(error)
            print("the whole would not have fitted")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "the whole would not have fitted\n"), done.stderr
