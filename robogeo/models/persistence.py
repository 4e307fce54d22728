"""An `IWAE` as bytes: safetensors with its configuration as JSON metadata; no pickle, nothing executable.

Bytes from outside are not trusted: the header is bounded, the configuration is validated as if typed by a
person, the declared sizes must agree with the numbers present before anything is allocated, and every
number must be finite.
"""

from __future__ import annotations

import dataclasses
import json
from itertools import pairwise
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from robogeo.errors import ModelError, one_line
from robogeo.models.iwae import IWAE, ModelConfig
from robogeo.models.picture_iwae import PictureConfig, PictureIWAE, count_picture_numbers

_FORMAT = "robogeo-iwae-1"
_PICTURE_FORMAT = "robogeo-picture-iwae-1"
_FLOAT_TYPES = {torch.float32, torch.float64}


def save_model(model: IWAE) -> bytes:
    """Return the model as bytes for `load_model`; equal models give equal bytes."""
    tensors = {name: value.detach().contiguous() for name, value in sorted(model.state_dict().items())}
    metadata = {
        "format": _PICTURE_FORMAT if isinstance(model, PictureIWAE) else _FORMAT,
        "observation_dim": str(model.observation_dim),
        "config": json.dumps(dataclasses.asdict(model.config), sort_keys=True),
    }
    return _with_sorted_header(save_tensors(tensors, metadata=metadata))


def _with_sorted_header(data: bytes) -> bytes:
    """Order the header's keys: safetensors writes its metadata in an order that varies from call to call."""
    size = int.from_bytes(data[:8], "little")
    header = json.dumps(json.loads(data[8 : 8 + size]), sort_keys=True, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    return len(header).to_bytes(8, "little") + header + data[8 + size :]


def load_model(data: bytes) -> IWAE:
    """Rebuild a model from the bytes of `save_model`.

    Raises:
        ModelError: the bytes are damaged, of another kind, inconsistent, or hold non-finite numbers.
    """
    try:
        tensors = load_tensors(bytes(data))
        metadata = _metadata(bytes(data))
    except (SafetensorError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(f"the model is damaged or no safetensors file ({one_line(error)})") from None
    config, observation_dim = _read_metadata(metadata)
    _check_tensors(tensors, config, observation_dim)
    dtype = tensors["offset"].dtype
    generator = torch.Generator().manual_seed(0)
    kind = PictureIWAE if isinstance(config, PictureConfig) else IWAE
    model = kind(observation_dim, config, tensors["offset"], tensors["scale"], generator).to(dtype)
    try:
        model.load_state_dict(tensors)
    except RuntimeError as error:
        raise ModelError(f"the model's tensors do not fit its configuration ({one_line(error)})") from None
    return model


def _metadata(data: bytes) -> dict[str, Any]:
    """Metadata of a header that safetensors has accepted already."""
    size = int.from_bytes(data[:8], "little")
    metadata = json.loads(data[8 : 8 + size])["__metadata__"]
    return dict(metadata)


def _read_metadata(metadata: dict[str, Any]) -> tuple[ModelConfig, int]:
    kinds = {_FORMAT: ModelConfig, _PICTURE_FORMAT: PictureConfig}
    if metadata.get("format") not in kinds:
        raise ModelError(f"the model has format {str(metadata.get('format'))[:40]!r}, needs {_FORMAT!r}")
    try:
        fields = json.loads(metadata["config"])
        config = kinds[metadata["format"]](**fields)
        observation_dim = int(metadata["observation_dim"])
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ModelError(f"the model's configuration is unreadable ({one_line(error)})") from None
    if observation_dim < 1:
        raise ModelError(f"the model's observation_dim is {observation_dim}, needs at least 1")
    return config, observation_dim


def _check_tensors(tensors: dict[str, Tensor], config: ModelConfig, observation_dim: int) -> None:
    """Refuse before building: a hostile configuration may name sizes that would fill the memory."""
    if "offset" not in tensors or "scale" not in tensors:
        raise ModelError("the model lacks its offset or scale; it was not written by save_model")
    dtypes = {value.dtype for value in tensors.values()}
    if len(dtypes) > 1 or not dtypes <= _FLOAT_TYPES:
        raise ModelError("the model's tensors must all be float32 or all float64")
    present = sum(value.numel() for value in tensors.values())
    expected = _count_numbers(config, observation_dim)
    if present != expected:
        raise ModelError(f"the model holds {present} numbers, its configuration needs {expected}")
    for name, value in tensors.items():
        if not bool(torch.isfinite(value).all()):
            raise ModelError(f"the model's tensor {name[:60]!r} holds NaN or infinite values")


def _count_numbers(config: ModelConfig, observation_dim: int) -> int:
    """How many floating-point numbers a model of this shape has, parameters and buffers."""

    def perceptron(first: int, last: int) -> int:
        return sum((a + 1) * b for a, b in pairwise([first, *config.hidden, last]))

    if isinstance(config, PictureConfig):
        return count_picture_numbers(config, observation_dim)
    d = config.latent_dim
    count = 2 * observation_dim + perceptron(observation_dim, 2 * d)
    count += config.heads * perceptron(d, observation_dim)
    if config.likelihood == "gaussian":
        count += 1 if config.noise == "global" else perceptron(d, observation_dim)
    return count
