"""The loop as a whole: repeatable, and the same after any interruption."""

from __future__ import annotations

import json
import shutil
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from robogeo import experiment
from robogeo.config import ExperimentConfig
from robogeo.errors import RobogeoError
from robogeo.learning.journal import Event, Journal, read_events
from robogeo.learning.learner import Learner
from robogeo.learning.oracles import SimulatedOracle
from robogeo.learning.run_folder import RunFolder
from robogeo.learning.unreliable_oracle import UnreliableOracle
from robogeo.motion.world import Refusal, Request, World
from robogeo.progress import Progress
from robogeo.stored_run import evaluate_run, summary_of

pytestmark = pytest.mark.sim
TIMES = ("sha", "seconds", "cpu_seconds")


class Silent(Progress):
    def __call__(self, what: str, done: int, total: int) -> None:
        pass

    def say(self, line: str) -> None:
        pass


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, shelf: World) -> None:
    """One world for all runs of a test, and no report: neither has to do with the loop."""
    monkeypatch.setattr(experiment, "World", lambda scene, robot: nullcontext(shelf))
    monkeypatch.setattr("robogeo.run_report.write_run_report", lambda *_: None)


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
            experiment.run_experiment(config, run, progress or Silent())
        except KeyboardInterrupt:
            continue
        return interruptions
    raise AssertionError("the experiment does not get on")


def test_the_same_configuration_gives_the_same_run(
    finished: Path, tiny: ExperimentConfig, tmp_path: Path, quick: None
) -> None:
    experiment.run_experiment(tiny, tmp_path / "again", Silent())
    assert_same(finished, tmp_path / "again")


