"""Joint limits: checks, ratios, de-rating, plain data."""

from __future__ import annotations

import numpy as np
import pytest

from robogeo.errors import MotionError, RobogeoError
from robogeo.motion import JointLimits, Motion

GOOD = {
    "lower": [-1.0, -2.0],
    "upper": [3.0, 2.0],
    "velocity": [1.0, 2.0],
    "acceleration": [4.0, 8.0],
    "jerk": [40.0, 80.0],
    "torque": [87.0, 12.0],
}


def limits() -> JointLimits:
    return JointLimits.from_dict(GOOD)


def still(q: list[list[float]]) -> dict[str, np.ndarray]:
    zeros = np.zeros((len(q), 2))
    return {"t": np.arange(len(q)) * 0.1, "q": np.array(q), "qd": zeros, "qdd": zeros, "qddd": zeros}


def test_violation_is_the_worst_ratio_of_each_quantity():
    parts = still([[1.0, 0.0], [2.0, -1.5]])
    parts["qd"] = np.array([[0.5, 0.0], [0.0, -3.0]])
    parts["qdd"] = np.array([[-4.0, 0.0], [0.0, 2.0]])
    parts["qddd"] = np.array([[1.0, 0.0], [0.0, 8.0]])
    worst = limits().violation(Motion(**parts))
    assert worst == pytest.approx({"position": 0.75, "velocity": 1.5, "acceleration": 1.0, "jerk": 0.1})
    assert not limits().satisfied(Motion(**parts))


def test_position_ratio_is_one_on_either_border():
    for q in ([3.0, 0.0], [-1.0, 0.0], [1.0, 2.0], [1.0, -2.0]):
        motion = Motion(**still([[1.0, 0.0], q]))
        assert limits().violation(motion)["position"] == pytest.approx(1.0)
        assert limits().satisfied(motion)
    assert not limits().satisfied(Motion(**still([[1.0, 0.0], [3.001, 0.0]])))


def test_derating_scales_what_moves_and_nothing_else():
    half = limits().derated(0.5)
    assert half.velocity.tolist() == [0.5, 1.0] and half.acceleration.tolist() == [2.0, 4.0]
    assert half.jerk.tolist() == [20.0, 40.0]
    assert half.upper.tolist() == [3.0, 2.0] and half.torque.tolist() == [87.0, 12.0]
    for share in (0.0, -1.0, 1.01, float("nan")):
        with pytest.raises(MotionError, match="share"):
            limits().derated(share)


def test_plain_data_comes_back():
    assert limits().to_dict() == GOOD
    assert limits().dof == 2 and limits().jerk.dtype == np.float64


def test_arrays_cannot_be_changed_and_do_not_follow_their_source():
    source = np.array([1.0, 2.0])
    made = JointLimits.from_dict({**GOOD, "velocity": source})
    source[0] = 99.0
    assert made.velocity[0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        made.velocity[0] = 5.0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("velocity", [1.0]),
        ("velocity", [0.0, 1.0]),
        ("jerk", [-1.0, 1.0]),
        ("torque", [float("inf"), 1.0]),
        ("lower", [3.0, -2.0]),
        ("upper", [float("nan"), 2.0]),
        ("acceleration", [[1.0, 1.0]]),
        ("acceleration", ["fast", 1.0]),
        ("lower", 0.0),
    ],
)
def test_bad_limits_are_refused_in_one_line(field, value):
    with pytest.raises(RobogeoError) as caught:
        JointLimits.from_dict({**GOOD, field: value})
    assert str(caught.value).startswith("limits") and "\n" not in str(caught.value)


def test_unknown_and_missing_fields_are_named():
    with pytest.raises(MotionError, match="snap"):
        JointLimits.from_dict({**GOOD, "snap": [1.0, 1.0]})
    with pytest.raises(MotionError, match="torque"):
        JointLimits.from_dict({name: value for name, value in GOOD.items() if name != "torque"})


def test_another_number_of_joints_is_refused():
    motion = Motion(np.arange(2.0), *np.zeros((4, 2, 3)))
    with pytest.raises(MotionError, match="3 joints"):
        limits().violation(motion)


def test_check_positions_names_the_worst_point_and_allows_slack_inside_only():
    limits().check_positions(np.array([[-1.0, 0.0], [3.004, 0.0], [3.0, 2.0]]), slack=0.005)
    with pytest.raises(MotionError, match="way-point 1 puts joint 1 at 3"):
        limits().check_positions(np.array([[-1.0, 0.0], [3.01, 0.0], [3.0, 2.0]]), slack=0.005)
    with pytest.raises(MotionError, match="way-point 0 puts joint 2"):
        limits().check_positions(np.array([[0.0, -2.001], [0.0, 0.0]]), slack=0.005)
