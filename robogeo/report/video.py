"""Frames of a roll-out as a video every browser plays, and as a still strip for paper.

H.264 with 4:2:0 colour needs even sides: a frame with an odd side repeats its last row or column. One
encoder thread and no version strings: the same frames give the same bytes on any number of cores.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from robogeo.durable import replacing
from robogeo.errors import InputError, RobogeoError
from robogeo.report.style import WIDTH, calm, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Frames = Iterable[NDArray[np.uint8]]


def write_video(frames: Frames, path: str | os.PathLike[str], fps: float) -> int:
    """Write frames as H.264 (yuv420p) in an mp4 file, whole or not at all.

    Args:
        frames: (n, h, w, 3) uint8 array, or any iterable of (h, w, 3) uint8 frames; taken one by one, so a
            generator needs no room for all of them.
        path: where the file goes; must end in .mp4.
        fps: frames a second.

    Returns:
        The number of frames written.

    Raises:
        InputError: no frames, a frame of another kind or size, a rate that is not positive, a path that
            cannot be written.
        RobogeoError: when the encoder is missing or fails.
    """
    if not (np.isfinite(fps) and fps > 0.0):
        raise InputError(f"video {path}: {fps} frames a second; the rate must be positive")
    if os.path.splitext(path)[1].lower() != ".mp4":
        raise InputError(f"video {path}: the name must end in .mp4")
    source = iter(frames)
    first = next(source, None)
    if first is None:
        raise InputError(f"video {path}: there are no frames to write")
    _check(first, np.shape(first), 0)
    with replacing(path) as draft:
        return _encode(chain([first], source), np.shape(first), str(draft), fps)


def still(
    frames: Sequence[NDArray[np.uint8]] | NDArray[np.uint8], count: int = 5, fps: float | None = None
) -> Figure:
    """Draw `count` frames side by side, evenly spread from the first to the last.

    Args:
        frames: (n, h, w, 3) uint8.
        count: how many to show; fewer when there are fewer.
        fps: frames a second; when given, each frame carries its time.

    Returns:
        A figure with one set of axes a frame.

    Raises:
        InputError: when there is no frame, or one is not (h, w, 3) uint8.
    """
    if not len(frames) or count < 1:
        raise InputError("still: there are no frames to show")
    chosen = np.unique(np.linspace(0, len(frames) - 1, min(count, len(frames))).round().astype(int))
    for index in chosen:
        _check(frames[index], np.shape(frames[0]), int(index))
    height, width = np.shape(frames[0])[:2]
    with calm():
        caption = 0.0 if fps is None else 0.35
        figure = new_figure(WIDTH, WIDTH / len(chosen) * height / width + caption)
        figure.get_layout_engine().set(w_pad=0.03, h_pad=0.03, wspace=0.0)  # type: ignore[union-attr, call-arg]
        for axes, index in zip(figure.subplots(1, len(chosen), squeeze=False)[0], chosen, strict=True):
            axes.imshow(frames[index])
            axes.set_axis_off()
            if fps is not None:
                axes.set_title(f"{index / fps:.1f} s", fontsize=11, fontweight="normal", pad=4)
    return figure


def _check(frame: NDArray[np.uint8], shape: tuple[int, ...], index: int) -> None:
    kind = getattr(frame, "dtype", type(frame).__name__)
    if kind != np.uint8 or len(shape) != 3 or shape[2] != 3 or 0 in shape:
        raise InputError(f"frame {index} is {kind} of shape {np.shape(frame)}; expected uint8 (h, w, 3)")
    if np.shape(frame) != shape:
        raise InputError(f"frame {index} has shape {np.shape(frame)}, the first one {shape}; make them equal")


def _encode(frames: Frames, shape: tuple[int, ...], path: str, fps: float) -> int:
    import imageio_ffmpeg

    even = ((0, shape[0] % 2), (0, shape[1] % 2), (0, 0))
    size = (shape[1] + shape[1] % 2, shape[0] + shape[0] % 2)
    bits = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-threads", "1", "-movflags", "+faststart"]
    count = 0
    with _encoder_errors():
        writer = imageio_ffmpeg.write_frames(
            path,
            size,
            fps=fps,
            codec="libx264",
            pix_fmt_out="yuv420p",
            quality=7,
            macro_block_size=1,
            ffmpeg_log_level="error",
            output_params=bits,
        )
        writer.send(None)
    try:
        for count, frame in enumerate(frames, start=1):
            _check(frame, shape, count - 1)
            with _encoder_errors():
                writer.send(np.ascontiguousarray(np.pad(frame, even, mode="edge")))
    finally:
        writer.close()
    return count


@contextmanager
def _encoder_errors() -> Iterator[None]:
    """Rename the encoder's own failures only; what the caller's generator of frames raises passes."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[-1]
        raise RobogeoError(f"video: the encoder failed ({reason})") from error
