"""Numbers as a person reads them in a table: one count of decimals a column, absent values as a dash."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral, Real

Cell = str | float | None
"""A table's cell; int and bool are floats to the type checker, and told apart when written."""

_ABSENT = "–"


def written_column(cells: Sequence[Cell]) -> list[str]:
    """Texts of one column; its floats get the decimals that give the largest three digits."""
    reals = [value for cell in cells if (value := _real(cell)) is not None]
    decimals = _decimals([abs(value) for value in reals if math.isfinite(value)])
    return [_written(cell, decimals) for cell in cells]


def is_numeric(texts: Sequence[str]) -> bool:
    """Whether a column holds numbers: dashes and texts that start as a number, not dashes alone."""
    known = [text for text in texts if text != _ABSENT]
    return bool(known) and all(text.lstrip("+-−±<≤ ")[:1].isdigit() for text in known)


def _decimals(floats: Sequence[float]) -> int | None:
    """Shared decimals of a column; None when its numbers are too unlike: 1e-5 must not read 0.00."""
    known = [value for value in floats if value > 0.0]
    if not known or max(known) >= 1e6:
        return None if known else 1
    decimals = max(0, 2 - math.floor(math.log10(max(known))))
    return decimals if decimals <= 6 and min(known) >= 0.5 * 10.0**-decimals else None


def _written(cell: object, decimals: int | None) -> str:
    if cell is None:
        return _ABSENT
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, Integral):
        return str(int(cell)).replace("-", "−")
    if isinstance(cell, Real):
        value = float(cell)
        text = f"{value:.3g}" if decimals is None else f"{value:.{decimals}f}"
        return _ABSENT if math.isnan(value) else text.replace("-", "−")
    return str(cell)


def _real(cell: object) -> float | None:
    """The number in a cell that is neither whole nor text; numpy's floats of any width count."""
    return float(cell) if isinstance(cell, Real) and not isinstance(cell, Integral) else None
