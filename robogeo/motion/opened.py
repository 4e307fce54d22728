"""The worlds of a process: one of a kind, whoever asks for it, or sends its names from another process."""

from __future__ import annotations

from functools import lru_cache
from typing import NoReturn, cast

from robogeo.errors import InputError
from robogeo.motion.world import World


@lru_cache(maxsize=16)  # an evicted world stays open, so there must be room for all scenes of a study
def opened(scene: str, robot: str, metres_per_radian: float | None) -> World:
    """This process's world of that kind, as for `World`: to open one takes longer than a motion.

    Raises:
        InputError: unknown scene or robot.
    """
    return World(scene, robot, metres_per_radian)


def arrived(scene: str, robot: str, metres_per_radian: float | None) -> World:
    """The same for a world that was sent; one that cannot be opened here says why as soon as it is used."""
    try:
        return opened(scene, robot, metres_per_radian)
    except InputError as error:  # a worker that fails before its work begins is taken for lost
        return cast(World, _Unopened(error))


class _Unopened:
    """Stands for a world that cannot be opened."""

    def __init__(self, reason: InputError) -> None:
        self._reason = reason

    def __getattr__(self, name: str) -> NoReturn:
        raise self._reason
