"""Small animations that play wherever a picture is shown, as GIF.

Pages on the web show a GIF inside the text, where a video is only a link. Line drawings of few colours stay
small in it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from robogeo.errors import InputError

COLORS = 32


def gif_bytes(frames: Sequence[NDArray[np.uint8]], fps: float, colors: int = COLORS) -> bytes:
    """An endless animation.

    Args:
        frames: (h, w, 3) uint8 each, all of one size.
        fps: frames a second; GIF counts in hundredths of a second.
        colors: of the whole animation; 256 at most.

    Raises:
        InputError: no frame, frames of several sizes, or a rate that GIF cannot keep.
    """
    from PIL import Image

    if not len(frames) or len({np.shape(frame) for frame in frames}) > 1:
        raise InputError("animation: needs frames, all of one size")
    if not 1.0 <= fps <= 50.0:
        raise InputError(f"animation: fps is {fps}, expected 1 to 50")
    first = Image.fromarray(np.concatenate(frames[:: max(1, len(frames) // 8)]))
    palette = first.quantize(colors)
    pictures = [
        Image.fromarray(frame).quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames
    ]
    buffer = io.BytesIO()
    pictures[0].save(
        buffer,
        format="GIF",
        save_all=True,
        append_images=pictures[1:],
        duration=round(100.0 / fps) * 10,
        loop=0,
        optimize=False,
    )
    return buffer.getvalue()
