"""Observations of a file as a model reads them: a batch at a time, and grey levels instead of bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from robogeo.errors import InputError, ModelError
from robogeo.models import IWAE, Rows

_GREYS = 255.0
_PART = 1 << 22
_JUDGED = 2000  # observations by which it is judged how much a model explains


def rows_to_learn(values: NDArray[Any], file: Path, *, bounded: bool) -> Rows:
    """Observations (N, D) to fit a model to; bytes that are more than zeros and ones become grey levels.

    Args:
        values: as the file holds them.
        file: for complaints.
        bounded: whether they have to lie in [0, 1].

    Raises:
        InputError: one line: too large for single precision, out of bounds, or all the same.
    """
    rows = _rows(values, file, greys=_in_bytes(values))
    first = rows.at(torch.tensor([0]))
    if all(bool((part == first).all()) for part in rows.parts()):
        raise InputError(f"{file}: all observations are the same; there is nothing to learn")
    return _checked(rows, file, bounded=bounded)


def rows_as_learned(model: IWAE, values: NDArray[Any], file: Path) -> Rows:
    """Observations (N, D) in the units of a model: grey levels where it has learned from [0, 1].

    Raises:
        InputError: one line: too large for single precision, or out of bounds.
    """
    bernoulli = model.config.likelihood == "bernoulli"
    greys = (bernoulli or float(model.offset.max()) <= 1.0) and _in_bytes(values)
    return _checked(_rows(values, file, greys=greys), file, bounded=bernoulli)


def _rows(values: NDArray[Any], file: Path, *, greys: bool) -> Rows:
    try:
        return Rows(values, divisor=_GREYS if greys else 1.0)
    except ModelError as error:
        raise InputError(f"{file}: {error}") from error


def explained_variance(model: IWAE, rows: Rows) -> float:
    """What share of the observations' variance the model gives back, judged by some; below 0 where none."""
    chosen = torch.randperm(len(rows), generator=torch.Generator().manual_seed(0))[:_JUDGED]
    some = rows.at(chosen)
    with torch.no_grad():
        parts = torch.split(some.to(model.offset.device), 256)
        missed = some.double() - torch.cat([model.reconstruct(part) for part in parts]).double().cpu()
    spread = some.double() - some.double().mean(dim=0)
    return 1.0 - float(missed.square().sum() / spread.square().sum().clamp_min(1e-300))


def _in_bytes(values: NDArray[Any]) -> bool:
    step = max(1, _PART // values.shape[1])
    parts = (values[start : start + step] for start in range(0, len(values), step))
    return values.dtype == np.uint8 and any(part.max() > 1 for part in parts)


def _checked(rows: Rows, file: Path, *, bounded: bool) -> Rows:
    for part in rows.parts():
        if not bool(torch.isfinite(part).all()):
            raise InputError(f"{file}: holds numbers too large for a model in single precision")
        low, high = float(part.min()), float(part.max())
        if bounded and not 0.0 <= low <= high <= 1.0:
            raise InputError(f"{file}: holds {low:.4g} to {high:.4g}; a Bernoulli model needs [0, 1]")
    return rows
