"""The posture that a person leads the arm to: by its tool, or joint by joint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from robogeo.viewer.page import Page

FloatArray = NDArray[np.float64]
_COLOR = (230, 159, 0)


class Posture:
    """A handle at the tool, a slider a joint, and an orange arm that follows both.

    Args:
        page: that they are on; its current container takes the sliders.

    Attributes:
        q: the posture (dof,), rad.
    """

    def __init__(self, page: Page) -> None:
        self._page, world = page, page.session.world
        self.q: FloatArray = world.rest.copy()
        self._shown = False
        self._handle = page.server.scene.add_transform_controls(
            "/posture", scale=0.18, line_width=4.0, visible=False, depth_test=False
        )
        lower, upper = np.rad2deg(world.limits.lower), np.rad2deg(world.limits.upper)
        with page.server.gui.add_folder("Joints, degrees", expand_by_default=False):
            self._sliders = [
                page.server.gui.add_slider(
                    f"joint {joint + 1}", float(lower[joint]), float(upper[joint]), 0.5, float(middle)
                )
                for joint, middle in enumerate(np.rad2deg(self.q))
            ]
        self._handle.on_update(lambda _: page.desk.latest("posture by tool", self._by_tool))
        for slider in self._sliders:
            slider.on_update(self._slid)

    def begin(self, q: FloatArray) -> None:
        """Show the arm at a posture (dof,) rad, to be led away."""
        self.q, self._shown = q.copy(), True
        self._draw(tool=True, joints=True)

    def hide(self) -> None:
        """Take it away."""
        self._shown = False
        self._handle.visible = False
        self._page.stage.ghosts("posture", None)

    def _slid(self, event: Any) -> None:
        if event.client_id is not None:
            self._page.desk.latest("posture by joints", self._by_joints)

    def _by_tool(self) -> None:
        handle = self._handle
        found = self._page.arm.reached(np.array(handle.wxyz), np.array(handle.position), self.q)
        if found is None:
            self._page.teach.say("no posture brings the tool there; drag it back, or move the joints")
            return
        self.q = found
        self._draw(tool=False, joints=True)

    def _by_joints(self) -> None:
        limits = self._page.session.world.limits
        angles = np.deg2rad([slider.value for slider in self._sliders])
        self.q = np.clip(angles, limits.lower, limits.upper)
        self._draw(tool=True, joints=False)

    def _draw(self, *, tool: bool, joints: bool) -> None:
        if not self._shown:
            return
        page = self._page
        with page.server.atomic():
            page.stage.ghosts("posture", self.q[None], _COLOR, 0.75)
            self._handle.visible = True
            if tool:
                pose = page.arm.tool(self.q)
                self._handle.wxyz, self._handle.position = pose.wxyz[0, 0], pose.position[0, 0]
            if joints:
                for slider, angle in zip(self._sliders, np.rad2deg(self.q), strict=True):
                    slider.value = float(angle)
