from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from robogeo.errors import InputError
from robogeo.models import IWAE, ModelConfig, PictureConfig, PictureIWAE, Rows, TrainingConfig, fit
from robogeo.report.chart import extent_of
from robogeo.viewer import charted as room
from robogeo.viewer.charted import Charted, charted_model
from robogeo.viewer.decoded_pictures import decoded_pictures
from robogeo.viewer.latent_map import LatentMap

D = 6


def model_of(**fields: Any) -> IWAE:
    config = ModelConfig(**{"latent_dim": 2, "hidden": (5,), "heads": 3} | fields)
    return IWAE(D, config, np.full(D, 0.4), np.full(D, 0.5), torch.Generator().manual_seed(1))


def observations(count: int = 40) -> Any:
    return np.random.default_rng(0).uniform(0.0, 1.0, (count, D)).astype(np.float32)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"hidden": (12, 3)},  # wider observations than hidden units: the metric is taken there
        {"hidden": ()},
        {"noise": "local"},
        {"likelihood": "bernoulli"},
        {"heads": 1, "activation": "softplus"},
    ],
)
def test_a_bare_model_is_charted_by_its_own_decoder(fields: dict[str, Any]) -> None:
    model, x = model_of(**fields), observations()
    known = charted_model(model, Rows(x), None)
    codes = model.encode(torch.from_numpy(x))[0].detach().double().numpy()
    assert {tuple(row) for row in known.codes} == {tuple(row) for row in codes}
    z = torch.tensor([[0.3, -0.7], [1.1, 0.2]])
    heads = model.decode_heads(z).detach().double().numpy()
    assert np.allclose(known.heads(z.double().numpy()), heads, atol=1e-5)
    assert np.allclose(known.decoded(z.double().numpy()), heads.mean(axis=1), atol=1e-5)
    spread = np.sqrt(heads.var(axis=1).sum(axis=1))
    assert np.allclose(known.disagreement(z.double().numpy()), spread, atol=1e-5)
    assert known.metric.magnification_factor(z).numpy() == pytest.approx(_factor(model, z), rel=1e-3)


def _factor(model: IWAE, z: torch.Tensor) -> list[float]:
    """The magnification factor from its definition: E[J^T J] over the heads, and of the noise."""
    found = []
    for point in z:
        jacobian = torch.autograd.functional.jacobian(model.decode_heads, point)  # (M, D, d)
        tensor = (jacobian.transpose(1, 2) @ jacobian).mean(dim=0)
        if model.config.noise == "local":
            noise = torch.autograd.functional.jacobian(model.noise, point)
            tensor = tensor + noise.T @ noise
        found.append(float(torch.linalg.det(tensor.double()).sqrt()))
    return found


def test_the_map_of_a_bare_model_has_the_layers_of_a_runs() -> None:
    x = observations()
    several = LatentMap(charted_model(model_of(), Rows(x), None), cells=12)
    assert several.layers == ("magnification", "uncertainty", "support")
    assert several.at_nodes("support") == pytest.approx(1.0)
    assert np.isfinite(several.layer("uncertainty").values).all()
    assert "40 of the codes of 40 observations" in several.said and several.shown == "codes"
    assert LatentMap(charted_model(model_of(heads=1), Rows(x), None), cells=12).layers == (
        "magnification",
        "support",
    )


def test_every_code_has_its_neighbours_and_none_is_cut_off() -> None:
    known = charted_model(model_of(), Rows(observations()), None)
    pairs = known.edges
    assert (pairs[:, 0] < pairs[:, 1]).all() and len(known.bridges) == len(pairs)
    assert np.bincount(pairs.ravel(), minlength=len(known.codes)).min() >= 10
    decoded = np.stack([known.heads(known.codes)], axis=0)[0].reshape(len(known.codes), -1)
    nearest = np.linalg.norm(decoded[1:] - decoded[0], axis=1).argmin() + 1
    assert [0, nearest] in pairs.tolist()


