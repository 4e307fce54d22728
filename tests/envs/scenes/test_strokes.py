"""The board."""

from __future__ import annotations

import numpy as np
import pytest

from envs.arm import ArmEnv
from envs.scenes.strokes import Strokes


def stroke(scene: Strokes, start: str, goal: str, shift: float = 0.0) -> np.ndarray:
    places = {place.name: (place.lower + place.upper) / 2 for place in scene.places}
    return np.stack(scene.stations(places[start] + [shift, 0, 0], places[goal]))


def test_the_shape_is_carried_by_a_similarity_that_meets_both_ends() -> None:
    scene = Strokes()
    own, moved = stroke(scene, "C start", "C end"), stroke(scene, "C start", "C end", shift=0.008)
    np.testing.assert_allclose(moved[0] - own[0], [0.008, 0.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(moved[-1], own[-1])
    sides = [np.linalg.norm(np.diff(points[:, :2], axis=0), axis=1) for points in (own, moved)]
    np.testing.assert_allclose(sides[1] / sides[0], (sides[1] / sides[0])[0])
    # Three quarters of a circle: every point is as far from its centre as any other.
    centre = (own[0, :2] + own[-1, :2]) / 2 - [np.linalg.norm(own[0] - own[-1]) / 2, 0.0]
    np.testing.assert_allclose(np.linalg.norm(own[:, :2] - centre, axis=1), 0.065, atol=1e-9)


def test_a_shape_drawn_backwards_is_the_same_shape() -> None:
    scene = Strokes()
    for shape in "CSUZLV":
        there, back = (
            stroke(scene, f"{shape} start", f"{shape} end"),
            stroke(scene, f"{shape} end", f"{shape} start"),
        )
        np.testing.assert_allclose(there, back[::-1], atol=1e-12)
        assert len(there) >= 3


def test_between_shapes_the_way_is_straight() -> None:
    assert len(stroke(Strokes(), "C start", "Z end")) == 2


def test_measures_are_the_largest_distances_from_plane_and_stroke() -> None:
    scene = Strokes()
    points = stroke(scene, "L start", "L end")
    ends = [scene.tool_pose(points[i]).position for i in (0, -1)]
    tool = np.stack([scene.tool_pose(p).position for p in points])
    on = scene.measures(tool, *ends)
    assert on["plane_error_mm"] == pytest.approx(0.0, abs=1e-9)
    assert on["stroke_error_mm"] < 10.0  # the corner is rounded
    tool[0] = scene.tool_pose(points[0] + [-0.03, 0.0, 0.004]).position
    off = scene.measures(tool, *ends)
    assert off["plane_error_mm"] == pytest.approx(4.0)
    assert off["stroke_error_mm"] == pytest.approx(30.0, abs=0.1)


@pytest.mark.sim
def test_demonstrations_stay_in_the_plane_and_straight_joint_lines_do_not(worlds: dict[str, ArmEnv]) -> None:
    world = worlds["Strokes"]
    drawn, lines = [], []
    for i in range(12):
        request = world.held_out_request(0, i)
        shown = world.demonstrate(request.start, request.goal)
        line = np.linspace(request.start, request.goal, 40)
        for q, measures in ((shown.q, drawn), (line, lines)):
            tool = world.kinematics.tool_path(q)
            measures.append(world.scene.measures(tool, tool[0], tool[-1]))
    assert max(one["plane_error_mm"] for one in drawn) < 0.5
    assert max(one["stroke_error_mm"] for one in drawn) < 3.0
    assert np.mean([all(one[k] <= b for k, b in world.scene.bounds.items()) for one in lines]) <= 0.2


@pytest.mark.sim
def test_an_execution_and_an_episode_report_the_measures(worlds: dict[str, ArmEnv]) -> None:
    world = worlds["Strokes"]
    request = world.held_out_request(0, 0)
    shown = world.demonstrate(request.start, request.goal)
    slow = np.linspace(0, len(shown.q) - 1, 900)
    q = np.stack([np.interp(slow, np.arange(len(shown.q)), joint) for joint in shown.q.T], axis=1)
    seen = world.execute(q, np.gradient(q, 1 / 240.0, axis=0))
    assert seen.bounds == world.scene.bounds
    assert 0.0 < seen.measures["plane_error_mm"] < 2.0
    _, info = world.reset(options={"start": request.start, "goal": request.goal})
    assert info["plane_error_mm"] == pytest.approx(0.0, abs=0.1)
    worst = [world.step(np.full(7, 0.3 * (-1) ** i, dtype=np.float32))[4]["plane_error_mm"] for i in range(4)]
    assert worst == sorted(worst)
