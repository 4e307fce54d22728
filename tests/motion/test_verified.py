"""Verified motions in a plane with two demonstrated ways round, and a world that blocks them at will."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from robogeo.models import IWAE, ModelConfig, TrainingConfig, fit
from robogeo.motion.limits import JointLimits
from robogeo.motion.manifold import GeometryOptions, Manifold
from robogeo.motion.path import smooth_path
from robogeo.motion.planner import MotionOptions, Plan, Planner
from robogeo.motion.request import Refusal, Request
from robogeo.motion.residuals import Residuals
from robogeo.motion.roadmap import RESOLUTION, Roadmap
from robogeo.motion.trajectory import Motion
from robogeo.motion.verified import VerifiedPlanner, finely, planning_in
from robogeo.motion.world import World
from robogeo.randomness import torch_generator

LIMITS = JointLimits(*(np.full(2, bound) for bound in (-2.0, 2.0, 1.5, 6.0, 60.0, 10.0)))
START, GOAL = np.array([-1.0, 0.0]), np.array([1.0, 0.0])
REQUEST = Request(START, GOAL)


class Discs:
    """A world of two joints whose obstacles are discs: (x, y, radius)."""

    def __init__(self, *discs: tuple[float, float, float]) -> None:
        self.discs, self.changes, self.asked = list(discs), 0, 0

    def free(self, q: NDArray[np.float64], margin: float) -> NDArray[np.bool_]:
        self.asked += len(q)
        gaps = [np.hypot(q[:, 0] - x, q[:, 1] - y) - radius for x, y, radius in self.discs]
        return np.min(gaps, axis=0) >= margin if gaps else np.ones(len(q), dtype=bool)

    def add(self, *discs: tuple[float, float, float]) -> None:
        self.discs += discs
        self.changes += 1


@pytest.fixture(scope="module")
def manifold() -> Manifold:
    """Learned from arcs above and, a little longer, below the origin."""
    turn = np.linspace(0.0, np.pi, 60)
    arcs = [
        np.stack([-np.cos(turn) * (1.0 + s), side * np.sin(turn) * (0.8 + 0.2 * (side < 0) + s)], axis=1)
        for side in (1.0, -1.0)
        for s in (-0.05, 0.0, 0.05)
    ]
    x, groups = np.concatenate(arcs), np.repeat(np.arange(len(arcs)), len(turn))
    config = ModelConfig(latent_dim=2, hidden=(32, 32), heads=2)
    model = IWAE(2, config, np.zeros(2), np.full(2, 0.5), torch_generator(0, 0, "weights"))
    fit(model, x, groups, TrainingConfig(steps=500), torch_generator(0, 0, "training"))
    return Manifold(model, x, groups, GeometryOptions())


def planner(manifold: Manifold, world: Discs, **options: Any) -> VerifiedPlanner:
    chosen = MotionOptions(mode="verified", **options)
    return VerifiedPlanner(Planner(manifold, LIMITS, chosen), cast(World, world))


def planned(answer: Plan | Refusal) -> Plan:
    assert isinstance(answer, Plan), answer
    return answer


def assert_safe(plan: Plan, world: Discs, margin: float = 0.008) -> None:
    assert (plan.motion.q[[0, -1]] == [START, GOAL]).all()
    assert world.free(plan.motion.q, margin - 1e-4).all()  # every written sample, not only those checked
    assert LIMITS.derated(0.9).satisfied(plan.motion, tolerance=1e-6)


def test_a_free_motion_takes_the_shorter_way_through_what_was_shown(
    manifold: Manifold, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = planned(planner(manifold, Discs()).plan(REQUEST))
    implicit = planned(Planner(manifold, LIMITS, MotionOptions()).plan(REQUEST))
    nothing = Residuals(manifold.graph.nodes.double().numpy(), np.zeros_like(manifold.shown), 1.0)
    monkeypatch.setitem(vars(manifold), "residuals", nothing)
    decoded = planned(Planner(manifold, LIMITS, MotionOptions()).plan(REQUEST))
    assert plan.motion.q[:, 1].max() > 0.5  # the upper one

    def beside(motion: Motion) -> float:
        apart = np.linalg.norm(motion.q[:, None] - manifold.shown[None], axis=2).min(axis=1)
        return float(apart.max())

    assert beside(plan.motion) < 0.05 and beside(plan.motion) < beside(decoded.motion)
    assert beside(implicit.motion) < 0.05 and beside(implicit.motion) < beside(decoded.motion)
    assert set(plan.seconds) >= {"graph search", "relaxation", "path", "collision check", "time law"}


def test_of_several_ways_that_between_like_ends_is_taken(manifold: Manifold) -> None:
    roadmap = Roadmap(manifold, cast(World, Discs()), margin=0.0)
    for arcs, size in (({0, 3}, 0.95), ({1, 4}, 1.0), ({2, 5}, 1.05)):  # each with ends of its own
        way = roadmap.way(np.array([-size, 0.0]), np.array([size, 0.0]))
        demonstrations = manifold.shown_in[way.nodes]
        assert np.isin(demonstrations, list(arcs)).mean() > 0.9
    plain = manifold.graph_geodesics(np.array([[-1.05, 0.0]]), np.array([[1.05, 0.0]]))[0]
    assert np.isin(manifold.shown_in[plain.nodes], [2, 5]).mean() < 0.9  # the shorter arcs lure it away
    assert roadmap.way(START, GOAL).length < np.inf and not manifold.graph.forbidden.any()


def test_a_blocked_way_is_left_for_the_other(manifold: Manifold) -> None:
    world = Discs((0.0, 0.8, 0.25))
    plan = planned(planner(manifold, world).plan(REQUEST))
    assert plan.motion.q[:, 1].min() < -0.5
    assert_safe(plan, world)
    implicit = planned(Planner(manifold, LIMITS, MotionOptions()).plan(REQUEST))
    assert not world.free(implicit.motion.q, 0.0).all()


@pytest.mark.parametrize("disc", [(0.0, 0.55, 0.2), (0.3, 1.0, 0.15), (-0.6, 0.35, 0.1), (0.0, 0.0, 0.6)])
def test_what_grazes_the_way_is_kept_clear(manifold: Manifold, disc: tuple[float, float, float]) -> None:
    world = Discs(disc)
    assert_safe(planned(planner(manifold, world).plan(REQUEST)), world)


def test_with_both_ways_blocked_it_is_refused(manifold: Manifold) -> None:
    world = Discs((0.0, 0.85, 0.4), (0.0, -1.0, 0.4))
    refusal = planner(manifold, world).plan(REQUEST)
    assert isinstance(refusal, Refusal) and refusal.kind == "no-safe-path"
    assert "8 mm" in refusal.reason and "demonstration" in refusal.reason


def test_what_moves_is_seen_and_what_was_found_is_kept_until_then(manifold: Manifold) -> None:
    world = Discs((0.0, 0.8, 0.25))
    plans = planner(manifold, world)
    plans.plan(REQUEST)
    first, world.asked = world.asked, 0
    plans.plan(REQUEST)
    assert world.asked < first  # nodes and edges are known by now
    world.discs.clear()
    world.add((0.0, -1.0, 0.25))
    assert planned(plans.plan(REQUEST)).motion.q[:, 1].max() > 0.5
    world.add((0.0, 0.85, 0.4))
    assert isinstance(plans.plan(REQUEST), Refusal)


def test_the_graph_is_left_as_it_was(manifold: Manifold) -> None:
    before = manifold.graph_geodesics(START[None], GOAL[None])[0]
    planner(manifold, Discs((0.0, 0.8, 0.25))).plan(REQUEST)
    after = manifold.graph_geodesics(START[None], GOAL[None])[0]
    assert after.length == before.length and bool((after.points == before.points).all())


@pytest.mark.parametrize(("disc", "kind"), [((-1.0, 0.0, 0.05), "start"), ((1.004, 0.0, 0.001), "goal")])
def test_ends_that_touch_are_refused(manifold: Manifold, disc: Any, kind: str) -> None:
    refusal = planner(manifold, Discs(disc)).plan(REQUEST)
    assert isinstance(refusal, Refusal) and refusal.kind == f"{kind}-in-collision"


def test_ends_far_from_everything_shown_are_refused(manifold: Manifold) -> None:
    far = Request(np.array([-1.9, 1.9]), GOAL)
    refusal = planner(manifold, Discs(), connection_limit=0.3).plan(far)
    assert isinstance(refusal, Refusal) and refusal.kind == "unknown-end-point"
    assert "start" in refusal.reason and "0.3 rad" in refusal.reason


def test_a_wider_gap_may_be_closed_when_it_is_checked(manifold: Manifold) -> None:
    off = Request(np.array([-1.4, -0.1]), GOAL)
    assert isinstance(Planner(manifold, LIMITS, MotionOptions()).plan(off), Refusal)
    plan = planned(planner(manifold, Discs()).plan(off))
    assert plan.correction > 0.25 and (plan.motion.q[0] == off.start).all()


def test_the_options_choose_the_mode(manifold: Manifold) -> None:
    implicit = Planner(manifold, LIMITS, MotionOptions())
    assert planning_in(cast(World, Discs()), implicit) is implicit
    verified = Planner(manifold, LIMITS, MotionOptions(mode="verified"))
    assert isinstance(planning_in(cast(World, Discs()), verified), VerifiedPlanner)


def test_checked_configurations_lie_close_together() -> None:
    spline = smooth_path(np.random.default_rng(0).uniform(-1.0, 1.0, (6, 3)))
    q = finely(spline)
    assert np.abs(np.diff(q, axis=0)).max() <= RESOLUTION * 1.001
    np.testing.assert_allclose(q[[0, -1]], spline(spline.t[[5, -6]]), atol=1e-12)


def test_a_roadmap_checks_what_its_ways_pass(manifold: Manifold) -> None:
    world = Discs((0.0, 0.8, 0.25))
    way = Roadmap(manifold, cast(World, world), 0.008).free_way(START, GOAL, set())
    assert way is not None
    q = manifold.decode(way.points)
    assert world.free(q, 0.008).all() and q[:, 1].min() < -0.5
    shown = Roadmap(manifold, cast(World, Discs()), 0.008).configurations(way)
    assert len(shown) == len(way.nodes) >= len(way.points) - 2
    assert np.linalg.norm(manifold.decode(manifold.graph.nodes[way.nodes]) - shown, axis=1).max() < 0.3
