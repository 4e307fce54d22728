"""The cards on the wall, drawn by viser: the map with ways on it, and the curves of the motion below."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from robogeo.viewer.card import ASPECTS, Card, curves_card, map_card
from robogeo.viewer.latent_map import LatentMap, LayerName
from robogeo.viewer.layer_colors import colors_of
from robogeo.viewer.route import Film
from robogeo.viewer.stage import GOAL, START, WAY, Color, add_line
from robogeo.viewer.wall import Hanging, Wall, column

FloatArray = NDArray[np.float64]
_CLOUD = 0.6  # m: of the point cloud's longest side
STRETCH = (200, 16, 46)


class Board:
    """What hangs beside the arm.

    Args:
        scene: of the server.
        wall: to hang it on.
        chart: the map.
        margin_m: that motions keep, drawn among the curves.
    """

    def __init__(self, scene: Any, wall: Wall, chart: LatentMap, margin_m: float) -> None:
        self._scene, self._wall, self._margin = scene, wall, margin_m
        self.chart = chart
        self.layer: LayerName = "magnification"
        self.demonstrations, self.graph, self.cloud = True, False, False
        # Room for both, whether a motion is there or not: a map that moves cannot be clicked.
        self._map_place, self._curves_place = column(wall, ASPECTS)
        self._map_card = self._map()
        self._curves: Card | None = None
        self._lines: dict[str, tuple[FloatArray, Color, float]] = {}
        self._marks: dict[str, tuple[FloatArray, Color, float]] = {}
        self._handles: dict[str, Any] = {}
        self._hang_map()

    def replace_map(self, chart: LatentMap) -> None:
        """Hang another map; ways of the old one are taken down."""
        self.chart = chart
        for name in (*self._lines, *self._marks):
            self._remove(name)
        self._lines.clear()
        self._marks.clear()
        self.redraw()

    def redraw(self) -> None:
        """Draw the map anew, with all that is on it."""
        self._map_card = self._map()
        self._hang_map()

    def point_at(self, origin: FloatArray, direction: FloatArray) -> FloatArray | None:
        """Where on the map (2,) a look along a ray falls, None where it falls elsewhere."""
        share = self._map_place.met_by(origin, direction)
        return None if share is None or self.cloud else self._map_card.panels[0].at(share)

    def line(self, name: str, codes: FloatArray | None, color: Color = WAY, width: float = 3.5) -> None:
        """A curve of codes (n, d) on the map; None takes it away."""
        self._keep(self._lines, name, codes, color, width)

    def mark(self, name: str, code: FloatArray | None, color: Color, size: float = 0.017) -> None:
        """A point on the map at a code (d,); None takes it away."""
        self._keep(self._marks, name, None if code is None else code[None], color, size)

    def ends(self, start: FloatArray | None, goal: FloatArray | None) -> None:
        """Mark start and goal, codes (d,)."""
        self.mark("start", start, START)
        self.mark("goal", goal, GOAL)

    def move_mark(self, name: str, position: FloatArray) -> None:
        """Move a point that is on the map already to a place (3,) as `places` gives it."""
        handle = self._handles.get(name)
        if handle is not None:
            handle.position = position

    def places(self, codes: FloatArray) -> FloatArray:
        """Where codes (n, d) lie on the wall (n, 3), or in the cloud; in the frame of what hangs there."""
        if self.cloud:
            scale = _CLOUD / np.ptp(self.chart.cloud, axis=0).max()
            return self.chart.in_cloud(codes) * scale
        panel, extent = self._map_card.panels[0], self.chart.extent
        flat = np.clip(self.chart.shadow(codes), [extent[0], extent[2]], [extent[1], extent[3]])
        return self._map_place.local(panel.on_card(flat))

    def curves(self, film: Film | None, title: str = "") -> None:
        """Hang the curves of a film below the map; None takes them down. The map stays as it is."""
        for name in ("curves", "cursor"):
            self._remove(name)
        self._curves = None if film is None else curves_card(film, self._margin, title)
        if self._curves is not None:
            self._hang("curves", self._curves, self._curves_place)
            self._add_cursor(self._curves)

    def cursor(self, share: float) -> None:
        """Move the time's cursor to a share of the film."""
        handle = self._handles.get("cursor")
        if handle is not None and self._curves is not None:
            left, _, width, _ = self._curves.panels[0].box
            handle.position = ((left + share * width - 0.5) * self._curves_place.width, 0.0, 0.006)

    def _map(self) -> Card:
        return map_card(self.chart, self.layer, demonstrations=self.demonstrations, graph=self.graph)

    def _keep(
        self,
        store: dict[str, tuple[FloatArray, Color, float]],
        name: str,
        codes: FloatArray | None,
        color: Color,
        size: float,
    ) -> None:
        self._remove(name)
        store.pop(name, None)
        if codes is not None:
            store[name] = (codes, color, size)
            self._draw_on_map(name)

    def _hang_map(self) -> None:
        """Hang the map, or its cloud, and draw on it what belongs there."""
        for name in ("map", "cloud"):
            self._remove(name)
        if self.cloud:
            self._frame("map", self._map_place)
            self._add_cloud()
        else:
            self._hang("map", self._map_card, self._map_place)
        for name in (*self._lines, *self._marks):
            self._draw_on_map(name)

    def _hang(self, name: str, card: Card, place: Hanging) -> None:
        self._frame(name, place)
        self._handles[name] = self._scene.add_image(
            f"/{name}/card",
            card.image,
            place.width,
            place.height,
            format="png",
            cast_shadow=False,
            receive_shadow=False,
            wxyz=(0.0, 1.0, 0.0, 0.0),  # pictures have their y axis downwards
        )

    def _frame(self, name: str, place: Hanging) -> None:
        self._scene.add_frame(f"/{name}", show_axes=False, wxyz=self._wall.wxyz, position=place.centre)

    def _add_cloud(self) -> None:
        """The nodes in three dimensions instead of the flat map, coloured by the layer."""
        chart = self.chart
        lack = 1.0 - chart.at_nodes("support")
        colors = 255 * colors_of(chart.layer(self.layer), chart.at_nodes(self.layer), lack)
        self._handles["cloud"] = self._scene.add_point_cloud(
            "/map/cloud",
            self.places(chart.nodes).astype(np.float32),
            colors.astype(np.uint8),
            point_size=0.012,
        )

    def _add_cursor(self, card: Card) -> None:
        height = self._curves_place.height
        bottom = (card.panels[-1].box[1] - 0.5) * height
        top = (card.panels[0].box[1] + card.panels[0].box[3] - 0.5) * height
        line = np.array([[0.0, bottom, 0.0], [0.0, top, 0.0]])
        self._handles["cursor"] = add_line(self._scene, "/curves/cursor", line, WAY, 2.0)
        self.cursor(0.0)

    def _draw_on_map(self, name: str) -> None:
        self._remove(name)
        if name in self._lines:
            codes, color, width = self._lines[name]
            points = self.places(codes)
            self._handles[name] = add_line(self._scene, f"/map/{name}", points, color, width)
            halo = points - [0.0, 0.0, 0.002]
            self._handles[f"{name} halo"] = add_line(
                self._scene, f"/map/{name}/halo", halo, (255, 255, 255), width + 3.5
            )
        else:
            codes, color, size = self._marks[name]
            self._handles[name] = self._scene.add_icosphere(
                f"/map/{name}",
                size,
                color=color,
                position=self.places(codes)[0],
                cast_shadow=False,
                receive_shadow=False,
            )

    def _remove(self, name: str) -> None:
        for part in (f"{name} halo", name):
            handle = self._handles.pop(part, None)
            if handle is not None:
                handle.remove()
