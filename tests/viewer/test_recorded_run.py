"""A run that learned from recordings: judged by them, and taught with them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from robogeo.data.demonstrations import Demonstration
from robogeo.errors import InputError
from robogeo.experiment import update_experiment, usual_oracle
from robogeo.learning.answers import check_demonstration
from robogeo.learning.journal import read_events
from robogeo.run.stored import criteria_of
from robogeo.run.taught import learner_of
from robogeo.viewer.reports import Reports
from robogeo.viewer.session import Session
from robogeo.viewer.teaching import Teaching
from tests.recorded_arcs import REST, learn_from

pytestmark = pytest.mark.sim


@pytest.fixture(scope="module")
def learned(arcs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that learned next to nothing, and is asked for what nobody could keep: to stray by 0.1 mrad."""
    run = tmp_path_factory.mktemp("strayed") / "run"
    assert learn_from(arcs, run, "rounds=0", "held_out=2", "recordings.tolerance=1.0e-4") == 0
    return run


@pytest.fixture
def teaching(learned: Path, tmp_path: Path) -> Iterator[Teaching]:
    shutil.copytree(learned, tmp_path / "run")
    reports = Reports()
    with learner_of(tmp_path / "run", reports) as learner:
        yield Teaching(learner, update_experiment, usual_oracle, reports)


def test_what_the_runs_criteria_call_strayed_is_not_called_safe(teaching: Teaching) -> None:
    learner = teaching.learner
    session = Session(learner, criteria_of(learner.config))
    found = read_events(learner.folder.path / "journal.jsonl")
    outcomes = [event for event in found if event["event"] == "evaluate"][-1]["outcomes"]
    for request, outcome in zip(session.held_out(2), outcomes, strict=True):
        assert outcome["failure"] == "strayed"
        session.take(request)
        session.lead()
        route = session.judge()
        assert route is not None and route.verdict.word == "unsafe"
        assert route.verdict.reason.startswith("it strays from what was recorded")
        assert f"{outcome['deviation_rad']:.3f} rad from the recording" in route.verdict.reason


def test_between_points_that_nobody_recorded_nearness_is_said_not_to_be_judged(teaching: Teaching) -> None:
    session = Session(teaching.learner, criteria_of(teaching.learner.config))
    nodes = session.map.projection.plane_nodes
    for node in (3, 20):
        session.choose(*nodes[node])
    session.lead()
    route = session.judge()
    assert route is not None and route.verdict.word in ("safe", "unsafe")
    assert "not held against a demonstration: no recording shows this" in route.verdict.reason


def test_a_recording_answers_and_is_not_used_up_by_looking_at_it(teaching: Teaching) -> None:
    query = teaching.ask()[0]
    teaching.choose(query.id)
    first, again = teaching.ask_oracle(), teaching.ask_oracle()
    assert isinstance(first.answer, Demonstration) and first.answer.source.startswith("arc")
    assert again.good and again.answer == first.answer
    assert teaching.accept().accepted
    assert teaching.learner.demonstrations[-1] == first.answer
    teaching.choose(teaching.ask()[0].id)
    other = teaching.ask_oracle().answer
    assert isinstance(other, Demonstration) and other != first.answer


def test_a_recording_beyond_the_limits_is_barred_as_the_learner_bars_it(teaching: Teaching) -> None:
    teaching.choose(teaching.ask()[0].id)
    lesson, limits = teaching.lesson, teaching.learner.world.limits
    assert lesson is not None
    q = np.tile(REST, (20, 1))
    q[:, 3] = np.linspace(REST[3], limits.lower[3] - 0.03, 20)
    slightly = lesson.checked(Demonstration(q, np.arange(20) / 10.0, "made"))
    assert slightly.good and "left by 0.030 rad" in slightly.checks[0].found
    assert not slightly.checks[-1].holds  # it answers another question: a warning, no bar
    far = Demonstration(q - [0, 0, 0, 0.1, 0, 0, 0], np.arange(20) / 10.0, "made")
    barred = lesson.checked(far)
    assert not barred.good and "outside its limits" in barred.checks[0].found
    with pytest.raises(InputError, match="outside its limits"):
        check_demonstration(far, teaching.learner.world)
