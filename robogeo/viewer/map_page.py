"""The map as one interactive HTML file: layers to switch, values under the pointer; nothing is fetched."""

from __future__ import annotations

import base64
import json
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robogeo.durable import replacing
from robogeo.report.style import warm_scale
from robogeo.viewer.decoded_pictures import decoded_pictures, png_address
from robogeo.viewer.latent_map import LatentMap, Layer
from robogeo.viewer.layer_colors import LEGEND, colors_of, steps_of_scale

FloatArray = NDArray[np.float64]
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def write_map_page(chart: LatentMap, path: Path, title: str) -> None:
    """Write the map of a manifold as one HTML file, whole or not at all."""
    data = json.dumps(_data(chart)).replace("<", "\\u003c")  # no text in it can end the script
    style, script = (_beside(f"map_page.{ending}") for ending in ("css", "js"))
    page = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title><style>{style}</style></head>
<body><main><h1>{escape(title)}</h1><p>{escape(chart.said)} {escape(LEGEND)}</p>
<form id="controls" aria-label="what is shown"></form>
<div class="row"><canvas id="map" tabindex="0" role="img" aria-label="{escape(_alt(chart))}"></canvas>
<canvas id="bar" aria-hidden="true"></canvas></div>
<output id="told" aria-live="polite">Move the pointer over the map, or use the arrow keys on it.</output>
</main><script>const DATA = {data};
{script}</script></body></html>
"""
    with replacing(path) as draft:
        draft.write_text(page, encoding="utf-8")


def _beside(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _data(chart: LatentMap) -> dict[str, Any]:
    nodes = chart.projection.plane_nodes
    return {
        "cells": chart.cells,
        "extent": chart.extent,
        "axes": chart.axis_names,
        "scale": steps_of_scale(),
        "layers": [_layer(chart, chart.layer(name)) for name in chart.layers],
        "shown": {"name": chart.shown, "joined": chart.groups is not None, "groups": _shown(chart)},
        "edges": np.round(nodes[chart.edges], 3).reshape(-1, 4).tolist(),
        "pictures": decoded_pictures(chart),
    }


def _shown(chart: LatentMap) -> list[dict[str, Any]]:
    """Colour and points of each demonstration, or of all codes."""
    nodes = np.round(chart.projection.plane_nodes, 4)
    if chart.groups is None:
        return [{"color": _hex(np.asarray(warm_scale()(0.4))), "points": nodes.tolist()}]
    groups = np.unique(chart.groups)
    colors = warm_scale()(np.linspace(0.0, 1.0, max(2, len(groups))))
    shown = zip(groups, colors, strict=False)
    return [{"color": _hex(color), "points": nodes[chart.groups == group].tolist()} for group, color in shown]


def _layer(chart: LatentMap, layer: Layer) -> dict[str, Any]:
    return {
        "name": layer.name,
        "label": layer.label,
        "limits": layer.limits,
        "values": _packed(layer.values),
        "picture": _picture(chart, layer),
    }


def _picture(chart: LatentMap, layer: Layer) -> str:
    """The layer under its fog as a PNG, from the top down."""
    return png_address(colors_of(layer, layer.values, chart.lack)[::-1])


def _packed(values: FloatArray) -> str:
    return base64.b64encode(values.astype("<f4").tobytes()).decode()


def _hex(color: FloatArray) -> str:
    return "#" + "".join(f"{round(255 * float(part)):02x}" for part in color[:3])


def _alt(chart: LatentMap) -> str:
    count = len(chart.nodes if chart.groups is None else np.unique(chart.groups))
    return f"map of the latent space with {count} {chart.shown}; {chart.said}"
