"""Why each query was asked: its score, taken apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from robogeo.errors import InputError
from robogeo.report.style import INK, WIDTH, calm, legend_columns, new_figure, series

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def query_parts(queries: Sequence[Mapping[str, Any]], unit: str = "rad") -> Figure:
    """Draw one stacked bar per query, the first round on top.

    Args:
        queries: each has `round`, `name` ("shelf-2-1 to home"), `kind`, `score` and `parts` (name -> value).
        unit: of scores and parts.

    Returns:
        A figure with one set of axes; a part keeps its colour in all bars, negative parts go left of zero.

    Raises:
        InputError: when there is no query, or one lacks a field or has a part that is not finite.
    """
    if not queries:
        raise InputError("query parts: no query was given; give at least one")
    for index, query in enumerate(queries):
        _check(index, query)
    names = list(dict.fromkeys(name for query in queries for name in query["parts"]))
    with calm():
        figure = new_figure(WIDTH, 1.7 + 0.42 * len(queries))
        axes = figure.subplots()
        _draw_bars(axes, queries, names)
        _finish(axes, queries, unit)
        if names:
            figure.legend(loc="outside upper center", ncols=legend_columns(names))
    return figure


def _check(index: int, query: Mapping[str, Any]) -> None:
    missing = [key for key in ("round", "name", "kind", "score", "parts") if key not in query]
    if missing:
        raise InputError(f"query parts: query {index} lacks '{missing[0]}'")
    broken = [name for name, value in query["parts"].items() if not np.isfinite(value)]
    if broken:
        raise InputError(f"query parts: part '{broken[0]}' of query {index} is not a finite number")


def _draw_bars(axes: Axes, queries: Sequence[Mapping[str, Any]], names: Sequence[str]) -> None:
    rows = np.arange(len(queries))
    right, left = np.zeros(len(queries)), np.zeros(len(queries))
    for index, name in enumerate(names):
        width = np.array([float(query["parts"].get(name, 0.0)) for query in queries])
        base = np.where(width >= 0.0, right, left)
        look = series(index)
        axes.barh(
            rows,
            width,
            left=base,
            height=0.66,
            color=look.color,
            edgecolor="white",
            linewidth=1.0,
            hatch="//" if index >= 8 else None,
            label=name,
        )
        right += np.maximum(width, 0.0)
        left += np.minimum(width, 0.0)
    for row, query in enumerate(queries):
        axes.annotate(
            f"{float(query['score']):.2f}",
            (right[row], row),
            (6, 0),
            textcoords="offset points",
            va="center",
            color=INK,
            fontweight="bold",
        )


def _finish(axes: Axes, queries: Sequence[Mapping[str, Any]], unit: str) -> None:
    labels = [f"round {query['round']}   {query['name']}   ({query['kind']})" for query in queries]
    axes.set_yticks(np.arange(len(queries)), labels)
    axes.set(
        ylim=(len(queries) - 0.4, -0.6),
        xlabel=f"what is wrong along the way, in parts ({unit}); the number is their sum",
    )
    axes.margins(x=0.08)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.axvline(0.0, color=INK, linewidth=0.8)
    axes.grid(axis="x")
