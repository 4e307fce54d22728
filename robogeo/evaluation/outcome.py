"""What came of one request: planned or refused, run in the simulator, and judged.

Success is more than no contact. A motion succeeds when it was planned within the bounded end-point
correction, kept a margin to every obstacle and all joint limits, brought the tool to its goal, and was
neither much longer than the demonstrator's own motion nor abrupt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from robogeo.motion.limits import JointLimits
from robogeo.motion.planner import Plan
from robogeo.motion.smoothness import log_dimensionless_jerk, sparc
from robogeo.motion.trajectory import Motion
from robogeo.motion.world import Execution, Refusal, Request

_RATE = 240.0  # Hz
_SEEN = (
    "goal_error_m",
    "goal_error_rad",
    "tracking_rmse_rad",
    "min_clearance_m",
    "peak_torque_fraction",
)  # measures that an execution reports under the same names


@dataclass(frozen=True)
class SuccessCriteria:
    """Bounds that a successful motion keeps.

    Attributes:
        margin_m: least clearance, m.
        goal_tolerance_m, goal_tolerance_rad: largest distance of the tool from its goal pose.
        length_ratio: largest joint path length, in lengths of the demonstrator's path.
        abruptness: largest ratio of greatest to median decoded step.
    """

    margin_m: float = 0.005
    goal_tolerance_m: float = 0.005
    goal_tolerance_rad: float = 0.05
    length_ratio: float = 2.0
    abruptness: float = 10.0


@dataclass(frozen=True)
class Outcome:
    """One request's outcome; measures of the motion are NaN where none was run.

    Attributes:
        success: all criteria hold.
        failure: empty, or the first criterion that failed: a refusal's kind, ``collision``, ``margin``,
            ``limits``, ``goal``, ``length``, ``abrupt``, or the name of one of the scene's own measures.
        measures: the scene's own measures of the motion, by name.
    """

    success: bool
    failure: str
    refused: bool
    collision: bool
    limit_violation: bool
    goal_error_m: float = np.nan
    goal_error_rad: float = np.nan
    tracking_rmse_rad: float = np.nan
    min_clearance_m: float = np.nan
    duration_s: float = np.nan
    path_length_rad: float = np.nan
    length_ratio: float = np.nan
    abruptness: float = np.nan
    correction_rad: float = np.nan
    sparc: float = np.nan
    ldlj: float = np.nan
    peak_torque_fraction: float = np.nan
    measures: Mapping[str, float] = field(default_factory=dict)


def refused(refusal: Refusal) -> Outcome:
    """The outcome of a request for which no motion was planned."""
    return Outcome(success=False, failure=refusal.kind, refused=True, collision=False, limit_violation=False)


def judged(
    request: Request,
    plan: Plan,
    execution: Execution,
    limits: JointLimits,
    reference_length: float,
    criteria: SuccessCriteria,
) -> Outcome:
    """The outcome of a motion that ran.

    Args:
        request: what was asked for; a motion from or to anywhere else fails its goal.
        plan: what was planned.
        execution: what the simulator saw.
        limits: of the arm, on the commanded samples and the measured positions.
        reference_length: length of the demonstrator's path for the same request, rad.
        criteria: of success.
    """
    motion = plan.motion
    inside = np.all((execution.q >= limits.lower - 1e-3) & (execution.q <= limits.upper + 1e-3))
    violation = not (limits.satisfied(motion) and inside)
    ratio = motion.path_length / reference_length if reference_length > 0.0 else np.inf
    asked = np.allclose(motion.q[[0, -1]], [request.start, request.goal], rtol=0.0, atol=1e-6)
    near = execution.goal_error_m <= criteria.goal_tolerance_m
    turned = execution.goal_error_rad <= criteria.goal_tolerance_rad
    # What must hold, rather than what must not: a measure that is not a number is no success.
    checks = {
        "collision": not execution.collision,
        "margin": execution.min_clearance_m >= criteria.margin_m,
        "limits": not violation,
        "goal": asked and near and turned,
        "length": ratio <= criteria.length_ratio,
        "abrupt": plan.abruptness <= criteria.abruptness,
        **{name: execution.measures[name] <= bound for name, bound in execution.bounds.items()},
    }
    failure = next((name for name, holds in checks.items() if not holds), "")
    measures = {name: getattr(execution, name) for name in _SEEN} | _smoothness(motion)
    return Outcome(
        success=not failure,
        failure=failure,
        refused=False,
        collision=execution.collision,
        limit_violation=violation,
        length_ratio=ratio,
        abruptness=plan.abruptness,
        correction_rad=plan.correction,
        measures=dict(execution.measures),
        **measures,
    )


def _smoothness(motion: Motion) -> dict[str, float]:
    """Measures of a motion alone."""
    speed = np.linalg.norm(motion.qd, axis=1)
    return {
        "duration_s": motion.duration,
        "path_length_rad": motion.path_length,
        "sparc": sparc(speed, _RATE),
        "ldlj": log_dimensionless_jerk(speed, _RATE),
    }
