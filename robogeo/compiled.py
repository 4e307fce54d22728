"""Functions compiled to machine code by numba; import it only where one is about to run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba


def inlined(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile into the body of every compiled function that calls it."""
    return numba.njit(inline="always")(function)


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile, keeping the machine code on disk unless no folder for it can be written.

    A division by zero gives what IEEE 754 says: a check at each division would forbid vectorised loops.
    """
    try:
        return numba.njit(cache=True, error_model="numpy")(function)
    except RuntimeError:
        return numba.njit(error_model="numpy")(function)
