"""Libraries of the extra ``formats``: loaded when a file needs one; a missing one is told of in one line."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from robogeo.errors import InputError, one_line

# What such a library may raise over a damaged file, beside errors of its own.
DAMAGE = (OSError, RuntimeError, LookupError, ValueError, TypeError, ArithmeticError, MemoryError)


def unreadable(path: Path, what: str, error: Exception) -> InputError:
    """The complaint about a damaged file."""
    return InputError(f"{path}: not a readable {what} file ({one_line(error)}); is it complete?")


def library(name: str, path: Path) -> Any:
    """The module of that name, for a file that needs it.

    Raises:
        InputError: it is not installed.
    """
    try:
        return import_module(name)
    except ImportError as error:
        package = name.partition(".")[0]
        raise InputError(
            f"{path}: needs {package}, which is not installed; pip install 'robogeo[formats]' does it"
        ) from error
