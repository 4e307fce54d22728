"""Stick figures: both sides told apart, and as many frames as poses."""

from __future__ import annotations

import numpy as np
import pytest

from robogeo.data.skeleton import Bone, Skeleton
from robogeo.report.style import new_figure
from robogeo.reproduction.human_motion.stick_figures import LEFT, RIGHT, StickFigures


@pytest.fixture
def sticks() -> StickFigures:
    names = ("root", "lfemur", "rfemur", "lowerback")
    bones = [
        Bone(name, -1 if at == 0 else 0, np.zeros(3), 1.0, np.eye(3), ()) for at, name in enumerate(names)
    ]
    return StickFigures(Skeleton(tuple(bones), np.zeros(3)))


def test_sides_have_their_colours_and_the_trunk_has_none(sticks: StickFigures) -> None:
    left, right, trunk = sticks.colors
    assert (left, right) == (LEFT, RIGHT) and trunk not in (LEFT, RIGHT)


def test_a_row_draws_every_pose_where_it_belongs(sticks: StickFigures) -> None:
    axes = new_figure(3.0, 1.0).subplots()
    pose = np.array([[0.0, 0, 0], [0, -1, 0], [0, -1, 1], [0, 1, 0]])
    sticks.row(axes, [pose, pose, pose], gap=2.0)
    starts = [collection.get_segments()[0][0] for collection in axes.collections]
    assert np.array(starts) == pytest.approx(np.array([[0, 0], [2, 0], [4, 0]]))


def test_a_film_has_a_frame_for_every_pose(sticks: StickFigures) -> None:
    pose = np.array([[0.0, 0, 0], [0, -1, 0], [0, -1, 1], [0, 1, 0]])
    poses = [pose, 0.5 * pose]
    frames = list(sticks.film([("one", poses), ("other", poses)]))
    assert len(frames) == 2 and frames[0].dtype == np.uint8 and frames[0].shape[2] == 3
    assert not np.array_equal(frames[0], frames[1])
