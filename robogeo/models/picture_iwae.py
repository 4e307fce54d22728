"""The autoencoder of `iwae` with convolutional networks, for pictures of 64x64 pixels."""

from __future__ import annotations

import dataclasses
from typing import Any

import torch
from numpy.typing import NDArray

from robogeo.errors import ModelError
from robogeo.models.checks import check_count
from robogeo.models.convolution import LEVELS, SIDE, ConvolutionalEncoder, ConvolutionalHeads, count_numbers
from robogeo.models.iwae import IWAE, ModelConfig


@dataclasses.dataclass(frozen=True)
class PictureConfig(ModelConfig):
    """Shape of a `PictureIWAE`: of the fields of `ModelConfig`, `hidden` has one width and noise is global.

    Attributes:
        channels: of the levels of 4x4, 8x8 and 16x16 pixels.
    """

    hidden: tuple[int, ...] = (128,)
    heads: int = 3
    channels: tuple[int, ...] = (32, 16, 8)

    def __post_init__(self) -> None:
        """Check every field; ModelError names the first bad one."""
        super().__post_init__()
        channels: Any = self.channels
        if not isinstance(channels, (tuple, list)) or len(channels) != LEVELS:
            raise ModelError(f"channels must be a list of {LEVELS} numbers, got {channels!r}")
        object.__setattr__(self, "channels", tuple(channels))
        for number in self.channels:
            check_count("channels", number)
        if len(self.hidden) != 1 or self.noise != "global" or self.activation != "tanh":
            raise ModelError("pictures: hidden must be one width, noise global and activation tanh")


class PictureIWAE(IWAE):
    """Importance-weighted autoencoder of pictures (4096,), convolutional; see `IWAE`."""

    config: PictureConfig

    def _build_networks(self, config: ModelConfig, generator: torch.Generator) -> None:
        if not isinstance(config, PictureConfig):
            raise ModelError(f"pictures: expected a PictureConfig, got {type(config).__name__}")
        if self.observation_dim != SIDE**2:
            raise ModelError(f"pictures: {self.observation_dim} pixels, needs {SIDE} x {SIDE} = {SIDE**2}")
        (hidden,), d = config.hidden, config.latent_dim
        self.encoder = ConvolutionalEncoder(config.channels, hidden, 2 * d, generator)
        self.decoder = ConvolutionalHeads(d, config.channels, hidden, config.heads, generator)

    def decoder_layers(self) -> list[tuple[NDArray[Any], NDArray[Any], str]]:
        """A convolutional decoder is no perceptron: ModelError."""
        raise ModelError("pictures: a convolutional decoder has no closed form as a perceptron")


def count_picture_numbers(config: PictureConfig, observation_dim: int) -> int:
    """How many floating-point numbers a model of this shape has, parameters and buffers."""
    (hidden,) = config.hidden
    count = 2 * observation_dim + count_numbers(config.latent_dim, config.channels, hidden, config.heads)
    return count + (1 if config.likelihood == "gaussian" else 0)
