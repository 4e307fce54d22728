from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from robogeo.data.demonstrations import Demonstration
from robogeo.learning.answers import Answer, Failure
from robogeo.learning.unreliable_oracle import UnreliableOracle
from robogeo.motion.request import Refusal, Request


class Straight:
    """Shows the straight joint line."""

    def demonstrate(self, request: Request, seed: int) -> Answer:
        q = np.linspace(request.start, request.goal, 50)
        return Demonstration(q, np.linspace(0.0, 1.0, 50), "straight")


HONEST = UnreliableOracle(Straight())
REQUESTS = [Request(np.zeros(3), np.array([1.0, 2.0, k / 100])) for k in range(400)]


def answers(oracle: UnreliableOracle) -> list[Answer]:
    return [oracle.demonstrate(request, 5) for request in REQUESTS]


def test_without_faults_it_is_the_other_oracle() -> None:
    assert HONEST.demonstrate(REQUESTS[0], 0) == Straight().demonstrate(REQUESTS[0], 0)


@pytest.mark.parametrize(("fault", "kind"), [("refusing", Refusal), ("failing", Failure)])
def test_it_refuses_or_fails_as_often_as_told(fault: str, kind: type) -> None:
    share = np.mean([isinstance(answer, kind) for answer in answers(replace(HONEST, **{fault: 0.3}))])
    assert abs(share - 0.3) < 0.07


def test_laziness_stops_part_way() -> None:
    lengths = [len(answer.t) for answer in answers(replace(HONEST, lazy=1.0)) if hasattr(answer, "t")]
    assert len(lengths) == 400 and min(lengths) >= 2 and max(lengths) <= 40


def test_a_shaking_hand_keeps_the_ends_and_its_strength() -> None:
    shaken = answers(replace(HONEST, noise=0.1))
    errors = []
    for request, answer in zip(REQUESTS, shaken, strict=True):
        assert isinstance(answer, Demonstration)
        assert (answer.q[0] == request.start).all() and (answer.q[-1] == request.goal).all()
        errors.append(answer.q - np.linspace(request.start, request.goal, 50))
    assert np.std([error[20:30] for error in errors]) == pytest.approx(0.1, rel=0.15)


def test_the_same_question_meets_the_same_fault() -> None:
    oracle = UnreliableOracle(Straight(), 3, noise=0.05, lazy=0.3, refusing=0.3, failing=0.3)
    forward = answers(oracle)
    backward = [oracle.demonstrate(request, 5) for request in REQUESTS[::-1]][::-1]
    assert forward == backward
    assert {type(answer) for answer in forward} == {Demonstration, Refusal, Failure}
    assert answers(replace(oracle, seed=4)) != forward
