"""Observations that a fit reads a batch at a time, from an array in memory or a larger one on the disk.

An array that lies in memory is converted once. One that is mapped from a file (`numpy.memmap`) is never held
whole: only the rows of a batch are read, divided and converted, so that a million pictures need the memory of
one batch, at the price of reading them again in every pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from robogeo.errors import ModelError, one_line

CHUNK = 1 << 20
"""Numbers that are looked at together, where all have to be."""


class Rows:
    """Observations (N, D), read by rows.

    Args:
        values: (N, D) numbers; a `numpy.memmap` stays on the disk.
        dtype: floating-point type in which they are read.
        divisor: by which they are divided on the way: 255 makes grey levels of bytes.

    Raises:
        ModelError: no numbers.
    """

    def __init__(self, values: Any, dtype: torch.dtype = torch.float32, divisor: float = 1.0) -> None:
        self.dtype = dtype
        self._divisor = divisor
        self._mapped: NDArray[Any] | None = values if isinstance(values, np.memmap) else None
        if self._mapped is None:
            self._held = self._converted(as_tensor("x", values))
        elif self._mapped.dtype.kind not in "fiub":
            raise ModelError(f"x must be an array of numbers, not of {self._mapped.dtype}")

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, D)."""
        return tuple(self._held.shape if self._mapped is None else self._mapped.shape)

    def __len__(self) -> int:
        """The number N of observations."""
        return self.shape[0] if self.shape else 0

    def at(self, index: Tensor | slice) -> Tensor:
        """The observations (n, D) of an index (n,)."""
        if self._mapped is None:
            return self._held[index]
        chosen = index if isinstance(index, slice) else index.cpu().numpy()
        return self._converted(as_tensor("x", np.asarray(self._mapped[chosen])))

    def parts(self, numbers: int = CHUNK) -> Iterator[Tensor]:
        """All observations in order, in parts (n, D) of about so many numbers."""
        size = max(1, numbers // max(1, int(np.prod(self.shape[1:], dtype=np.int64))))
        for start in range(0, len(self), size):
            yield self.at(slice(start, start + size))

    def _converted(self, values: Tensor) -> Tensor:
        if self._divisor == 1.0:
            return values.to(self.dtype)
        return values.to(self.dtype, copy=True).div_(self._divisor)


def as_tensor(name: str, values: Any) -> Tensor:
    """Values as a tensor.

    Args:
        name: what complaints call them.
        values: a tensor, or whatever numpy makes an array of numbers of.

    Raises:
        ModelError: no numbers.
    """
    if isinstance(values, np.ndarray) and values.dtype.kind in "fiu":
        if not values.dtype.isnative or values.dtype.itemsize > 8:
            values = values.astype(np.float64)  # tensors know neither other orders of bytes nor long doubles
        elif not values.flags.writeable:
            values = values.copy()  # nor arrays that may only be read
    try:
        return torch.as_tensor(values).detach()
    except (TypeError, ValueError, RuntimeError) as error:
        raise ModelError(f"{name} must be an array of numbers ({one_line(error)})") from None
