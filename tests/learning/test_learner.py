from __future__ import annotations

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
from robogeo.learning import learner as learner_module
from robogeo.learning import proposals as module
from robogeo.learning.run_folder import RunFolder
from robogeo.learning.strategies import Candidates
from robogeo.models import IWAE, TrainingReport, fit, save_model
from robogeo.motion.manifold import Manifold
from robogeo.motion.request import Refusal, Request
from robogeo.motion.trajectory import Motion
from robogeo.motion.world import World
from robogeo.parallel import Workers

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


def test_a_strategy_of_ones_own_takes_the_place_of_the_named_one(
    folder: RunFolder, tiny: ExperimentConfig, shelf: World
) -> None:
    seen: list[Candidates] = []

    def last(candidates: Candidates) -> np.ndarray:
        seen.append(candidates)
        return np.arange(float(len(candidates)))

    learner = Learner(folder, tiny, shelf, strategy=last)
    query = learner.ask(1)[0]
    assert (query.request.start == seen[0].requests[-1].start).all() and query.score == tiny.candidates - 1
    assert len(seen[0].demonstrations) == len(seen[0].asked) - 1 == 3  # one was asked for, and is both
    assert (seen[0].seed, seen[0].round) == (tiny.seed, 1)


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
    honest = module.first_look

    def watched(manifold: Manifold, requests: Sequence[Request], workers: Workers) -> object:
        seen.extend(requests)
        return honest(manifold, requests, workers)

    monkeypatch.setattr(module, "first_look", watched)
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


def test_edges_of_very_many_nodes_are_shared(
    finished: Path, tiny: ExperimentConfig, shelf: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Watched(Workers):
        pieces = 0

        def map(self, *work: Any) -> Any:
            self.pieces += 1
            return super().map(*work)

    graphs = []
    for least in (10**6, 1):
        monkeypatch.setattr(learner_module, "_MANY_NODES", least)
        workers = Watched(1)
        graphs.append(
            Learner(RunFolder.existing(finished), tiny, shelf, workers=workers).planner.manifold.graph
        )
        assert workers.pieces == (least == 1)
    np.testing.assert_array_equal(graphs[0].lengths, graphs[1].lengths)


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


@pytest.mark.parametrize("warm", [True, False])
def test_later_trainings_start_from_the_last_weights_or_afresh(
    warm: bool, tmp_path: Path, tiny: ExperimentConfig, shelf: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tiny.model_copy(update={"training": tiny.training.model_copy(update={"warm": warm})})
    begun, ended = [], []

    def watched(model: IWAE, *args: object) -> TrainingReport:
        begun.append(save_model(model))
        report = fit(model, *args)
        ended.append(save_model(model))
        return report

    monkeypatch.setattr("robogeo.learning.fitted.fit", watched)
    with RunFolder.open(tmp_path / "run", config.as_dict()) as folder:
        learner = Learner(folder, config, shelf)
        for index in range(2):
            learner.attach(shown_for(shelf.request(0, index)))
            learner.update()
    assert (begun[1] == ended[0]) is warm and (begun[1] == begun[0]) is not warm
