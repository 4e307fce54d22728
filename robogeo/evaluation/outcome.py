"""What came of one request: planned or refused, run in the simulator, and judged.

Success is more than no contact. A motion succeeds when it was planned within the bounded end-point
correction, kept a margin to every obstacle and all joint limits, brought the tool to its goal, and was
neither much longer than the demonstrator's own motion nor abrupt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from robogeo.motion.deviation import Reference
from robogeo.motion.environment import Execution
from robogeo.motion.free_tool import Flight
from robogeo.motion.limits import JointLimits
from robogeo.motion.planner import Plan
from robogeo.motion.request import Refusal, Request
from robogeo.motion.smoothness import log_dimensionless_jerk, rms_jerk, sparc
from robogeo.motion.trajectory import Motion

_RATE = 240.0  # Hz
_SEEN = (
    "goal_error_m",
    "goal_error_rad",
    "tracking_rmse_rad",
    "min_clearance_m",
    "peak_torque_fraction",
    "tool_length_m",
)  # measures that an execution reports under the same names
_SEEN_TWICE = ("tracking_rmse_rad", "goal_error_m", "min_clearance_m", "peak_torque_fraction")


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
class SecondOpinion:
    """What another engine saw of the same motion.

    Attributes:
        agrees: whether it tells a collision where the first engine did, and none where it did not.
        collision: whether it tells a collision.
        tracking_rmse_rad, goal_error_m, min_clearance_m, peak_torque_fraction: as in the first engine.
    """

    agrees: bool
    collision: bool
    tracking_rmse_rad: float
    goal_error_m: float
    min_clearance_m: float
    peak_torque_fraction: float


@dataclass(frozen=True)
class Outcome:
    """One request's outcome; measures of the motion are NaN where none was run.

    Attributes:
        success: all criteria hold.
        failure: empty, or the first criterion that failed: a refusal's kind, ``collision``, ``margin``,
            ``limits``, ``goal``, ``length``, ``abrupt``, the name of one of the scene's own measures, or
            ``strayed`` from what was recorded.
        goal_error_m, goal_error_rad: distance of the tool from its goal pose after the motion.
        tracking_rmse_rad: root mean square of measured minus commanded joint positions.
        min_clearance_m: least distance to obstacles on the way, at most 0.2.
        duration_s: of the motion.
        path_length_rad: length of the commanded path in joint space.
        length_ratio: that, in lengths of the demonstrator's path.
        abruptness: greatest over median decoded step (`robogeo.motion.smoothness`).
        correction_rad: the larger gap that was closed at an end.
        deviation_rad: mean distance from the recorded path (`robogeo.motion.deviation`), where there is one.
        sparc, ldlj: smoothness of the joint speed (Balasubramanian et al. 2015).
        rms_jerk: root mean square of the jerk vector, rad/s^3 (Hogan and Sternad 2009).
        peak_torque_fraction: largest motor torque as a share of its limit.
        tool_length_m: length of the tool's measured way.
        measures: the scene's own measures of the motion, by name.
        second: another engine's opinion, where one was asked for.
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
    deviation_rad: float = np.nan
    sparc: float = np.nan
    ldlj: float = np.nan
    rms_jerk: float = np.nan
    peak_torque_fraction: float = np.nan
    tool_length_m: float = np.nan
    measures: Mapping[str, float] = field(default_factory=dict)
    second: SecondOpinion | None = None


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
    reference: Reference | None = None,
) -> Outcome:
    """The outcome of a motion that ran.

    Args:
        request: what was asked for; a motion from or to anywhere else fails its goal.
        plan: what was planned.
        execution: what the simulator saw; a tool alone is judged by the motion and its limits.
        limits: of the arm, on the commanded samples and the measured positions.
        reference_length: length of the demonstrator's path for the same request, rad.
        criteria: of success.
        reference: recorded path that the motion has to stay near; None: any way will do.
    """
    motion = plan.motion
    inside = np.all((execution.q >= limits.lower - 1e-3) & (execution.q <= limits.upper + 1e-3))
    violation = not (limits.satisfied(motion) and inside)
    ratio = motion.path_length / reference_length if reference_length > 0.0 else np.inf
    wanted = [request.start, limits.nearest(request.goal, motion.q[-1])]
    asked = np.allclose(motion.q[[0, -1]], wanted, rtol=0.0, atol=1e-6)
    bodiless = isinstance(execution, Flight)  # it is where it was commanded to be, and near to nothing
    near = execution.goal_error_m <= criteria.goal_tolerance_m
    turned = execution.goal_error_rad <= criteria.goal_tolerance_rad
    strayed = np.nan if reference is None else reference.deviation(execution.q)
    # What must hold, rather than what must not: a measure that is not a number is no success.
    checks = {
        "collision": not execution.collision,
        "margin": bodiless or execution.min_clearance_m >= criteria.margin_m,
        "limits": not violation,
        "goal": asked and (bodiless or (near and turned)),
        "length": ratio <= criteria.length_ratio,
        "abrupt": plan.abruptness <= criteria.abruptness,
        **{name: execution.measures[name] <= bound for name, bound in execution.bounds.items()},
        "strayed": reference is None or strayed <= reference.tolerance,
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
        deviation_rad=strayed,
        measures=dict(execution.measures),
        **measures,
    )


def with_second_opinion(outcome: Outcome, execution: Execution) -> Outcome:
    """The outcome of a motion that ran in another engine too."""
    seen = {name: getattr(execution, name) for name in _SEEN_TWICE}
    opinion = SecondOpinion(execution.collision == outcome.collision, execution.collision, **seen)
    return replace(outcome, second=opinion)


def _smoothness(motion: Motion) -> dict[str, float]:
    """Measures of a motion alone."""
    speed = np.linalg.norm(motion.qd, axis=1)
    return {
        "duration_s": motion.duration,
        "path_length_rad": motion.path_length,
        "sparc": sparc(speed, _RATE),
        "ldlj": log_dimensionless_jerk(speed, _RATE),
        "rms_jerk": rms_jerk(motion.qddd),
    }
