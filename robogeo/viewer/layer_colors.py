"""Colours of the map's layers: those of the report, the more the darker, under white fog without support."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from robogeo.report.style import cool_scale
from robogeo.viewer.latent_map import Layer

if TYPE_CHECKING:
    from matplotlib.cm import ScalarMappable

FloatArray = NDArray[np.float64]
LEGEND = (
    "The darker, the more: on a dark ridge of magnification a small latent step is a large change, "
    "of an arm a large motion. White fog: nothing was shown there."
)
_DENSEST = 0.97  # opacity of the fog
_SOONER = 1.5  # the fog is densest where support is not quite gone


def colors_of(layer: Layer, values: FloatArray, lack: FloatArray) -> FloatArray:
    """Red, green and blue in [0, 1] (..., 3).

    Args:
        layer: whose limits count; the layer of support has no fog, which would say the same twice.
        values: of the layer, of any shape.
        lack: of support at the same places, in [0, 1].
    """
    low, high = layer.limits
    share = (np.clip(np.nan_to_num(values, nan=low), low, high) - low) / (high - low)
    color = np.asarray(cool_scale()(share))[..., :3]
    if layer.name == "support":
        return color
    fog = _DENSEST * np.clip(_SOONER * lack, 0.0, 1.0)[..., None]
    return np.asarray((1.0 - fog) * color + fog)


def scale_of(layer: Layer) -> ScalarMappable:
    """The scale, for a colour bar of matplotlib."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    return ScalarMappable(Normalize(*layer.limits), cool_scale())


def steps_of_scale(count: int = 10) -> list[str]:
    """Colours of the scale as browsers write them, from the least to the most."""
    from matplotlib.colors import to_hex

    return [to_hex(color) for color in cool_scale()(np.linspace(0.0, 1.0, count))]
