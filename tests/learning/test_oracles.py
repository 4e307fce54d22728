from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from robogeo.errors import MotionError
from robogeo.learning.oracles import SimulatedOracle
from robogeo.motion.request import Refusal
from robogeo.motion.world import World

pytestmark = pytest.mark.sim


def test_a_demonstration_leads_from_start_to_goal_within_limits(shelf: World) -> None:
    request = shelf.request(3, 0)
    shown = SimulatedOracle(shelf).demonstrate(request, 0)
    assert not isinstance(shown, Refusal)
    assert (shown.q[0] == request.start).all() and (shown.q[-1] == request.goal).all()
    speed = np.abs(np.diff(shown.q, axis=0)) / np.diff(shown.t)[:, None]
    assert (speed <= 0.9 * shelf.limits.velocity + 1e-6).all()
    again = SimulatedOracle(shelf).demonstrate(request, 0)
    assert not isinstance(again, Refusal) and (again.q == shown.q).all()


def test_what_the_demonstrator_does_not_find_is_refused(
    shelf: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = Refusal("no-demonstration", "no way was found")
    monkeypatch.setattr(shelf, "demonstrate", lambda *_: refusal)
    assert SimulatedOracle(shelf).demonstrate(shelf.request(3, 0), 0) is refusal


def test_a_demonstration_that_touches_is_refused(shelf: World, monkeypatch: pytest.MonkeyPatch) -> None:
    touched: Any = SimpleNamespace(collision=True)
    monkeypatch.setattr(shelf, "execute", lambda _: touched)
    answer = SimulatedOracle(shelf).demonstrate(shelf.request(3, 0), 0)
    assert isinstance(answer, Refusal) and answer.kind == "collision"


def test_a_path_without_a_time_law_is_refused(shelf: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise MotionError("path: nothing fits")

    monkeypatch.setattr("robogeo.learning.oracles.time_path", never)
    answer = SimulatedOracle(shelf).demonstrate(shelf.request(3, 0), 0)
    assert answer == Refusal("no-motion", "path: nothing fits")


def test_it_is_repeatable_but_what_is_made_of_it_may_not_be(shelf: World) -> None:
    class Mine(SimulatedOracle):
        """Keeps something in mind, perhaps."""

    assert SimulatedOracle(shelf).repeatable and not Mine(shelf).repeatable
    shelf.add_obstacle([0.05, 0.05, 0.05], [2.0, 2.0, 2.0])
    try:
        assert not SimulatedOracle(shelf).repeatable
    finally:
        shelf.remove_obstacles()
    assert SimulatedOracle(shelf).repeatable