def test_another_seed_gives_another_run(
    finished: Path, tiny: ExperimentConfig, tmp_path: Path, quick: None
) -> None:
    other = tiny.model_copy(update={"seed": 1, "rounds": 0})
    experiment.run_experiment(other, tmp_path / "run", Silent())
    models = [
        next(event["model"] for event in journal_of(run) if event["event"] == "fit")
        for run in (finished, tmp_path / "run")
    ]
    assert models[0] != models[1]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_interrupted_at_every_event_it_ends_the_same(
    moment: str, config: ExperimentConfig, tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment.run_experiment(config, tmp_path / "whole", Silent())
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
    class Interrupting(Silent):
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
    experiment.run_experiment(tiny, tmp_path / "run", Silent())
    assert_same(finished, tmp_path / "run")


def test_a_finished_run_adds_nothing(
    finished: Path, tiny: ExperimentConfig, tmp_path: Path, quick: None
) -> None:
    shutil.copytree(finished, tmp_path / "run")
    before = (tmp_path / "run" / "journal.jsonl").read_bytes()
    output = tiny.output.model_copy(update={"video_fps": 12})  # no part of what a run is
    other = tiny.model_copy(update={"output": output})
    summary = experiment.run_experiment(other, tmp_path / "run", Silent())
    assert (tmp_path / "run" / "journal.jsonl").read_bytes() == before
    first = json.loads((finished / "summary.json").read_text())
    assert summary["rounds"] == first["rounds"] and summary["seed"] == first["seed"]


class Choosy(SimulatedOracle):
    """Refuses the first requests that it sees."""

    refusals = 1

    def demonstrate(self, request: Request, seed: int) -> Any:
        if self.refusals:
            self.refusals -= 1
            return Refusal("busy", "not now")
        return super().demonstrate(request, seed)


def test_refusals_at_the_beginning_are_passed_over(
    tiny: ExperimentConfig, tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(experiment, "SimulatedOracle", Choosy)
    config = tiny.model_copy(update={"rounds": 0})
    summary = experiment.run_experiment(config, tmp_path / "run", Silent())
    kinds = [event["event"] for event in journal_of(tmp_path / "run")]
    assert kinds == ["begin", "skip", "attach", "attach", "fit", "evaluate"]
    assert summary["rounds"][0]["demonstrations"] == 2


def test_refused_questions_are_replaced(
    finished: Path, tiny: ExperimentConfig, tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The run as it was before its question, then an oracle that refuses twice.
    with RunFolder.open(tmp_path / "run", tiny.as_dict()) as folder:
        for blob in (finished / "blobs").iterdir():
            folder.put_blob(blob.read_bytes())
        for event in read_events(finished / "journal.jsonl")[:5]:
            payload = {key: value for key, value in event.items() if key not in ("n", "event", "sha")}
            folder.journal.append(event["event"], payload)
    monkeypatch.setattr(Choosy, "refusals", 2)
    monkeypatch.setattr(experiment, "SimulatedOracle", Choosy)
    experiment.run_experiment(tiny, tmp_path / "run", Silent())
    events = journal_of(tmp_path / "run")
    tells = [event for event in events if event["event"] == "tell"]
    assert [tell.get("refusal") for tell in tells] == ["busy", "busy", None]
    assert len({str(event["query"]["start"]) for event in events if event["event"] == "ask"}) == 3
    assert [event["demonstrations"] for event in events if event["event"] == "fit"] == [2, 3]


def test_an_oracle_that_refuses_everything_ends_the_run(
    tiny: ExperimentConfig, tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Choosy, "refusals", 10_000)
    monkeypatch.setattr(experiment, "SimulatedOracle", Choosy)
    with pytest.raises(RobogeoError, match="refuses too much"):
        experiment.run_experiment(tiny, tmp_path / "run", Silent())


def test_the_summary_keeps_its_contract(finished: Path) -> None:
    summary = json.loads((finished / "summary.json").read_text())
    assert {"schema_version", "scene", "robot", "strategy", "seed", "rounds", "ceiling"} <= set(summary)
    assert summary["schema_version"] == 1
    assert (summary["scene"], summary["robot"], summary["seed"]) == ("ShelfReach", "iiwa", 0)
    assert summary["strategy"] == "combined"
    assert isinstance(summary["ceiling"], dict)
    assert summary["demonstrations_to_90"] is None or isinstance(summary["demonstrations_to_90"], int)
    assert [entry["round"] for entry in summary["rounds"]] == [0, 1]
    assert [entry["demonstrations"] for entry in summary["rounds"]] == [2, 3]
    for entry in summary["rounds"]:
        for name in ("success_rate", "collision_rate", "limit_violation_rate"):
            assert 0.0 <= entry[name] <= 1.0
        assert entry["abruptness"] is None or entry["abruptness"] >= 1.0
        assert entry["seconds"] > 0.0


def test_demonstrations_to_90_is_the_first_count_that_reaches_it(
    tmp_path: Path, tiny: ExperimentConfig
) -> None:
    rates = ("success_rate", "collision_rate", "limit_violation_rate", "refusal_rate")
    with RunFolder.open(tmp_path / "run", tiny.as_dict()) as folder:
        for round, success in enumerate([0.5, 0.9, 0.8]):
            measures = {**dict.fromkeys(rates, 0.0), "success_rate": success, "success_rate_ci95": [0, 1]}
            folder.journal.append("fit", {"round": round, "demonstrations": 3 + round, "seconds": 1.0})
            payload = {"round": round, "summary": {**measures, "abruptness": None}, "seconds": 1.0}
            folder.journal.append("evaluate", payload)
        summary = summary_of(folder)
    assert summary["demonstrations_to_90"] == 4
    assert [entry["seconds"] for entry in summary["rounds"]] == [2.0] * 3


def test_a_run_holds_all_its_files(finished: Path) -> None:
    names = {"config.yaml", "journal.jsonl", "summary.json", "provenance.json", "report.html"}
    assert names <= {file.name for file in finished.iterdir()}
    assert len(list((finished / "demonstrations").glob("*.npz"))) == 3
    assert {file.stem for file in (finished / "figures").glob("*.png")} >= {"learning_curve", "latent_map"}
    assert RunFolder.existing(finished).faults() == []


def test_evaluating_needs_a_demonstrator_that_serves_something(
    finished: Path, shelf: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("robogeo.stored_run.World", lambda scene, robot: nullcontext(shelf))
    monkeypatch.setattr(shelf, "demonstrate", lambda *_, **__: Refusal("no-demonstration", "no"))
    with pytest.raises(RobogeoError, match="refuses all 2 requests"):
        evaluate_run(finished, 2, 0, 1, Silent())


def test_a_condition_to_stop_ends_the_run(tiny: ExperimentConfig, tmp_path: Path, quick: None) -> None:
    stop = tiny.stop.model_copy(update={"demonstrations": 3})
    config = tiny.model_copy(update={"stop": stop, "rounds": 5})
    for _ in range(2):  # and a stopped run stays stopped
        summary = experiment.run_experiment(config, tmp_path / "run", Silent())
        events = journal_of(tmp_path / "run")
        assert (events[-1]["event"], events[-1]["reason"]) == ("stop", "3 of 3 demonstrations were given")
        assert len(summary["rounds"]) == 2


def test_an_audit_is_interrupted_and_ends_the_same(
    tiny: ExperimentConfig, tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("robogeo.evaluation.audit._BATCH", 1)
    summarise = experiment.summarise
    monkeypatch.setattr(experiment, "summarise", lambda found: {**summarise(found), "success_rate": 1.0})
    # Everything is promising and nothing can be proved: three requests a round, and on it goes.
    update = {"success": 0.01, "alpha": 1e-300, "most_requests": 3, "least_requests": 3}
    config = tiny.model_copy(update={"stop": tiny.stop.model_copy(update=update), "held_out": 2})
    experiment.run_experiment(config, tmp_path / "whole", Silent())
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


def test_an_unreliable_oracle_is_learned_from(tiny: ExperimentConfig, tmp_path: Path, quick: None) -> None:
    def unreliable(learner: Learner) -> UnreliableOracle:
        return UnreliableOracle(experiment.simulated(learner), 1, 0.02, lazy=0.5, refusing=0.2, failing=0.4)

    config = tiny.model_copy(update={"queries_per_round": 3, "held_out": 2, "candidates": 40})
    summary = experiment.run_experiment(config, tmp_path / "run", Silent(), unreliable)
    events = journal_of(tmp_path / "run")
    tells = [event for event in events if event["event"] == "tell"]
    assert sum("demonstration" in tell for tell in tells) == 3 < len(tells)
    assert {"failure", "refusal"} & {name for tell in tells for name in tell}
    assert len(summary["queries"]) == 3
