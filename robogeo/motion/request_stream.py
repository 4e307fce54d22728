"""Requests as life brings them, each drawn once: inverse kinematics takes milliseconds.

Strategies are compared on the same requests, and a round's candidates are looked at again after each answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

import numpy as np

from robogeo.motion.environment import ArmEnvironment, complaints
from robogeo.motion.request import Request

Key = tuple[int, int, tuple[str, ...]]
_REMEMBERED = 200_000
_WORTH_SENDING = 1_000  # requests; to start a worker takes as long as to draw some hundred
_TOGETHER = 50  # requests drawn at a time where very many are


class RequestStream:
    """Streams of requests, by seed and places, and the memory of what was drawn of them.

    Args:
        environment: draws them.
    """

    def __init__(self, environment: ArmEnvironment) -> None:
        self._environment = environment
        self._drawn: dict[Key, Request] = {}

    def at(self, seed: int, index: int, places: tuple[str, ...] = ()) -> Request:
        """Request ``index`` of the stream ``seed``."""
        key = seed, index, places
        if key not in self._drawn:
            with complaints():
                self._remember([(key, _request(self._environment.request(*key)))])
        return self._drawn[key]

    def held_out(self, seed: int, count: int) -> list[Request]:
        """The first ``count`` held-out requests of ``seed``."""
        with complaints():
            return [_request(self._environment.held_out_request(seed, index)) for index in range(count)]

    def draw_ahead(
        self,
        seed: int,
        indices: Iterable[int],
        drawn: Callable[[Sequence[Sequence[int]]], Iterable[Sequence[Request]]],
    ) -> None:
        """Remember requests that are drawn somewhere else, if very many are missing.

        Args:
            seed: of the stream.
            indices: of the requests; those that are known are not drawn again.
            drawn: gives the requests of lists of indices, list by list.
        """
        missing = [index for index in indices if (seed, index, ()) not in self._drawn]
        if len(missing) < _WORTH_SENDING:
            return
        parts = [missing[i : i + _TOGETHER] for i in range(0, len(missing), _TOGETHER)]
        for part, requests in zip(parts, drawn(parts), strict=True):
            self._remember([((seed, index, ()), each) for index, each in zip(part, requests, strict=True)])

    def _remember(self, drawn: Iterable[tuple[Key, Request]]) -> None:
        """Keep requests, which nobody may change, and forget the oldest beyond what may be kept."""
        for key, request in drawn:
            self._drawn[key] = _frozen(request)
        for key in [*islice(self._drawn, max(0, len(self._drawn) - _REMEMBERED))]:
            del self._drawn[key]


def _request(given: Any) -> Request:
    """An environment's request in robogeo's words."""
    return _frozen(Request(np.array(given.start), np.array(given.goal), given.start_place, given.goal_place))


def _frozen(request: Request) -> Request:
    request.start.flags.writeable = request.goal.flags.writeable = False
    return request
