"""Draw every scene with every arm in it, and the pendulum.

    python scripts/draw_scenes.py

Writes docs/images/scenes.png: a row for each arm, a column for each scene. The arm is caught on a
demonstrated motion; a line shows the way of its tool, from the ring to the dot. Below, what the pendulum
looks like.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from robogeo.motion.worlds import robot_names
from robogeo.reproduction.arm.pictures import SIZE, in_picture

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "images" / "scenes.png"
MOST_BYTES = 600_000
WAY = "#E69F00"
# The motion to show, by places, and at which share of it the arm is caught.
SHOWN = {
    "PotsAndNiches": (("pot 2", "niche 3"), 1.0),
    "ReachDetour": (("left near", "right middle"), 0.5),
    "ShelfReach": (("left low", "right high"), 1.0),
    "Strokes": (("C start", "C end"), 1.0),
    "TwoSkills": (("table middle", "shelf middle"), 1.0),
}


def main() -> None:
    """Draw the gallery and check its size."""
    robots, scenes = [name for name in robot_names() if name != "kuka_lwr"], sorted(SHOWN)
    figure = plt.figure(figsize=(3.0 * len(scenes), 2.5 * len(robots) + 1.2), dpi=110, layout="constrained")
    above, below = figure.subfigures(2, 1, height_ratios=[2.5 * len(robots), 1.0])
    grid = above.subplots(len(robots), len(scenes), squeeze=False)
    for axes, robot in zip(grid, robots, strict=True):
        for ax, scene in zip(axes, scenes, strict=True):
            draw_arm(ax, scene, robot)
    for ax, scene in zip(grid[0], scenes, strict=True):
        ax.set_title(scene, fontsize=12, fontweight="bold")
    for axes, robot in zip(grid, robots, strict=True):
        axes[0].set_ylabel(robot, fontsize=12)
    draw_pendulum(below.subplots(1, 9))
    figure.savefig(PICTURE, pil_kwargs={"optimize": True})
    size = PICTURE.stat().st_size
    print(f"{PICTURE}: {size // 1000} kB")
    if size > MOST_BYTES:
        raise SystemExit(f"{PICTURE}: {size} bytes, more than {MOST_BYTES}")


def draw_arm(ax: Axes, scene: str, robot: str) -> None:
    """One scene with one arm, caught on a motion."""
    world: Any = gymnasium.make(f"envs:robogeo/{scene}-v0", disable_env_checker=True, robot=robot).unwrapped
    places, share = SHOWN[scene]
    q = motion_between(world, places)
    picture = world.film(q[[round(share * (len(q) - 1))]], 1.0, SIZE)[0]
    way = in_picture(world.kinematics.tool_path(q), world.scene.camera_eye, world.scene.camera_target)
    world.close()
    ax.imshow(picture)
    ax.plot(*way.T, color=WAY, linewidth=2.0)
    ax.plot(*way[0], "o", markersize=6, markerfacecolor="none", markeredgecolor=WAY, markeredgewidth=2.0)
    ax.plot(*way[-1], "o", markersize=6, color=WAY)
    ax.set(xticks=[], yticks=[], xlim=(0, SIZE[0]), ylim=(SIZE[1], 0))
    ax.spines[:].set_visible(False)


def motion_between(world: Any, places: tuple[str, str]) -> NDArray[np.float64]:
    """A demonstrated motion (n, dof) from the first place to the second."""
    for index in range(1000):
        request = world.held_out_request(0, index)
        if (request.start_place, request.goal_place) == places:
            return np.asarray(world.demonstrate(request.start, request.goal).q)
    raise SystemExit(f"no request goes from {places[0]} to {places[1]}")


def draw_pendulum(axes: NDArray[Any]) -> None:
    """Pictures of the pendulum at angles round the circle, after its name."""
    world: Any = gymnasium.make("envs:robogeo/Pendulum-v0", disable_env_checker=True).unwrapped
    degrees = np.arange(0, 360, 45)
    pictures = world.images(np.deg2rad(degrees))
    world.close()
    axes[0].text(
        0.5, 0.5, "Pendulum\n16 x 16 pixels", ha="center", va="center", fontsize=11, fontweight="bold"
    )
    axes[0].axis("off")
    for ax, angle, picture in zip(axes[1:], degrees, pictures, strict=True):
        ax.imshow(picture, cmap="gray", vmin=0.0, vmax=1.0, interpolation="nearest")
        ax.set(xticks=[], yticks=[])
        ax.set_xlabel(f"{angle}°", fontsize=10)


if __name__ == "__main__":
    main()
