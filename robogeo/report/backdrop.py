"""The backdrop of a chart: the magnification factor, under fog where nothing was learned from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from robogeo.report.style import cool_scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

FloatArray = NDArray[np.float64]
_DENSEST = 0.94  # opacity of the fog: what is below can still be guessed


def draw_backdrop(
    axes: Axes,
    log10_mf: FloatArray,
    extent: tuple[float, float, float, float],
    limits: tuple[float, float],
    fog: FloatArray | None = None,
) -> AxesImage:
    """Draw it below all else; returns the image, for its colour bar.

    Args:
        axes: to draw on.
        log10_mf: (rows, columns) from the bottom up; what is not finite stays empty.
        extent: left, right, bottom, top.
        limits: values of the lightest and the darkest colour.
        fog: (rows, columns) in [0, 1], 1 where nothing supports the chart.
    """
    image = axes.imshow(
        np.ma.masked_invalid(log10_mf),
        extent=extent,
        origin="lower",
        aspect="auto",
        cmap=cool_scale(),
        vmin=limits[0],
        vmax=limits[1],
        interpolation="bilinear",
    )
    if fog is not None:
        veil = np.ones((*fog.shape, 4))
        veil[..., 3] = _DENSEST * fog
        axes.imshow(veil, extent=extent, origin="lower", aspect="auto", interpolation="bilinear")
    return image
