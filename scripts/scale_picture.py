"""The picture of docs/scale.md: what the graph and a round cost, by size."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from robogeo.durable import write_atomically
from robogeo.report import figure_png
from robogeo.report.style import WIDTH, calm, new_figure, series

_GRAPH = {
    "build_s": "build, s",
    "landmarks_s": "landmarks, once, s",
    "query_ms": "one query, ms",
    "memory_with_landmarks_gib": "peak memory, GiB",
}
_ROUND = {
    "training_s": "training and planner",
    "evaluation_s": "evaluation of 84 requests",
    "asking_s": "asking",
}


def draw_scale(rows: Sequence[dict[str, Any]], file: Path) -> None:
    """Draw what was measured; rows as `benchmark_scale` makes them."""
    with calm():
        figure = new_figure(WIDTH, 4.4)
        graph, round_ = figure.subplots(1, 2)
        _lines(graph, [row for row in rows if row["what"] == "growth"], "nodes", _GRAPH)
        graph.set(title="The graph", xlabel="nodes")
        _lines(round_, [row for row in rows if row["what"] == "round"], "demonstrations", _ROUND)
        round_.set(title="One round", xlabel="demonstrations", ylabel="processor time, s")
    write_atomically(file, figure_png(figure))


def _lines(axes: Any, rows: Sequence[dict[str, Any]], across: str, names: dict[str, str]) -> None:
    for number, (name, label) in enumerate(names.items()):
        look = series(number)
        x, y = [row[across] for row in rows], [row[name] for row in rows]
        axes.plot(x, y, color=look.color, marker=look.marker, linestyle=look.line, label=label)
    axes.set(xscale="log", yscale="log")
    axes.grid(True)
    axes.legend()
