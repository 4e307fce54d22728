"""Multilayer perceptrons, alone or as an ensemble of heads computed in one batched product.

An ensemble of M networks of one shape is one network whose weights carry a leading axis M. A layer is
then ``h -> a(W_m h + b_m)`` for all m in a single batched matrix product, which on a CPU is several
times faster than M networks one after another. Smooth activations are preferred: the pull-back metric
differentiates the decoder, and the gradient of a length needs its second derivative, which a
piecewise-linear network does not have (Chen et al. 2018, "Metrics for deep generative models", App. B).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from robogeo.errors import ModelError
from robogeo.models.fused import fused_tanh_heads, narrow_product

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "tanh": torch.tanh,
    "softplus": functional.softplus,
    "elu": functional.elu,
    "relu": torch.relu,
}

_GAINS = {"tanh": 5.0 / 3.0, "softplus": math.sqrt(2.0), "elu": math.sqrt(2.0), "relu": math.sqrt(2.0)}


def activation_function(name: str) -> Callable[[Tensor], Tensor]:
    """Return the elementwise function called `name`; ModelError for an unknown name."""
    try:
        return ACTIVATIONS[name]
    except (KeyError, TypeError):
        known = ", ".join(ACTIVATIONS)
        raise ModelError(f"activation {str(name)[:40]!r} is unknown; use one of {known}") from None


class StackedMLP(nn.Module):
    """M perceptrons of one shape whose layers are batched matrix products.

    Args:
        sizes: widths from input to output, at least two.
        heads: number M of networks.
        activation: name of the activation between layers; the last layer is linear.
        generator: source of the initial weights.
    """

    def __init__(self, sizes: Sequence[int], heads: int, activation: str, generator: torch.Generator) -> None:
        super().__init__()
        self.activation = activation_function(activation)
        self.heads = heads
        weights, biases = [], []
        for i, (rows, columns) in enumerate(pairwise(sizes)):
            gain = _GAINS[activation] if i < len(sizes) - 2 else 1.0
            # LeCun's fan-in rule: unit variance in, gain^2 times unit variance out.
            spread = gain / math.sqrt(rows)
            weights.append(nn.Parameter(spread * torch.randn(heads, rows, columns, generator=generator)))
            biases.append(nn.Parameter(torch.zeros(heads, 1, columns)))
        self.weights = nn.ParameterList(weights)
        self.biases = nn.ParameterList(biases)

    def for_training(self, inputs: Tensor) -> Tensor:
        """As `by_head`, but faster, and differentiable only once and only in reverse mode."""
        if self.activation is torch.tanh and len(self.weights) > 1:
            return fused_tanh_heads(inputs, list(self.weights), list(self.biases))
        return self.by_head(inputs)

    def by_head(self, inputs: Tensor) -> Tensor:
        """Outputs (M, n, out) for inputs (n, in) shared by all heads."""
        hidden = inputs.expand(self.heads, -1, -1)
        last = len(self.weights) - 1
        for i, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            if i < last:
                hidden = self.activation(torch.baddbmm(bias, hidden, weight))
        return narrow_product(hidden, self.weights[last], self.biases[last])

    def forward(self, inputs: Tensor) -> Tensor:
        """Outputs (..., M, out) for inputs (..., in)."""
        batch = inputs.shape[:-1]
        outputs = self.by_head(inputs.reshape(-1, inputs.shape[-1]))
        return outputs.transpose(0, 1).reshape(*batch, self.heads, outputs.shape[-1])


class MLP(nn.Module):
    """One perceptron with the initialisation of `StackedMLP`.

    Args:
        sizes: widths from input to output, at least two.
        activation: name of the activation between layers; the last layer is linear.
        generator: source of the initial weights.
    """

    def __init__(self, sizes: Sequence[int], activation: str, generator: torch.Generator) -> None:
        super().__init__()
        stacked = StackedMLP(sizes, 1, activation, generator)
        self.activation = stacked.activation
        self.weights = nn.ParameterList(nn.Parameter(w.detach()[0].T.contiguous()) for w in stacked.weights)
        self.biases = nn.ParameterList(nn.Parameter(b.detach()[0, 0].clone()) for b in stacked.biases)

    def forward(self, inputs: Tensor) -> Tensor:
        """Outputs (..., out) for inputs (..., in)."""
        hidden = inputs
        last = len(self.weights) - 1
        for i, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            hidden = functional.linear(hidden, weight, bias)
            if i < last:
                hidden = self.activation(hidden)
        return hidden
