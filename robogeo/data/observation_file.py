"""Observations of a model from a file: rows of numbers, or grey pictures of one size."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robogeo.data.idx import load_idx
from robogeo.data.npy import load_npy, load_npz, map_npy
from robogeo.errors import InputError

SUFFIXES = (".npy", ".npz", ".gz")
MAPPED_BYTES = 1 << 28
"""From this size on, npy files are left on the disk and read by rows."""
_PART_NUMBERS = 1 << 22


@dataclass(frozen=True, eq=False)
class Observations:
    """Observations as a file holds them.

    Attributes:
        values: (N, D) numbers of the file's own type, all finite, N >= 2; of large npy files a
            `numpy.memmap`.
        picture_shape: height and width where the file holds pictures (N, height, width).
    """

    values: NDArray[Any]
    picture_shape: tuple[int, int] | None


def load_observations(path: str | os.PathLike[str], width: int | None = None) -> Observations:
    """Observations (N, D) or pictures (N, height, width) in a file.

    Args:
        path: .npy; .npz, in which one array alone has the right width; or .gz, packed idx as of MNIST.
        width: numbers D of an observation; None takes any.

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
    values = array.reshape(len(array), -1)
    if values.dtype.kind == "f":
        _check_finite(name, values)
    return Observations(values, shape)


def _check_finite(name: str, values: NDArray[Any]) -> None:
    step = max(1, _PART_NUMBERS // values.shape[1])
    for start in range(0, len(values), step):
        finite = np.isfinite(values[start : start + step]).all(axis=1)
        if not finite.all():
            row = start + int(np.flatnonzero(~finite)[0])
            raise InputError(f"{name}: observation {row} holds NaN or infinity; leave it out")


def _arrays(file: Path) -> dict[str, NDArray[Any]]:
    """All arrays of a file by the names that complaints call them by."""
    if file.suffix.lower() == ".npz":
        return {f"{file}: {name}": array for name, array in load_npz(file).items()}
    if file.suffix.lower() == ".gz":
        return {str(file): load_idx(file)}
    return {str(file): map_npy(file) if _size(file) >= MAPPED_BYTES else load_npy(file)}


def _size(file: Path) -> int:
    """Bytes of a file; 0 where that cannot be known, which reading it will explain."""
    try:
        return file.stat().st_size if file.is_file() else 0
    except OSError:
        return 0


def _chosen(file: Path, arrays: dict[str, NDArray[Any]], width: int | None) -> tuple[str, NDArray[Any]]:
    """The array that holds observations of a width, and its name."""
    fitting = [name for name, array in arrays.items() if _fits(array, width)]
    if len(fitting) == 1:
        return fitting[0], arrays[fitting[0]]
    if fitting:
        many = "numbers" if width is None else f"{width} numbers"
        raise InputError(f"{file}: holds {len(fitting)} arrays of {many} a row; leave one in it")
    shapes = ", ".join(f"{array.dtype} {array.shape}" for array in list(arrays.values())[:4]) or "nothing"
    wanted = "numbers (N, D), or pictures (N, height, width)"
    if width is not None:
        wanted = f"numbers (N, {width}), or pictures of {width} pixels"
    raise InputError(f"{file}: holds {shapes}; the model needs {wanted}")


def _fits(array: NDArray[Any], width: int | None) -> bool:
    if array.dtype.kind not in "fiub" or array.ndim not in (2, 3):
        return False
    own = int(np.prod(array.shape[1:], dtype=object))
    return own > 0 if width is None else own == width
