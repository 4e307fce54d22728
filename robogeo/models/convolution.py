"""Small convolutional networks for square grey pictures: one encoder, and an ensemble of decoder heads.

The encoder brings a picture of 64x64 pixels to 16, 8 and 4 a side, the decoder heads go the way back. The M
heads are groups of the same transposed convolutions and share no weight, so an ensemble costs one network of
M times the channels. Activations are smooth (tanh), as the metric wants them (see `networks`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from robogeo.models.networks import MLP, StackedMLP

SIDE = 64
"""Pixels of a side."""
_SMALLEST = 4
# (kernel, stride, padding) between picture and code: 64 -> 16 -> 8 -> 4.
_STEPS = ((8, 4, 2), (4, 2, 1), (4, 2, 1))
LEVELS = len(_STEPS)
_GAIN = 5.0 / 3.0


class ConvolutionalEncoder(nn.Module):
    """Pictures (..., 4096) -> (..., out).

    Args:
        channels: of the levels from the coarsest to the finest, three.
        hidden: units between the coarsest level and the output.
        out: number of outputs.
        generator: source of the initial weights.
    """

    def __init__(self, channels: Sequence[int], hidden: int, out: int, generator: torch.Generator) -> None:
        super().__init__()
        widths = [1, *reversed(channels)]
        self.kernels, self.shifts = nn.ParameterList(), nn.ParameterList()
        for (before, after), (size, _, _) in zip(pairwise(widths), _STEPS, strict=True):
            self.kernels.append(_kernel((after, before, size, size), before * size**2, _GAIN, generator))
            self.shifts.append(nn.Parameter(torch.zeros(after)))
        self.head = MLP([channels[0] * _SMALLEST**2, hidden, out], "tanh", generator)

    def forward(self, pictures: Tensor) -> Tensor:
        """Outputs (..., out) of pictures (..., 4096)."""
        levels = pictures.reshape(-1, 1, SIDE, SIDE)
        for kernel, shift, (_, stride, padding) in zip(self.kernels, self.shifts, _STEPS, strict=True):
            levels = torch.tanh(functional.conv2d(levels, kernel, shift, stride, padding))
        output: Tensor = self.head(levels.flatten(1))
        return output.reshape(*pictures.shape[:-1], -1)


class ConvolutionalHeads(nn.Module):
    """M decoders, latent points (..., d) -> pictures (..., M, 4096).

    Args:
        latent_dim: d.
        channels: as of `ConvolutionalEncoder`.
        hidden: units between latent point and the coarsest level.
        heads: M.
        generator: source of the initial weights.
    """

    def __init__(
        self, latent_dim: int, channels: Sequence[int], hidden: int, heads: int, generator: torch.Generator
    ) -> None:
        super().__init__()
        self.heads, self.coarsest = heads, channels[0]
        self.stem = StackedMLP([latent_dim, hidden, channels[0] * _SMALLEST**2], heads, "tanh", generator)
        self.kernels, self.shifts = nn.ParameterList(), nn.ParameterList()
        for number, (before, after) in enumerate(pairwise([*channels, 1])):
            size, stride, _ = _STEPS[-1 - number]
            # Each pixel of the finer level gets size / stride taps a side of every coarser channel.
            inputs, gain = before * (size // stride) ** 2, 1.0 if number == LEVELS - 1 else _GAIN
            self.kernels.append(_kernel((heads * before, after, size, size), inputs, gain, generator))
            self.shifts.append(nn.Parameter(torch.zeros(heads * after)))

    def for_training(self, inputs: Tensor) -> Tensor:
        """Pictures (M, n, 4096) at latent points (n, d)."""
        levels = self.stem.by_head(inputs).transpose(0, 1)
        levels = levels.reshape(len(inputs), self.heads * self.coarsest, _SMALLEST, _SMALLEST)
        for kernel, shift, (_, stride, padding) in zip(
            self.kernels, self.shifts, reversed(_STEPS), strict=True
        ):
            levels = functional.conv_transpose2d(
                torch.tanh(levels), kernel, shift, stride, padding, groups=self.heads
            )
        return levels.flatten(2).transpose(0, 1)

    def forward(self, inputs: Tensor) -> Tensor:
        """Pictures (..., M, 4096) at latent points (..., d)."""
        pictures = self.for_training(inputs.reshape(-1, inputs.shape[-1])).transpose(0, 1)
        return pictures.reshape(*inputs.shape[:-1], self.heads, -1)


def count_numbers(latent_dim: int, channels: Sequence[int], hidden: int, heads: int) -> int:
    """How many parameters encoder and heads have together."""
    coarsest = channels[0] * _SMALLEST**2
    encoder = (coarsest + 1) * hidden + (hidden + 1) * 2 * latent_dim
    decoder = (latent_dim + 1) * hidden + (hidden + 1) * coarsest
    for (before, after), (size, _, _) in zip(pairwise([1, *reversed(channels)]), _STEPS, strict=True):
        encoder += before * after * size**2 + after
        decoder += before * after * size**2 + before
    return encoder + heads * decoder


def _kernel(shape: tuple[int, ...], inputs: int, gain: float, generator: torch.Generator) -> nn.Parameter:
    """LeCun's fan-in rule: unit variance in, gain^2 times unit variance out."""
    return nn.Parameter(gain / math.sqrt(inputs) * torch.randn(shape, generator=generator))
