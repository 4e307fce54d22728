"""The tab of the map: which layer, what is drawn on it, and what the plane is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from robogeo.viewer.latent_map import LayerName
from robogeo.viewer.layer_colors import LEGEND
from robogeo.viewer.wording import note_html

if TYPE_CHECKING:
    from robogeo.viewer.page import Page


class MapTab:
    """Controls of the map.

    Args:
        page: that they are on; its current container takes them.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        gui = page.server.gui
        self._layer = gui.add_dropdown("Layer", page.session.map.layers)
        self._demonstrations = gui.add_checkbox("Demonstrations", True)
        self._graph = gui.add_checkbox("Graph", False)
        self._cloud = gui.add_checkbox("3-D point cloud", False)
        self._said = gui.add_html("")
        for control in (self._layer, self._demonstrations, self._graph, self._cloud):
            control.on_update(lambda _: page.desk.latest("map", self._redraw))
        self.keys: dict[str, tuple[str, Any]] = {
            str(number + 1): (f"Map of {name}", lambda name=name: self._choose(name))
            for number, name in enumerate(page.session.map.layers)
        }
        self.keys |= {
            "D": ("Demonstrations on or off", lambda: self._switch(self._demonstrations)),
            "G": ("Graph on or off", lambda: self._switch(self._graph)),
        }

    def refresh(self) -> None:
        """Say what the plane of a new map is."""
        self._said.content = note_html(f"{self._page.session.map.said} {LEGEND}")

    def _choose(self, name: LayerName) -> None:
        self._layer.value = name

    def _switch(self, checkbox: Any) -> None:
        checkbox.value = not checkbox.value

    def _redraw(self) -> None:
        board = self._page.board
        if self._layer.value in self._page.session.map.layers:  # whatever a browser may send
            board.layer = self._layer.value
        board.demonstrations, board.graph = self._demonstrations.value, self._graph.value
        board.cloud = self._cloud.value
        self._page.redraw_map()
