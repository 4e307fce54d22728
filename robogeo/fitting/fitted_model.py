"""A model from settings and observations, keyed by the seed.

A random encoder folds and cuts a closed curve of observations, and training seldom mends it: whether a circle
is learned as a ring would be luck. So the encoder may first be fitted to the leading principal components,
which show the coarse shape of the data; training then starts there. Neither paper tells how weights begin.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray

from robogeo.errors import ModelError
from robogeo.fitting.settings import FitSettings
from robogeo.models import IWAE, Rows, fit
from robogeo.models.adam import Adam
from robogeo.progress import Progress
from robogeo.randomness import torch_generator

FloatArray = NDArray[np.float64]
_RATE, _BATCH = 3e-3, 128  # of the start at principal components
_ROUNDING = 1e-5  # of the largest spread: less is none
_SPREAD = -2.0  # raw posterior spread there: a standard deviation of 0.13, small beside the whole chart
_MOST_NUMBERS = 1 << 26  # observed numbers of which the principal components are taken
_MOST_CODED, _CODED_NUMBERS = 4096, 1 << 22  # observations, and their numbers, coded at a time
_WIDEST = 16_384  # observations, whose products D x D still fit in memory


def fitted(
    settings: FitSettings,
    x: NDArray[np.floating] | Rows,
    seed: int,
    purpose: str,
    progress: Progress,
    *,
    groups: NDArray[np.int64] | None = None,
    device: torch.device | None = None,
) -> IWAE:
    """Fit a model.

    Args:
        settings: model and training.
        x: (N, D) observations; `Rows` are read a batch at a time.
        seed: of the experiment.
        purpose: what is fitted, for the randomness and for people.
        progress: told about it.
        groups: (N,) what each observation belongs to, for the bootstrap; each stands alone when None.
        device: that it is trained on; the model that is returned lies on the CPU.

    Raises:
        ModelError: bad observations, or a fit that diverged.
    """
    count, dimension = x.shape
    shift, unit = _standard(x)
    first = torch_generator(seed, 0, f"{purpose}: first weights")
    model = IWAE(dimension, settings.model_config_of(), shift, unit, first)
    if settings.principal_steps > 0:
        generator = torch_generator(seed, 0, f"{purpose}: principal components")
        start_at_principal_components(model, x, settings.principal_steps, generator)
    fit(
        model.to(device),
        x if isinstance(x, Rows) else np.ascontiguousarray(x, dtype=np.float32),
        np.arange(count) if groups is None else groups,
        settings.training_config(),
        torch_generator(seed, 0, f"{purpose}: training"),
        lambda step, steps, bound: progress(f"seed {seed}: {purpose} (bound {bound:.1f})", step, steps),
    )
    return model.cpu()


def _standard(x: NDArray[np.floating] | Rows) -> tuple[FloatArray, FloatArray]:
    """Shift and unit (D,) of the standardisation: the mean, and the standard deviation of all values."""
    if not isinstance(x, Rows):
        return x.mean(axis=0, dtype=np.float64), np.full(x.shape[1], float(x.std(dtype=np.float64)))
    shift = np.zeros(x.shape[1])
    for part in x.parts():
        shift += part.double().sum(dim=0).numpy()
    shift /= len(x)
    centre = float(shift.mean())
    square = sum(float((part.double() - centre).square().sum()) for part in x.parts())
    return shift, np.full(x.shape[1], (square / (len(x) * x.shape[1])) ** 0.5)


def start_at_principal_components(
    model: IWAE, x: NDArray[np.floating] | Rows, steps: int, generator: torch.Generator
) -> None:
    """Fit the encoder of a new model to the leading principal components, each of unit variance, in place.

    Args:
        model: whose latent dimension says how many components.
        x: (N, D) observations, N and D at least that many; of very many, some.
        steps: of Adam on the squared distance.
        generator: source of the batches.

    Raises:
        ModelError: fewer components than latent dimensions, or observations too wide.
    """
    points = x if isinstance(x, Rows) else Rows(np.ascontiguousarray(x, dtype=np.float32))
    count, dimension = points.shape
    if dimension > _WIDEST:
        raise ModelError(
            f"principal_steps: observations of {dimension} numbers are too wide for it; set it to 0"
        )
    rows = points.at(torch.arange(0, count, math.ceil(count * dimension / _MOST_NUMBERS)))
    rows = (rows - model.offset) / model.scale
    centred = rows - rows.mean(dim=0)
    d = model.config.latent_dim
    _, directions = torch.linalg.eigh(centred.T @ centred)
    principal = centred @ directions[:, -d:]
    spread = principal.std(dim=0)
    if len(spread) < d or not float(spread.min()) > _ROUNDING * float(spread.max()):
        raise ModelError(
            f"principal_steps: the observations have fewer components than latent_dim {d}; set it to 0"
        )
    wanted = principal / spread
    optimizer = Adam(model.encoder.parameters())
    for _ in range(steps):
        chosen = torch.randint(len(rows), (_BATCH,), generator=generator)
        mean, raw = model.encoder(rows[chosen]).chunk(2, dim=1)
        loss = (mean - wanted[chosen]).square().sum(dim=1).mean() + (raw - _SPREAD).square().mean()
        optimizer.step(loss, _RATE)


def codes(model: IWAE, x: NDArray[np.floating] | Rows) -> torch.Tensor:
    """Posterior means (N, d) of observations (N, D), on the CPU; worked out where the model lies."""
    rows = x if isinstance(x, Rows) else Rows(np.ascontiguousarray(x, dtype=np.float32))
    size = min(_MOST_CODED, max(16, _CODED_NUMBERS // rows.shape[1]))
    with torch.no_grad():
        parts = torch.split(torch.arange(len(rows)), size)
        return torch.cat([model.encode(rows.at(part).to(model.offset.device))[0].cpu() for part in parts])


def decoded(model: IWAE, z: torch.Tensor) -> FloatArray:
    """Observations (..., D), the mean of the heads, of codes (..., d)."""
    with torch.no_grad():
        return model.decode(z.to(model.offset.dtype)).double().numpy()
