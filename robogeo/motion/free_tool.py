"""A tool that nobody carries: for recordings of positions or poses without an arm.

Its configurations are positions in decimetres, and for poses also a rotation vector, rad, about a reference
that the recordings choose. One decimetre counts as one radian, so that what is stated in radians elsewhere
(how near is near, how much may be corrected) means something sensible for a hand's breadth too. It has no
body: nothing can be hit, and every motion runs exactly as commanded. What remains of a check are its limits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

METRES = 0.1  # m that count as one radian
TOOLS = {
    "tool-xy": ("x_dm", "y_dm"),
    "tool-xyz": ("x_dm", "y_dm", "z_dm"),
    "tool-pose": ("x_dm", "y_dm", "z_dm", "rx", "ry", "rz"),
}
# Of a position, in m, and of a rotation, in rad: those that the Franka Control Interface documents for the
# Panda's hand, because a tool without an arm has none of its own.
_VELOCITY, _ACCELERATION, _JERK = (1.7, 2.5), (13.0, 25.0), (6500.0, 12500.0)
_FAR = (10.0, 4.0 * np.pi)
_CLEAR = 0.2  # m: as far as any world looks for obstacles


class ToolError(ValueError):
    """Something was asked of a tool that it does not have."""

    bad_input = True


@dataclass(frozen=True)
class Flight:
    """A motion as commanded; see `robogeo.motion.environment.Execution`. What only a body shows is NaN."""

    q: FloatArray
    tool_length_m: float
    collision: bool = False
    min_clearance_m: float = np.nan
    goal_error_m: float = np.nan
    goal_error_rad: float = np.nan
    tracking_rmse_rad: float = np.nan
    peak_torque_fraction: float = np.nan
    measures: dict[str, float] = field(default_factory=dict)
    bounds: dict[str, float] = field(default_factory=dict)


class FreeTool:
    """The environment of a tool alone; see `robogeo.motion.environment.ArmEnvironment`.

    Args:
        name: one of `TOOLS`.
    """

    def __init__(self, name: str) -> None:
        names = TOOLS[name]
        turning = np.array([not joint.endswith("_dm") for joint in names])
        place, turn = (np.where(turning, b, a / METRES) for a, b in (_FAR, _VELOCITY))
        self.robot = SimpleNamespace(
            name=name,
            joint_names=names,
            units=tuple(np.where(turning, "rad", "dm").tolist()),
            rotation=turning,
            lower=-place,
            upper=place,
            velocity=turn,
            acceleration=np.where(turning, _ACCELERATION[1], _ACCELERATION[0] / METRES),
            jerk=np.where(turning, _JERK[1], _JERK[0] / METRES),
            torque=np.ones(len(names)),
            rest=np.zeros(len(names)),
        )

    def place_names(self) -> list[str]:
        """The one place that there is."""
        return ["anywhere"]

    def place_of(self, q: FloatArray) -> str:
        """The one place that there is."""
        return "anywhere"

    def request(self, seed: int, index: int, places: tuple[str, ...] = ()) -> Any:
        """Nobody asks for anything but what recordings show."""
        raise ToolError(f"robot {self.robot.name}: has no requests of its own; learn from recordings")

    def held_out_request(self, seed: int, index: int) -> Any:
        """As `request`."""
        return self.request(seed, index)

    def demonstrate(self, start: FloatArray, goal: FloatArray, seed: int = 0) -> Any:
        """Nobody shows anything but the recordings."""
        return SimpleNamespace(q=None, reason="nobody demonstrates with a tool alone")

    def search(self, start: FloatArray, goal: FloatArray, seed: int = 0) -> FloatArray | None:
        """The straight line: nothing is in its way."""
        return np.linspace(start, goal, 64)

    def clearance(self, q: FloatArray) -> Any:
        """As far as any world looks."""
        return SimpleNamespace(surroundings=_CLEAR, itself=_CLEAR, smallest=_CLEAR)

    def first_collision(self, path: FloatArray, margin: float = 0.0) -> Any:
        """None: there is nothing to meet."""
        return None

    def free(self, path: FloatArray, margin: float) -> NDArray[np.bool_]:
        """All configurations are free."""
        return np.ones(len(path), dtype=np.bool_)

    def execute(self, q: FloatArray, qd: FloatArray, engine: str = "pybullet") -> Flight:
        """The motion as commanded."""
        self.check_engine(engine)
        positions = q[:, : min(3, q.shape[1])]
        return Flight(q, METRES * float(np.linalg.norm(np.diff(positions, axis=0), axis=1).sum()))

    def check_engine(self, engine: str) -> None:
        """Complain of any engine but the usual one, which is not needed either."""
        if engine != "pybullet":
            raise ToolError(f"engine: a tool alone has no body to run in {engine}")

    def kinematic_arrays(self) -> dict[str, FloatArray]:
        """There are no joints."""
        raise ToolError(f"robot {self.robot.name}: is no arm, it has no kinematics")

    def sphere_arrays(self) -> dict[str, NDArray[Any]]:
        """There are no links."""
        raise ToolError(f"robot {self.robot.name}: is no arm, it has no links")

    def obstacle_arrays(self) -> list[tuple[str, FloatArray, FloatArray]]:
        """There are no obstacles."""
        return []

    def add_obstacle(self, half_extents: FloatArray, centre: FloatArray) -> None:
        """Nothing could hit it."""
        raise ToolError(f"robot {self.robot.name}: has no body that could hit an obstacle")

    def remove_obstacles(self) -> None:
        """There are none."""

    def film(self, q: FloatArray, fps: float, size: tuple[int, int]) -> NDArray[np.uint8]:
        """There is nothing to see."""
        raise ToolError(f"robot {self.robot.name}: has no body to be filmed")

    def close(self) -> None:
        """Nothing is open."""
