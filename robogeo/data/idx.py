"""The idx format of MNIST and its siblings: a bounded array of bytes, mostly packed by gzip.

The layout (LeCun, "The MNIST database"): two zero bytes, the type (8: unsigned bytes), the number of
dimensions, each of these as a big-endian 32-bit number, then the values.
"""

from __future__ import annotations

import gzip
import math
import os
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from robogeo.errors import InputError, one_line

MOST_VALUES = 256 * 1024 * 1024
_MOST_DIMENSIONS = 4
_UNSIGNED_BYTES = 8


def load_idx(path: str | os.PathLike[str]) -> NDArray[np.uint8]:
    """Read an idx file of unsigned bytes, packed (``.gz``) or not, of at most 2^28 values.

    Raises:
        InputError: one line that names the file and says what is wrong: not idx, truncated, too large.
    """
    file = Path(path)
    try:
        with gzip.open(file) if file.suffix == ".gz" else open(file, "rb") as stream:
            shape = _shape(file, stream.read(4), stream)
            promised = math.prod(shape)
            # One byte more than promised tells whether the file goes on, without reading all of it.
            content = stream.read(promised + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(
            f"{file}: truncated or damaged gzip file ({one_line(error)}); fetch it anew"
        ) from error
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror or error})") from error
    if len(content) != promised:
        held = f"holds {len(content)}" if len(content) < promised else "goes on after them"
        raise InputError(f"{file}: promises {promised} values but {held}; fetch it anew")
    return np.frombuffer(content, dtype=np.uint8).reshape(shape)


def _shape(file: Path, magic: bytes, stream: object) -> tuple[int, ...]:
    """Sizes of all dimensions, none of them believed before it is within bounds."""
    if len(magic) < 4 or magic[:2] != b"\0\0":
        raise InputError(f"{file}: not an idx file; it begins with {magic[:4].hex() or 'nothing'}")
    kind, dimensions = magic[2], magic[3]
    if kind != _UNSIGNED_BYTES or not 1 <= dimensions <= _MOST_DIMENSIONS:
        raise InputError(
            f"{file}: idx type {kind} with {dimensions} dimensions; expected unsigned bytes (8) with 1 to 4"
        )
    sizes: bytes = stream.read(4 * dimensions)  # type: ignore[attr-defined]
    if len(sizes) < 4 * dimensions:
        raise InputError(f"{file}: truncated in its header; fetch it anew")
    shape: tuple[int, ...] = struct.unpack(f">{dimensions}I", sizes)
    if math.prod(shape) > MOST_VALUES:
        raise InputError(f"{file}: promises {math.prod(shape)} values, more than the {MOST_VALUES} allowed")
    return shape
