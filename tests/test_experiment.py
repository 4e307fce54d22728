"""The loop as a whole: whom it asks, when it ends, and what it leaves behind."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from robogeo import experiment
from robogeo.config import ExperimentConfig
from robogeo.errors import RobogeoError
from robogeo.learning.journal import read_events
from robogeo.learning.learner import Learner
from robogeo.learning.oracles import SimulatedOracle
from robogeo.learning.run_folder import RunFolder
from robogeo.learning.unreliable_oracle import UnreliableOracle
from robogeo.learning.verification import verified
from robogeo.motion.request import Refusal, Request
from robogeo.motion.world import World
from robogeo.progress import Silence
from robogeo.run.stored import evaluate_run, summary_of

pytestmark = pytest.mark.sim


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
    summary = experiment.run_experiment(config, tmp_path / "run", Silence())
    kinds = [event["event"] for event in read_events(tmp_path / "run" / "journal.jsonl")]
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
    experiment.run_experiment(tiny, tmp_path / "run", Silence())
    events = read_events(tmp_path / "run" / "journal.jsonl")
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
        experiment.run_experiment(tiny, tmp_path / "run", Silence())


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
            payload = {"round": round, "summary": {**measures, "abruptness": None}, "outcomes": []}
            folder.journal.append("evaluate", {**payload, "seconds": 1.0})
        summary = summary_of(folder)
    assert summary["demonstrations_to_90"] == 4
    assert [entry["seconds"] for entry in summary["rounds"]] == [2.0] * 3


def test_a_run_holds_all_its_files(finished: Path) -> None:
    names = {"config.yaml", "journal.jsonl", "summary.json", "provenance.json", "report.html"}
    assert names <= {file.name for file in finished.iterdir()}
    assert len(list((finished / "demonstrations").glob("*.npz"))) == 3
    assert {file.stem for file in (finished / "figures").glob("*.png")} >= {"learning_curve", "latent_map"}
    assert verified(finished).faults == ()


def test_evaluating_needs_a_demonstrator_that_serves_something(
    finished: Path, shelf: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("robogeo.run.stored.world_in", lambda folder, config: nullcontext(shelf))
    monkeypatch.setattr(shelf, "demonstrate", lambda *_, **__: Refusal("no-demonstration", "no"))
    with pytest.raises(RobogeoError, match="refuses all 2 requests"):
        evaluate_run(finished, 2, 0, 1, Silence())


def test_a_condition_to_stop_ends_the_run(tiny: ExperimentConfig, tmp_path: Path, quick: None) -> None:
    stop = tiny.stop.model_copy(update={"demonstrations": 3})
    config = tiny.model_copy(update={"stop": stop, "rounds": 5})
    for _ in range(2):  # and a stopped run stays stopped
        summary = experiment.run_experiment(config, tmp_path / "run", Silence())
        events = read_events(tmp_path / "run" / "journal.jsonl")
        assert (events[-1]["event"], events[-1]["reason"]) == ("stop", "3 of 3 demonstrations were given")
        assert len(summary["rounds"]) == 2


def test_an_unreliable_oracle_is_learned_from(tiny: ExperimentConfig, tmp_path: Path, quick: None) -> None:
    def unreliable(learner: Learner) -> UnreliableOracle:
        return UnreliableOracle(
            experiment.usual_oracle(learner), 1, 0.02, lazy=0.5, refusing=0.2, failing=0.4
        )

    config = tiny.model_copy(update={"queries_per_round": 3, "held_out": 2, "candidates": 40})
    summary = experiment.run_experiment(config, tmp_path / "run", Silence(), unreliable)
    events = read_events(tmp_path / "run" / "journal.jsonl")
    tells = [event for event in events if event["event"] == "tell"]
    assert sum("demonstration" in tell for tell in tells) == 3 < len(tells)
    assert {"failure", "refusal"} & {name for tell in tells for name in tell}
    assert len(summary["queries"]) == 3
