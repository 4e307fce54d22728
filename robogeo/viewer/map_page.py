"""The map as one interactive HTML file: layers to switch, values under the pointer; nothing is fetched."""

from __future__ import annotations

import base64
import json
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robogeo.durable import replacing
from robogeo.report.style import warm_scale
from robogeo.viewer.latent_map import LAYERS, LatentMap, Layer
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
    groups = np.unique(chart.groups)
    colors = warm_scale()(np.linspace(0.0, 1.0, max(2, len(groups))))
    shown = zip(groups, colors, strict=False)
    return {
        "cells": chart.cells,
        "extent": chart.extent,
        "axes": chart.axis_names,
        "scale": steps_of_scale(),
        "layers": [_layer(chart, chart.layer(name)) for name in LAYERS],
        "demonstrations": [
            {"color": _hex(color), "points": np.round(nodes[chart.groups == group], 4).tolist()}
            for group, color in shown
        ],
        "edges": np.round(nodes[chart.edges], 3).reshape(-1, 4).tolist(),
    }


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
    from PIL import Image

    color = colors_of(layer, layer.values, chart.lack)
    buffer = BytesIO()
    Image.fromarray(np.round(255 * color[::-1]).astype(np.uint8)).save(buffer, format="PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _packed(values: FloatArray) -> str:
    return base64.b64encode(values.astype("<f4").tobytes()).decode()


def _hex(color: FloatArray) -> str:
    return "#" + "".join(f"{round(255 * float(part)):02x}" for part in color[:3])


def _alt(chart: LatentMap) -> str:
    return f"map of the latent space with {len(np.unique(chart.groups))} demonstrations; {chart.said}"
