from __future__ import annotations

from pathlib import Path

import pytest
import torch

from robogeo.errors import InputError
from robogeo.fitting import FitSettings
from robogeo.models import IWAE, ModelConfig, save_model
from robogeo.reproduction.kept import Kept


def model() -> IWAE:
    generator = torch.Generator().manual_seed(0)
    return IWAE(3, ModelConfig(latent_dim=2, hidden=(4,), heads=1), torch.zeros(3), torch.ones(3), generator)


def test_equal_inputs_are_made_once(tmp_path: Path) -> None:
    kept, made = Kept(tmp_path / "seed-0", 0), []

    def make() -> dict[str, object]:
        made.append(1)
        return {"values": (1.5, 2)}

    for _ in range(2):
        assert kept.record("stage", [FitSettings(), 3], make) == {"values": [1.5, 2]}
    assert len(made) == 1
    kept.record("stage", [FitSettings(steps=7), 3], make)
    kept.record("other", [FitSettings(), 3], make)
    Kept(tmp_path / "seed-0", 1).record("stage", [FitSettings(), 3], make)
    assert len(made) == 4


def test_a_model_comes_back_to_the_bit(tmp_path: Path) -> None:
    kept = Kept(tmp_path, 0)
    first = kept.model("fit", {}, model)
    again = kept.model("fit", {}, lambda: pytest.fail("it was kept"))
    assert save_model(first) == save_model(again) == save_model(model())


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff"])
def test_damaged_files_are_told(content: bytes, tmp_path: Path) -> None:
    kept = Kept(tmp_path, 0)
    kept.record("stage", {}, dict)
    kept.model("fit", {}, model)
    for file in tmp_path.iterdir():
        file.write_bytes(content)
    for ask in (lambda: kept.record("stage", {}, dict), lambda: kept.model("fit", {}, model)):
        with pytest.raises(InputError, match="delete the file") as told:
            ask()
        assert "\n" not in str(told.value)


def test_keys_hold_plain_data_only(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="cannot be part of a key"):
        Kept(tmp_path, 0).record("stage", object(), dict)
