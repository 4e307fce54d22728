from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest

from robogeo.errors import InputError
from robogeo.report import still, write_video


def _frames(count: int = 12, height: int = 48, width: int = 64) -> np.ndarray:
    ramp = np.arange(count)[:, None, None, None] * 15
    return np.broadcast_to(ramp + 20, (count, height, width, 3)).astype(np.uint8)


def test_video_has_every_frame_in_order(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "video.mp4"
    assert write_video(_frames(), path, 12.0) == 12
    read = iio.imread(path, plugin="FFMPEG")
    assert read.shape == (12, 48, 64, 3)
    np.testing.assert_allclose(read.mean(axis=(1, 2, 3)), _frames().mean(axis=(1, 2, 3)), atol=4.0)
    facts = iio.immeta(path, plugin="FFMPEG")
    assert facts["codec"] == "h264" and facts["pix_fmt"].startswith("yuv420p") and facts["fps"] == 12.0
    assert [file.name for file in path.parent.iterdir()] == ["video.mp4"]


def test_odd_sides_are_padded_and_a_generator_will_do(tmp_path: Path) -> None:
    path = tmp_path / "odd.mp4"
    assert write_video((frame for frame in _frames(5, 47, 63)), path, 10) == 5
    assert iio.imread(path, plugin="FFMPEG").shape == (5, 48, 64, 3)


def test_same_frames_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        write_video(_frames(), tmp_path / name, 24)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_a_failure_half_way_keeps_the_old_video(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(b"old")

    def failing() -> Iterator[np.ndarray]:
        yield from _frames(3)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_video(failing(), path, 10)
    with pytest.raises(InputError, match="frame 3 has shape"):
        write_video([*_frames(3), *_frames(1, 50, 64)], path, 10)
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("frames", "name", "fps", "reason"),
    [
        (_frames(0), "v.mp4", 10, "no frames"),
        (_frames().astype(float), "v.mp4", 10, "float64"),
        (_frames()[..., :2], "v.mp4", 10, "expected uint8"),
        (_frames(), "v.gif", 10, "end in .mp4"),
        (_frames(), "v.mp4", 0, "must be positive"),
        (_frames(), "v.mp4", float("nan"), "must be positive"),
    ],
)
def test_unusable_input_is_refused(
    tmp_path: Path, frames: np.ndarray, name: str, fps: float, reason: str
) -> None:
    with pytest.raises(InputError, match=reason):
        write_video(frames, tmp_path / name, fps)
    assert list(tmp_path.iterdir()) == []


def test_still_shows_the_first_and_the_last_frame() -> None:
    frames = _frames(11)
    figure = still(frames, count=3, fps=10.0)
    assert [axes.get_title() for axes in figure.axes] == ["0.0 s", "0.5 s", "1.0 s"]
    np.testing.assert_array_equal(figure.axes[-1].images[0].get_array(), frames[-1])
    assert len(still(frames[:2], count=5).axes) == 2
    with pytest.raises(InputError, match="no frames"):
        still(frames[:0])
