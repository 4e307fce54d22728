"""Pots and niches round the arm."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envs.arm import ArmEnv
from envs.scenes import Layout
from envs.scenes.pots_and_niches import PotsAndNiches

_MIDDLES = {place.name: (place.lower + place.upper) / 2 for place in PotsAndNiches().places}


def test_a_pot_is_entered_straight_down_and_a_niche_outward_and_somewhat_down() -> None:
    scene = PotsAndNiches()
    for name, middle in _MIDDLES.items():
        approach = scene.tool_pose(middle).rotation[:, 2]
        outward = np.array([np.cos(middle[0]), np.sin(middle[0]), 0.0])
        tilt = 0.0 if name.startswith("pot") else np.deg2rad(60.0)
        np.testing.assert_allclose(approach, np.sin(tilt) * outward - [0, 0, np.cos(tilt)], atol=1e-12)
        # Pulling back along the approach changes nothing but the distance.
        back = scene.coordinates(scene.tool_pose(middle).position - 0.1 * approach)
        np.testing.assert_allclose(back, middle - [0.0, 0.0, 0.1], atol=1e-12)


@given(
    azimuth=st.floats(-1.6, 1.6),
    tilt=st.floats(-0.1, 1.4),
    distance=st.floats(0.05, 0.6),
    stretch=st.floats(0.7, 1.2),
)
def test_coordinates_undo_the_tool_pose(azimuth: float, tilt: float, distance: float, stretch: float) -> None:
    scene = PotsAndNiches(Layout(stretch=stretch))
    point = np.array([azimuth, tilt, distance])
    pose = scene.tool_pose(point)
    np.testing.assert_allclose(pose.rotation.T @ pose.rotation, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(scene.coordinates(pose.position), point, atol=1e-9)


@pytest.mark.parametrize(
    ("start", "goal"), [("pot 2", "niche 2"), ("niche 1", "niche 3"), ("pot 1", "pot 4")]
)
def test_the_way_pulls_back_and_goes_round_on_the_common_ring(start: str, goal: str) -> None:
    corners = np.stack(PotsAndNiches().stations(_MIDDLES[start], _MIDDLES[goal]))
    assert len(corners) == 6
    np.testing.assert_array_equal(corners[1][:2], corners[0][:2])
    np.testing.assert_array_equal(corners[4][:2], corners[5][:2])
    assert len(np.unique(corners[1:5, 2])) == 1 and corners[1, 2] < 0.1
    np.testing.assert_array_equal(corners[2, 1:], corners[3, 1:])
    assert 0.0 < corners[2, 1] < np.deg2rad(60.0)


@pytest.mark.sim
def test_the_straight_joint_line_is_blocked_between_any_two_places(worlds: dict[str, ArmEnv]) -> None:
    world = worlds["PotsAndNiches"]
    requests = [world.held_out_request(0, i) for i in range(42)]
    free = [world._checker.path_is_free(np.stack([r.start, r.goal])) for r in requests]
    assert not any(free)
