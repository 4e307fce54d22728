"""The pillar and the trays."""

from __future__ import annotations

import numpy as np
import pytest

from envs.arm import ArmEnv
from envs.scenes.reach_detour import ReachDetour


def test_every_request_crosses_and_passes_before_the_pillar() -> None:
    scene = ReachDetour()
    rng = np.random.default_rng(0)
    assert len(scene.pairs()) == 18
    for a, b in scene.pairs():
        assert {a.name.split()[0], b.name.split()[0]} == {"left", "right"}
        start, goal = (scene.tool_pose(place.sample(rng)) for place in (a, b))
        route = np.stack([pose.position for pose in scene.route(start, goal)])
        crossing = route[np.argmin(np.abs(route[:, 1]))]
        assert np.hypot(*crossing[:2]) == pytest.approx(0.40, abs=0.01)
        assert crossing[2] == pytest.approx(0.34, abs=0.01)


@pytest.mark.sim
def test_the_straight_joint_line_is_blocked(worlds: dict[str, ArmEnv]) -> None:
    world = worlds["ReachDetour"]
    requests = [world.held_out_request(0, i) for i in range(36)]
    free = [world._checker.path_is_free(np.stack([r.start, r.goal])) for r in requests]
    assert np.mean(free) <= 0.2
