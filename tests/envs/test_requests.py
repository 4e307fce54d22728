"""The two streams of requests."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from envs.arm import ArmEnv
from envs.errors import WorldError

pytestmark = pytest.mark.sim


def test_requests_are_functions_of_seed_and_index_alone(world: ArmEnv) -> None:
    for stream in (world.request, world.held_out_request):
        first = [stream(3, i) for i in (4, 1)]
        world.demonstrate(first[0].start, first[0].goal)
        fresh = ArmEnv(world.scene.name)
        again = [getattr(fresh, stream.__name__)(3, i) for i in (1, 4)][::-1]
        fresh.close()
        for a, b in zip(first, again, strict=True):
            np.testing.assert_array_equal(a.start, b.start)
            np.testing.assert_array_equal(a.goal, b.goal)
            assert (a.start_place, a.goal_place) == (b.start_place, b.goal_place)
        assert not np.array_equal(stream(3, 1).start, stream(4, 1).start)


@pytest.mark.long
def test_the_streams_never_meet(world: ArmEnv) -> None:
    lifelike = {world.request(0, i).start.tobytes() for i in range(20)}
    held_out = {world.held_out_request(0, i).start.tobytes() for i in range(20)}
    assert len(lifelike) == len(held_out) == 20
    assert not lifelike & held_out


def test_held_out_requests_weigh_all_pairs_alike(worlds: dict[str, ArmEnv]) -> None:
    world = worlds["ShelfReach"]
    pairs = len(world.scene.pairs())
    seen = Counter()
    for i in range(2 * pairs):
        request = world.held_out_request(1, i)
        seen[request.start_place, request.goal_place] += 1
        if i + 1 == pairs:
            assert set(seen.values()) == {1}
            assert len(seen) == pairs == 42
    assert set(seen.values()) == {2}


def test_lifelike_requests_favour_some_places(worlds: dict[str, ArmEnv]) -> None:
    seen = Counter(worlds["ShelfReach"].request(0, i).start_place for i in range(150))
    assert seen["centre low"] > 3 * seen["right high"]
    assert seen["centre low"] > seen["left low"]


def test_end_points_keep_margin_and_limits_and_lie_in_their_places(world: ArmEnv) -> None:
    robot = world.robot
    for i in range(30):
        request = world.held_out_request(2, i)
        for q, place in ((request.start, request.start_place), (request.goal, request.goal_place)):
            assert np.all((q >= robot.lower) & (q <= robot.upper))
            clearance = world.clearance(q)
            assert clearance.surroundings >= 0.02
            assert clearance.itself >= 0.01
            assert world.place_of(q) == place


def test_named_places_restrict_the_stream(worlds: dict[str, ArmEnv]) -> None:
    world = worlds["ShelfReach"]
    for i in range(10):
        request = world.request(0, i, ("home", "left low"))
        assert {request.start_place, request.goal_place} == {"home", "left low"}


def test_named_places_keep_to_one_skill_at_a_time(worlds: dict[str, ArmEnv]) -> None:
    world = worlds["TwoSkills"]
    places = ("table near", "table far", "shelf near", "shelf middle")
    seen = []
    for i in range(12):
        request = world.request(0, i, places)
        assert {request.start_place, request.goal_place} <= set(places)
        skills = {place.split()[0] for place in (request.start_place, request.goal_place)}
        assert len(skills) == 1
        seen += skills
    assert seen == ["table", "shelf"] * 6
    asked = [world.request(0, i) for i in range(40)]
    across = [r.start_place.split()[0] != r.goal_place.split()[0] for r in asked]
    assert 0.3 < np.mean(across) < 0.9


def test_places_that_cannot_be_joined_are_refused(worlds: dict[str, ArmEnv]) -> None:
    with pytest.raises(WorldError, match="has no place 'cellar'; known: left low"):
        worlds["ShelfReach"].request(0, 0, ("cellar",))
    with pytest.raises(WorldError, match="no request joins two of the places left near, left far"):
        worlds["ReachDetour"].request(0, 0, ("left near", "left far"))


def test_negative_keys_are_refused(world: ArmEnv) -> None:
    with pytest.raises(WorldError, match="index of a request must not be negative, got -1"):
        world.held_out_request(0, -1)
    with pytest.raises(WorldError, match="seed of a request must not be negative, got -2"):
        world.request(-2, 0)


def test_a_tool_outside_all_places_is_elsewhere(world: ArmEnv) -> None:
    assert world.place_of(np.zeros(7)) == "elsewhere"
    assert len(set(world.place_names())) == len(world.place_names()) >= 6
