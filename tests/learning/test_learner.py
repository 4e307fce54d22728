from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from robogeo import Learner
from robogeo.config import NOT_IDENTITY, ExperimentConfig
from robogeo.data.demonstrations import Demonstration
from robogeo.errors import InputError, RobogeoError
from robogeo.learning import learner as module
from robogeo.learning.answers import Failure, Receipt
from robogeo.learning.lifecycle import State, TransitionError
from robogeo.learning.run_folder import RunFolder
from robogeo.motion.manifold import Manifold
from robogeo.motion.trajectory import Motion
from robogeo.motion.world import Refusal, Request, World

pytestmark = pytest.mark.sim


def shown_for(request: Request) -> Demonstration:
    return Demonstration(np.linspace(request.start, request.goal, 20), np.linspace(0.0, 2.0, 20), "test")


def told(learner: Learner) -> list[dict[str, object]]:
    return [query.as_dict() for query in learner.pending]


def test_asking_again_gives_the_same_queries(learner: Learner, tiny: ExperimentConfig, shelf: World) -> None:
    first = [query.as_dict() for query in learner.ask(2)]
    events = len(learner.folder.journal)
    assert [query.as_dict() for query in learner.ask(2)] == first == told(learner)
    assert told(Learner(learner.folder, tiny, shelf)) == first  # and after a restart
    assert len(learner.folder.journal) == events
    assert [query["id"] for query in first] == ["q1-0", "q1-1"]
    assert [query.as_dict() for query in learner.ask(3)][:2] == first


@pytest.mark.parametrize("strategy", ["combined", "farthest"])
def test_questions_do_not_depend_on_when_answers_come(
    strategy: str, finished: Path, tiny: ExperimentConfig, shelf: World, tmp_path: Path
) -> None:
    config = tiny.model_copy(update={"strategy": strategy})
    asked = []
    for name in ("all at once", "one by one"):
        shutil.copytree(finished, tmp_path / name)
        with RunFolder.existing(tmp_path / name, exclusive=True) as folder:
            learner = Learner(folder, config, shelf)
            if name == "one by one":
                for _ in range(3):
                    query = learner.ask(1)[0]
                    learner.tell(query.id, shown_for(query.request))
            else:
                learner.ask(3)
            asked.append([query.as_dict() for query in learner.queries.values() if query.round == 1])
    assert asked[0] == asked[1]
    assert len({str(query["start"]) for query in asked[0]}) == 3


def test_telling_is_idempotent_and_never_retrains(
    learner: Learner, tiny: ExperimentConfig, shelf: World
) -> None:
    query = learner.ask(1)[0]
    learner.tell(query.id, shown_for(query.request))
    events, rounds, count = len(learner.folder.journal), learner.rounds, len(learner.demonstrations)
    learner.tell(query.id, shown_for(query.request))
    learner.tell(query.id, Refusal("late", "too late"))
    assert (len(learner.folder.journal), learner.rounds, len(learner.demonstrations)) == (
        events,
        rounds,
        count,
    )
    assert not learner.pending
    again = Learner(learner.folder, tiny, shelf)
    assert (
        len(again.demonstrations) == count
        and (again.demonstrations[-1].q == learner.demonstrations[-1].q).all()
    )


def test_refusals_are_recorded_and_something_else_is_asked(
    learner: Learner, tiny: ExperimentConfig, shelf: World
) -> None:
    query = learner.ask(1)[0]
    learner.tell(query.id, Refusal("busy", "the arm is needed elsewhere"))
    event = learner.folder.journal.of_kind("tell")[-1]
    assert (event["query"], event["refusal"], event["reason"]) == (
        query.id,
        "busy",
        "the arm is needed elsewhere",
    )
    assert not Learner(learner.folder, tiny, shelf).pending
    other = learner.ask(1)[0]
    assert other.id != query.id and not (other.request.start == query.request.start).all()


