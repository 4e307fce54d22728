from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from robogeo import Learner
from robogeo.config import ExperimentConfig
from robogeo.data.demonstrations import Demonstration
from robogeo.errors import InputError
from robogeo.learning.answers import Failure, Receipt
from robogeo.learning.lifecycle import State, TransitionError
from robogeo.motion.request import Refusal, Request
from robogeo.motion.world import World

pytestmark = pytest.mark.sim


def shown_for(request: Request) -> Demonstration:
    return Demonstration(np.linspace(request.start, request.goal, 20), np.linspace(0.0, 2.0, 20), "test")


def touching(shelf: World, seed: int) -> np.ndarray:
    """A configuration within the limits in which the arm touches something."""
    rng = np.random.default_rng(seed)
    for _ in range(1000):
        q = rng.uniform(shelf.limits.lower, shelf.limits.upper)
        if shelf.clearance(q) < -0.01:
            return q
    raise AssertionError("everything is free")


def test_a_query_tells_where_it_hurts_and_that_it_can_be_shown(learner: Learner, shelf: World) -> None:
    for query in learner.ask(3):
        assert query.via is not None and query.via.shape == (shelf.dof,)
        assert ((shelf.limits.lower <= query.via) & (query.via <= shelf.limits.upper)).all()
        assert len(query.stretch) == len(query.motion) >= 2 and query.motion.shape[1] == shelf.dof
        assert query.clearances_m["start"] > 0.0 and query.clearances_m["goal"] > 0.0
        assert query.clearances_m["via"] == shelf.clearance(query.via)
        assert 0.0 < query.predicted_gain <= 1.0
        assert (query.attempt, query.deadline) == (1, None)


def test_what_nobody_can_show_is_not_asked(
    learner: Learner, tiny: ExperimentConfig, shelf: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = learner.ask(1)[0]
    honest, blocked = shelf.request, touching(shelf, 0)

    def obstructed(seed: int, index: int, places: tuple[str, ...] = ()) -> Request:
        given = honest(seed, index, places)
        return given if index % 2 else Request(given.start, blocked)

    monkeypatch.setattr(shelf, "request", obstructed)
    fresh = [query for query in learner.ask(tiny.candidates) if query.id != first.id]
    assert 0 < len(fresh) <= tiny.candidates // 2
    assert not any((query.request.goal == blocked).all() for query in fresh)


def test_near_a_refusal_nothing_is_asked_again(
    learner: Learner, tiny: ExperimentConfig, shelf: World
) -> None:
    wide = tiny.model_copy(update={"asking": tiny.asking.model_copy(update={"refusal_radius": 10.0})})
    query = learner.ask(1)[0]
    assert learner.tell(query.id, Refusal("busy", "no")).state is State.REFUSED
    assert Learner(learner.folder, wide, shelf).ask(1) == []  # everything is near
    exact = tiny.model_copy(update={"asking": tiny.asking.model_copy(update={"refusal_radius": 0.0})})
    others = Learner(learner.folder, exact, shelf).ask(tiny.candidates)
    assert len(others) == tiny.candidates - 1
    assert not any((other.request.start == query.request.start).all() for other in others)


def test_a_failure_is_asked_again_as_often_as_allowed(learner: Learner, tiny: ExperimentConfig) -> None:
    first = learner.ask(1)[0]
    assert learner.tell(first.id, Failure("slipped")).state is State.FAILED
    again = learner.ask(1)[0]
    assert (again.request.start == first.request.start).all() and again.attempt == 2
    assert again.id != first.id
    assert learner.tell(again.id, Failure("slipped again")).state is State.FAILED
    other = learner.ask(1)[0]
    assert not (other.request.start == first.request.start).all() and other.attempt == 1
    tells = learner.folder.journal.of_kind("tell")
    assert [tell.get("failure") for tell in tells[-2:]] == ["slipped", "slipped again"]


def test_a_query_expires_after_its_rounds(learner: Learner, tiny: ExperimentConfig, shelf: World) -> None:
    short = tiny.model_copy(update={"asking": tiny.asking.model_copy(update={"expires_after": 0})})
    brief = Learner(learner.folder, short, shelf)
    query = brief.ask(1)[0]
    assert query.deadline == query.round
    brief.update()
    assert not brief.pending and brief.record.receipt(query.id).state is State.EXPIRED
    events = len(brief.folder.journal)
    with pytest.raises(TransitionError, match=f"{query.id}: is expired and cannot become answered"):
        brief.tell(query.id, shown_for(query.request))
    assert len(brief.folder.journal) == events
    again = Learner(learner.folder, tiny, shelf)  # its deadline is in the journal
    assert again.record.receipt(query.id).state is State.EXPIRED


def test_a_cancelled_query_is_gone(learner: Learner, tiny: ExperimentConfig, shelf: World) -> None:
    query = learner.ask(1)[0]
    assert learner.cancel(query.id) == Receipt(True, State.CANCELLED)
    assert learner.cancel(query.id) == Receipt(False, State.CANCELLED)
    assert Learner(learner.folder, tiny, shelf).ask(1)[0].id != query.id
    with pytest.raises(TransitionError, match="is cancelled"):
        learner.tell(query.id, Refusal("no", "no"))
    answered = learner.pending[0] if learner.pending else learner.ask(1)[0]
    learner.tell(answered.id, Refusal("no", "no"))
    with pytest.raises(TransitionError, match="is refused and cannot become cancelled"):
        learner.cancel(answered.id)


def test_receipts_tell_what_was_covered(learner: Learner, tiny: ExperimentConfig, shelf: World) -> None:
    query, other = learner.ask(2)
    honest = learner.tell(query.id, shown_for(query.request))
    assert honest.accepted and honest.state is State.ANSWERED and honest.credited
    again = learner.tell(query.id, shown_for(query.request))
    assert not again.accepted and again.compliance == honest.compliance
    assert Learner(learner.folder, tiny, shelf).record.receipt(query.id) == honest
    still = np.stack([shelf.rest, shelf.rest + 1e-3])
    count = len(learner.demonstrations)
    off = learner.tell(other.id, Demonstration(still, np.array([0.0, 1.0]), "test"))
    assert off.accepted and not off.credited
    assert len(learner.demonstrations) == count + 1  # learned from nevertheless
    assert learner.attach(shown_for(query.request)) == Receipt(True, State.ANSWERED)


def test_the_ledger_sets_hope_beside_outcome(finished: Path) -> None:
    summary = json.loads((finished / "summary.json").read_text())
    (entry,) = summary["queries"]
    rates = [entry["success_rate"] for entry in summary["rounds"]]
    assert entry["realised"] == rates[1] - rates[0] and entry["answers"] == 1
    assert 0.0 < entry["share"] <= 1.0 and entry["credited"]
    assert entry["predicted"] == entry["share"] * (1.0 - rates[0])
    assert entry["wrong_before"] > 0.0 and entry["wrong_after"] > 0.0


@pytest.mark.parametrize("answer", [None, "shown", np.zeros((5, 7))])
def test_what_is_no_answer_is_told(answer: Any, learner: Learner) -> None:
    query = learner.ask(1)[0]
    with pytest.raises(InputError, match=r"answer: is of type .*expected Demonstration, Refusal or Failure"):
        learner.tell(query.id, answer)
    assert learner.pending
