"""The run's success over its demonstrations, as a small plot in the panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from robogeo.viewer.teaching import Standing

_BLUE, _PALE = "#0072B2", "#9cc5d9"


class SuccessPlot:
    """Success on held-out requests with its 95 % interval.

    Args:
        gui: of the server; its current container takes the plot.
    """

    def __init__(self, gui: Any) -> None:
        nothing = tuple(np.zeros(1) for _ in range(4))
        self._plot = gui.add_uplot(
            nothing,
            (
                {"label": "demonstrations"},
                {"label": "success, %", "stroke": _BLUE, "width": 3, "points": {"show": True, "size": 7}},
                {"label": "95 % low", "stroke": _PALE, "width": 1},
                {"label": "95 % high", "stroke": _PALE, "width": 1},
            ),
            title="Success on held-out requests",
            scales={"x": {"time": False}, "y": {"range": (0.0, 105.0)}},
            axes=({"label": "demonstrations"}, {"label": "success, %"}),
            height=200,
        )

    def show(self, standings: Sequence[Standing]) -> None:
        """Draw all rounds."""
        if not standings:
            return
        columns = [(s.demonstrations, 100.0 * s.success, 100.0 * s.low, 100.0 * s.high) for s in standings]
        self._plot.data = tuple(np.array(column, dtype=np.float64) for column in zip(*columns, strict=True))
