from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from robogeo.evaluation.outcome import SuccessCriteria, judged, refused, with_second_opinion
from robogeo.motion.free_tool import Flight
from robogeo.motion.limits import JointLimits
from robogeo.motion.request import Refusal, Request
from robogeo.motion.timing import time_path

WIDE = JointLimits(
    lower=-np.ones(2),
    upper=np.ones(2),
    velocity=np.ones(2),
    acceleration=5 * np.ones(2),
    jerk=50 * np.ones(2),
    torque=np.ones(2),
)
MOTION = time_path(np.array([[0.0, 0.0], [0.3, 0.1], [0.6, 0.1]]), WIDE)
CRITERIA = SuccessCriteria()


def judge(
    *,
    limits: JointLimits = WIDE,
    reference: float = MOTION.path_length,
    abruptness: float = 1.5,
    goal: np.ndarray = MOTION.q[-1],
    **seen: Any,
) -> Any:
    well = {
        "q": MOTION.q,
        "collision": False,
        "min_clearance_m": 0.05,
        "goal_error_m": 0.001,
        "goal_error_rad": 0.001,
        "tracking_rmse_rad": 0.002,
        "peak_torque_fraction": 0.3,
        "tool_length_m": 0.4,
        "measures": {},
        "bounds": {},
    }
    request = Request(MOTION.q[0], goal)
    plan: Any = SimpleNamespace(motion=MOTION, abruptness=abruptness, correction=0.1)
    execution: Any = SimpleNamespace(**{**well, **seen})
    return judged(request, plan, execution, limits, reference, CRITERIA)


def test_a_good_motion_succeeds_and_is_measured() -> None:
    outcome = judge()
    assert outcome.success and outcome.failure == ""
    assert not (outcome.refused or outcome.collision or outcome.limit_violation)
    assert outcome.length_ratio == pytest.approx(1.0)
    assert outcome.duration_s == MOTION.duration
    assert outcome.correction_rad == 0.1
    assert np.isfinite([outcome.sparc, outcome.ldlj]).all()
    assert judge(measures={"plane_error_mm": 2.0}).measures == {"plane_error_mm": 2.0}


@pytest.mark.parametrize(
    ("failure", "case"),
    [
        ("collision", {"collision": True, "min_clearance_m": -0.01, "goal_error_m": 1.0}),
        ("margin", {"min_clearance_m": 0.0049}),
        ("limits", {"limits": replace(WIDE, velocity=0.1 * np.ones(2))}),
        ("limits", {"q": MOTION.q + 0.5}),
        ("goal", {"goal_error_m": 0.0051}),
        ("goal", {"goal_error_rad": 0.051}),
        ("goal", {"goal": MOTION.q[-1] + 0.001}),
        ("length", {"reference": MOTION.path_length / 2.01}),
        ("length", {"reference": 0.0}),
        ("abrupt", {"abruptness": 10.1}),
        ("margin", {"min_clearance_m": np.nan}),
        ("goal", {"goal_error_m": np.nan}),
        ("abrupt", {"abruptness": np.nan}),
        ("plane_error_mm", {"measures": {"plane_error_mm": 5.1}, "bounds": {"plane_error_mm": 5.0}}),
        ("plane_error_mm", {"measures": {"plane_error_mm": np.nan}, "bounds": {"plane_error_mm": 5.0}}),
    ],
)
def test_every_way_to_fail_has_its_name(failure: str, case: dict[str, Any]) -> None:
    outcome = judge(**case)
    assert not outcome.success
    assert outcome.failure == failure
    assert outcome.collision == (failure == "collision")
    assert outcome.limit_violation == (failure == "limits")


@pytest.mark.parametrize(
    "case",
    [
        {"min_clearance_m": 0.005},
        {"goal_error_m": 0.005, "goal_error_rad": 0.05},
        {"abruptness": 10.0},
        {"measures": {"plane_error_mm": 5.0}, "bounds": {"plane_error_mm": 5.0}},
        {"measures": {"plane_error_mm": 9.0}},
        {"reference": MOTION.path_length / 1.99},
    ],
)
def test_bounds_are_still_success(case: dict[str, Any]) -> None:
    assert judge(**case).success


def test_a_refusal_is_told_apart() -> None:
    outcome = refused(Refusal("unknown-end-point", "the goal lies far from everything learned"))
    assert (outcome.success, outcome.refused, outcome.failure) == (False, True, "unknown-end-point")
    assert not outcome.collision and np.isnan(outcome.duration_s)


def test_a_second_opinion_is_kept_beside_the_first() -> None:
    seen: Any = SimpleNamespace(
        collision=True,
        tracking_rmse_rad=0.003,
        goal_error_m=0.002,
        min_clearance_m=-0.001,
        peak_torque_fraction=0.4,
    )
    outcome = with_second_opinion(judge(), seen)
    assert outcome.success and outcome.second is not None
    assert not outcome.second.agrees and outcome.second.collision and outcome.second.goal_error_m == 0.002
    assert with_second_opinion(judge(collision=True), seen).second.agrees


def test_a_tool_alone_is_judged_by_its_motion_and_a_measure_that_is_missing_is_no_success() -> None:
    unseen = {"min_clearance_m": np.nan, "goal_error_m": np.nan, "goal_error_rad": np.nan}
    assert judge(**unseen).failure == "margin"
    request = Request(MOTION.q[0], MOTION.q[-1])
    plan: Any = SimpleNamespace(motion=MOTION, abruptness=1.5, correction=0.1)
    flight = Flight(MOTION.q, 0.4)
    outcome = judged(request, plan, flight, WIDE, MOTION.path_length, CRITERIA)
    assert outcome.success and np.isnan(outcome.min_clearance_m)
    elsewhere = Request(MOTION.q[0], MOTION.q[-1] + 0.01)
    assert judged(elsewhere, plan, flight, WIDE, MOTION.path_length, CRITERIA).failure == "goal"
    assert judged(request, plan, flight, WIDE, 0.1 * MOTION.path_length, CRITERIA).failure == "length"
