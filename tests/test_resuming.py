"""A run is a function of its configuration: the same when repeated, and after any interruption."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from robogeo import experiment
from robogeo.config import ExperimentConfig
from robogeo.learning.journal import Event, Journal, read_events
from robogeo.progress import Progress, Silence

pytestmark = pytest.mark.sim
TIMES = ("sha", "seconds", "cpu_seconds")


@pytest.fixture
def config(tiny: ExperimentConfig) -> ExperimentConfig:
    # Two questions a round of the strategy whose choice depends on what was shown: the hardest to resume.
    return tiny.model_copy(update={"queries_per_round": 2, "strategy": "farthest", "held_out": 3})


def journal_of(run: Path) -> list[Event]:
    """All events without what tells the time."""
    return [
        {key: value for key, value in event.items() if key not in TIMES}
        for event in read_events(run / "journal.jsonl")
    ]


def contents(run: Path) -> dict[str, bytes]:
    names = [*run.glob("blobs/*"), *run.glob("demonstrations/*")]
    return {str(file.relative_to(run)): file.read_bytes() for file in names}


def assert_same(run: Path, other: Path) -> None:
    assert journal_of(run) == journal_of(other)
    assert contents(run) == contents(other)


def run_until_done(config: ExperimentConfig, run: Path, most: int, progress: Progress | None = None) -> int:
    """Repeat the command until it ends by itself; returns how often it was interrupted."""
    for interruptions in range(most):
        try:
            experiment.run_experiment(config, run, progress or Silence())
        except KeyboardInterrupt:
            continue
        return interruptions
    raise AssertionError("the experiment does not get on")


def test_the_same_configuration_gives_the_same_run(
    finished: Path, tiny: ExperimentConfig, tmp_path: Path, quick: None
) -> None:
    experiment.run_experiment(tiny, tmp_path / "again", Silence())
    assert_same(finished, tmp_path / "again")


def test_another_seed_gives_another_run(
    finished: Path, tiny: ExperimentConfig, tmp_path: Path, quick: None
) -> None:
    other = tiny.model_copy(update={"seed": 1, "rounds": 0})
    experiment.run_experiment(other, tmp_path / "run", Silence())
    models = [
        next(event["model"] for event in journal_of(run) if event["event"] == "fit")
        for run in (finished, tmp_path / "run")
    ]
    assert models[0] != models[1]


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.long
def test_interrupted_at_every_event_it_ends_the_same(
    moment: str, config: ExperimentConfig, tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment.run_experiment(config, tmp_path / "whole", Silence())
    honest = Journal.append
    written = [0]

    def interrupting(journal: Journal, kind: str, payload: Any = None) -> Event:
        # Before: what the event will name is on the disk already. After: nothing of the next step is.
        if moment == "before" and written[0] == 1:
            written[0] = 0
            raise KeyboardInterrupt
        event = honest(journal, kind, payload)
        written[0] += 1
        if moment == "after":
            raise KeyboardInterrupt
        return event

    monkeypatch.setattr(Journal, "append", interrupting)
    interruptions = run_until_done(config, tmp_path / "broken", 40)
    events = journal_of(tmp_path / "broken")
    assert {event["event"] for event in events} == {"begin", "attach", "fit", "evaluate", "ask", "tell"}
    assert interruptions == len(events) - (moment == "before")
    assert_same(tmp_path / "whole", tmp_path / "broken")


def test_interrupted_within_a_training_it_ends_the_same(
    finished: Path, tiny: ExperimentConfig, tmp_path: Path, quick: None
) -> None:
    class Interrupting(Silence):
        left = 3

        def __call__(self, what: str, done: int, total: int) -> None:
            if "training" in what and done > 0 and self.left:
                self.left -= 1
                raise KeyboardInterrupt

    assert run_until_done(tiny, tmp_path / "run", 6, Interrupting()) == 3
    assert_same(finished, tmp_path / "run")


def test_a_torn_last_line_is_written_again(
    finished: Path, tiny: ExperimentConfig, tmp_path: Path, quick: None
) -> None:
    shutil.copytree(finished, tmp_path / "run")
    journal = tmp_path / "run" / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-20])
    experiment.run_experiment(tiny, tmp_path / "run", Silence())
    assert_same(finished, tmp_path / "run")


def test_a_finished_run_adds_nothing(
    finished: Path, tiny: ExperimentConfig, tmp_path: Path, quick: None
) -> None:
    shutil.copytree(finished, tmp_path / "run")
    before = (tmp_path / "run" / "journal.jsonl").read_bytes()
    output = tiny.output.model_copy(update={"video_fps": 12})  # no part of what a run is
    other = tiny.model_copy(update={"output": output})
    summary = experiment.run_experiment(other, tmp_path / "run", Silence())
    assert (tmp_path / "run" / "journal.jsonl").read_bytes() == before
    first = json.loads((finished / "summary.json").read_text())
    assert summary["rounds"] == first["rounds"] and summary["seed"] == first["seed"]


@pytest.mark.long
def test_an_audit_is_interrupted_and_ends_the_same(
    tiny: ExperimentConfig, tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("robogeo.evaluation.audit._BATCH", 1)
    summarise = experiment.summarise
    monkeypatch.setattr(experiment, "summarise", lambda found: {**summarise(found), "success_rate": 1.0})
    # Everything is promising and nothing can be proved: three requests a round, and on it goes.
    update = {"success": 0.01, "alpha": 1e-300, "most_requests": 3, "least_requests": 3}
    config = tiny.model_copy(update={"stop": tiny.stop.model_copy(update=update), "held_out": 2})
    experiment.run_experiment(config, tmp_path / "whole", Silence())
    audits = [e for e in journal_of(tmp_path / "whole") if e["event"] == "audit"]
    assert [(e["round"], e["number"], e["requests"]) for e in audits] == [(0, 1, 1)] * 3
    honest = Journal.append

    def interrupting(journal: Journal, kind: str, payload: Any = None) -> Event:
        event = honest(journal, kind, payload)
        if kind == "audit":
            raise KeyboardInterrupt
        return event

    monkeypatch.setattr(Journal, "append", interrupting)
    assert run_until_done(config, tmp_path / "broken", 10) == 3
    assert_same(tmp_path / "whole", tmp_path / "broken")
