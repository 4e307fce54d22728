"""Recorded poses as coordinates of a tool alone, above all where it turns by more than half a turn."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from robogeo.data.data_set import DataSet
from robogeo.data.demonstrations import Demonstration
from robogeo.motion.deviation import tolerance_of
from robogeo.motion.observation import Poses
from robogeo.motion.planner import MotionOptions, Plan, Planner, met_by
from robogeo.motion.recorded_world import RecordedWorld
from robogeo.motion.request import Request
from robogeo.motion.tool_recordings import for_tool
from robogeo.motion.worlds import robot_limits

T = np.linspace(0.0, 4.0, 401)
UNITS = ("m", "m", "m", "1", "1", "1", "1")
_, LIMITS = robot_limits("tool-pose")


def turning(first: float, last: float, lean: float = 0.0) -> Demonstration:
    """A tool that turns from one angle to another, deg, about an axis that leans, and moves by 10 cm."""
    axis = np.array([np.sin(lean), 0.0, np.cos(lean)])
    turns = Rotation.from_rotvec(np.deg2rad(np.linspace(first, last, len(T)))[:, None] * axis)
    x, y, z, w = turns.as_quat().T
    place = 0.1 * T[:, None] / T[-1] * np.ones(3)
    return Demonstration(np.concatenate([place, np.stack([w, x, y, z], axis=1)], axis=1), T, f"{last}")


def coordinates(*recordings: Demonstration) -> list[Demonstration]:
    return list(for_tool(DataSet(recordings, tuple("xyzabcd"), UNITS), "tool-pose").demonstrations)


def test_a_turn_of_400_degrees_is_within_the_limits_and_is_as_long_as_it_is() -> None:
    (shown,) = coordinates(turning(0.0, 400.0))
    turned = shown.q[:, 3:]
    assert np.abs(np.diff(turned, axis=0)).max() < np.deg2rad(1.1)
    assert np.linalg.norm(turned[-1] - turned[0]) == pytest.approx(np.deg2rad(400.0), abs=1e-9)
    assert np.linalg.norm(turned, axis=1).max() == pytest.approx(np.deg2rad(200.0), abs=0.01)
    assert (np.abs(shown.q) < LIMITS.upper).all()


@pytest.mark.parametrize("start", [-20.0, 0.0, 130.0, 181.0])
def test_recordings_near_each_other_have_vectors_near_each_other(start: float) -> None:
    recordings = [turning(start + 5.0 * k, start + 400.0 - 4.0 * k, 0.02 * k) for k in range(5)]
    found = coordinates(*recordings)
    for one, other in itertools.pairwise(found):
        assert np.linalg.norm(one.q[:, 3:] - other.q[:, 3:], axis=1).max() < 0.3
    again = coordinates(*recordings[::-1])
    assert np.linalg.norm(again[0].q[:, 3:] - again[-1].q[:, 3:], axis=1).max() < 0.8


def test_within_half_a_turn_of_their_mean_nothing_is_chosen() -> None:
    recordings = [turning(170.0 + k, 230.0 + k) for k in range(3)]
    data = for_tool(DataSet(tuple(recordings), tuple("xyzabcd"), UNITS), "tool-pose")
    assert any("about the mean rotation" in remark for remark in data.remarks)
    beyond = for_tool(DataSet((turning(0.0, 400.0),), tuple("xyzabcd"), UNITS), "tool-pose")
    assert any("about the middle rotation" in remark for remark in beyond.remarks)


def seen_again(path: np.ndarray) -> np.ndarray:
    """What a perfect model makes of a path: it sees rotation matrices, and begins within half a turn."""
    return Poses().configurations(Poses().observe(path))


@pytest.mark.parametrize("part", [(0.0, 0.3), (0.75, 1.0), (0.9, 1.0), (0.2, 0.95)])
def test_a_part_that_begins_beyond_half_a_turn_is_met(part: tuple[float, float]) -> None:
    (shown,) = coordinates(turning(0.0, 400.0))
    first, last = (round(share * (len(T) - 1)) for share in part)
    path = shown.q[first : last + 1]
    request = Request(path[0], path[-1])
    met, asked = met_by(seen_again(path), request, LIMITS)
    np.testing.assert_allclose(met, path, atol=1e-6)
    np.testing.assert_allclose(asked.goal, request.goal, atol=1e-9)


def test_a_motion_is_planned_from_beyond_half_a_turn() -> None:
    (shown,) = coordinates(turning(0.0, 400.0))
    path = shown.q[-60:]
    assert np.linalg.norm(path[0, 3:]) < np.pi < np.linalg.norm(path[-1, 3:])
    for way in (path, path[::-1]):
        manifold: Any = SimpleNamespace(
            path_along=lambda geodesic, way=way: seen_again(way),
            decode=lambda z: np.linspace(0.0, 1.0, 64)[:, None],
            along=lambda geodesics, count: [None],
            observation=SimpleNamespace(configurations=lambda x: x),
        )
        planner = Planner(manifold, LIMITS, MotionOptions(correction_limit=1e-3))
        geodesic: Any = None
        plan = planner.along(Request(way[0], way[-1]), geodesic)
        assert isinstance(plan, Plan), plan
        np.testing.assert_allclose(plan.motion.q[[0, -1]], way[[0, -1]], atol=1e-9)


def test_whole_turns_about_the_axis_lead_to_the_same_place() -> None:
    q, to = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 3.0]), np.array([0.0, 0.0, 0.0, 0.0, 0.1, -3.0])
    near = LIMITS.nearest(q, to)
    np.testing.assert_allclose(near[3:], [0.0, 0.0, 3.0 - 2.0 * np.pi])
    np.testing.assert_allclose(Poses().observe(near), Poses().observe(q), atol=1e-12)
    whole = LIMITS.nearest(np.zeros(6), np.array([0.0, 0.0, 0.0, 6.0, 0.0, 0.0]))  # no turn is a whole one
    np.testing.assert_allclose(whole[3:], [2.0 * np.pi, 0.0, 0.0])


def test_how_near_is_near_does_not_depend_on_how_turns_are_counted() -> None:
    paths = [each.q for each in coordinates(*(turning(3.0 * k, 390.0 + k) for k in range(4)))]
    elsewhere = [
        LIMITS.path_near(path, path[0] - [0, 0, 0, 0, 0, 2.0 * np.pi * k]) for k, path in enumerate(paths)
    ]
    assert np.linalg.norm(elsewhere[1][0] - paths[1][0]) == pytest.approx(2.0 * np.pi)
    wanted = tolerance_of(paths, Poses(), LIMITS)
    assert wanted is not None and wanted < 0.1
    assert tolerance_of(elsewhere, Poses(), LIMITS) == pytest.approx(wanted, abs=1e-6)


def test_a_world_of_turning_tools_asks_for_parts_within_its_limits() -> None:
    shown = coordinates(*(turning(2.0 * k, 400.0 + 2.0 * k) for k in range(4)))
    with RecordedWorld("Free", "tool-pose", shown, held_out=[0]) as world:
        assert world.tolerance < 0.1
        requests = world.held_out(0, 12)
        beyond = [request for request in requests if np.linalg.norm(request.start[3:]) > np.pi]
        assert beyond
        for request in requests:
            path = world.demonstrate(request, 0)
            assert isinstance(path, np.ndarray)
            met, _ = met_by(seen_again(path), request, world.limits)
            np.testing.assert_allclose(met, path, atol=1e-6)
