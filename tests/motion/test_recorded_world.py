"""A world of recordings: which of them a request comes from, and what a motion is held against."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest

from robogeo.data.demonstrations import Demonstration
from robogeo.learning.queries import Query
from robogeo.learning.recorded_oracle import RecordedOracle
from robogeo.motion.recorded_world import RecordedWorld

SHARE = np.linspace(0.0, 1.0, 100)


def arc(height: float) -> Demonstration:
    """From (0, 0) to (3, 0) dm, by way of a height, dm."""
    q = np.stack([3.0 * SHARE, height * np.sin(np.pi * SHARE)], axis=1)
    q[-1] = 3.0, 0.0
    return Demonstration(q, 2.0 * SHARE, f"{height} dm high")


def world_of(heights: Sequence[float], held_out: Sequence[int]) -> RecordedWorld:
    return RecordedWorld("Free", "tool-xy", [arc(height) for height in heights], held_out)


def height_of(path: np.ndarray) -> float:
    return float(path[:, 1].max())


def test_requests_with_the_same_ends_are_held_against_their_own_recordings() -> None:
    with world_of([1.0, 2.0, 0.5, 0.6], held_out=[0, 1]) as world:
        requests = world.held_out(0, 8)
        assert np.ptp([request.goal for request in requests[:2]], axis=0).max() == 0.0
        for request in requests:
            assert request.recording is not None
            shown = world.demonstrate(request, 0)
            assert isinstance(shown, np.ndarray)
            np.testing.assert_array_equal(shown[[0, -1]], [request.start, request.goal])
            held = world.reference(request, shown)
            assert held is not None
            whole = world.demonstrate(world.whole(request.recording), 0)
            assert isinstance(whole, np.ndarray)
            assert height_of(whole) == pytest.approx((1.0, 2.0)[request.recording], abs=1e-3)
            assert held.deviation(whole[np.isin(whole[:, 0], shown[:, 0])]) < 0.01
        assert {request.recording for request in requests[:2]} == {0, 1}
        own, other = (world.demonstrate(request, 0) for request in requests[:2])
        assert isinstance(own, np.ndarray) and isinstance(other, np.ndarray)
        against = world.reference(requests[0], own)
        assert against is not None and against.deviation(other) > 0.3


def test_the_recording_asked_for_is_the_one_that_comes() -> None:
    heights = [1.0 + 0.1 * number for number in range(6)]
    with world_of(heights, held_out=[0]) as world:
        oracle = RecordedOracle({number: world.recordings[number] for number in world.pool})
        given: list[Demonstration] = []
        for request in reversed(world.candidates(0, 0, 9, given)):
            query = Query("q0-0", 0, request, "cover", 1.0, {})
            asked = Query.from_dict(json.loads(json.dumps(query.as_dict()))).request
            shown = oracle.demonstrate(asked, 0)
            assert isinstance(shown, Demonstration) and asked.recording is not None
            assert shown.source == f"{heights[asked.recording]} dm high"
            given.append(shown)
            assert world.numbers(given)[-1] == asked.recording
        assert world.exhausted(given)


def test_twins_of_what_is_held_out_can_be_given() -> None:
    with world_of([1.0, 1.0, 1.0, 2.0], held_out=[0]) as world:
        assert world.left([arc(1.0)]) == [2, 3]
        assert world.left([arc(1.0), arc(1.0), arc(2.0)]) == []
