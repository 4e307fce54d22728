"""What robogeo needs of an environment beyond Gymnasium's own interface, and of what it reports.

Any environment with these methods will do; `robogeo.motion.world` speaks to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from robogeo.errors import InputError

FloatArray = NDArray[np.float64]


class Execution(Protocol):
    """What a world reports of a motion that ran: measured q (T, dof) rad, and what was seen on the way.

    ``measures`` are the scene's own (how far a drawing tool left its plane, say), smaller is better; success
    needs those named in ``bounds`` to be no larger than given there.
    """

    q: FloatArray
    collision: bool
    min_clearance_m: float
    goal_error_m: float
    goal_error_rad: float
    tracking_rmse_rad: float
    peak_torque_fraction: float
    tool_length_m: float
    measures: Mapping[str, float]
    bounds: Mapping[str, float]


class ArmEnvironment(Protocol):
    """What robogeo needs of an environment beyond Gymnasium's own interface."""

    robot: Any

    def request(self, seed: int, index: int, places: tuple[str, ...] = ()) -> Any:
        """Request of the life-like stream."""
        ...

    def held_out_request(self, seed: int, index: int) -> Any:
        """Request of the held-out stream."""
        ...

    def place_names(self) -> list[str]:
        """Names of the places."""
        ...

    def place_of(self, q: FloatArray) -> str:
        """Name of the place of a configuration."""
        ...

    def demonstrate(self, start: FloatArray, goal: FloatArray, seed: int = 0) -> Any:
        """A collision-free path (``q``), or a refusal (``reason``)."""
        ...

    def search(self, start: FloatArray, goal: FloatArray, seed: int = 0) -> FloatArray | None:
        """A path by a sampling-based search, or None."""
        ...

    def clearance(self, q: FloatArray) -> Any:
        """Distances to the ``surroundings`` and to the arm ``itself``; the ``smallest``."""
        ...

    def first_collision(self, path: FloatArray, margin: float = 0.0) -> Any:
        """Where a path first comes too near (``at``, ``q``), if it does."""
        ...

    def kinematic_arrays(self) -> dict[str, FloatArray]:
        """Arguments of `KinematicChain`."""
        ...

    def sphere_arrays(self) -> dict[str, NDArray[Any]]:
        """Arguments of `SphereModel`."""
        ...

    def obstacle_arrays(self) -> list[tuple[str, FloatArray, FloatArray]]:
        """Arguments of `Obstacle`, one tuple each."""
        ...

    def visual_arrays(self) -> list[tuple[int, FloatArray, NDArray[np.int64], FloatArray]]:
        """Arguments of `Solid`, one tuple each."""
        ...

    def cameras(self) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
        """From where the scene is looked at, and at what."""
        ...

    def reached(self, position: FloatArray, rotation: FloatArray, near: FloatArray) -> FloatArray | None:
        """A configuration with a tool pose near another one, or None."""
        ...

    def free(self, path: FloatArray, margin: float) -> NDArray[np.bool_]:
        """Which configurations of a path keep a margin."""
        ...

    def add_obstacle(self, half_extents: FloatArray, centre: FloatArray) -> None:
        """Put a box into the world."""
        ...

    def remove_obstacles(self) -> None:
        """Take away what was added."""
        ...

    def execute(self, q: FloatArray, qd: FloatArray, engine: str = "pybullet") -> Any:
        """What happens when a motion runs."""
        ...

    def check_engine(self, engine: str) -> None:
        """Complain unless motions can run in an engine."""
        ...

    def film(self, q: FloatArray, fps: float, size: tuple[int, int]) -> NDArray[np.uint8]:
        """Pictures of a motion."""
        ...

    def close(self) -> None:
        """Free the simulator."""
        ...


@contextmanager
def complaints() -> Iterator[None]:
    """Turn what a world says of bad input (errors marked ``bad_input``) into an InputError."""
    try:
        yield
    except ValueError as error:
        if not getattr(error, "bad_input", False):
            raise
        raise InputError(str(error)) from error
