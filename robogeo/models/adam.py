"""Adam (Kingma & Ba 2015, Algorithm 1) on all parameters joined in one vector.

A small model has many small tensors, and one update of a joined vector costs less than the bookkeeping of
`torch.optim`, whose first step also imports the compiler, about two seconds. Plain sums in a fixed order
keep equal inputs equal to the bit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor

_MEAN_DECAY = 0.9
_SQUARE_DECAY = 0.999
_EPSILON = 1e-8


class Adam:
    """Minimises a loss over `parameters` with Adam's usual decays, 0.9 and 0.999.

    Args:
        parameters: tensors that require gradients, all of one type; updated in place.

    Attributes:
        joined: all of them in one vector, in their order.
    """

    def __init__(self, parameters: Iterable[Tensor]) -> None:
        self._parameters = list(parameters)
        self.joined = torch.cat([p.detach().reshape(-1) for p in self._parameters])
        sizes = [p.numel() for p in self._parameters]
        pieces = torch.split(self.joined, sizes)
        self._pieces = [piece.view(p.shape) for piece, p in zip(pieces, self._parameters, strict=True)]
        self._mean = torch.zeros_like(self.joined)
        self._square = torch.zeros_like(self.joined)
        self._steps = 0

    def step(self, loss: Tensor, learning_rate: float) -> None:
        """Take one step down the gradient of a scalar `loss`."""
        gradients = torch.autograd.grad(loss, self._parameters)
        self.descend(torch.cat([g.reshape(-1) for g in gradients]), learning_rate)

    def descend(self, gradient: Tensor, learning_rate: float) -> None:
        """Take one step down a gradient, joined as the parameters are."""
        self._steps += 1
        self._mean.lerp_(gradient, 1.0 - _MEAN_DECAY)
        self._square.mul_(_SQUARE_DECAY).addcmul_(gradient, gradient, value=1.0 - _SQUARE_DECAY)
        square_share = math.sqrt(1.0 - _SQUARE_DECAY**self._steps)
        mean_share = 1.0 - _MEAN_DECAY**self._steps
        root = self._square.sqrt().div_(square_share).add_(_EPSILON)
        self.joined.addcdiv_(self._mean, root, value=-learning_rate / mean_share)
        with torch.no_grad():
            torch._foreach_copy_(self._parameters, self._pieces)
