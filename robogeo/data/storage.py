"""Demonstrations on disk: npz archives that hold plain arrays, checked before they are read.

The archive has four members, q, t, source and note, stored without compression and with a fixed time stamp,
so that equal demonstrations are equal bytes and share one SHA-256. Reading trusts nothing: the size of the
file, the names of the members and the array headers are checked before any memory is taken, and objects
(which would run code when loaded) are refused.
"""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from robogeo.data.demonstrations import LONGEST_TEXT, MOST_JOINTS, MOST_SAMPLES, Demonstration
from robogeo.data.npy import npy_header, npz_bytes, opened_archive, parse_npy, text_array
from robogeo.durable import write_atomically
from robogeo.errors import InputError
from robogeo.reading import read_bounded

MOST_BYTES = 256 * 1024 * 1024
_MEMBERS = ("q", "t", "source", "note")


def demonstration_bytes(demonstration: Demonstration) -> bytes:
    """Return the npz archive of a demonstration; equal demonstrations give equal bytes."""
    arrays: dict[str, NDArray[Any]] = {
        "q": demonstration.q.astype("<f8"),
        "t": demonstration.t.astype("<f8"),
        "source": text_array(demonstration.source),
        "note": text_array(demonstration.note),
    }
    return npz_bytes(arrays)


def parse_demonstration(content: bytes, name: str) -> Demonstration:
    """Read a demonstration from the bytes of an npz archive.

    Args:
        content: the archive.
        name: what to call it in error messages, for example the path of the file.

    Raises:
        InputError: one line that names the archive, the member and the reason.
    """
    if len(content) > MOST_BYTES:
        raise InputError(
            f"{name}: {len(content)} bytes, more than the {MOST_BYTES} allowed for a demonstration"
        )
    with opened_archive(content, name) as archive:
        _check_members(archive, name)
        arrays = {member: _read_member(archive, member, name) for member in _MEMBERS}
    try:
        return Demonstration(arrays["q"], arrays["t"], source=str(arrays["source"]), note=str(arrays["note"]))
    except InputError as error:
        raise InputError(f"{name}: {error}") from error


def save_demonstration(path: str | os.PathLike[str], demonstration: Demonstration) -> None:
    """Write a demonstration as an npz file, wholly or not at all.

    Raises:
        InputError: the file cannot be written.
    """
    write_atomically(Path(path), demonstration_bytes(demonstration))


def load_demonstration(path: str | os.PathLike[str]) -> Demonstration:
    """Read a demonstration from an npz file.

    Raises:
        InputError: the file is missing, too large or not a demonstration; one line says which and why.
    """
    file = Path(path)
    return parse_demonstration(read_bounded(file, MOST_BYTES, "a demonstration"), str(file))


def _check_members(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse archives with other members than the four of a demonstration, or with one twice."""
    found = sorted(archive.namelist())
    expected = sorted(f"{member}.npy" for member in _MEMBERS)
    if found != expected:
        shown = ", ".join(found[:8]) + (", ..." if len(found) > 8 else "")
        raise InputError(f"{name}: holds the members [{shown[:200]}], expected [{', '.join(expected)}]")


def _read_member(archive: zipfile.ZipFile, member: str, name: str) -> NDArray[Any]:
    """Read one array after its header promised an allowed type, shape and size."""
    info = archive.getinfo(f"{member}.npy")
    if info.file_size > MOST_BYTES:
        raise InputError(
            f"{name}: {member} unpacks to {info.file_size} bytes, more than the {MOST_BYTES} allowed"
        )
    with archive.open(info) as stream:
        raw = stream.read(MOST_BYTES + 1)
    _check_header(raw, member, name)
    return parse_npy(raw, f"{name}: {member}")


def _check_header(raw: bytes, member: str, name: str) -> None:
    """Refuse an npy member whose header states a type or shape that none of a demonstration has."""
    shape, _, dtype, _ = npy_header(raw, f"{name}: {member}")
    textual = member in ("source", "note")
    if dtype.kind not in ("U" if textual else "fiu") or dtype.hasobject:
        raise InputError(
            f"{name}: {member} has type {dtype}, expected {'text' if textual else 'real numbers'}"
        )
    limits = {"q": (MOST_SAMPLES, MOST_JOINTS), "t": (MOST_SAMPLES,)}.get(member, ())
    if len(shape) != len(limits) or any(n > most for n, most in zip(shape, limits, strict=True)):
        expected = " x ".join(f"at most {most}" for most in limits) or "a single text"
        raise InputError(f"{name}: {member} has shape {shape}, expected {expected}")
    if textual and dtype.itemsize > 4 * LONGEST_TEXT:
        raise InputError(f"{name}: {member} has {dtype.itemsize // 4} characters, more than {LONGEST_TEXT}")
