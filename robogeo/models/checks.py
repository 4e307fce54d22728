"""Checks of configuration fields, which come from people and from files that nobody vouches for."""

from __future__ import annotations

import math
from typing import Any

from robogeo.errors import ModelError, shortly

# Larger counts are typing errors or attacks; the bound also keeps products of counts printable.
_LARGEST_COUNT = 2**31


def check_count(name: str, value: Any, smallest: int = 1) -> None:
    """Refuse anything but a whole number of at least `smallest`."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if not is_whole or not smallest <= value < _LARGEST_COUNT:
        raise ModelError(f"{name} must be a whole number from {smallest} to 2^31, got {shortly(value)}")


def check_choice(name: str, value: Any, choices: tuple[str, ...]) -> None:
    """Refuse anything that is not one of `choices`."""
    if value not in choices:
        raise ModelError(f"{name} must be one of {', '.join(choices)}, got {shortly(value)}")


def check_real(name: str, value: Any, may_be_zero: bool = False) -> None:
    """Refuse anything but a finite number above zero, or from zero on."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    # Compared, not converted: converting a huge whole number to a float fails.
    fits = is_number and (0 < value < math.inf or (may_be_zero and value == 0)) and value < 1e300
    if not fits:
        kind = "non-negative" if may_be_zero else "positive"
        raise ModelError(f"{name} must be a {kind} finite number, got {shortly(value)}")
