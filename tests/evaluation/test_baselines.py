"""Baselines propose what they say, and get the same spline, ends and time law as geodesics."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from robogeo.config import ExperimentConfig
from robogeo.data.demonstrations import Demonstration
from robogeo.evaluation.baselines import Proposal, baselines, plan_along
from robogeo.geometry import Geodesic
from robogeo.learning.learner import Learner
from robogeo.learning.run_folder import RunFolder
from robogeo.motion.planner import Plan
from robogeo.motion.request import Refusal, Request
from robogeo.motion.world import World

pytestmark = pytest.mark.sim


@pytest.fixture(scope="module")
def learner(finished: Path, tiny: ExperimentConfig, shelf: World) -> Learner:
    return Learner(RunFolder.existing(finished), tiny, shelf)


@pytest.fixture(scope="module")
def found(learner: Learner, shelf: World) -> dict[str, Proposal]:
    return baselines(learner.planner.manifold, learner.demonstrations, shelf)


@pytest.fixture
def request_(shelf: World) -> Request:
    return shelf.held_out(2, 1)[0]


@pytest.mark.long
def test_every_baseline_makes_a_motion_between_the_ends(
    found: dict[str, Proposal], learner: Learner, shelf: World, request_: Request
) -> None:
    assert {"joint line", "latent line", "RRT-Connect", "neural geodesic"} <= set(found)
    for name, propose in found.items():
        plan = plan_along(propose(request_), request_, learner.planner.manifold, shelf.limits)
        assert isinstance(plan, Plan), name
        assert (plan.motion.q[0] == request_.start).all() and (plan.motion.q[-1] == request_.goal).all()
        assert shelf.limits.derated(0.9).satisfied(plan.motion, tolerance=1e-6)
        assert plan.abruptness >= 1.0


def test_a_joint_line_is_straight_and_the_shortest(
    found: dict[str, Proposal], learner: Learner, shelf: World, request_: Request
) -> None:
    plan = plan_along(found["joint line"](request_), request_, learner.planner.manifold, shelf.limits)
    assert isinstance(plan, Plan)
    straight = float(np.linalg.norm(request_.goal - request_.start))
    assert plan.motion.path_length == pytest.approx(straight, rel=1e-4)
    assert plan.correction == 0.0 and plan.abruptness == pytest.approx(1.0)


def test_a_latent_line_is_straight_in_latent_space(found: dict[str, Proposal], request_: Request) -> None:
    line = found["latent line"](request_)
    assert isinstance(line, Geodesic)
    steps = line.points.diff(dim=0)
    np.testing.assert_allclose(steps, steps[:1].expand_as(steps), atol=1e-5)


def test_a_search_keeps_clear(found: dict[str, Proposal], shelf: World, request_: Request) -> None:
    path = found["RRT-Connect"](request_)
    assert isinstance(path, np.ndarray)
    assert shelf.free(path, 0.005).all()
    again = found["RRT-Connect"](request_)
    assert isinstance(again, np.ndarray) and (path == again).all()


def test_a_movement_primitive_meets_both_ends(learner: Learner, shelf: World, request_: Request) -> None:
    pytest.importorskip("movement_primitives", reason="pip install 'robogeo[benchmark]'")
    rng, t = np.random.default_rng(0), np.linspace(0.0, 2.0, 50)
    asked = np.stack([request_.start, request_.goal])
    ends = [asked + rng.normal(0.0, 0.3, asked.shape) for _ in range(40)]
    shown = [Demonstration(a + t[:, None] / 2.0 * (b - a), t, "lines", "") for a, b in ends]
    path = baselines(learner.planner.manifold, shown, shelf)["ProMP"](request_)
    assert isinstance(path, np.ndarray)
    np.testing.assert_allclose(path[[0, -1]], [request_.start, request_.goal], atol=0.02)


def test_refusals_are_passed_on(learner: Learner, shelf: World, request_: Request) -> None:
    manifold = learner.planner.manifold
    refusal = Refusal("no-path", "the search found no way")
    assert plan_along(refusal, request_, manifold, shelf.limits) is refusal
    still = Request(request_.start, request_.start)
    answer = plan_along(np.tile(request_.start, (5, 1)), still, manifold, shelf.limits)
    assert isinstance(answer, Refusal) and answer.kind == "no-motion"
