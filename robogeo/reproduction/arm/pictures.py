"""Ways of the tool drawn into a picture of their scene."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from robogeo.motion.worlds import make

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = NDArray[np.float64]
SIZE = (480, 400)  # pixels of one picture
HALF_LENS = np.deg2rad(22.5)  # of the pictures that a world takes


@dataclass(frozen=True, eq=False)
class Way:
    """What to draw of one motion: a line through the tool's places, or a dot at each configuration.

    Attributes:
        q: configurations (n, dof), rad.
        color: of the line or of the dots.
        label: for the legend.
        dots: whether each configuration gets a dot; then steps are seen.
        contact: place in ``q``, counted in configurations, of the first contact, which gets a cross; None:
            there is none.
    """

    q: FloatArray
    color: str
    label: str
    dots: bool = False
    contact: float | None = None


def draw_in_scene(ax: Axes, scene: str, robot: str, ways: Sequence[Way]) -> None:
    """Draw ways over a picture of the scene, with the arm at the start; obstacles never hide a way."""
    with closing(cast(Any, make(scene, robot))) as environment:
        picture = environment.film(ways[0].q[:1], 1.0, SIZE)[0]
        paths = [environment.kinematics.tool_path(way.q) for way in ways]
        eye, target = environment.scene.camera_eye, environment.scene.camera_target
    ax.imshow(picture, alpha=0.75)
    for way, points in zip(ways, paths, strict=True):
        seen = in_picture(points, eye, target)
        look = {"marker": "o", "markersize": 4.5, "linewidth": 0.8} if way.dots else {"linewidth": 2.4}
        ax.plot(
            *seen.T, color=way.color, label=way.label, markeredgecolor="white", markeredgewidth=0.4, **look
        )
        if way.contact is not None:
            touched = seen[round(way.contact)]
            ax.plot(*touched, "X", markersize=12, color=way.color, markeredgecolor="white", zorder=5)
    start, *_, goal = seen
    for point, name in ((start, "start"), (goal, "goal")):
        ax.annotate(
            name,
            point,
            (0, -24),
            textcoords="offset points",
            ha="center",
            fontsize=10.5,
            fontweight="bold",
            bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.8},
        )
    ax.set(xticks=[], yticks=[], xlim=(0, SIZE[0]), ylim=(SIZE[1], 0))
    ax.spines[:].set_visible(False)


def in_picture(points: NDArray[np.float64], eye: Any, target: Any) -> NDArray[np.float64]:
    """Pixels (n, 2), from the left and from the top, of points (n, 3) m."""
    forward = np.asarray(target) - np.asarray(eye)
    forward /= np.linalg.norm(forward)
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    away = points - np.asarray(eye)
    scale = SIZE[1] / 2 / np.tan(HALF_LENS) / (away @ forward)
    across, up = away @ right, away @ np.cross(right, forward)
    return np.stack([SIZE[0] / 2 + scale * across, SIZE[1] / 2 - scale * up], axis=1)
