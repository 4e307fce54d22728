"""Files that are either whole or not there, whatever happens while they are written.

Write beside the place, sync the content, rename over the place, sync the folder: after a crash at any instant
a reader finds the old content or the new one, never a part. (The usual recipe; see rename(2) and fsync(2).)
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from robogeo.errors import InputError, RobogeoError

# The suffix of drafts; one left behind by a crash may be deleted.
DRAFT_SUFFIX = ".part"

_CAUSED_BY_THE_PATH = {
    errno.EACCES,
    errno.EPERM,
    errno.ENOENT,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.EEXIST,
    errno.EROFS,
    errno.ENAMETOOLONG,
    errno.EINVAL,
    errno.ELOOP,
}


def write_error(path: Path, error: OSError) -> RobogeoError:
    """Make the error to raise when `path` cannot be written: the user's path, or the machine's trouble."""
    reason = error.strerror or str(error)
    if error.errno in _CAUSED_BY_THE_PATH:
        return InputError(f"{path}: cannot be written ({reason}); choose another place")
    return RobogeoError(f"{path}: cannot be written ({reason}); mend this and run the same command again")


def sync_folder(folder: Path) -> None:
    """Make renames and new names in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_atomically(path: Path, content: bytes) -> None:
    """Replace the file at `path` by `content`, wholly or not at all; its folder must exist.

    Raises:
        InputError: the path is unusable: a missing folder, no permission, a folder in its place.
        RobogeoError: the machine failed: no space, a broken disk.
    """
    with _replacing(path, path.with_name(f".{path.name}.{os.getpid()}{DRAFT_SUFFIX}")) as draft:
        draft.write_bytes(content)


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path beside `path`; what is written there replaces `path` when the block ends well.

    The ending is kept, because writers of pictures and videos choose their format by it. The folder is made
    when it is missing.

    Raises:
        InputError: the path is unusable.
        RobogeoError: the machine failed.
    """
    target = Path(path)
    make_folder(target.parent)
    draft = target.with_name(f".{target.stem}.{os.getpid()}{DRAFT_SUFFIX}{target.suffix}")
    with _replacing(target, draft) as place:
        yield place


@contextmanager
def _replacing(path: Path, draft: Path) -> Iterator[Path]:
    """Yield the draft; sync it and rename it over the path when the block ends well, else delete it."""
    try:
        try:
            yield draft
            with open(draft, "rb") as written:
                os.fsync(written.fileno())
            os.replace(draft, path)
            sync_folder(path.parent)
        finally:
            with suppress(OSError):  # a folder that is missing has been told already
                draft.unlink()
    except OSError as error:
        raise write_error(path, error) from error


@contextmanager
def building(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary folder beside `path` that becomes `path` when the block ends well, else is deleted.

    Raises:
        InputError: there is something at the path already, or it is unusable.
        RobogeoError: the machine failed.
    """
    target = Path(path)
    make_folder(target.parent)
    if target.is_symlink() or target.exists():
        raise InputError(f"{target}: is there already; delete it, or choose another place")
    draft = target.with_name(f".{target.name}.{os.getpid()}{DRAFT_SUFFIX}")
    try:
        draft.mkdir()
        try:
            yield draft
            for folder, _, files in os.walk(draft):
                for file in files:
                    with open(os.path.join(folder, file), "rb") as written:
                        os.fsync(written.fileno())
                sync_folder(Path(folder))
            os.rename(draft, target)
            sync_folder(target.parent)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise write_error(target, error) from error


def make_folder(path: Path) -> None:
    """Make a folder with its parents, if it is not there.

    Raises:
        InputError: the path is unusable.
        RobogeoError: the machine failed.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_error(path, error) from error