@pytest.mark.parametrize(
    ("q", "reason"),
    [
        (np.zeros((5, 6)), "has 6 joints, the robot iiwa has 7"),
        (np.linspace(np.zeros(7), np.full(7, 3.5), 5), r"joint \d is 3.5 rad at sample 4.*radians"),
    ],
)
def test_a_demonstration_of_another_robot_is_refused(learner: Learner, q: np.ndarray, reason: str) -> None:
    query = learner.ask(1)[0]
    events = len(learner.folder.journal)
    with pytest.raises(InputError, match=reason):
        learner.tell(query.id, Demonstration(q, np.arange(5.0), "test"))
    assert learner.pending and len(learner.folder.journal) == events


def test_an_unknown_query_is_told(learner: Learner) -> None:
    learner.ask(1)
    with pytest.raises(InputError, match=r"no query 'q9-9'; pending: q1-0"):
        learner.tell("q9-9", Refusal("no", "no"))


def test_held_out_requests_are_never_candidates(
    learner: Learner, shelf: World, tiny: ExperimentConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Request] = []
    honest = module.score

    def watched(manifold: Manifold, requests: Sequence[Request]) -> object:
        seen.extend(requests)
        return honest(manifold, requests)

    monkeypatch.setattr(module, "score", watched)
    learner.ask(2)
    assert len(seen) == tiny.candidates
    held_out = {tuple(request.start) for request in shelf.held_out(0, 42)}
    assert not held_out & {tuple(request.start) for request in seen}


def test_an_update_is_one_round_from_the_last_weights(
    learner: Learner, tiny: ExperimentConfig, shelf: World
) -> None:
    query = learner.ask(1)[0]
    learner.tell(query.id, shown_for(query.request))
    learner.update()
    fits = learner.folder.journal.of_kind("fit")
    assert [fit["round"] for fit in fits] == [0, 1, 2]
    assert fits[-1]["demonstrations"] == len(learner.demonstrations)
    again = Learner(learner.folder, tiny, shelf).planner.manifold.graph
    assert (again.lengths == learner.planner.manifold.graph.lengths).all()


def test_a_plan_is_a_motion_or_a_refusal(learner: Learner, shelf: World, tiny: ExperimentConfig) -> None:
    request = shelf.request(0, 3)
    motion = learner.plan(request.start.tolist(), request.goal)
    assert isinstance(motion, Motion)
    assert (motion.q[0] == request.start).all() and (motion.q[-1] == request.goal).all()
    strict = tiny.model_copy(update={"motion": tiny.motion.model_copy(update={"correction_limit": 1e-6})})
    refusal = Learner(learner.folder, strict, shelf).plan(request.start, request.goal)
    assert isinstance(refusal, Refusal) and refusal.kind == "unknown-end-point"
    with pytest.raises(InputError, match="start: 3 joint values"):
        learner.plan([0.0, 0.0, 0.0], request.goal)


def test_a_reader_plans_but_does_not_ask(finished: Path, tiny: ExperimentConfig, shelf: World) -> None:
    reader = Learner(RunFolder.existing(finished), tiny, shelf)
    assert reader.plan(shelf.rest, shelf.request(0, 0).goal) is not None
    with pytest.raises(RobogeoError, match="opened for reading"):
        reader.ask(1)


def test_before_anything_is_learned_nothing_is_planned_or_asked(
    tmp_path: Path, tiny: ExperimentConfig, shelf: World
) -> None:
    with RunFolder.open(tmp_path / "run", tiny.as_dict(), NOT_IDENTITY) as folder:
        learner = Learner(folder, tiny, shelf)
        for work in (lambda: learner.ask(1), lambda: learner.plan(shelf.rest, shelf.rest)):
            with pytest.raises(InputError, match="nothing is learned yet"):
                work()
        with pytest.raises(InputError, match="no demonstrations"):
            learner.update()
        assert learner.rounds == 0 and not folder.events()


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
