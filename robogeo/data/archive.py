"""Arrays of pictures and numbers in npz archives from outside, checked before memory is taken.

No objects are read (they would run code), and no member is unpacked before its size and its header have been
found within bounds.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from robogeo.errors import InputError

MOST_BYTES = 1024 * 1024 * 1024
"""Unpacked size of one member, at most."""
_KINDS = "buifU"  # booleans, numbers, text: no objects


def load_arrays(path: str | os.PathLike[str], names: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Read the named arrays of an npz archive; others in it are not touched.

    Raises:
        InputError: one line that names the file, the array and the reason.
    """
    file = Path(path)
    try:
        with zipfile.ZipFile(file) as archive:
            held = set(archive.namelist())
            for name in names:
                if f"{name}.npy" not in held:
                    raise InputError(f"{file}: holds no array {name!r}")
            return {name: _member(file, archive, name) for name in names}
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error) as error:
        raise InputError(f"{file}: not a readable npz archive ({error})") from error
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror or error})") from error


def _member(file: Path, archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    info = archive.getinfo(f"{name}.npy")
    if info.file_size > MOST_BYTES:
        raise InputError(
            f"{file}: {name}: unpacks to {info.file_size} bytes, more than the {MOST_BYTES} allowed"
        )
    with archive.open(info) as stream:
        shape, dtype = _header(file, name, stream)
    promised = int(np.prod(shape, dtype=object)) * dtype.itemsize
    if dtype.kind not in _KINDS or dtype.hasobject or not 0 <= promised <= info.file_size:
        raise InputError(f"{file}: {name}: has type {dtype} and shape {shape}; expected an array that fits")
    with archive.open(info) as stream:
        try:
            return npy.read_array(stream, allow_pickle=False)
        except ValueError as error:
            raise InputError(f"{file}: {name}: cannot be read ({error})") from error


def _header(file: Path, name: str, stream: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    try:
        version = npy.read_magic(stream)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, _, dtype = read(stream)
    except Exception as error:  # the header parser meets hostile bytes; whatever it raises means the same
        raise InputError(f"{file}: {name}: no readable npy header ({type(error).__name__})") from error
    return shape, dtype
