"""The nodes of a graph as they are decoded, in memory or, where that is too small, in a file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

import numpy as np
import torch
from numpy.lib import format as npy

from robogeo.errors import GeometryError, one_line

if TYPE_CHECKING:
    from robogeo.geometry.metric import Metric

ROWS = 8_192
"""Nodes decoded at a time: what a decoder computes on the way may be wider than what it returns."""


def decoded_nodes(
    metric: Metric, nodes: torch.Tensor, scratch: str | os.PathLike[str] | None = None
) -> torch.Tensor:
    """Decoded nodes (N, E) of latent ones (N, d).

    Args:
        metric: whose immersion decodes them.
        nodes: (N, d), N >= 1.
        scratch: a new `.npy` file that they are written to and read from; in memory without one.

    Raises:
        GeometryError: the file is there already, or cannot be written.
    """
    with torch.no_grad():
        if scratch is not None:
            return _in_file(metric, nodes, scratch)
        parts = _parts(metric, nodes)
        first = next(parts)
        if len(first) == len(nodes):
            return first
        decoded = first.new_empty((len(nodes), first.shape[1]))
        decoded[: len(first)] = first
        for start, part in zip(range(ROWS, len(nodes), ROWS), parts, strict=True):
            decoded[start : start + ROWS] = part
    return decoded


def _parts(metric: Metric, nodes: torch.Tensor) -> Iterator[torch.Tensor]:
    """Decoded nodes, some after the other, all of one width and type."""
    kind: tuple[int, torch.dtype] | None = None
    for some in torch.split(nodes, ROWS):
        part = metric.embed(some)
        kind = kind or (part.shape[1], part.dtype)
        if (part.shape[1], part.dtype) != kind:
            raise GeometryError(
                f"decoder: returned {kind[0]} numbers of {kind[1]} a point, "
                f"and then {part.shape[1]} of {part.dtype}"
            )
        yield part


def _in_file(metric: Metric, nodes: torch.Tensor, scratch: str | os.PathLike[str]) -> torch.Tensor:
    name = os.fsdecode(scratch)
    try:
        with open(name, "xb") as file, removed_if_failed(name):
            _write(metric, nodes, file)
            # A private mapping: what is written to the tensor stays in memory, and the file as it is.
            return torch.from_numpy(np.load(name, mmap_mode="c"))
    except FileExistsError as error:
        raise GeometryError(
            f"scratch {name!r}: is there already; name a new file for the decoded nodes"
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a name that holds a null character
        if isinstance(error, GeometryError):
            raise
        raise GeometryError(
            f"scratch {name!r}: decoded nodes cannot be kept there ({one_line(error)}); name another file"
        ) from error


@contextmanager
def removed_if_failed(scratch: str | os.PathLike[str] | None) -> Iterator[None]:
    """Remove the file where the block fails: it would be in the way of another try."""
    try:
        yield
    except BaseException:
        if scratch is not None:
            with suppress(OSError):
                os.unlink(scratch)
        raise


def _write(metric: Metric, nodes: torch.Tensor, file: IO[bytes]) -> None:
    """Write an npy file of the decoded nodes; through a mapping, a full disk would end the process."""
    for start, part in zip(range(0, len(nodes), ROWS), _parts(metric, nodes), strict=True):
        values = np.ascontiguousarray(part.cpu().numpy())
        if start == 0:
            header = npy.header_data_from_array_1_0(values)
            npy.write_array_header_1_0(file, header | {"shape": (len(nodes), values.shape[1])})
        file.write(values.data)
    file.flush()
