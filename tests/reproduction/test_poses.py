"""Poses without their place, and how near recorded ones they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robogeo.data.asf import load_skeleton
from robogeo.data.cmu_mocap import Recording
from robogeo.reproduction.human_motion.poses import Poses, evenly, joined
from tests.data.acclaim import ASF


@pytest.fixture(scope="module")
def poses(tmp_path_factory: pytest.TempPathFactory) -> Poses:
    """Two trials of the small skeleton: anywhere, looking anywhere, bending its knee."""
    file: Path = tmp_path_factory.mktemp("skeleton") / "tiny.asf"
    file.write_text(ASF)
    skeleton = load_skeleton(file)
    draw = np.random.default_rng(0)
    motions = []
    for frames in (5, 7):
        motion = np.zeros((frames, 10))
        motion[:, :6] = draw.normal(size=(frames, 6))
        motion[:, 6:9] = 0.1
        motion[:, 9] = np.linspace(0.0, 1.0, frames)
        motions.append(motion)
    return Poses(Recording(skeleton, ("a", "b"), tuple(motions)), ["thigh"])


def test_a_pose_is_what_is_not_left_out(poses: Poses) -> None:
    assert poses.frames.shape == (12, 1)
    assert poses.trial_of.tolist() == [0] * 5 + [1] * 7


def test_the_root_stays_at_the_origin_and_left_out_bones_keep_their_mean(poses: Poses) -> None:
    places = poses.places(poses.frames)
    assert places[:, 0] == pytest.approx(np.zeros((12, 3)))
    assert np.ptp(places[:, 2], axis=0) == pytest.approx(np.zeros(3))  # the thigh's end does not move
    assert np.ptp(places[:, 3], axis=0).max() > 0.1


def test_recorded_poses_are_not_astray_and_others_by_their_distance(poses: Poses) -> None:
    assert poses.astray(poses.frames) == pytest.approx(np.zeros(12), abs=1e-12)
    assert poses.nearest(poses.frames[[2, 9]]).tolist() == [2, 9]
    # Only the shin's end moves, on a circle: the chord, spread over four joints.
    bent = poses.frames[-1:] + 0.3
    shin = poses.skeleton.bones[3].length
    assert poses.astray(bent) == pytest.approx([2.0 * shin * np.sin(0.15) / np.sqrt(4.0)])


@given(st.integers(2, 40), st.lists(st.floats(0.01, 10.0), min_size=1, max_size=20))
def test_even_points_of_a_straight_line_whatever_its_time_law(count: int, steps: list[float]) -> None:
    line = np.concatenate([[0.0], np.cumsum(steps)])[:, None] * np.array([[3.0, 4.0]])
    points = evenly(line, count)
    assert points[0] == pytest.approx(line[0]) and points[-1] == pytest.approx(line[-1])
    assert np.diff(points, axis=0) == pytest.approx(np.tile(line[-1] / (count - 1), (count - 1, 1)))


def test_a_way_that_stands_still_and_ways_in_a_row() -> None:
    still = np.array([[0.0], [0.0], [1.0], [1.0]])
    assert evenly(still, 3).ravel() == pytest.approx([0.0, 0.5, 1.0])
    assert evenly(np.zeros((4, 2)), 3) == pytest.approx(np.zeros((3, 2)))
    assert joined([still, np.array([[1.0], [2.0]])]).ravel().tolist() == [0, 0, 1, 1, 2]
