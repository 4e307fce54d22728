"""Files that are either whole or not there: written beside their place, synced, then renamed over it.

A reader who opens the report while it is renewed sees the old one or the new one, and a crash leaves no
torn file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from robogeo.errors import InputError


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path beside `path`; what is written there replaces `path` when the block ends well.

    The suffix is kept, because video writers choose their format by it. The folder is made when it is
    missing.

    Raises:
        InputError: when the folder cannot be made or the file cannot be written.
    """
    target = Path(path)
    draft = target.with_name(f".{target.stem}.{os.getpid()}.part{target.suffix}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield draft
        with open(draft, "rb") as written:
            os.fsync(written.fileno())
        os.replace(draft, target)
        _sync_folder(target.parent)
    except OSError as error:
        raise InputError(
            f"{target}: cannot be written ({error.strerror or error}); choose another place"
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink()


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable, where the system lets a folder be opened (Windows does not)."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
