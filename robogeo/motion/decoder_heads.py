"""The decoder heads of a model in closed form, as the geometry evaluates them fastest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from robogeo.geometry import Layer, Perceptron
from robogeo.models import IWAE

FloatArray = NDArray[np.float64]


def heads_in_closed_form(model: IWAE) -> Perceptron:
    """All heads of a model that is no convolution, side by side and divided by the root of their number."""
    return Perceptron([Layer(*layer) for layer in model.decoder_layers()])


def heads_at(closed: Perceptron, count: int, z: FloatArray) -> FloatArray:
    """What each of ``count`` heads makes of codes (n, d): observations (n, count, D)."""
    side_by_side = closed.values(z).astype(np.float64)
    return side_by_side.reshape(len(z), count, -1) * count**0.5
