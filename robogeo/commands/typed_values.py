"""Values as typed on a command line, taken apart and checked before any work begins."""

from __future__ import annotations

from pathlib import Path

from robogeo.errors import InputError


def names(text: str) -> tuple[str, ...]:
    """The names in a text like ``a,b``."""
    return tuple(name for name in (part.strip() for part in text.split(",")) if name)


def check_place(path: Path) -> None:
    """Refuse a file that could not be written, before the work rather than after it."""
    if not path.parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.parent}; make it, or choose another place")
    if path.is_dir():
        raise InputError(f"{path}: is a folder; choose another place")
