"""How a decoded chair turns: the azimuth of the most alike real view, its order and its evenness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Turn:
    """One way of n pictures from one view of a chair to another.

    Attributes:
        seen: (n,) places of the most alike real views, 0 to v - 1.
        turned: (n,) views turned from the start in the shorter sense, in (-v/2, v/2].
        wanted: views to turn in that sense, positive.
        errors: (n,) root mean square difference of each picture from its most alike view.
    """

    seen: NDArray[np.int64]
    turned: FloatArray
    wanted: int
    errors: FloatArray

    @property
    def in_order(self) -> bool:
        """Whether the chair never turns back and never leaves the arc between its two views."""
        inside = (self.turned >= 0).all() and (self.turned <= self.wanted).all()
        return bool(inside and (np.diff(self.turned) >= 0).all())

    @property
    def unevenness(self) -> float:
        """Mean absolute difference from turning at one rate, in views."""
        return float(np.abs(self.turned - np.linspace(0.0, self.wanted, len(self.turned))).mean())

    @property
    def passed(self) -> float:
        """Share of the views between the two that are seen on the way."""
        between = set(range(1, self.wanted))
        return len(between & set(self.turned.astype(int).tolist())) / len(between) if between else 1.0


def turn_of(pictures: NDArray[np.floating], views: NDArray[np.floating], start: int, goal: int) -> Turn:
    """Judge pictures (n, D) on the way between two of the views (v, D), evenly spaced round a chair.

    The shorter sense counts as forward; half a turn counts forward with the azimuth.
    """
    count = len(views)
    squares = (
        np.square(pictures).mean(axis=1)[:, None]
        - 2.0 * pictures @ views.T / views.shape[1]
        + np.square(views).mean(axis=1)
    )
    seen = squares.argmin(axis=1).astype(np.int64)
    errors = np.sqrt(np.maximum(squares.min(axis=1), 0.0))
    sense, wanted = _shorter(goal - start, count)
    turned = np.array([_wrapped(sense * (place - start), count) for place in seen], dtype=np.float64)
    return Turn(seen, turned, wanted, errors)


def _shorter(difference: int, count: int) -> tuple[int, int]:
    """Sense, 1 or -1, and size of the shorter turn."""
    wrapped = _wrapped(difference, count)
    return (1 if wrapped >= 0 else -1), abs(wrapped)


def _wrapped(difference: int, count: int) -> int:
    """A difference of places modulo their number, in (-count/2, count/2]."""
    rest = int(difference) % count
    return rest - count if rest > count / 2 else rest
