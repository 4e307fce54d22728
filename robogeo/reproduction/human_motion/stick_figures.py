"""Captured persons as stick figures, seen half from the side, and as an animation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from robogeo.data.skeleton import Skeleton
from robogeo.report.style import INK, PALETTE, calm, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = NDArray[np.float64]
LEFT, RIGHT = PALETTE[0], PALETTE[1]
_TURN = np.deg2rad(65.0)  # from the front, to the person's left


class StickFigures:
    """Draws joints (bones, 3) m of one skeleton; the left side blue, the right side orange.

    Args:
        skeleton: of the person.
    """

    def __init__(self, skeleton: Skeleton) -> None:
        self.links = skeleton.links
        names = [skeleton.bones[end].name for end in self.links[:, 1]]
        self.colors = [_color(name) for name in names]

    def draw(self, axes: Axes, joints: FloatArray, shift: float = 0.0, width: float = 1.6) -> None:
        """Draw one pose, moved to the right by so many metres."""
        from matplotlib.collections import LineCollection

        seen = self._seen(joints)
        seen[:, 0] += shift
        axes.add_collection(LineCollection(list(seen[self.links]), colors=self.colors, linewidths=width))

    def row(self, axes: Axes, poses: Sequence[FloatArray], gap: float = 1.0) -> None:
        """Draw poses side by side, `gap` metres apart."""
        for at, joints in enumerate(poses):
            self.draw(axes, np.asarray(joints), at * gap)
        axes.set(xlim=(-0.6 * gap, (len(poses) - 0.4) * gap), ylim=(-1.05, 0.8), aspect="equal")
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)

    def film(self, scenes: Sequence[tuple[str, Sequence[FloatArray]]]) -> Iterator[NDArray[np.uint8]]:
        """Frames (h, w, 3) of several persons side by side, as many as each has poses.

        Args:
            scenes: a title and poses for each person.
        """
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        with calm():
            figure = new_figure(2.6 * len(scenes), 3.0)
            panels = figure.subplots(1, len(scenes), squeeze=False)[0]
            for axes, (title, poses) in zip(panels, scenes, strict=True):
                self.row(axes, poses[:1])
                axes.set_title(title, fontsize=10.5)
            canvas = FigureCanvasAgg(figure)
            figure.draw_without_rendering()
            figure.set_layout_engine("none")  # the frames stand still
            for number in range(len(scenes[0][1])):
                for axes, (_, poses) in zip(panels, scenes, strict=True):
                    seen = self._seen(np.asarray(poses[number]))
                    axes.collections[0].set_segments(list(seen[self.links]))
                canvas.draw()  # type: ignore[no-untyped-call]
                yield np.asarray(canvas.buffer_rgba())[..., :3].copy()  # type: ignore[no-untyped-call]

    def _seen(self, joints: FloatArray) -> FloatArray:
        """Joints (bones, 2) as the eye sees them: rightwards and up."""
        x, y, z = np.asarray(joints, dtype=np.float64).T
        return np.stack([np.cos(_TURN) * x + np.sin(_TURN) * z, y], axis=1)


def _color(name: str) -> str:
    if name in ("lowerback", "lowerneck"):
        return INK
    return {"l": LEFT, "r": RIGHT}.get(name[0], INK)
