"""The map of a learned manifold: what the model says of every point of a plane through its latent space.

The plane is the principal one of the codes of what was shown, lifted onto the sheet on which they lie
(`robogeo.report.projection`); with two latent dimensions it is the latent space itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from robogeo.geometry import in_parts
from robogeo.report.chart import extent_of
from robogeo.report.projection import Projection
from robogeo.viewer.charted import Charted

FloatArray = NDArray[np.float64]
LayerName = Literal["magnification", "uncertainty", "support"]
LAYERS: tuple[LayerName, ...] = ("magnification", "uncertainty", "support")
CELLS = 200


@dataclass(frozen=True, eq=False)
class Layer:
    """One quantity over the plane.

    Attributes:
        name: of the layer.
        label: what it is and its unit, for the colour bar.
        values: (rows, columns) from the bottom up.
        limits: values of the first and the last colour, from where data support the map.
    """

    name: LayerName
    label: str
    values: FloatArray
    limits: tuple[float, float]


class LatentMap:
    """The map of what is charted.

    Args:
        charted: with at least two latent dimensions.
        cells: of the map, along each side.

    Attributes:
        projection: from latent space to the plane and back.
        extent: left, right, bottom and top of the plane.
        nodes: codes (N, d) of what was shown, demonstrations in the order in which they were.
        groups: demonstration (N,) of each node; None where nodes have no order.
        edges, bridges: of the graph, by nodes.
        layers: names of those that there are: a single decoder head has nothing to disagree with.
    """

    def __init__(self, charted: Charted, cells: int = CELLS) -> None:
        self.charted, self.cells = charted, cells
        self.nodes, self.groups = charted.codes, charted.groups
        self.edges, self.bridges = charted.edges, charted.bridges
        self.layers = tuple(name for name in LAYERS if name != "uncertainty" or charted.head_count > 1)
        self.projection = Projection.fit(self.nodes)
        self.extent = extent_of(self.projection.plane_nodes)
        self._layers: dict[LayerName, Layer] = {}

    @property
    def said(self) -> str:
        """What the plane is, for people."""
        d = self.nodes.shape[1]
        if d == 2:
            return f"The map is the whole latent space: it has two dimensions. {self.charted.told}".rstrip()
        return (
            f"The latent space has {d} dimensions. The map is its principal plane, which holds "
            f"{self.projection.explained:.0%} of the codes' variance, bent onto the sheet of the "
            f"{self.shown}; curves are shown by their shadows on it. {self.charted.told}"
        ).rstrip()

    @property
    def shown(self) -> str:
        """What the nodes are, for people."""
        return "codes" if self.groups is None else "demonstrations"

    @property
    def axis_names(self) -> tuple[str, str]:
        """Names of the two axes."""
        kind = "latent axis" if self.nodes.shape[1] == 2 else "latent principal axis"
        return f"{kind} 1", f"{kind} 2"

    @cached_property
    def cloud(self) -> FloatArray:
        """The nodes (N, 3) along their three leading principal axes; 0 where there is no third."""
        return self.in_cloud(self.nodes)

    def in_cloud(self, codes: FloatArray) -> FloatArray:
        """Codes (n, d) in the coordinates of `cloud`."""
        return (codes - self.projection.mean) @ self._axes.T

    def code_at(self, x: float, y: float) -> FloatArray:
        """The code (d,) at a point of the plane."""
        return self.projection.lift(np.array([[x, y]]))[0]

    def shadow(self, codes: FloatArray) -> FloatArray:
        """Points (n, 2) of the plane of codes (n, d)."""
        return self.projection.project(codes)

    def at_nodes(self, name: LayerName) -> FloatArray:
        """One quantity at the nodes (N,)."""
        return self._quantity(name, self.nodes)

    @cached_property
    def lack(self) -> FloatArray:
        """Lack of support (rows, columns), in [0, 1]: the fog of all other layers."""
        return 1.0 - self._over("support")

    def layer(self, name: LayerName) -> Layer:
        """One layer; each is worked out when first asked for."""
        if name not in self._layers:
            values = 1.0 - self.lack if name == "support" else self._over(name)
            self._layers[name] = Layer(name, self._labels[name], values, self._limits(name, values))
        return self._layers[name]

    @property
    def _labels(self) -> dict[LayerName, str]:
        return {
            "magnification": "magnification factor, log10",
            "uncertainty": f"disagreement of the decoder heads, {self.charted.unit}",
            "support": f"support by {self.shown}, 0 none to 1 full",
        }

    def _over(self, name: LayerName) -> FloatArray:
        """One quantity over the plane (rows, columns)."""
        return self._quantity(name, self._codes).reshape(self.cells, self.cells)

    def _quantity(self, name: LayerName, codes: FloatArray) -> FloatArray:
        """One quantity at codes (P, d), (P,)."""
        if name == "magnification":
            return in_parts(self.charted.metric.log_magnification_factor)(codes) / np.log(10.0)
        if name == "uncertainty":
            return self.charted.disagreement(codes)
        return 1.0 - in_parts(self.charted.support.lack)(codes)

    def _limits(self, name: LayerName, values: FloatArray) -> tuple[float, float]:
        """From what is supported: far from data values are arbitrary."""
        supported = values[(self.lack < 0.5) & np.isfinite(values)]
        if name == "support" or not len(supported):
            return 0.0, 1.0
        low, high = np.percentile(supported, [1.0, 99.0])
        return float(low), float(max(high, low + 1e-3))

    def codes_of_tiles(self, side: int) -> FloatArray:
        """Codes (side^2, d) at the middles of equal tiles of the plane, row by row from the bottom up."""
        left, right, bottom, top = self.extent
        middle = (np.arange(side) + 0.5) / side
        return self._lifted(left + middle * (right - left), bottom + middle * (top - bottom))

    @cached_property
    def _codes(self) -> FloatArray:
        left, right, bottom, top = self.extent
        return self._lifted(np.linspace(left, right, self.cells), np.linspace(bottom, top, self.cells))

    def _lifted(self, x: FloatArray, y: FloatArray) -> FloatArray:
        return self.projection.lift(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2))

    @cached_property
    def _axes(self) -> FloatArray:
        """Leading principal axes (3, d), the first two those of the plane; zeros for a missing third."""
        axes = np.zeros((3, self.nodes.shape[1]))
        axes[:2] = self.projection.axes
        if self.nodes.shape[1] > 2:
            _, vectors = np.linalg.eigh(self.projection.residuals.T @ self.projection.residuals)
            axes[2] = vectors[:, -1]
        return axes
