from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from robogeo.config import ExperimentConfig
from robogeo.evaluation import audit as module
from robogeo.evaluation.audit import audit, fresh_request
from robogeo.evaluation.outcome import SuccessCriteria
from robogeo.learning.learner import Learner
from robogeo.learning.run_folder import RunFolder
from robogeo.motion.world import World
from robogeo.parallel import Workers
from robogeo.progress import Progress

pytestmark = pytest.mark.sim


@pytest.fixture
def rate(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A model that succeeds at the rate in this list: the judging is tested elsewhere."""
    wanted = [1.0]
    rng = np.random.default_rng(0)
    monkeypatch.setattr(module, "trials_for", lambda world, requests: (list(requests), []))

    def outcomes(_: object, trials: Sequence[object], *__: object) -> list[Any]:
        return [SimpleNamespace(success=bool(rng.random() < wanted[0])) for _ in trials]

    monkeypatch.setattr(module, "roll_out", outcomes)
    return wanted


@pytest.fixture
def learner(finished: Path, tiny: ExperimentConfig, shelf: World, tmp_path: Path) -> Iterator[Learner]:
    import shutil

    shutil.copytree(finished, tmp_path / "run")
    stop = tiny.stop.model_copy(update={"success": 0.9, "most_requests": 200})
    with RunFolder.existing(tmp_path / "run", exclusive=True) as folder:
        yield Learner(folder, tiny.model_copy(update={"stop": stop}), shelf)


def run(learner: Learner) -> module.Audit:
    with Workers(1) as workers, Progress() as progress:
        return audit(learner, SuccessCriteria(), workers, progress)


def test_an_audit_ends_when_it_proves_enough(learner: Learner, rate: list[float]) -> None:
    found = run(learner)
    assert found.proves(0.9, 0.05) and (found.number, found.failures) == (1, 0)
    events = learner.folder.journal.of_kind("audit")
    assert sum(event["successes"] for event in events) == found.successes < 200
    verdict = learner.stop()
    assert verdict.stop and "fresh requests succeeded" in verdict.reason
    assert run(learner) == found and learner.folder.journal.of_kind("audit") == events  # not twice


def test_an_audit_gives_up_when_nothing_is_to_be_proved(learner: Learner, rate: list[float]) -> None:
    rate[0] = 0.3
    found = run(learner)
    assert found.bounds(0.05)[1] < 0.9 and found.successes + found.failures == 24
    assert not learner.stop().stop


def test_an_audit_gives_up_after_the_most_requests(learner: Learner, rate: list[float]) -> None:
    rate[0] = 0.9
    found = run(learner)
    assert found.successes + found.failures == 200 and not learner.stop().stop


def test_an_interrupted_audit_goes_on(learner: Learner, rate: list[float]) -> None:
    counts = {"requests": 24, "successes": 24, "failures": 0}
    learner.folder.journal.append("audit", {"round": learner.rounds - 1, "number": 1, **counts})
    found = run(learner)
    assert found.number == 1
    assert len(learner.folder.journal.of_kind("audit")) == found.successes / 24


def test_fresh_requests_are_nobody_elses(shelf: World) -> None:
    fresh = [fresh_request(shelf, 0, audit, index) for audit in (1, 2) for index in range(20)]
    starts = {tuple(request.start) for request in fresh}
    assert len(starts) == 40
    assert not starts & {tuple(request.start) for request in shelf.held_out(0, 84)}
    again = fresh_request(shelf, 0, 2, 19)
    assert (again.start == fresh[-1].start).all() and (again.goal == fresh[-1].goal).all()
    assert len({request.name for request in fresh}) > 20  # any pair, not the same order each time
