"""A demonstration in the making: way-points between the ends that a query asks for, and what speaks for it.

A person's way-points and the path of a planner go through the same hands from here on
(`robogeo.learning.oracles.performed`, `Learner.tell`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from robogeo.data.demonstrations import Demonstration
from robogeo.errors import InputError
from robogeo.learning.answers import CREDITED, Answer, check_demonstration, compliance
from robogeo.learning.oracles import performed
from robogeo.learning.queries import Query
from robogeo.motion.request import Refusal
from robogeo.motion.world import World

FloatArray = NDArray[np.float64]
_SPACING = 0.05  # rad between points of the path through the way-points
PERSON = "person in the viewer"


@dataclass(frozen=True)
class Check:
    """Something that was looked at, whether it is well, and what was found.

    Attributes:
        name: of what was looked at.
        holds: whether it is well.
        found: for people.
        bars: whether the demonstration is not to be accepted where it does not hold; else it is a warning.
    """

    name: str
    holds: bool
    found: str
    bars: bool = True


@dataclass(frozen=True, eq=False)
class Preview:
    """What a lesson would teach.

    Attributes:
        answer: the demonstration, or why there is none.
        checks: what was looked at.
    """

    answer: Demonstration | Refusal
    checks: tuple[Check, ...]

    @property
    def good(self) -> bool:
        """Whether it may be accepted: there is a demonstration, and no check bars it."""
        return isinstance(self.answer, Demonstration) and all(c.holds for c in self.checks if c.bars)


class Lesson:
    """Way-points of one demonstration.

    Args:
        query: what is asked.
        world: where it is shown.
        derate: share of the joint limits that the demonstration uses.
        tolerance: as in `compliance`, rad.

    Attributes:
        way_points: configurations (dof,) rad between start and goal, in their order.
    """

    def __init__(self, query: Query, world: World, derate: float, tolerance: float) -> None:
        self.query, self._world = query, world
        self._derate, self._tolerance = derate, tolerance
        self.way_points: list[FloatArray] = []

    @property
    def corners(self) -> FloatArray:
        """Start, way-points and goal (n, dof), rad."""
        request = self.query.request
        return np.stack([request.start, *self.way_points, request.goal])

    def insert(self, q: FloatArray, after: int) -> None:
        """Put a way-point behind corner ``after`` (0 is the start).

        Raises:
            InputError: it is outside the joint limits or not finite.
        """
        limits = self._world.limits
        if q.shape != (limits.dof,) or not np.isfinite(q).all():
            raise InputError(f"way-point: needs {limits.dof} finite joint angles")
        if ((q < limits.lower - 1e-9) | (q > limits.upper + 1e-9)).any():
            raise InputError("way-point: outside the joint limits")
        self.way_points.insert(min(max(after, 0), len(self.way_points)), q.copy())

    def remove(self, number: int) -> None:
        """Take way-point ``number`` (from 1) away, if there is one."""
        if 1 <= number <= len(self.way_points):
            del self.way_points[number - 1]

    def path(self) -> FloatArray:
        """Configurations (n, dof) rad through all corners, without overshoot (Fritsch and Carlson 1980)."""
        corners = self.corners
        steps = np.linalg.norm(np.diff(corners, axis=0), axis=1)
        kept = corners[np.concatenate([[True], steps > 1e-6])]
        if len(kept) < 2:
            return corners[[0, -1]]
        arc = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(kept, axis=0), axis=1))])
        at = np.linspace(0.0, arc[-1], max(2, int(np.ceil(arc[-1] / _SPACING)) + 1))
        return np.asarray(PchipInterpolator(arc, kept)(at))

    def preview(self) -> Preview:
        """What the way-points would teach, run in the simulator; a hit is told with its place."""
        path = self.path()
        shown = performed(self._world, path, self._derate, PERSON, self.query.request.name)
        if isinstance(shown, Refusal) and shown.kind == "collision":
            shown = replace(shown, reason=shown.reason + self._hit(path))
        return self.checked(shown)

    def checked(self, answer: Answer) -> Preview:
        """What an answer would teach, whoever gave it."""
        if not isinstance(answer, Demonstration):
            refusal = answer if isinstance(answer, Refusal) else Refusal("failed", answer.reason)
            return Preview(refusal, (Check("motion", False, refusal.reason),))
        return Preview(answer, (self._limits(answer), self._clearance(answer), self._covered(answer)))

    def _limits(self, shown: Demonstration) -> Check:
        """Whether the learner would take it; a recording may leave the limits by a little."""
        limits, facts = self._world.limits, f"{shown.duration:.1f} s, {shown.path_length:.2f} rad"
        try:
            check_demonstration(shown, self._world)
        except InputError as error:
            return Check("joint limits", False, f"{error}; {facts}")
        spare = float(np.minimum(shown.q - limits.lower, limits.upper - shown.q).min())
        kept = (
            f"kept, {spare:.2f} rad to spare" if spare >= 0.0 else f"left by {-spare:.3f} rad, as is allowed"
        )
        return Check("joint limits", True, f"{kept}; {facts}")

    def _clearance(self, shown: Demonstration) -> Check:
        """Whether it keeps off the obstacles of the scene as it is modelled."""
        nearest = min(self._world.clearance(q) for q in shown.resampled(_SPACING))
        return Check("clearance", nearest > 0.0, f"{1000.0 * nearest:.0f} mm at the nearest")

    def _covered(self, shown: Demonstration) -> Check:
        """Whether it answers what was asked; it is learned from even where it does not."""
        covered = compliance(self.query, shown, self._tolerance)
        return Check("what was asked", covered >= CREDITED, f"{covered:.0%} of it is covered", bars=False)

    def _hit(self, path: FloatArray) -> str:
        """Between which corners the path touches something, as words to append."""
        at = self._world.first_collision(path)
        if at is None:
            return ""
        q = path[min(round(at), len(path) - 1)]
        nearest = int(np.argmin(np.linalg.norm(self.corners - q, axis=1)))
        names = ["the start", *(f"way-point {k + 1}" for k in range(len(self.way_points))), "the goal"]
        return f" (near {names[nearest]})"
