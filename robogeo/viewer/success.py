"""The run's success over its demonstrations, as a small plot in the panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

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

    def show(self, rounds: Sequence[Mapping[str, Any]]) -> None:
        """Draw all rounds, as in ``summary.json``."""
        if not rounds:
            return
        columns = [
            (r["demonstrations"], *(100.0 * share for share in (r["success_rate"], *r["success_rate_ci95"])))
            for r in rounds
        ]
        self._plot.data = tuple(np.array(column, dtype=np.float64) for column in zip(*columns, strict=True))
