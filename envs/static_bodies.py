"""What stands still in a world: bodies of boxes and cylinders, checked before the engine sees them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from envs.engine import Engine, pybullet
from envs.errors import WorldError

_MOST_BOXES = 16  # boxes in one body that the engine survives
Color = tuple[float, float, float, float]


class StaticBodies(Engine):
    """A client to which static bodies can be added.

    Attributes:
        obstacles: the engine's numbers of those that can be touched.
    """

    def __init__(self) -> None:
        super().__init__()
        self.obstacles: list[int] = []

    def add_boxes(
        self,
        boxes: Sequence[tuple[Sequence[float], Sequence[float]]],
        color: Color,
        turns: Sequence[Sequence[float]] | None = None,
        *,
        solid: bool = True,
    ) -> int:
        """Add one static body made of boxes, each given as (half extents, centre), both (3,) in m.

        Args:
            boxes: 1 to 16 of them.
            color: red, green, blue and opacity, from 0 to 1.
            turns: roll, pitch and yaw (rad) of each box about its centre; parallel to the axes without it.
            solid: an obstacle; otherwise only to be seen.

        Raises:
            WorldError: more than 16 boxes, at which the engine would crash, or none; a size that is not
                positive, or a number that is not finite.
        """
        if not 1 <= len(boxes) <= _MOST_BOXES:
            raise WorldError(f"a body takes 1 to {_MOST_BOXES} boxes, got {len(boxes)}; make several bodies")
        halves = [_sizes("a box's half extents", half) for half, _ in boxes]
        centres = [_point("a box's centre", centre) for _, centre in boxes]
        angles = [_point("a box's turn", turn) for turn in turns or [(0.0, 0.0, 0.0)] * len(boxes)]
        if len(angles) != len(boxes):
            raise WorldError(f"{len(boxes)} boxes need as many turns, got {len(angles)}")
        frames = [self.call_free("getQuaternionFromEuler", angle) for angle in angles]
        kinds = [pybullet.GEOM_BOX] * len(boxes)
        shape = -1
        if solid:
            shape = self.call(
                "createCollisionShapeArray",
                kinds,
                halfExtents=halves,
                collisionFramePositions=centres,
                collisionFrameOrientations=frames,
            )
        visual = self.call(
            "createVisualShapeArray",
            kinds,
            halfExtents=halves,
            visualFramePositions=centres,
            visualFrameOrientations=frames,
            rgbaColors=[list(color)] * len(boxes),
        )
        return self._static_body(shape, visual, (0.0, 0.0, 0.0))

    def add_cylinder(self, radius: float, height: float, base: Sequence[float], color: Color) -> int:
        """Add a static upright cylinder that stands on ``base`` (3,) m.

        Raises:
            WorldError: a size that is not positive, or a number that is not finite.
        """
        _sizes("a cylinder's radius and height", (radius, height, radius))
        base = _point("a cylinder's base", base)
        shape = self.call("createCollisionShape", pybullet.GEOM_CYLINDER, radius=radius, height=height)
        visual = self.call(
            "createVisualShape", pybullet.GEOM_CYLINDER, radius=radius, length=height, rgbaColor=list(color)
        )
        return self._static_body(shape, visual, (base[0], base[1], base[2] + height / 2))

    def _static_body(self, shape: int, visual: int, position: tuple[float, float, float]) -> int:
        body = int(
            self.call(
                "createMultiBody",
                baseMass=0.0,
                baseCollisionShapeIndex=shape,
                baseVisualShapeIndex=visual,
                basePosition=list(position),
            )
        )
        if shape >= 0:
            self.obstacles.append(body)
        return body


def _point(what: str, values: Sequence[float]) -> list[float]:
    """Three finite numbers."""
    point = np.asarray(values, dtype=np.float64)
    if point.shape != (3,) or not np.isfinite(point).all():
        raise WorldError(f"{what} must be three finite numbers, got {list(values)}")
    return point.tolist()


def _sizes(what: str, values: Sequence[float]) -> list[float]:
    """Three finite positive numbers."""
    sizes = _point(what, values)
    if min(sizes) <= 0.0:
        raise WorldError(f"{what} must be positive, got {sizes}")
    return sizes
