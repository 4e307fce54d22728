"""Fitting an `IWAE`: Adam on the bootstrapped importance-weighted bound, with early stop on held-out points.

What heads weigh differently stands in `batches`, what is held out in `held_out`.
"""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from robogeo.errors import ModelError
from robogeo.models.adam import Adam
from robogeo.models.batches import Batches, bootstrap_weights
from robogeo.models.checks import check_count, check_real
from robogeo.models.closed_form import LossGradient, has_closed_form
from robogeo.models.held_out import HeldOut, held_out_mask, mean_bound
from robogeo.models.iwae import IWAE
from robogeo.models.rows import Rows, as_tensor

Progress = Callable[[int, int, float], None]


@dataclasses.dataclass(frozen=True)
class TrainingConfig:
    """How to fit.

    Attributes:
        steps: largest number of Adam steps.
        batch: points a step, drawn with replacement.
        learning_rate: peak rate; rises over `warmup` steps, then falls to zero along half a cosine.
        warmup: steps of the linear rise, which spares a fitted model the first, unscaled Adam steps.
        validation_share: share of the points held out, in [0, 1); 0 turns early stop off.
        evaluate_every: steps between evaluations of the held-out bound.
        patience: evaluations without a better held-out bound before the fit stops. The bound falls while the
            rate is high and pays back when it decays, so a warm start wants more than its first half.
        augmentation_std: Gaussian noise added to the training points, observation units.
        bootstrap: weigh the demonstrations differently for each head.
    """

    steps: int = 2000
    batch: int = 256
    learning_rate: float = 1e-2
    warmup: int = 50
    validation_share: float = 0.1
    evaluate_every: int = 50
    patience: int = 30
    augmentation_std: float = 0.0
    bootstrap: bool = True

    def __post_init__(self) -> None:
        """Check every field; ModelError names the first bad one."""
        for name in ("steps", "batch", "evaluate_every", "patience"):
            check_count(name, getattr(self, name))
        check_count("warmup", self.warmup, smallest=0)
        check_real("learning_rate", self.learning_rate)
        check_real("augmentation_std", self.augmentation_std, may_be_zero=True)
        check_real("validation_share", self.validation_share, may_be_zero=True)
        if self.validation_share >= 1.0:
            raise ModelError(f"validation_share must be below 1, got {self.validation_share}")


@dataclasses.dataclass(frozen=True)
class TrainingReport:
    """What a fit did.

    Attributes:
        steps: Adam steps taken.
        best_step: step whose weights were kept.
        train_bound: mean unweighted bound on the training points under the kept weights, nats; of more
            than 2^24 numbers on an even choice of them.
        validation_steps: steps at which the held-out bound was evaluated; the first is 0.
        validation_bounds: held-out bound there, nats, of more than 4,096 points on an even choice of them;
            empty without held-out points.
        stopped_early: whether patience ran out.
        seconds: wall time.
    """

    steps: int
    best_step: int
    train_bound: float
    validation_steps: tuple[int, ...]
    validation_bounds: tuple[float, ...]
    stopped_early: bool
    seconds: float


def fit(
    model: IWAE,
    x: Any,
    groups: Any,
    config: TrainingConfig,
    generator: torch.Generator,
    on_progress: Progress | None = None,
) -> TrainingReport:
    """Fit `model` in place; called on a fitted model it continues from there (warm start).

    The bits also depend on torch's number of threads: use one a process, which is fastest for these sizes. A
    model that lies on another device is trained there, with the same random numbers.

    Args:
        model: the model; left with the weights of the best held-out bound.
        x: (N, D) observations, tensor or array, in observation units; an array mapped from a file
            (`numpy.memmap`) and `Rows` of one are read a batch at a time.
        groups: (N,) index of the demonstration each observation comes from.
        config: how to fit.
        generator: source of every random number; equal generators give equal bits.
        on_progress: called as (step, steps, bound in nats) at each evaluation.

    Raises:
        ModelError: bad shapes, non-finite observations, or a diverged fit (its best weights are put back).
    """
    started = time.perf_counter()
    points, labels = _checked_data(model, x, groups)
    mask = held_out_mask(labels, config.validation_share)
    train = (~mask).nonzero().flatten()
    if len(train) == 0:
        raise ModelError(
            f"validation_share {config.validation_share} holds out all {len(points)} observations"
        )
    weights = bootstrap_weights(labels[train], model.config.heads, config.bootstrap, generator)
    seed = int(torch.randint(2**62, (1,), generator=generator))
    held_out = HeldOut(model, points, mask.nonzero().flatten(), config.patience, seed)
    batches = Batches(points, train, weights, config.batch, config.augmentation_std, model.offset.device)
    try:
        step = _descend(model, batches, config, generator, held_out, on_progress)
    except torch.OutOfMemoryError as error:
        raise ModelError(f"a batch of {config.batch} does not fit into the device's memory") from error
    held_out.restore()
    return TrainingReport(
        steps=step,
        best_step=held_out.best_step if held_out.active else step,
        train_bound=mean_bound(model, points, train, seed),
        validation_steps=tuple(held_out.steps),
        validation_bounds=tuple(held_out.bounds),
        stopped_early=step < config.steps,
        seconds=time.perf_counter() - started,
    )