def test_more_observations_than_nodes_are_sampled_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "NODES", 9)
    x = observations(60)
    known = charted_model(model_of(), Rows(x), None)
    assert len(known.codes) == 9 and "9 of the codes of 60 observations" in known.told
    all_codes = model_of().encode(torch.from_numpy(x))[0].detach().numpy()
    assert extent_of(known.codes)[0] == pytest.approx(extent_of(all_codes)[0], abs=0.3)


def test_what_the_model_explains_is_told() -> None:
    model = model_of(heads=2)
    t = np.linspace(0.0, 1.0, 50, dtype=np.float32)
    x = np.outer(t, np.ones(D, dtype=np.float32))
    assert "explains none of their variance: are they" in charted_model(model, Rows(x), None).told
    steps = TrainingConfig(steps=150, batch=32, learning_rate=0.02)
    fit(model, x, np.arange(len(x)), steps, torch.Generator().manual_seed(0))
    missed = np.square(model.reconstruct(torch.from_numpy(x)).detach().numpy() - x).sum()
    share = 1.0 - missed / np.square(x - x.mean(axis=0)).sum()
    assert share > 0.8
    assert f"explains {share:.0%} of their variance." in charted_model(model, Rows(x), None).told


def test_observations_that_the_model_does_not_tell_apart_are_refused() -> None:
    with pytest.raises(InputError, match="all of them have one code"):
        charted_model(model_of(), Rows(np.ones((5, D))), None)
    with pytest.raises(InputError, match="NaN or infinity"):
        charted_model(model_of(hidden=()), Rows(np.full((5, D), 3e38)), None)
    flat = model_of()
    with torch.no_grad():
        for weight in flat.decoder.weights:
            weight.zero_()
    with pytest.raises(InputError, match="makes the same of all codes"):
        charted_model(flat, Rows(observations()), None)


def test_a_convolutional_model_is_charted() -> None:
    config = PictureConfig(latent_dim=3, hidden=(4,), heads=2, channels=(2, 2, 2))
    x = np.random.default_rng(0).uniform(size=(6, 4096)).astype(np.float32)
    model = PictureIWAE(4096, config, x.mean(axis=0), np.ones(4096), torch.Generator().manual_seed(0))
    chart = LatentMap(charted_model(model, Rows(x), (64, 64)), cells=3)
    assert np.isfinite(chart.layer("magnification").values).all()
    pictures = decoded_pictures(chart)
    assert pictures is not None and (pictures["width"], pictures["side"]) == (64, 18)


def test_the_decoded_pictures_lie_where_they_belong() -> None:
    known = charted_model(model_of(), Rows(observations()), (2, 3))
    chart = LatentMap(known, cells=4)
    found = decoded_pictures(chart)
    assert found is not None and (found["height"], found["width"]) == (2, 3)
    image, side = _image_of(found["sprite"]), found["side"]
    assert image.shape == (2 * side, 3 * side)
    left, right, bottom, top = chart.extent
    row, column = 4, 9  # from the top
    x = left + (column + 0.5) / side * (right - left)
    y = top - (row + 0.5) / side * (top - bottom)
    decoded = known.decoded(chart.code_at(x, y)[None]).reshape(2, 3)
    low, high = np.percentile(known.decoded(chart.nodes), [0.1, 99.9])
    grey = 255 * np.clip((decoded - low) / (high - low), 0.0, 1.0)
    assert np.abs(image[2 * row : 2 * row + 2, 3 * column : 3 * column + 3] - grey).max() < 1.0


def test_rows_of_numbers_have_no_pictures_and_large_pictures_are_thinned() -> None:
    known = charted_model(model_of(), Rows(observations()), None)
    assert decoded_pictures(LatentMap(known, cells=4)) is None
    wide = Charted(
        **{**vars(known), "picture_shape": (100, 200)}
        | {"heads": lambda z: np.repeat(z[:, None, :1], 20_000, axis=2), "head_count": 1}
    )
    found = decoded_pictures(LatentMap(wide, cells=4))
    assert found is not None and (found["height"], found["width"]) == (25, 50)


def _image_of(address: str) -> Any:
    import base64
    from io import BytesIO

    from PIL import Image

    content = base64.b64decode(address.removeprefix("data:image/png;base64,"))
    return np.asarray(Image.open(BytesIO(content))).astype(float)
