"""What is wanted of an arm, and what is said where it cannot be had."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Request:
    """A motion that somebody wants.

    Attributes:
        start, goal: configurations (dof,), rad.
        start_place, goal_place: names of the places they lie in, for people.
        recording: number of the recording that shows it; None: nobody recorded it.
        part: where that begins and ends, in shares of the recording's way-points.
    """

    start: FloatArray
    goal: FloatArray
    start_place: str = "elsewhere"
    goal_place: str = "elsewhere"
    recording: int | None = None
    part: tuple[float, float] = (0.0, 1.0)

    @property
    def ends(self) -> FloatArray:
        """Start and goal (2, dof), rad."""
        return np.stack([self.start, self.goal])

    @property
    def name(self) -> str:
        """The request as people say it."""
        return f"{self.start_place} to {self.goal_place}"


@dataclass(frozen=True)
class Refusal:
    """Why something was not done, as a typed kind and one clear sentence."""

    kind: str
    reason: str
