from __future__ import annotations

import json
import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from robogeo.errors import ModelError
from robogeo.models import IWAE, ModelConfig, load_model, save_model


def build(**fields) -> IWAE:
    config = ModelConfig(**{"latent_dim": 2, "hidden": (4,), "heads": 2, **fields})
    generator = torch.Generator().manual_seed(3)
    return IWAE(3, config, np.array([0.1, 0.2, 0.3]), np.array([1.0, 2.0, 3.0]), generator)


VALID = save_model(build())


def with_header(change: Callable[[dict], None]) -> bytes:
    size = int.from_bytes(VALID[:8], "little")
    header = json.loads(VALID[8 : 8 + size])
    change(header)
    packed = json.dumps(header).encode()
    return len(packed).to_bytes(8, "little") + packed + VALID[8 + size :]


def with_config(**fields: object) -> bytes:
    def change(header: dict) -> None:
        config = json.loads(header["__metadata__"]["config"])
        header["__metadata__"]["config"] = json.dumps({**config, **fields})

    return with_header(change)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"noise": "local"},
        {"likelihood": "bernoulli"},
        {"hidden": ()},
        {"hidden": (5, 6, 7), "activation": "softplus"},
    ],
)
def test_round_trip_keeps_every_bit(fields: dict) -> None:
    model = build(**fields)
    again = load_model(save_model(model))
    assert again.config == model.config
    assert again.observation_dim == 3
    assert again.state_dict().keys() == model.state_dict().keys()
    for name, value in model.state_dict().items():
        assert torch.equal(again.state_dict()[name], value)
    z = torch.randn(4, 2, generator=torch.Generator().manual_seed(0))
    assert torch.equal(again.decode_heads(z), model.decode_heads(z))


def test_double_precision_survives() -> None:
    model = build().double()
    assert load_model(save_model(model)).encoder.weights[0].dtype == torch.float64


def test_equal_models_give_equal_bytes() -> None:
    assert all(save_model(build()) == VALID for _ in range(10))


def test_loaded_model_can_be_fitted_further() -> None:
    assert all(p.requires_grad for p in load_model(VALID).parameters())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00" * 8,
        b"not a model at all",
        b"\xff" * 64,
        b"\x80\x04\x95pickle",
        VALID[:50],
        VALID[:-1],
        VALID + b"\x00",
        (2**63).to_bytes(8, "little") + VALID[8:],
        with_header(lambda h: h.pop("__metadata__")),
        with_header(lambda h: h["__metadata__"].update(format="other")),
        with_header(lambda h: h["__metadata__"].pop("config")),
        with_header(lambda h: h["__metadata__"].update(config="{")),
        with_header(lambda h: h["__metadata__"].update(config="[1, 2]")),
        with_header(lambda h: h["__metadata__"].update(config="[" * 5000)),
        with_header(lambda h: h["__metadata__"].update(observation_dim="-3")),
        with_header(lambda h: h["__metadata__"].update(observation_dim="three")),
        with_header(lambda h: h["__metadata__"].update(observation_dim="9" * 5000)),
        with_header(lambda h: h.update(other=h.pop("offset"))),
        with_header(lambda h: h["offset"].update(dtype="I32")),
        with_header(lambda h: h["encoder.biases.0"].update(shape=[2, 2])),
        with_config(hidden=[1_000_000_000, 1_000_000_000]),
        with_config(heads=10**9),
        with_config(latent_dim=3),
        with_config(noise="local"),
        with_config(noise_floor=math.nan),
        with_config(unknown=1),
        with_config(heads=10**4000, hidden=[10**4000]),
        with_config(noise_floor=10**400),
        with_config(activation={}),
        with_config(likelihood=[]),
    ],
)
def test_hostile_bytes_are_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(ModelError) as caught:
        load_model(data)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400


@pytest.mark.parametrize("name", ["scale", "decoder.weights.0", "noise_level"])
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_non_finite_numbers_are_refused(name: str, value: float) -> None:
    model = build()
    with torch.no_grad():
        model.state_dict()[name].view(-1)[0] = value
    with pytest.raises(ModelError):
        load_model(save_model(model))


def test_scale_must_stay_positive() -> None:
    model = build()
    model.scale[1] = -1.0
    with pytest.raises(ModelError, match="scale"):
        load_model(save_model(model))


@settings(max_examples=150, deadline=None)
@given(position=st.integers(0, len(VALID) - 1), value=st.integers(0, 255))
def test_any_damaged_byte_loads_or_is_refused(position: int, value: int) -> None:
    damaged = bytearray(VALID)
    damaged[position] = value
    try:
        model = load_model(bytes(damaged))
    except ModelError:
        return
    assert all(bool(torch.isfinite(v).all()) for v in model.state_dict().values())
