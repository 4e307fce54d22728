"""What a gradient step sees: a batch of observations, weighed differently by every decoder head.

Every head sees every point, but weighs whole demonstrations differently: exponential weights, the Bayesian
bootstrap of Rubin (1981), drawn once a (head, demonstration). Points of one demonstration are no independent
evidence, so the resampled unit is the demonstration. Half of each weight is fixed at one, so that no head is
blind to any demonstration.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from robogeo.models.rows import Rows


@dataclass(frozen=True, eq=False)
class Batches:
    """Observations with their weights, drawn a batch at a time, with replacement.

    Attributes:
        points: all observations (N, D).
        rows: which of them are drawn (n,).
        weights: their weights by head (n, M).
        size: number B of a batch.
        augmentation_std: standard deviation of the noise that is added, observation units.
        device: that batches are put on.
    """

    points: Rows
    rows: Tensor
    weights: Tensor
    size: int
    augmentation_std: float
    device: torch.device

    def draw(self, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Observations (B, D) of one batch, and their weights (B, M)."""
        chosen = torch.randint(len(self.rows), (self.size,), generator=generator)
        batch = self.points.at(self.rows[chosen])
        if self.augmentation_std > 0.0:
            noise = torch.randn(batch.shape, generator=generator, dtype=batch.dtype)
            batch = batch + self.augmentation_std * noise.to(batch.device)
        return batch.to(self.device), self.weights[chosen].to(self.device)


def bootstrap_weights(labels: Tensor, heads: int, enabled: bool, generator: torch.Generator) -> Tensor:
    """(N, M) weights with mean one over the points of every head."""
    if not enabled or heads == 1:
        return torch.ones(len(labels), heads)
    _, index = torch.unique(labels, return_inverse=True)
    drawn = torch.empty(int(index.max()) + 1, heads).exponential_(generator=generator)
    weights = drawn[index]
    return 0.5 + 0.5 * weights / weights.mean(dim=0)
