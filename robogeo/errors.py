"""The errors robogeo raises on purpose.

Every failure that a caller can cause is a `RobogeoError` with one clear line: what is wrong, where, why,
and what to do. Anything else that escapes is a defect. The command line turns `InputError` into exit
status 2 and the others into 1, without a traceback.
"""

from __future__ import annotations

from typing import Any


class RobogeoError(Exception):
    """Base class of all errors that robogeo raises on purpose.

    Attributes:
        item_index: number of the work item that failed, when it was one of many (`robogeo.parallel`).
    """

    item_index: int | None = None


class InputError(RobogeoError, ValueError):
    """The user gave something unusable: a file, a field, an option or an array (exit status 2)."""


class GeometryError(RobogeoError, ValueError):
    """A geometric question has no answer: wrong shapes, non-finite points, an impossible graph."""


class Unreachable(GeometryError):
    """There is no way between two points: every one of them is forbidden."""


class ModelError(RobogeoError, ValueError):
    """A model cannot be built, trained or loaded with what was given."""


class MotionError(RobogeoError, ValueError):
    """No motion can be made that satisfies what was asked."""


class StrategyError(RobogeoError, ValueError):
    """A strategy breaks one of the rules that `robogeo.learning.check_strategy` checks."""


OUT_OF_MEMORY = "out of memory; use fewer workers, a smaller model or batch, or a larger machine"


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out; torch says so by a RuntimeError, of a card's memory in other words."""
    told = str(error) if isinstance(error, RuntimeError) else ""
    return isinstance(error, MemoryError) or "can't allocate memory" in told or "out of memory" in told


def one_line(error: BaseException) -> str:
    """What a library says went wrong, on one line of bounded length: files decide what stands in it."""
    return " ".join(str(error).split())[:200]


def shortly(value: Any) -> str:
    """A value as a complaint may quote it, of bounded length whatever it is."""
    # Python refuses to spell whole numbers of thousands of digits.
    is_huge = isinstance(value, int) and abs(value) >= 10**30
    return "a huge number" if is_huge else repr(value)[:80]
