"""Decoded pictures all over a map, as one image in which a page finds the one under the pointer."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robogeo.report.png import picture_png
from robogeo.viewer.latent_map import LatentMap

FloatArray = NDArray[np.float64]
_PIXELS = 1200  # of the image's sides, about
_LARGEST = 64  # pixels of a picture's longer side; larger ones are thinned
_MOST = 32  # pictures along a side


def decoded_pictures(chart: LatentMap) -> dict[str, Any] | None:
    """Pictures decoded at ``side`` x ``side`` places of a map, from the top down; None of other models."""
    if chart.charted.picture_shape is None:
        return None
    step = max(1, -(-max(chart.charted.picture_shape) // _LARGEST))
    low, high = _limits(chart)

    def pictures_at(codes: FloatArray) -> FloatArray:
        rows = chart.charted.decoded(codes).reshape(len(codes), *(chart.charted.picture_shape or ()))
        return np.clip((rows[:, ::step, ::step] - low) / (high - low), 0.0, 1.0)

    _, height, width = pictures_at(chart.nodes[:1]).shape
    side = min(_MOST, _PIXELS // max(height, width))
    pictures = pictures_at(chart.codes_of_tiles(side)).reshape(side, side, height, width)
    image = pictures[::-1].transpose(0, 2, 1, 3).reshape(side * height, side * width)
    return {"side": side, "height": height, "width": width, "sprite": png_address(image)}


def _limits(chart: LatentMap) -> tuple[float, float]:
    """Black and white: the decoded codes' own range, for far from them values are arbitrary."""
    decoded = chart.charted.decoded(chart.nodes[:: max(1, len(chart.nodes) // 200)])
    low, high = np.percentile(decoded, [0.1, 99.9])
    return float(low), float(max(high, low + 1e-9))


def png_address(image: FloatArray) -> str:
    """An image (h, w) or (h, w, 3), in [0, 1] and from the top down, as the data address of a PNG."""
    content = picture_png(np.round(255 * image).astype(np.uint8))
    return "data:image/png;base64," + base64.b64encode(content).decode()
