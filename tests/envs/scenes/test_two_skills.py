"""Sweeping and reaching."""

from __future__ import annotations

import numpy as np
import pytest

from envs.arm import ArmEnv
from envs.scenes.two_skills import TwoSkills


def test_the_tool_points_down_on_the_left_and_outward_on_the_right_and_turns_in_between() -> None:
    scene = TwoSkills()
    approach = [scene.tool_pose(np.array([azimuth, 0.5, 0.6])).rotation[:, 2] for azimuth in (1.0, 0.0, -1.0)]
    np.testing.assert_allclose(approach[0], [0.0, 0.0, -1.0], atol=1e-12)
    slant = np.deg2rad(30.0)
    outward = np.array([np.cos(-1.0), np.sin(-1.0), 0.0])
    np.testing.assert_allclose(approach[2], np.cos(slant) * outward - [0, 0, np.sin(slant)], atol=1e-12)
    assert -1.0 < approach[1][2] < -np.sin(slant)


def test_a_transition_rises_over_the_wall_and_motions_within_a_skill_do_not() -> None:
    scene = TwoSkills()
    places = {place.name: (place.lower + place.upper) / 2 for place in scene.places}
    for start, goal in (("table near", "table far"), ("shelf far", "shelf middle")):
        corners = np.stack(scene.stations(places[start], places[goal]))
        assert len(corners) == 4
        assert np.sign(corners[:, 0]).std() == 0
    corners = np.stack(scene.stations(places["table far"], places["shelf near"]))
    assert len(corners) == 6
    assert np.all(corners[2:4, 2] > 0.6)


@pytest.mark.sim
def test_the_straight_joint_line_is_blocked_within_and_between_skills(worlds: dict[str, ArmEnv]) -> None:
    world = worlds["TwoSkills"]
    requests = [world.held_out_request(0, i) for i in range(30)]
    free = [world._checker.path_is_free(np.stack([r.start, r.goal])) for r in requests]
    assert np.mean(free) <= 0.2
