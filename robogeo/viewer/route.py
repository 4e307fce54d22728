"""A way over the map: the geodesic between two ends, the arm along it, and what the simulator says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from robogeo.evaluation.outcome import Outcome
from robogeo.geometry import Geodesic
from robogeo.motion.environment import Execution
from robogeo.motion.limits import JointLimits
from robogeo.motion.planner import Plan
from robogeo.motion.world import World

FloatArray = NDArray[np.float64]
RATE = 30.0  # Hz: frames a second
SHOWN = 64  # configurations along a geodesic that is only looked at
_UNTIMED = 3.0  # s: in which a way without a time law is played

_FAILURES = {
    "collision": "the arm touched something in the simulator",
    "margin": "it comes nearer to an obstacle than the margin",
    "limits": "it breaks a joint limit",
    "goal": "it misses its goal",
    "length": "it is far longer than what the demonstrator shows",
    "strayed": "it strays from what was recorded",
    "abrupt": "it jumps: its largest step is far above the median one",
}


@dataclass(frozen=True, eq=False)
class End:
    """One end of a way: a configuration (dof,) rad, its code (d,), and the name of its place."""

    q: FloatArray
    code: FloatArray
    place: str


@dataclass(frozen=True)
class Verdict:
    """Whether a way may be run, in one word and one sentence."""

    word: Literal["looking", "safe", "unsafe", "refused"]
    reason: str


LOOKING = Verdict("looking", "timing the motion and running it in the simulator ...")


@dataclass(frozen=True, eq=False)
class Film:
    """What is played: configurations (T, dof) rad at times (T,) s, and what is measured of them.

    Attributes:
        speed: fastest joint as a share of its limit (T,), NaN where no time law was found.
        tool_speed: of the tool (T,), m/s, NaN likewise.
        clearance: distance to the nearest obstacle (T,), m, at most 0.2.
    """

    t: FloatArray
    q: FloatArray
    speed: FloatArray
    tool_speed: FloatArray
    clearance: FloatArray


@dataclass(frozen=True, eq=False)
class Route:
    """A way.

    Attributes:
        start, goal: its ends.
        geodesic: latent curve between them.
        path: the arm along it as the decoder puts it (n, dof), rad.
        verdict: on it.
        film: what is played; None while only the geodesic is known.
    """

    start: End
    goal: End
    geodesic: Geodesic
    path: FloatArray
    verdict: Verdict = LOOKING
    film: Film | None = None

    @property
    def title(self) -> str:
        """The way and the verdict on it, in one line."""
        return f"{self.start.place} to {self.goal.place}: {self.verdict.word}"

    @property
    def shown(self) -> FloatArray:
        """Configurations (n, dof) rad that are drawn: those of the motion, as soon as there is one."""
        return self.path if self.film is None else self.film.q

    @property
    def codes(self) -> FloatArray:
        """The latent curve (n, d)."""
        return self.geodesic.points.double().numpy()


def verdict_on(plan: Plan, execution: Execution, outcome: Outcome, unjudged: str = "") -> Verdict:
    """The verdict on a plan that ran.

    Args:
        plan: what was planned.
        execution: what the simulator saw.
        outcome: what the run's criteria say.
        unjudged: why there is no demonstration that the motion was held against; empty: there is one.
    """
    seen = (
        f"{plan.motion.duration:.2f} s, {plan.motion.path_length:.2f} rad; clearance "
        f"{1000.0 * execution.min_clearance_m:.0f} mm, goal error {1000.0 * execution.goal_error_m:.2f} mm, "
        f"ends corrected by {plan.correction:.3f} rad"
    )
    if np.isfinite(outcome.deviation_rad):
        seen += f", {outcome.deviation_rad:.3f} rad from the recording"
    if unjudged:
        seen += f"; not held against a demonstration: {unjudged}"
    if outcome.success:
        return Verdict("safe", seen)
    why = _FAILURES.get(outcome.failure, f"it misses the scene's own measure '{outcome.failure}'")
    return Verdict("unsafe", f"{why}; {seen}")


def film_of(plan: Plan, world: World) -> Film:
    """What a planned motion looks like, `RATE` frames a second."""
    motion = plan.motion
    t = np.linspace(0.0, motion.duration, max(2, round(motion.duration * RATE) + 1))
    q, qd = (_at(t, motion.t, values) for values in (motion.q, motion.qd))
    return Film(t, q, _shares(qd, world.limits), _tool_speed(t, q, world), _clearance(q, world))


def film_without_time(path: FloatArray, world: World) -> Film:
    """The arm along a way for which there is no motion: evenly, without speeds."""
    t = np.linspace(0.0, _UNTIMED, len(path))
    unknown = np.full(len(t), np.nan)
    return Film(t, path, unknown, unknown, _clearance(path, world))


def _at(t: FloatArray, times: FloatArray, values: FloatArray) -> FloatArray:
    return np.stack([np.interp(t, times, column) for column in values.T], axis=1)


def _shares(qd: FloatArray, limits: JointLimits) -> FloatArray:
    """Fastest joint's share of its limit (T,)."""
    return np.asarray(np.max(np.abs(qd) / limits.velocity, axis=1))


def _tool_speed(t: FloatArray, q: FloatArray, world: World) -> FloatArray:
    if not world.appearance.has_arm:
        return np.full(len(t), np.nan)
    import torch

    places = world.chain.tool(torch.from_numpy(q))[1].numpy()
    return np.linalg.norm(np.gradient(places, t, axis=0), axis=1)


def _clearance(q: FloatArray, world: World) -> FloatArray:
    return np.array([world.clearance(row) for row in q])
