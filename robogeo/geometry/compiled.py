"""Functions compiled to machine code by numba; import it only where one is about to run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba


def inlined(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile into the body of every compiled function that calls it."""
    return numba.njit(inline="always")(function)


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile, keeping the machine code on disk unless no folder for it can be written."""
    try:
        return numba.njit(cache=True)(function)
    except RuntimeError:
        return numba.njit(function)
