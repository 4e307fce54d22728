"""Animations are whole, endless, equal when their frames are, and refused in one line."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from robogeo.errors import InputError
from robogeo.report.gif import gif_bytes


def frames(count: int = 5) -> list[np.ndarray]:
    pictures = np.full((count, 12, 20, 3), 255, dtype=np.uint8)
    for at in range(count):
        pictures[at, :, 4 * at : 4 * at + 4] = (0, 114, 178)
    return list(pictures)


def test_frames_come_out_as_they_went_in() -> None:
    picture = Image.open(io.BytesIO(gif_bytes(frames(), 25.0)))
    assert (picture.n_frames, picture.size, picture.info["loop"]) == (5, (20, 12), 0)
    for at, frame in enumerate(frames()):
        picture.seek(at)
        assert picture.info["duration"] == 40  # ms
        assert np.abs(np.asarray(picture.convert("RGB")).astype(int) - frame).max() <= 8


def test_equal_frames_give_equal_bytes() -> None:
    assert gif_bytes(frames(), 10.0) == gif_bytes(frames(), 10.0)


@pytest.mark.parametrize(
    ("given", "fps", "told"),
    [
        ([], 10.0, "needs frames"),
        ([*frames(2), np.zeros((3, 3, 3), np.uint8)], 10.0, "all of one size"),
        (frames(), 0.1, "fps is 0.1"),
        (frames(), float("nan"), "fps is nan"),
    ],
)
def test_what_is_no_animation_is_refused(given: list[np.ndarray], fps: float, told: str) -> None:
    with pytest.raises(InputError, match=told):
        gif_bytes(given, fps)
