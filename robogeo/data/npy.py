"""NumPy's files, read without trust and written so that equal arrays are equal bytes.

Of an npy member only the header is believed, and only after it promised plain numbers or text of exactly the
bytes that follow: objects, which would run code when loaded, never get that far.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from robogeo.errors import InputError, one_line
from robogeo.reading import read_bounded

MOST_BYTES = 2**30
"""Larger archives are refused; larger npy files can be mapped."""
_MOST_HEADER_BYTES = 1 << 16
_MOST_MEMBERS = 1_000_000
# What zipfile raises when it meets damage; RuntimeError where a flag asks for what no file of arrays needs.
_DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)
_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
# The oldest time stamp the zip format knows.
_TIME_STAMP = (1980, 1, 1, 0, 0, 0)


def npz_bytes(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """An npz archive, stored without compression and with a fixed time stamp."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            npy.write_array(member, array, version=(1, 0), allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", _TIME_STAMP)
            info.create_system = 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, member.getvalue())
    return buffer.getvalue()


def text_array(text: str) -> NDArray[Any]:
    """Text as a unicode scalar array; of width 1 at least, because numpy has no text of width zero."""
    return np.array(text, dtype=f"<U{max(1, len(text))}")


def load_npz(
    path: Path, names: Collection[str] | None = None, most: int = MOST_BYTES, what: str = "a data set"
) -> dict[str, NDArray[Any]]:
    """The arrays of an npz archive.

    Args:
        path: the file.
        names: those that are wanted; others are not unpacked. None wants all.
        most: bytes, of the file and of what it unpacks to.
        what: what the file should hold, for the complaint about a larger one.

    Raises:
        InputError: one line with file, member and reason: not an archive, too large, a name that is a path,
            objects, or no array of a name that is wanted.
    """
    with opened_archive(read_bounded(path, most, what), str(path)) as archive:
        infos = archive.infolist()
        if len(infos) > _MOST_MEMBERS or sum(info.file_size for info in infos) > most:
            raise InputError(f"{path}: unpacks to more than {most} bytes, is this {what}? split it")
        held = _held(infos, path)
        for name in names or ():
            if name not in held:
                raise InputError(f"{path}: holds no array {name!r}")
        wanted = held if names is None else names
        return {name: _member(archive, held[name], name, path) for name in wanted}


@contextlib.contextmanager
def opened_archive(content: bytes, where: str) -> Iterator[zipfile.ZipFile]:
    """A zip archive; whatever damage shows while it is read becomes an `InputError` that names ``where``."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield archive
    except InputError:
        raise
    except _DAMAGES as error:
        raise InputError(
            f"{where}: not a readable npz archive ({one_line(error)}); is it complete?"
        ) from error


def load_npy(path: Path) -> NDArray[Any]:
    """The array of an npy file.

    Raises:
        InputError: as `load_npz`.
    """
    return parse_npy(read_bounded(path, MOST_BYTES, "a data set"), str(path))


def map_npy(path: Path) -> NDArray[Any]:
    """The numbers of an npy file of any size, left on the disk: rows are read when they are looked at.

    Raises:
        InputError: one line with file and reason: no npy file, no numbers, too large and stored by columns,
            or of another size than its header promises.
    """
    try:
        with path.open("rb") as stream:
            raw, size = stream.read(_MOST_HEADER_BYTES), os.fstat(stream.fileno()).st_size
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({one_line(error)})") from error
    header = npy_header(raw, str(path))
    if header.by_columns:
        if size <= MOST_BYTES:
            return load_npy(path)  # its rows lie scattered, but it fits in memory
        raise InputError(f"{path}: is stored by columns; save it again with numpy.ascontiguousarray")
    if header.dtype.kind not in "fiub":
        raise InputError(f"{path} has type {header.dtype}, expected numbers")
    if min(header.shape, default=0) < 1:
        raise InputError(f"{path} holds {header.dtype} {header.shape}, in which there is nothing")
    if header.bytes != size - header.offset:
        raise InputError(f"{path} promises {header.bytes} bytes of data but has {size - header.offset}")
    try:
        return np.memmap(path, header.dtype, "r", header.offset, header.shape)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be mapped ({one_line(error)})") from error


def parse_npy(raw: bytes, where: str) -> NDArray[Any]:
    """The array that an npy file's bytes hold: numbers or text.

    Raises:
        InputError: one line that begins with ``where``, the file and perhaps its member.
    """
    header = npy_header(raw, where)
    if header.dtype.kind not in "fiubU" or header.dtype.hasobject:
        raise InputError(f"{where} has type {header.dtype}, expected numbers or text")
    held = len(raw) - header.offset
    if min(header.shape, default=0) < 0 or header.bytes != held:
        raise InputError(f"{where} promises {header.bytes} bytes of data but has {held}")
    try:
        if header.dtype.kind == "U":
            return _texts(raw[header.offset :], header.shape, header.dtype)
        return npy.read_array(io.BytesIO(raw), allow_pickle=False)
    except (ValueError, OverflowError) as error:
        raise InputError(f"{where} cannot be read ({one_line(error)})") from error


class NpyHeader(NamedTuple):
    """What the header of an npy file states, and where the data begin."""

    shape: tuple[int, ...]
    by_columns: bool
    dtype: np.dtype[Any]
    offset: int

    @property
    def bytes(self) -> int:
        """How many bytes of data it promises."""
        return self.dtype.itemsize * int(np.prod(self.shape, dtype=object))


def npy_header(raw: bytes, where: str) -> NpyHeader:
    """The header of an npy file.

    Raises:
        InputError: there is no such header.
    """
    stream = io.BytesIO(raw)
    try:
        version = npy.read_magic(stream)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, by_columns, dtype = read(stream)
    except Exception as error:  # the header parser meets hostile bytes; whatever it raises means the same
        raise InputError(f"{where} has no readable npy header ({type(error).__name__})") from error
    by_columns = bool(by_columns) and sum(length > 1 for length in shape) > 1
    return NpyHeader(shape, by_columns, dtype, stream.tell())


def _decoded(data: bytes, dtype: np.dtype[Any]) -> str:
    """Text of a unicode array. NumPy takes the code points on trust and fails later where one is none."""
    points = np.frombuffer(data, dtype=np.dtype(np.uint32).newbyteorder(dtype.byteorder))
    return "".join(map(chr, points.tolist())).rstrip("\0")


def _texts(data: bytes, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    width = max(1, dtype.itemsize)
    texts = [_decoded(data[start : start + width], dtype) for start in range(0, len(data), width)]
    return np.array(texts, dtype=np.str_).reshape(shape)


def _held(infos: list[zipfile.ZipInfo], path: Path) -> dict[str, zipfile.ZipInfo]:
    """The members by their arrays' names, each of them plain and there once."""
    names = [info.filename.removesuffix(".npy") for info in infos]
    for info, name in zip(infos, names, strict=True):
        if not _NAME.fullmatch(name) or not info.filename.endswith(".npy"):
            raise InputError(f"{path}: the member {info.filename[:80]!r} is no name of an array")
    if len(set(names)) != len(names):
        raise InputError(f"{path}: holds a member twice")
    return dict(zip(names, infos, strict=True))


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, path: Path) -> NDArray[Any]:
    with archive.open(info) as stream:
        raw = stream.read(info.file_size + 1)
    return parse_npy(raw, f"{path}: {name}")
