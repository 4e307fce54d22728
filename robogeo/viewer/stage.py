"""The arm in its scene, with ghosts, ways of the tool and handles to drag it by, drawn by viser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robogeo.motion.solid import Solid
from robogeo.viewer.arm import Arm, Poses

FloatArray = NDArray[np.float64]
Color = tuple[int, int, int]
GHOSTS = 5
START, GOAL, WAY, NOW = (0, 158, 115), (213, 94, 0), (31, 41, 51), (204, 121, 167)
_GHOST = (86, 150, 200)


class Stage:
    """What stands in the scene.

    Args:
        scene: of the server.
        arm: to be drawn.
    """

    def __init__(self, scene: Any, arm: Arm) -> None:
        self._scene, self._arm = scene, arm
        for number, solid in enumerate(arm.surroundings):
            _add(scene, f"/scene/{number}", solid)
        self._links = {joint: scene.add_frame(f"/arm/{joint}", show_axes=False) for joint in _joints(arm)}
        for number, solid in enumerate(arm.links):
            _add(scene, f"/arm/{solid.joint}/{number}", solid)
        self._ghosts: dict[str, list[tuple[int, Any]]] = {}
        self._ways: dict[str, Any] = {}

    def show(self, poses: Poses, frame: int = 0) -> None:
        """Put the arm where it is in one of several instants."""
        for joint, handle in self._links.items():
            handle.wxyz, handle.position = poses.wxyz[frame, joint], poses.position[frame, joint]

    def ghosts(self, name: str, q: FloatArray | None, color: Color = _GHOST, opacity: float = 0.16) -> None:
        """Show the arm's moving links, seen through, at configurations (k, dof) rad; None takes them away."""
        for _, handle in self._ghosts.pop(name, []):
            handle.remove()
        if q is None or not len(q):
            return
        poses = self._arm.poses(q)
        self._ghosts[name] = [
            (solid.joint, self._ghost(f"/ghosts/{name}/{number}", solid, poses, color, opacity))
            for number, solid in enumerate(self._arm.links)
        ]

    def way(self, name: str, q: FloatArray | None, color: Color = WAY, width: float = 3.0) -> None:
        """Show the tool's way along configurations (n, dof) rad; None takes it away."""
        if name in self._ways:
            self._ways.pop(name).remove()
        if q is not None and len(q) > 1:
            points = self._arm.tool(q).position[:, 0]
            self._ways[name] = add_line(self._scene, f"/ways/{name}", points, color, width)

    def _ghost(self, name: str, solid: Solid, poses: Poses, color: Color, opacity: float) -> Any:
        return self._scene.add_batched_meshes_simple(
            name,
            solid.vertices.astype(np.float32),
            solid.faces.astype(np.uint32),
            batched_wxyzs=poses.wxyz[:, solid.joint],
            batched_positions=poses.position[:, solid.joint],
            batched_colors=color,
            opacity=opacity,
            cast_shadow=False,
            receive_shadow=False,
        )


def add_line(scene: Any, name: str, points: FloatArray, color: Color, width: float) -> Any:
    """A polyline (n, 3)."""
    pairs = np.stack([points[:-1], points[1:]], axis=1).astype(np.float32)
    return scene.add_line_segments(name, pairs, colors=color, thickness=width, thickness_units="screen")


def evenly(q: FloatArray, count: int = GHOSTS) -> FloatArray:
    """Some configurations of many (n, dof), the first and the last among them."""
    return q[np.unique(np.linspace(0, len(q) - 1, count).round().astype(int))]


def _joints(arm: Arm) -> Sequence[int]:
    return sorted({solid.joint for solid in arm.links})


def _add(scene: Any, name: str, solid: Solid) -> None:
    red, green, blue, opacity = (float(part) for part in solid.color)
    scene.add_mesh_simple(
        name,
        solid.vertices.astype(np.float32),
        solid.faces.astype(np.uint32),
        color=tuple(round(255 * part) for part in (red, green, blue)),
        opacity=None if opacity >= 1.0 else opacity,
        flat_shading=len(solid.faces) <= 400,
        side="double",
    )
