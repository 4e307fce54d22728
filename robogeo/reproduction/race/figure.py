"""Length against time of geodesics by different ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from robogeo.report.style import WIDTH, calm, new_figure, series
from robogeo.reproduction.experiment import Picture

_WORDS = {
    "graph": "graph",
    "relaxed": "graph, relaxed (default)",
    "repaired": "neural, repaired",
    "published": "neural, as published",
}


def draw_race(records: Sequence[Mapping[str, Any]], data: Mapping[str, str], names: Sequence[str]) -> Picture:
    """Every pair's length over the straight line's against its time."""
    with calm():
        figure = new_figure(WIDTH, 4.4)
        panels = figure.subplots(1, len(data))
        for axes, (key, title) in zip(panels, data.items(), strict=True):
            line = np.concatenate([record[key]["line"]["length"] for record in records])
            for number, name in enumerate(names):
                length = np.concatenate([record[key][name]["length"] for record in records]) / line
                seconds = np.concatenate([record[key][name]["seconds"] for record in records])
                look = series(number)
                axes.plot(
                    seconds,
                    length,
                    look.marker,
                    color=look.color,
                    label=_WORDS[name],
                    alpha=0.8,
                    markersize=6,
                )
            axes.axhline(1.0, color="#66727f", linewidth=1.0, linestyle="--")
            axes.set_xscale("log")
            axes.set(title=title, xlabel="processor time of one geodesic (s)")
            axes.grid(True)
        panels[0].set_ylabel("length over the straight line's")
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=len(names))
    return Picture(
        "race",
        figure,
        "Length of each geodesic over the straight line's (dashed), under one metric, against the time it "
        "took. All pairs of all seeds.",
    )
