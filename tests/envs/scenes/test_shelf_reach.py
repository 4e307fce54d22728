"""The rack."""

from __future__ import annotations

import numpy as np
import pytest

from envs.arm import ArmEnv
from envs.scenes.shelf_reach import ShelfReach


def test_between_compartments_the_tool_comes_out_of_the_rack() -> None:
    scene = ShelfReach()
    places = {place.name: place for place in scene.places}
    rng = np.random.default_rng(0)
    start, goal = (places[name].sample(rng) for name in ("left low", "right high"))
    corners = scene.stations(start, goal)
    assert len(corners) == 4
    assert corners[1][0] == corners[2][0] < 0.6
    np.testing.assert_array_equal(corners[1][1:], start[1:])
    np.testing.assert_array_equal(corners[2][1:], goal[1:])


@pytest.mark.sim
def test_the_straight_joint_line_between_compartments_is_blocked(worlds: dict[str, ArmEnv]) -> None:
    world = worlds["ShelfReach"]
    requests = [world.held_out_request(0, i) for i in range(42)]
    free = [world._checker.path_is_free(np.stack([r.start, r.goal])) for r in requests]
    assert np.mean(free) <= 0.2
