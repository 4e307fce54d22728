from __future__ import annotations

import threading

import numpy as np

from robogeo.viewer.desk import Desk
from robogeo.viewer.player import Player, Reel


def test_work_is_done_in_order_and_complaints_are_heard() -> None:
    done: list[int] = []
    heard: list[BaseException] = []
    desk = Desk(heard.append)
    desk.submit(lambda: done.append(1))
    desk.submit(lambda: 1 / 0)
    desk.submit(lambda: done.append(2)).result(timeout=10.0)
    desk.close()
    assert done == [1, 2] and [type(error) for error in heard] == [ZeroDivisionError]


def test_of_many_drags_only_the_latest_counts() -> None:
    desk, gate, done = Desk(lambda _: None), threading.Event(), []
    desk.submit(lambda: gate.wait(10.0))
    for place in range(20):
        desk.latest("drag", lambda place=place: done.append(place))
    gate.set()
    desk.submit(lambda: None).result(timeout=10.0)
    desk.latest("drag", lambda: done.append(99))
    desk.submit(lambda: None).result(timeout=10.0)
    desk.close()
    assert done == [19, 99]


def test_a_player_seeks_plays_and_pauses() -> None:
    shown: list[int] = []
    ended = threading.Event()

    def told(now: float) -> None:
        if now >= 0.2:
            ended.set()

    player = Player(told)
    assert not player.toggle()  # there is nothing to play
    player.load(Reel(np.linspace(0.0, 0.2, 6), shown.append))
    player.seek(0.12)
    player.seek(9.0)
    assert shown == [0, 3, 5]
    player.seek(0.0)
    assert player.toggle()
    assert ended.wait(10.0)
    assert not player.toggle()
    assert shown[3:9] == sorted(shown[3:9]) and shown[3] == 0 and max(shown) == 5
    player.load(None)
    player.close()
