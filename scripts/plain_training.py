"""The autoencoder and the steps of `robogeo.models.fit`, as one writes them down in PyTorch."""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from robogeo.models import ModelConfig

_FLOOR, _GAIN = 1e-4, 10.0


class PlainIWAE(nn.Module):
    """Encoder, one decoder after the other, and the bound by automatic differentiation.

    Args:
        dim: of the observations.
        config: shape; its noise has to be global and its likelihood Gaussian.
        scale: (dim,) of the observations.
    """

    def __init__(self, dim: int, config: ModelConfig, scale: Tensor) -> None:
        super().__init__()
        d = config.latent_dim
        self.encoder = _perceptron([dim, *config.hidden, 2 * d])
        self.heads = nn.ModuleList(_perceptron([d, *config.hidden, dim]) for _ in range(config.heads))
        self.level = nn.Parameter(torch.tensor(-0.2))
        self.config, self.scale = config, scale

    def bound(self, x: Tensor) -> Tensor:
        """Importance-weighted bound of standardised observations (B, dim), for every head: (M, B)."""
        mean, raw = self.encoder(x).chunk(2, dim=-1)
        posterior = torch.distributions.Normal(mean, functional.softplus(raw) + _FLOOR)
        z = posterior.rsample((self.config.importance_samples,))
        prior = torch.distributions.Normal(torch.zeros_like(mean), torch.ones_like(mean))
        ratio = (prior.log_prob(z) - posterior.log_prob(z)).sum(-1)
        noise = self.config.noise_floor / self.scale + functional.softplus(_GAIN * self.level)
        seen = [torch.distributions.Normal(head(z), noise).log_prob(x).sum(-1) for head in self.heads]
        weights = torch.stack(seen) + ratio
        return weights.logsumexp(1) - math.log(self.config.importance_samples)


def train_plainly(model: PlainIWAE, points: Tensor, weights: Tensor, steps: int, batch: int) -> None:
    """Adam on the weighted bound with a cosine rate; points (N, dim), weights (N, M)."""
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        chosen = torch.randint(len(points), (batch,))
        x = points[chosen] + 0.04 * torch.randn(batch, points.shape[1])
        loss = -(model.bound(x) * weights[chosen].T).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()


def _perceptron(sizes: list[int]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for rows, columns in pairwise(sizes):
        layers += [nn.Linear(rows, columns), nn.Tanh()]
    return nn.Sequential(*layers[:-1])
