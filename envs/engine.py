"""The one owner of a PyBullet client.

Every call names its client (a forgotten ``physicsClientId`` silently talks to client 0), and the engine's
banner goes nowhere.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from envs.errors import WorldError

PHYSICS_RATE = 240.0  # Hz


def pose_matrix(position: Sequence[float], quaternion: Sequence[float]) -> NDArray[np.float64]:
    """The engine's position (3,) m and quaternion (x, y, z, w) as one matrix (4, 4)."""
    made = np.eye(4)
    made[:3, :3], made[:3, 3] = Rotation.from_quat(quaternion).as_matrix(), position
    return made


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """Send what the engine prints from C, its banner and its remarks, to nowhere."""
    saved = [os.dup(1), os.dup(2)]
    sink = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(sink, 1)
        os.dup2(sink, 2)
        yield
    finally:
        with contextlib.suppress(OSError, TypeError):  # where the C library goes by another name
            ctypes.CDLL(None).fflush(None)  # the banner may still wait in C's own buffer
        os.dup2(saved[0], 1)
        os.dup2(saved[1], 2)
        for descriptor in (*saved, sink):
            os.close(descriptor)


with silence():
    import pybullet

__all__ = [
    "PHYSICS_RATE",
    "Engine",
    "pybullet",
    "silence",
]  # imported elsewhere, pybullet prints its banner


class Engine:
    """An empty PyBullet world, stepped at 240 Hz."""

    def __init__(self) -> None:
        with silence():
            self.client = int(pybullet.connect(pybullet.DIRECT))

    def call(self, function: str, *args: Any, **kwargs: Any) -> Any:
        """Call a PyBullet function on this client."""
        if self.client < 0:
            raise WorldError("this world is closed; make a new one")
        return getattr(pybullet, function)(*args, physicsClientId=self.client, **kwargs)

    def bound(self, function: str, *args: Any, **kwargs: Any) -> Callable[..., Any]:
        """A PyBullet function on this client with its first arguments, for thousands of calls."""
        if self.client < 0:
            raise WorldError("this world is closed; make a new one")
        return partial(getattr(pybullet, function), *args, physicsClientId=self.client, **kwargs)

    @staticmethod
    def call_free(function: str, *args: Any) -> Any:
        """Call a PyBullet function that belongs to no client."""
        return getattr(pybullet, function)(*args)

    def empty(self) -> None:
        """Remove everything and set gravity and time step anew."""
        self.call("resetSimulation")
        self.call("setPhysicsEngineParameter", deterministicOverlappingPairs=1, enableFileCaching=0)
        self.call("setTimeStep", 1.0 / PHYSICS_RATE)
        self.call("setGravity", 0.0, 0.0, -9.81)

    def step(self) -> None:
        """Advance by one physics step of 1/240 s."""
        self.call("stepSimulation")

    def close(self) -> None:
        """Disconnect; closing twice does nothing."""
        if self.client >= 0:
            with contextlib.suppress(pybullet.error):
                pybullet.disconnect(physicsClientId=self.client)
            self.client = -1
