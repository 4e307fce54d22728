"""Time laws: every sample within every limit, exact ends at rest, and durations near the optimum."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import BSpline, make_interp_spline

import robogeo.motion.optimal_speed
from robogeo.errors import MotionError
from robogeo.motion import JointLimits, Motion, smooth_path, time_path

DEGREES = np.pi / 180.0
RANGE = np.array([170.0, 120.0, 170.0, 120.0, 170.0, 120.0, 175.0]) * DEGREES
VELOCITY = np.array([85.0, 85.0, 100.0, 75.0, 130.0, 135.0, 135.0]) * DEGREES


def iiwa(dof: int = 7) -> JointLimits:
    v = VELOCITY[:dof]
    return JointLimits(-RANGE[:dof], RANGE[:dof], v, 4.0 * v, 40.0 * v, np.full(dof, 300.0))


def joint_path(seed: int, dof: int, kind: str) -> np.ndarray:
    rng = np.random.default_rng(seed)
    if kind == "jagged":  # a few way-points anywhere in the range, even on its border
        points = rng.uniform(-1.2, 1.2, (rng.integers(2, 9), dof))
        return np.clip(points, -1.0, 1.0) * RANGE[:dof]
    if kind == "tiny":
        return 0.5 * RANGE[:dof] + rng.uniform(-1.0, 1.0, (4, dof)) * 10.0 ** rng.uniform(-5.0, -2.0)
    nodes = rng.uniform(-0.7, 0.7, (5, dof)) * RANGE[:dof]
    points = np.asarray(make_interp_spline(np.linspace(0.0, 1.0, 5), nodes, k=4)(np.linspace(0.0, 1.0, 33)))
    if kind == "noisy":
        points[1:-1] += rng.normal(0.0, 0.03, points[1:-1].shape)
    return np.clip(points, -RANGE[:dof], RANGE[:dof])


def check(motion: Motion, limits: JointLimits, start: np.ndarray, goal: np.ndarray) -> None:
    assert np.array_equal(motion.q[0], start) and np.array_equal(motion.q[-1], goal)
    assert not motion.qd[[0, -1]].any() and not motion.qdd[[0, -1]].any()
    assert np.all(motion.q >= limits.lower) and np.all(motion.q <= limits.upper)
    for values, bound in (
        (motion.qd, limits.velocity),
        (motion.qdd, limits.acceleration),
        (motion.qddd, limits.jerk),
    ):
        assert np.all(np.abs(values) <= bound * (1.0 + 1e-9))
    assert limits.satisfied(motion)
    # Difference quotients of the positions keep the limits too: the derivatives are no fiction.
    step = motion.t[1]
    for order, bound in ((1, limits.velocity), (2, limits.acceleration), (3, limits.jerk)):
        differences = np.diff(motion.q, order, axis=0) / step**order
        rounding = 1e-13 / step**order
        assert np.all(np.abs(differences) <= bound * 1.002 + rounding)


@settings(max_examples=80, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    dof=st.integers(2, 7),
    kind=st.sampled_from(["smooth", "noisy", "jagged", "tiny"]),
    rate=st.sampled_from([50.0, 240.0]),
    derate=st.sampled_from([0.5, 0.9, 1.0]),
    law=st.sampled_from(["optimal", "optimal", "optimal", "quintic"]),
)
def test_every_sample_keeps_every_limit(seed, dof, kind, rate, derate, law):
    limits, points = iiwa(dof), joint_path(seed, dof, kind)
    motion = time_path(points, limits, rate=rate, derate=derate, law=law)
    check(motion, limits.derated(derate), points[0], points[-1])
    assert np.allclose(np.diff(motion.t), 1.0 / rate)


@pytest.mark.parametrize("kind", ["smooth", "noisy", "jagged"])
def test_close_to_plain_toppra_and_far_below_the_quintic_law(kind):
    toppra = pytest.importorskip("toppra")
    limits = iiwa()
    for seed in range(3):
        path = smooth_path(joint_path(seed, 7, kind), limits=limits)
        used = limits.derated(0.9)
        plain = toppra.algorithm.TOPPRA(
            [
                toppra.constraint.JointVelocityConstraint(used.velocity),
                toppra.constraint.JointAccelerationConstraint(used.acceleration),
            ],
            toppra.SplineInterpolator(
                np.linspace(0.0, 1.0, 400), path(np.linspace(0.0, path.t[-1], 400))
            ),  # the same curve, to 1e-6
            gridpoints=np.linspace(0.0, 1.0, 201),
            solver_wrapper="seidel",
            parametrizer="ParametrizeConstAccel",
        ).compute_trajectory()
        fast = time_path(path, limits).duration
        assert 0.999 * plain.duration < fast < 1.25 * plain.duration
        assert fast < 0.7 * time_path(path, limits, law="quintic").duration


def test_quintic_law_on_a_line_has_the_closed_form_duration():
    # Peaks of the minimum-jerk law: velocity 15/8 D/T, acceleration 10/sqrt(3) D/T^2, jerk 60 D/T^3.
    distance = 0.8
    limits = JointLimits([-1.0], [1.0], [1.0], [2.0], [30.0], [1.0])
    motion = time_path([[-0.4], [0.4]], limits, rate=1000.0, derate=1.0, law="quintic")
    slowest = max(1.875 * distance, (10 / np.sqrt(3) * distance / 2) ** 0.5, (60 * distance / 30) ** (1 / 3))
    assert motion.duration == pytest.approx(slowest, abs=2e-3)
    assert np.abs(motion.qd).max() == pytest.approx(1.875 * distance / motion.duration, rel=1e-4)


def test_optimal_law_on_a_line_reaches_its_limits_and_beats_quintic():
    motion = time_path([-0.4 * RANGE, 0.4 * RANGE], iiwa(), derate=1.0)
    ratios = iiwa().violation(motion)
    assert ratios["velocity"] > 0.97 and ratios["acceleration"] > 0.9 and ratios["jerk"] > 0.9
    quintic = time_path([-0.4 * RANGE, 0.4 * RANGE], iiwa(), derate=1.0, law="quintic")
    assert motion.duration < 0.75 * quintic.duration


def test_jerk_and_acceleration_are_continuous():
    limits = iiwa(3)
    path = smooth_path(joint_path(5, 3, "jagged"), limits=limits)
    jumps = []
    for rate in (500.0, 2000.0):
        motion = time_path(path, limits, rate=rate)
        jumps.append(np.abs(np.diff(motion.qddd, axis=0) / limits.jerk).max())
        assert np.abs(motion.qddd[[0, -1]]).max() < 1e-6 * limits.jerk.max()
    assert jumps[1] < 0.4 * jumps[0] < 0.1  # a jump would not shrink with the step


def test_motion_follows_the_path_monotonically():
    limits = iiwa(2)
    path = smooth_path([[0.0, 0.0], [1.0, 0.5], [2.0, -0.5]], limits=limits)
    motion = time_path(path, limits)
    dense = path(np.linspace(path.t[0], path.t[-1], 4000))
    nearest = np.array([np.linalg.norm(dense - q, axis=1).argmin() for q in motion.q])
    assert np.linalg.norm(dense[nearest] - motion.q, axis=1).max() < 1e-3
    assert np.all(np.diff(nearest) >= 0) and nearest[0] == 0 and nearest[-1] == 3999


def test_a_path_that_turns_back_on_itself_is_timed():
    points = np.array([-0.4 * RANGE, 0.4 * RANGE, -0.4 * RANGE])
    check(time_path(points, iiwa()), iiwa().derated(0.9), points[0], points[-1])


def test_quintic_law_takes_over_when_toppra_fails(monkeypatch):
    points = joint_path(1, 7, "smooth")
    monkeypatch.setattr(robogeo.motion.optimal_speed, "optimal_speed", lambda *arguments: None)
    motion = time_path(points, iiwa())
    check(motion, iiwa().derated(0.9), points[0], points[-1])
    assert motion.duration == time_path(points, iiwa(), law="quintic").duration


def test_coinciding_points_give_a_rest():
    motion = time_path(np.ones((3, 2)), iiwa(2))
    assert np.array_equal(motion.q, np.ones((5, 2))) and not motion.qd.any() and motion.path_length == 0.0


def test_time_law_is_repeatable():
    points = joint_path(2, 7, "noisy")
    assert np.array_equal(time_path(points, iiwa()).q, time_path(points, iiwa()).q)


def test_timing_is_quick():
    path = smooth_path(joint_path(0, 7, "smooth"), limits=iiwa())
    time_path(path, iiwa())
    spent = []
    for _ in range(5):
        begin = time.process_time()
        time_path(path, iiwa())
        spent.append(time.process_time() - begin)
    assert min(spent) < 0.06  # about 0.015 s on an idle core


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rate": 0.0}, "rate"),
        ({"derate": 1.5}, "share"),
        ({"derate": float("nan")}, "share"),
        ({"law": "ruckig"}, "law"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(MotionError, match=message):
        time_path([[0.0, 0.0], [1.0, 1.0]], iiwa(2), **arguments)


def test_bad_paths_are_refused():
    limits = iiwa(2)
    with pytest.raises(MotionError, match="3 joints"):
        time_path(np.eye(3), limits)
    with pytest.raises(MotionError, match="way-point 1, joint 2"):
        time_path([[0.0, 0.0], [0.0, np.nan]], limits)
    with pytest.raises(MotionError, match=r"joint 1 at 3\.1 rad"):
        time_path([[0.0, 0.0], [3.1, 0.0]], limits)
    with pytest.raises(MotionError, match="joint 1 at"):  # a spline given as it is may not leave the range
        time_path(smooth_path([[0.0, 0.0], [3.5, 0.5], [0.0, 1.0]]), limits)
    with pytest.raises(MotionError, match="degree"):
        time_path(BSpline([0.0, 0.0, 1.0, 1.0], np.eye(2), 1), limits)
