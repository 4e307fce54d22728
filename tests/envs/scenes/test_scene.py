"""Routes and places that every scene shares."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from envs.kinematics import ToolPose
from envs.scenes import SCENES, Place, Scene
from envs.scenes.scene import round_corners


@pytest.fixture(params=list(SCENES))
def scene(request: pytest.FixtureRequest) -> Scene:
    return SCENES[request.param]()


def test_place_coordinates_undo_the_tool_pose(scene: Scene) -> None:
    rng = np.random.default_rng(0)
    for place in scene.places:
        point = place.sample(rng)
        pose = scene.tool_pose(point)
        np.testing.assert_allclose(scene.coordinates(pose.position), point, atol=1e-12)
        assert scene.place_of(pose.position) is place
        np.testing.assert_allclose(pose.rotation @ pose.rotation.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(pose.rotation) == pytest.approx(1.0)


def test_routes_begin_and_end_at_any_wanted_poses(scene: Scene) -> None:
    rng = np.random.default_rng(1)
    for a, b in scene.pairs():
        start, goal = (scene.tool_pose(place.sample(rng)) for place in (a, b))
        turn = Rotation.from_rotvec([0.1, -0.2, 0.3]).as_matrix()
        start = ToolPose(start.position, turn @ start.rotation)
        route = scene.route(start, goal)
        assert max(route[0].distance(start)) < 1e-7
        assert max(route[-1].distance(goal)) < 1e-7
        steps = [one.distance(other) for one, other in itertools.pairwise(route)]
        assert max(step[0] for step in steps) < 0.021
        middle = route[len(route) // 2]
        own = scene.tool_pose(scene.coordinates(middle.position))
        assert middle.distance(own)[1] < 1e-6


def test_frequencies_add_up_over_places(scene: Scene) -> None:
    assert all(place.frequency > 0 for place in scene.places)
    assert len({(a.name, b.name) for a, b in scene.pairs()}) == len(scene.pairs())


def test_a_place_holds_its_box_and_a_little_more() -> None:
    place = Place("box", np.zeros(3), np.ones(3), 1.0)
    assert place.contains(np.array([1.01, 0.5, -0.01]))
    assert not place.contains(np.array([1.03, 0.5, 0.5]))


def test_rounded_corners_keep_ends_and_spacing_and_cut_the_corner() -> None:
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]])
    points = round_corners(corners, radius=0.2, spacing=0.02)
    np.testing.assert_allclose(points[[0, -1]], corners[[0, -1]])
    assert np.linalg.norm(np.diff(points, axis=0), axis=1).max() <= 0.0201
    # The parabola's nearest point to the corner is a quarter of the way between corner and chord ends.
    assert np.linalg.norm(points - corners[1], axis=1).min() == pytest.approx(0.2 / np.sqrt(8), abs=2e-3)


def test_a_route_from_a_point_to_itself_has_two_points() -> None:
    point = np.array([[0.3, 0.2, 0.1]])
    np.testing.assert_array_equal(round_corners(np.repeat(point, 3, axis=0)), np.repeat(point, 2, axis=0))
