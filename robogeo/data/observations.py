"""Observations of a model from a file: rows of numbers, or grey pictures of one size."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robogeo.data.idx import load_idx
from robogeo.data.npy import load_npy, load_npz
from robogeo.errors import InputError

SUFFIXES = (".npy", ".npz", ".gz")


@dataclass(frozen=True, eq=False)
class Observations:
    """Observations as a file holds them.

    Attributes:
        values: (N, D) numbers of the file's own type, all finite, N >= 2.
        picture_shape: height and width where the file holds pictures (N, height, width).
    """

    values: NDArray[Any]
    picture_shape: tuple[int, int] | None


def load_observations(path: str | os.PathLike[str], width: int) -> Observations:
    """Observations (N, D) or pictures (N, height, width) in a file.

    Args:
        path: .npy; .npz, in which one array alone has the right width; or .gz, packed idx as of MNIST.
        width: numbers D of an observation.

    Raises:
        InputError: one line with file, array and reason.
    """
    file = Path(path)
    if file.suffix.lower() not in SUFFIXES:
        raise InputError(f"{file}: observations are read from {', '.join(SUFFIXES)}; convert them")
    name, array = _chosen(file, _arrays(file), width)
    if len(array) < 2:
        raise InputError(f"{name}: holds {len(array)} observations, needs at least 2")
    shape = (array.shape[1], array.shape[2]) if array.ndim == 3 else None
    values = array.reshape(len(array), width)
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        row = int(np.flatnonzero(~np.isfinite(values).all(axis=1))[0])
        raise InputError(f"{name}: observation {row} holds NaN or infinity; leave it out")
    return Observations(values, shape)


def _arrays(file: Path) -> dict[str, NDArray[Any]]:
    """All arrays of a file by the names that complaints call them by."""
    if file.suffix.lower() == ".npz":
        return {f"{file}: {name}": array for name, array in load_npz(file).items()}
    return {str(file): load_npy(file) if file.suffix.lower() == ".npy" else load_idx(file)}


def _chosen(file: Path, arrays: dict[str, NDArray[Any]], width: int) -> tuple[str, NDArray[Any]]:
    """The array that holds observations of a width, and its name."""
    fitting = [name for name, array in arrays.items() if _fits(array, width)]
    if len(fitting) == 1:
        return fitting[0], arrays[fitting[0]]
    if fitting:
        raise InputError(f"{file}: holds {len(fitting)} arrays of {width} numbers a row; leave one in it")
    shapes = ", ".join(f"{array.dtype} {array.shape}" for array in list(arrays.values())[:4]) or "nothing"
    raise InputError(
        f"{file}: holds {shapes}; the model needs numbers (N, {width}), or pictures of {width} pixels"
    )


def _fits(array: NDArray[Any], width: int) -> bool:
    numbers, dimensions = array.dtype.kind in "fiub", array.ndim in (2, 3)
    return numbers and dimensions and int(np.prod(array.shape[1:], dtype=object)) == width
