"""Oracles answer queries with demonstrations, refusals or failures."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from robogeo.data.demonstrations import Demonstration
from robogeo.errors import MotionError
from robogeo.learning.answers import Answer
from robogeo.motion.path import smooth_path
from robogeo.motion.request import Refusal, Request
from robogeo.motion.timing import time_path
from robogeo.motion.world import World

FloatArray = NDArray[np.float64]
_EVERY = 3  # of the 240 samples a second are kept


class Oracle(Protocol):
    """Whoever can be asked to demonstrate.

    One whose answer depends on nothing but request and seed, and which can be pickled, may say so by an
    attribute ``repeatable`` that is true: many requests then go to several processes at a time.
    """

    def demonstrate(self, request: Request, seed: int) -> Answer:
        """Show the requested motion, or say why not: refused, or tried in vain."""
        ...


class SimulatedOracle:
    """The world's own demonstrator, its path timed and replayed in the simulator before it is handed on.

    Args:
        world: where to demonstrate.
        derate: share of the joint limits that a demonstration uses.
    """

    def __init__(self, world: World, derate: float = 0.9) -> None:
        self._world, self._derate = world, derate

    @property
    def repeatable(self) -> bool:
        """Whether other processes may answer; a class made of this one has to say so for itself."""
        return type(self) is SimulatedOracle and self._world.sendable

    def demonstrate(self, request: Request, seed: int) -> Demonstration | Refusal:
        """Show the requested motion; refuse if none is found, or if it touches anything when it runs."""
        path = self._world.demonstrate(request, seed)
        if isinstance(path, Refusal):
            return path
        return performed(self._world, path, self._derate, "simulated demonstrator", request.name)


def performed(
    world: World, path: FloatArray, derate: float, source: str, note: str
) -> Demonstration | Refusal:
    """A demonstration along a joint path, whoever gave it; refused if it touches anything when it runs.

    Args:
        world: where it is run.
        path: way-points (n, dof), rad; they are smoothed and timed.
        derate: share of the joint limits that it uses.
        source: who gave the path.
        note: free text.
    """
    try:
        motion = time_path(smooth_path(path, limits=world.limits), world.limits, derate=derate)
    except MotionError as error:
        return Refusal("no-motion", str(error))
    if world.execute(motion).collision:
        return Refusal("collision", "the demonstrated motion touched an obstacle when it was replayed")
    kept = [*range(0, len(motion.t) - 1, _EVERY), len(motion.t) - 1]
    return Demonstration(motion.q[kept], motion.t[kept], source, note)