def _descend(
    model: IWAE,
    batches: Batches,
    config: TrainingConfig,
    generator: torch.Generator,
    held_out: HeldOut,
    on_progress: Progress | None,
) -> int:
    """Take Adam steps until the last one or until patience runs out; returns their number."""
    optimizer = Adam(model.parameters())
    closed = LossGradient(model, optimizer.joined.numpy(), config.batch) if has_closed_form(model) else None
    held_out.evaluate(0, math.nan)
    for step in range(1, config.steps + 1):
        batch, factors = batches.draw(generator)
        rate = config.learning_rate * _rate(step, config)
        if closed is not None:
            noise = torch.randn(closed.noise_shape, generator=generator)
            loss = closed(batch.numpy(), factors.numpy(), noise.numpy())
            optimizer.descend(torch.from_numpy(closed.gradient), rate)
        else:
            objective = -model.bound(batch, factors, None, generator).mean()
            optimizer.step(objective, rate)
            loss = float(objective.detach())
        if step % config.evaluate_every == 0 or step == config.steps:
            bound = held_out.evaluate(step, -loss)
            if on_progress is not None:
                on_progress(step, config.steps, bound)
            if held_out.out_of_patience:
                return step
    return config.steps


def _rate(step: int, config: TrainingConfig) -> float:
    """Factor on the learning rate: linear rise, then half a cosine down to zero after the last step."""
    rise = min(1.0, step / (config.warmup + 1))
    return rise * 0.5 * (1.0 + math.cos(math.pi * (step - 1) / config.steps))


def _checked_data(model: IWAE, x: Any, groups: Any) -> tuple[Rows, Tensor]:
    points = x if isinstance(x, Rows) else Rows(x, model.offset.dtype)
    labels = as_tensor("groups", groups).cpu()
    if len(points.shape) != 2 or points.shape[1] != model.observation_dim:
        raise ModelError(f"x has shape {points.shape}, needs (N, {model.observation_dim})")
    if points.dtype != model.offset.dtype:
        raise ModelError(f"x is read as {points.dtype}, but the model is of {model.offset.dtype}")
    if len(points) < 2:
        raise ModelError(f"x holds {len(points)} observation(s); a fit needs at least 2")
    if labels.shape != points.shape[:1] or labels.is_floating_point():
        raise ModelError(f"groups must be {len(points)} whole numbers, one an observation")
    _check_values(points, bounded=model.config.likelihood == "bernoulli")
    return points, labels


def _check_values(points: Rows, *, bounded: bool) -> None:
    """ModelError where observations are not finite or, if ``bounded``, outside [0, 1]."""
    first = 0
    for part in points.parts():
        finite = torch.isfinite(part).all(dim=1)
        if not bool(finite.all()):
            row = first + int((~finite).nonzero()[0])
            raise ModelError(
                f"x holds NaN or infinite values, first in row {row}; clean the observations first"
            )
        if bounded and (float(part.min()) < 0 or float(part.max()) > 1):
            raise ModelError("x must lie in [0, 1] for a Bernoulli likelihood; rescale the images")
        first += len(part)
