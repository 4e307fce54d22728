from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from robogeo.motion import request_stream
from robogeo.motion.environment import ArmEnvironment
from robogeo.motion.request import Request
from robogeo.motion.request_stream import RequestStream


class Drawn(SimpleNamespace):
    """An environment that draws requests and notes which."""

    def __init__(self) -> None:
        self.keys: list[tuple[int, int, tuple[str, ...]]] = []

    def request(self, seed: int, index: int, places: tuple[str, ...]) -> Request:
        self.keys.append((seed, index, places))
        return Request(np.full(2, float(seed)), np.full(2, float(index)))


def test_a_request_is_drawn_once() -> None:
    drawn = Drawn()
    stream = RequestStream(cast(ArmEnvironment, drawn))
    first = stream.at(3, 5)
    assert stream.at(3, 5) is first
    assert stream.at(3, 5, ("shelf",)) is not first
    assert drawn.keys == [(3, 5, ()), (3, 5, ("shelf",))]


def test_very_many_are_drawn_elsewhere_but_for_those_that_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_stream, "_WORTH_SENDING", 6)
    monkeypatch.setattr(request_stream, "_TOGETHER", 4)
    here, elsewhere = Drawn(), Drawn()
    stream, asked = RequestStream(cast(ArmEnvironment, here)), list[list[int]]()

    def drawn(parts: Sequence[Sequence[int]]) -> Iterable[Sequence[Request]]:
        asked.extend(list(part) for part in parts)
        return [[elsewhere.request(1, index, ()) for index in part] for part in parts]

    stream.at(1, 2)
    stream.draw_ahead(1, range(6), drawn)
    assert not asked, "five that are missing are not worth it"
    stream.draw_ahead(1, range(8), drawn)
    assert asked == [[0, 1, 3, 4], [5, 6, 7]]
    assert [stream.at(1, index).goal[0] for index in range(8)] == list(range(8))
    assert here.keys == [(1, 2, ())]
    assert not any(stream.at(1, index).start.flags.writeable for index in range(8))


def test_the_oldest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_stream, "_REMEMBERED", 3)
    drawn = Drawn()
    stream = RequestStream(cast(ArmEnvironment, drawn))
    for index in (0, 1, 2, 3, 3, 1, 0):
        stream.at(0, index)
    assert [index for _, index, _ in drawn.keys] == [0, 1, 2, 3, 0]
