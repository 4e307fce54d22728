"""HDF5 files, read without trust: no links out of the file, no more values than were allowed for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from robogeo.data.data_set import MOST_VALUES
from robogeo.data.demonstrations import MOST_JOINTS, MOST_SAMPLES
from robogeo.data.formats.library import DAMAGE, library, unreadable
from robogeo.errors import InputError


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """An HDF5 file, open to be read.

    Raises:
        InputError: it is none, or is damaged, or h5py is missing.
    """
    h5py = library("h5py", path)
    try:
        with h5py.File(path, "r", locking=False) as file:
            yield file
    except InputError:
        raise
    except DAMAGE as error:
        raise unreadable(path, "HDF5", error) from error


def member(group: Any, name: str, path: Path) -> Any:
    """A member of a group, itself or deeper down; None where there is none.

    Raises:
        InputError: a link to another place or file.
    """
    h5py = library("h5py", path)
    found = group
    for part in name.split("/"):
        if not isinstance(found, h5py.Group) or part in ("", ".", "..") or part not in found:
            return None
        if not isinstance(found.get(part, getlink=True), h5py.HardLink):
            raise InputError(f"{path}: {found.name}/{part}: a link to another place, which is not followed")
        found = found[part]
    return found


def subgroup(group: Any, name: str, path: Path) -> Any:
    """A group in a group; None where there is none, or something else of that name.

    Raises:
        InputError: a link to another place or file.
    """
    found = member(group, name, path)
    return found if isinstance(found, library("h5py", path).Group) else None


def series(group: Any, name: str, path: Path) -> NDArray[Any]:
    """The numbers of a data set, (T,) or (T, n).

    Raises:
        InputError: there is none, or it is not numbers, or too large, or kept in another file.
    """
    h5py = library("h5py", path)
    found = member(group, name, path)
    where = f"{path}: {group.name}/{name}"
    if not isinstance(found, h5py.Dataset):
        raise InputError(f"{where}: missing; there are {', '.join(map(str, group))[:200]}")
    if found.dtype.kind not in "fiu" or found.ndim not in (1, 2):
        raise InputError(f"{where}: {found.dtype} values of shape {found.shape}, expected numbers (T, n)")
    if found.is_virtual or found.external:
        raise InputError(f"{where}: is kept in another file, which is not opened")
    if found.shape[0] > MOST_SAMPLES or found.shape[1:] > (MOST_JOINTS,) * (found.ndim - 1):
        raise InputError(f"{where}: shape {found.shape}, expected at most ({MOST_SAMPLES}, {MOST_JOINTS})")
    return found[()]


def text_attribute(item: Any, name: str) -> str:
    """A text that is noted at a group; "" where there is none."""
    value = item.attrs.get(name, "")
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    return value if isinstance(value, str) else ""


def check_total(values: int, path: Path) -> None:
    """Complain where the episodes read so far hold more values than any data set.

    Raises:
        InputError: they do.
    """
    if values > MOST_VALUES:
        raise InputError(f"{path}: more than {MOST_VALUES} values; split the data set")
