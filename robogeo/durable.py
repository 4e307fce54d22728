"""Files that are either whole or not there, whatever happens while they are written.

Write beside the place, sync the content, rename over the place, sync the folder: after a crash at any instant
a reader finds the old content or the new one, never a part. (The usual recipe; see rename(2) and fsync(2).)
"""

from __future__ import annotations

import errno
import os
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
    draft = path.with_name(f".{path.name}.{os.getpid()}{DRAFT_SUFFIX}")
    try:
        try:
            with open(draft, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(draft, path)
            sync_folder(path.parent)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise write_error(path, error) from error


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
