"""Demonstrations: by route where the scene knows one, by search where it is blocked, else refused."""

from __future__ import annotations

import numpy as np
import pytest

from envs.arm import ArmEnv
from envs.demonstrator import MARGIN, SEARCH_MARGIN, DemonstratedPath, Demonstrator, NoDemonstration

pytestmark = pytest.mark.sim


@pytest.mark.long
def test_every_held_out_request_is_demonstrated_by_route(world: ArmEnv) -> None:
    for i in range(42):
        request = world.held_out_request(7, i)
        shown = world.demonstrate(request.start, request.goal)
        assert isinstance(shown, DemonstratedPath)
        assert shown.method == "route"
        np.testing.assert_array_equal(shown.q[0], request.start)
        np.testing.assert_array_equal(shown.q[-1], request.goal)
        assert np.abs(np.diff(shown.q, axis=0)).max() <= 0.06
        assert np.all((shown.q >= world.robot.lower) & (shown.q <= world.robot.upper))
        if i % 4 == 0:
            clearances = [world.clearance(q) for q in shown.q]
            assert min(c.surroundings for c in clearances) >= MARGIN
            assert min(c.itself for c in clearances) >= 0.01


def test_like_requests_get_like_demonstrations(world: ArmEnv) -> None:
    request = world.held_out_request(7, 3)
    first, again = (world.demonstrate(request.start, request.goal, seed=seed) for seed in (0, 1))
    assert isinstance(first, DemonstratedPath)
    assert isinstance(again, DemonstratedPath)
    np.testing.assert_array_equal(first.q, again.q)
    moved = world.demonstrate(request.start + 1e-3, request.goal)
    assert isinstance(moved, DemonstratedPath)
    middle = [path.q[len(path.q) // 2] for path in (first, moved)]
    assert np.abs(middle[0] - middle[1]).max() < 0.1


def test_a_blocked_route_is_searched_around(
    worlds: dict[str, ArmEnv], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = worlds["ShelfReach"]
    monkeypatch.setattr(Demonstrator, "_along_route", lambda self, start, goal: None)
    request = world.held_out_request(7, 0)
    shown, again = (world.demonstrate(request.start, request.goal, seed=5) for _ in range(2))
    assert isinstance(shown, DemonstratedPath)
    assert isinstance(again, DemonstratedPath)
    assert shown.method == "search"
    np.testing.assert_array_equal(shown.q, again.q)
    np.testing.assert_array_equal(shown.q[[0, -1]], [request.start, request.goal])
    assert np.abs(np.diff(shown.q, axis=0)).max() <= 0.06
    assert min(world.clearance(q).smallest for q in shown.q) >= SEARCH_MARGIN


def test_hopeless_wishes_are_refused_with_their_reason(
    world: ArmEnv, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = world.held_out_request(7, 0)
    rng = np.random.default_rng(0)
    samples = (rng.uniform(world.robot.lower, world.robot.upper) for _ in range(5000))
    colliding = next(q for q in samples if world.clearance(q).surroundings < -0.01)
    near = next(q for q in samples if 0.001 < world.clearance(q).surroundings < SEARCH_MARGIN - 0.001)
    assert world.demonstrate(request.start, colliding) == NoDemonstration("goal is in collision")
    assert world.demonstrate(colliding, request.goal) == NoDemonstration("start is in collision")
    if world.clearance(near).itself > 0.01:
        assert world.demonstrate(request.start, near) == NoDemonstration(
            "goal is closer than 6 mm to a collision"
        )
    outside = world.robot.upper + 0.01
    assert world.demonstrate(request.start, outside) == NoDemonstration("goal is outside the joint limits")
    monkeypatch.setattr(Demonstrator, "_along_route", lambda self, start, goal: None)
    monkeypatch.setattr("envs.rrt.plan", lambda *_: None)
    refused = world.demonstrate(request.start, request.goal)
    assert isinstance(refused, NoDemonstration)
    assert "neither" in refused.reason
