from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from robogeo.cli import main
from robogeo.models import IWAE, ModelConfig, save_model

SIDE = 4


@pytest.fixture(autouse=True)
def coarse(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("robogeo.commands.mapping.CELLS", 16)
    monkeypatch.chdir(tmp_path)


def write_model(level: float = 0.5, **fields: Any) -> None:
    """A model of pictures of 4 x 4 pixels, trained on grey levels around a level."""
    config = ModelConfig(**{"latent_dim": 2, "hidden": (5,), "heads": 2} | fields)
    generator = torch.Generator().manual_seed(0)
    model = IWAE(SIDE**2, config, np.full(SIDE**2, level), np.full(SIDE**2, level), generator)
    Path("model.safetensors").write_bytes(save_model(model))


def write_data(*, grey: bool = True, side: int = SIDE) -> None:
    levels = np.random.default_rng(0).integers(0, 256, (30, side, side))
    np.save("x.npy", levels.astype(np.uint8) if grey else levels / 255.0)


def page_data() -> Any:
    page = Path("map.html").read_text()
    assert "default-src 'none'" in page and "http" not in page.replace("http-equiv", "")
    return json.loads(page.split("const DATA = ")[1].split(";\n")[0])


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_a_models_file_is_mapped_with_its_observations(ending: str, capsys: Any) -> None:
    write_model()
    write_data()
    before = Path("model.safetensors").read_bytes()
    command = ["map", "model.safetensors", "--data", "x.npy", "--out", f"map.{ending}"]
    assert main(command) == 0
    said = capsys.readouterr().out
    assert "30 of the codes of 30 observations" in said and f"map.{ending}\nmap.html\n" in said
    data, picture = page_data(), Path(f"map.{ending}").read_bytes()
    assert [layer["name"] for layer in data["layers"]] == ["magnification", "uncertainty", "support"]
    assert data["shown"]["name"] == "codes" and not data["shown"]["joined"]
    assert len(data["shown"]["groups"][0]["points"]) == 30
    assert data["pictures"]["width"] == SIDE
    assert main(command) == 0 and Path(f"map.{ending}").read_bytes() == picture
    assert Path("model.safetensors").read_bytes() == before


def test_grey_levels_in_bytes_and_in_shares_give_the_same_map() -> None:
    write_model(likelihood="bernoulli")
    pages = []
    for grey in (True, False):
        write_data(grey=grey)
        assert main(["map", "model.safetensors", "--data", "x.npy"]) == 0
        pages.append(page_data()["shown"]["groups"][0]["points"])
    assert np.allclose(pages[0], pages[1], atol=2e-4)


def test_bytes_are_left_as_they_are_where_the_model_has_learned_them() -> None:
    found = []
    for level, grey in ((0.5, False), (127.5, True)):
        write_model(level)
        write_data(grey=grey)
        assert main(["map", "model.safetensors", "--data", "x.npy"]) == 0
        found.append(page_data()["shown"]["groups"][0]["points"])
    assert np.allclose(found[0], found[1], atol=2e-4)


def test_a_single_head_has_no_uncertainty(capsys: Any) -> None:
    write_model(heads=1)
    write_data()
    command = ["map", "model.safetensors", "--data", "x.npy", "--layer"]
    assert main([*command, "support"]) == 0
    assert [layer["name"] for layer in page_data()["layers"]] == ["magnification", "support"]
    Path("map.html").unlink()
    assert main([*command, "uncertainty"]) == 2
    assert "one decoder head" in capsys.readouterr().err and not Path("map.html").exists()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ([], "give them with --data FILE"),
        (["--data", "x.npy", "--round", "0"], "--round 0: model.safetensors is a single model"),
        (["--data", "missing.npy"], "missing.npy: cannot be read"),
        (["--data", "wide.npy"], "the model needs numbers (N, 16)"),
        (["--data", "huge.npy"], "too large for a model in single precision"),
        (["--data", "same.npy"], "same.npy: all of them have one code"),
        (["--data", "x.npy", "--out", "map.jpg"], "ends in .png or .svg"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(options: list[str], reason: str, capsys: Any) -> None:
    write_model()
    write_data()
    np.save("wide.npy", np.ones((5, 7)))
    np.save("huge.npy", np.full((5, 16), 1e60))
    np.save("same.npy", np.ones((5, 16)))
    assert main(["map", "model.safetensors", *options]) == 2
    line = capsys.readouterr().err
    assert reason in line and len(line.strip().splitlines()) == 1
    assert not list(Path().glob("map.*"))


def test_a_bernoulli_model_takes_nothing_beyond_0_and_1(capsys: Any) -> None:
    write_model(likelihood="bernoulli")
    np.save("x.npy", np.linspace(-1.0, 3.0, 160).reshape(10, 16))
    assert main(["map", "model.safetensors", "--data", "x.npy"]) == 2
    assert "holds -1 to 3; a Bernoulli model needs [0, 1]" in capsys.readouterr().err


def test_a_model_of_one_dimension_or_a_damaged_one_is_refused(capsys: Any) -> None:
    write_model(latent_dim=1)
    write_data()
    assert main(["map", "model.safetensors", "--data", "x.npy"]) == 2
    assert "latent_dim is 1; a map needs at least 2" in capsys.readouterr().err
    Path("model.safetensors").write_bytes(b"no model")
    assert main(["map", "model.safetensors", "--data", "x.npy"]) == 2
    assert "no safetensors file" in capsys.readouterr().err


def test_zeros_and_ones_mean_the_same_in_any_type() -> None:
    write_model(likelihood="bernoulli", noise="global")
    pixels = np.random.default_rng(0).integers(0, 2, (30, SIDE, SIDE))
    points = []
    for kind in (np.uint8, np.bool_, np.float64):
        np.save("x.npy", pixels.astype(kind))
        assert main(["map", "model.safetensors", "--data", "x.npy"]) == 0
        points.append(page_data()["shown"]["groups"][0]["points"])
    assert points[0] == points[1] == points[2]
