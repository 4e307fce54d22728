from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from robogeo.config import ExperimentConfig
from robogeo.learning.learner import Learner
from robogeo.learning.run_folder import RunFolder
from robogeo.motion.planner import MotionOptions, Plan, Planner
from robogeo.motion.request import Refusal, Request
from robogeo.motion.world import World

pytestmark = pytest.mark.sim


@pytest.fixture(scope="module")
def planner(finished: Path, tiny: ExperimentConfig, shelf: World) -> Planner:
    return Learner(RunFolder.existing(finished), tiny, shelf).planner


def test_motions_meet_their_ends_and_keep_their_limits(planner: Planner, shelf: World) -> None:
    requests = shelf.held_out(2, 4)
    plans = planner.plan_all(requests)
    assert any(isinstance(plan, Plan) for plan in plans)
    for plan, request in zip(plans, requests, strict=True):
        if isinstance(plan, Plan):
            assert (plan.motion.q[0] == request.start).all() and (plan.motion.q[-1] == request.goal).all()
            assert np.abs(plan.motion.qd[[0, -1]]).max() < 1e-9
            assert shelf.limits.derated(0.9).satisfied(plan.motion, tolerance=1e-6)
            assert plan.abruptness >= 1.0 and 0.0 <= plan.correction <= 10.0


def test_one_plan_is_as_good_as_one_of_many(planner: Planner, shelf: World) -> None:
    requests = shelf.held_out(2, 3)
    single = planner.plan(requests[1])
    batched = planner.plan_all(requests)[1]
    assert type(single) is type(batched)
    if isinstance(single, Plan) and isinstance(batched, Plan):
        assert single.motion.path_length == pytest.approx(batched.motion.path_length, rel=0.05)


def test_an_unknown_end_point_is_refused(planner: Planner, shelf: World) -> None:
    strict = Planner(planner.manifold, planner.limits, MotionOptions(correction_limit=1e-6))
    refusal = strict.plan(shelf.held_out(2, 1)[0])
    assert isinstance(refusal, Refusal) and refusal.kind == "unknown-end-point"
    assert "rad beside where it is" in refusal.reason and "1e-06 rad" in refusal.reason


def test_staying_where_one_is_needs_no_detour(planner: Planner, shelf: World) -> None:
    answer = planner.plan(Request(shelf.rest, shelf.rest))
    if isinstance(answer, Refusal):
        assert answer.kind == "no-motion" and answer.reason
    else:
        assert (answer.motion.q[[0, -1]] == shelf.rest).all()


def test_a_motion_that_no_time_law_fits_is_refused(
    planner: Planner, shelf: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from robogeo.errors import MotionError

    def never(*_: object, **__: object) -> None:
        raise MotionError("path: nothing fits")

    monkeypatch.setattr("robogeo.motion.planner.time_path", never)
    refusal = planner.plan(shelf.held_out(2, 1)[0])
    assert refusal == Refusal("no-motion", "path: nothing fits")
