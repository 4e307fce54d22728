"""Points that a fit does not learn from, and the bound on them, which ends it and chooses its weights.

The bound is estimated with the same random numbers each time; its curve then shows the model, not the dice.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from robogeo.errors import ModelError
from robogeo.models.iwae import IWAE
from robogeo.models.rows import Rows

_GOLDEN = 0.6180339887498949
_MOST_JUDGED = 1 << 24  # observed numbers by which a bound is judged; no arm's demonstrations have so many
_MOST_FOLLOWED = 4096  # held-out points that a fit follows: of more, looking costs more than stepping


class HeldOut:
    """Follows the held-out bound, keeps the best weights, and counts patience.

    Args:
        model: that is fitted.
        points: all observations (N, D).
        rows: which of them are held out (n,); may be none. Of very many an even choice is followed.
        patience: evaluations without a better bound before there is none left.
        seed: of the bound's random numbers.

    Attributes:
        active: whether any points are held out.
        steps: at which the bound was evaluated.
        bounds: what it was then, nats.
        best_step: when it was greatest.
    """

    def __init__(self, model: IWAE, points: Rows, rows: Tensor, patience: int, seed: int) -> None:
        self.active = len(rows) > 0
        self.steps: list[int] = []
        self.bounds: list[float] = []
        self.best_step = 0
        self._best_bound = -math.inf
        self._best_weights: list[Tensor] = []
        self._model, self._points, self._rows = model, points, _evenly(rows, _MOST_FOLLOWED)
        self._patience, self._seed = patience, seed

    @property
    def out_of_patience(self) -> bool:
        """Whether the bound has not risen for too long."""
        if not self.active:
            return False
        waited = len(self.steps) - 1 - self.steps.index(self.best_step)
        return waited >= self._patience

    def evaluate(self, step: int, train_bound: float) -> float:
        """Held-out bound now, or the batch's if nothing is held out; ModelError if not finite."""
        value = train_bound
        if self.active:
            value = mean_bound(self._model, self._points, self._rows, self._seed)
        if step > 0 and not math.isfinite(value):
            self.restore()
            raise ModelError(
                f"the fit diverged at step {step} (bound {value}); lower learning_rate or raise noise_floor"
            )
        if self.active:
            self.steps.append(step)
            self.bounds.append(value)
            if value > self._best_bound or step == 0:
                self._best_bound, self.best_step = value, step
                self._best_weights = [p.detach().clone() for p in self._model.parameters()]
        return value

    def restore(self) -> None:
        """Put the best weights back."""
        if self.active:
            with torch.no_grad():
                for parameter, best in zip(self._model.parameters(), self._best_weights, strict=True):
                    parameter.copy_(best)


def held_out_mask(labels: Tensor, share: float) -> Tensor:
    """(N,) bool: `share` of the points of every demonstration, a function of that demonstration alone.

    So the same points are held out in every fit, and a warm start is not judged on what it was fitted to.
    """
    mask = torch.zeros(len(labels), dtype=torch.bool)
    if share == 0.0:
        return mask
    in_order = torch.argsort(labels, stable=True)
    distinct, sizes = torch.unique(labels, return_counts=True)
    # Multiples of the golden ratio spread what is rounded evenly over short demonstrations.
    counts = (sizes.double() * share + torch.remainder(distinct.double() * _GOLDEN, 1.0)).long()
    mask[in_order] = (counts == sizes).repeat_interleave(sizes)
    ends = sizes.cumsum(0)
    for i in ((counts > 0) & (counts < sizes)).nonzero().flatten().tolist():
        rows = in_order[ends[i] - sizes[i] : ends[i]]
        order = torch.randperm(len(rows), generator=torch.Generator().manual_seed(int(distinct[i])))
        mask[rows[order[: counts[i]]]] = True
    return mask


def mean_bound(model: IWAE, points: Rows, rows: Tensor, seed: int) -> float:
    """Unweighted bound, mean over the heads and rows (n,) of the points, nats.

    Of very many rows an even choice, whose mean tells as much.
    """
    generator = torch.Generator().manual_seed(seed)
    chosen = _evenly(rows, _MOST_JUDGED // points.shape[1])
    total = 0.0
    with torch.no_grad():
        for part in torch.split(chosen, 1024):
            x = points.at(part).to(model.offset.device)
            total += float(model.bound(x, None, None, generator).mean(dim=1).sum())
    return total / len(chosen)


def _evenly(rows: Tensor, most: int) -> Tensor:
    """At most so many of the rows, evenly chosen."""
    return rows[:: max(1, math.ceil(len(rows) / max(1, most)))]
