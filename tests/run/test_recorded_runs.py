"""Runs on recordings: a report, asked one by one, and taken up again."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from robogeo.cli import main
from robogeo.commands.dialogue import ask_run, tell_run
from robogeo.config import load_config
from robogeo.data.data_set import DataSet
from robogeo.data.demonstrations import Demonstration
from robogeo.data.formats import write_data_set
from robogeo.data.npy import load_npz, npz_bytes
from robogeo.errors import InputError
from robogeo.experiment import run_experiment
from robogeo.learning.journal import Journal, read_events
from robogeo.learning.verification import verified
from robogeo.progress import Silence
from robogeo.run.recordings import FILE, as_begun
from robogeo.run.stored import evaluate_run
from tests.recorded_arcs import TINY, learn_from


def test_one_command_gives_a_report_of_a_users_file(recorded: Path) -> None:
    summary = json.loads((recorded / "summary.json").read_text())
    assert (summary["scene"], summary["robot"]) == ("Free", "iiwa")
    assert [r["demonstrations"] for r in summary["rounds"]] == [2, 3, 4]
    assert summary["recordings"]["recordings"] == 6 and len(summary["recordings"]["held_out"]) == 2
    page = (recorded / "report.html").read_text()
    for told in ("Which recordings were needed", "Beside what was recorded", "held out", "thinned: "):
        assert told in page
    assert len(list((recorded / "demonstrations").glob("*.npz"))) == 4
    for event in read_events(recorded / "journal.jsonl"):
        if event["event"] == "evaluate":
            assert event["summary"]["deviation_rad"] < 1.0


@pytest.mark.long
def test_a_run_needs_its_source_no_more_and_is_taken_up_to_the_bit(
    arcs: Path, recorded: Path, tmp_path: Path
) -> None:
    source, run = tmp_path / "mine.npz", tmp_path / "run"
    source.write_bytes(arcs.read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("robogeo.experiment.Loop._ask", interrupted)
        assert learn_from(source, run) == 130
    content = source.read_bytes()
    source.write_bytes(b"changed")  # the run has its own copy
    assert learn_from(source, run) == 0
    source.write_bytes(content)
    first, second = (read_events(place / "journal.jsonl") for place in (recorded, run))
    assert [e.get("model") for e in first] == [e.get("model") for e in second]
    held = evaluate_run(run, 4, 1, 1, Silence())
    assert held["requests"] == 4 and "deviation_rad" in held
    (run / FILE).write_bytes(b"changed too")
    with pytest.raises(InputError, match="is not what the run began with"):
        evaluate_run(run, 4, 1, 1, Silence())


def interrupted(loop: Any) -> None:
    raise KeyboardInterrupt


@pytest.mark.long
def test_a_run_goes_on_where_its_source_was_moved_away(
    arcs: Path, recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.npz").write_bytes(arcs.read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("robogeo.experiment.Loop._ask", interrupted)
        assert learn_from(Path("mine.npz"), Path("run")) == 130
    begun = read_events(Path("run/journal.jsonl"))
    Path("mine.npz").unlink()
    config = load_config("run/config.yaml")
    assert as_begun(config, "run").as_dict() == config.as_dict()
    assert config.recordings is not None
    moved = config.recordings.model_copy(update={"path": "mine.npz"})
    config = config.model_copy(update={"recordings": moved})
    run_experiment(as_begun(config, "run"), Path("run"), Silence())
    events = read_events(Path("run/journal.jsonl"))
    assert events[: len(begun)] == begun and len(events) > len(begun)


@pytest.mark.long
def test_a_run_goes_on_whose_recordings_were_written_by_an_earlier_version(
    arcs: Path, recorded: Path, tmp_path: Path
) -> None:
    """Which wrote other bytes for the same recordings; the journal's checksum is of those."""
    run = tmp_path / "run"
    shutil.copytree(recorded, run)
    arrays = {name: array for name, array in load_npz(run / FILE).items() if name != "remarks"}
    (run / FILE).write_bytes(npz_bytes(arrays))
    digest = hashlib.sha256((run / FILE).read_bytes()).hexdigest()
    (run / "journal.jsonl").unlink()
    with Journal(run / "journal.jsonl") as journal:
        for event in read_events(recorded / "journal.jsonl"):
            payload = {name: value for name, value in event.items() if name not in ("n", "event", "sha")}
            journal.append(event["event"], payload | ({"sha256": digest} if "sha256" in payload else {}))
    assert learn_from(arcs, run) == 0


def test_recordings_that_changed_are_found_without_a_manifest(recorded: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(recorded, run)
    (run / "manifest.json").unlink()
    assert verified(run).faults == ()
    content = bytearray((run / FILE).read_bytes())
    content[len(content) // 2] ^= 1
    (run / FILE).write_bytes(content)
    assert any(fault.startswith(f"{FILE}: is missing, or not what event") for fault in verified(run).faults)


@pytest.mark.long
def test_recordings_may_come_before_a_simulated_demonstrator(arcs: Path, tmp_path: Path) -> None:
    file = tmp_path / "mixed.yaml"
    text = f"scene: ReachDetour\nrecordings: {{path: {arcs}, oracle: simulator}}\n"
    file.write_text(text)
    settings = [line for line in TINY if not line.startswith(("recordings", "rounds"))]
    run = tmp_path / "run"
    assert main(["learn", str(file), "--out", str(run), "--set", "rounds=1", "candidates=8", *settings]) == 0
    events = read_events(run / "journal.jsonl")
    kinds = [event["event"] for event in events]
    assert kinds.count("attach") == 6  # all recordings are given, and thereafter the demonstrator is asked
    (told,) = (event for event in events if event["event"] == "tell" and "demonstration" in event)
    assert told["query"] == "q0-0"


def test_ask_and_tell_go_on_where_recordings_end(recorded: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(recorded, run)
    (query, file), *_ = ask_run(run, 1)
    question = json.loads(file.read_text())
    assert question["start_place"].startswith("start of recording") and query.id in file.name
    t = np.arange(50) / 25.0
    q = np.linspace(question["start"], question["goal"], 50)
    write_data_set(tmp_path / "shown.csv", DataSet((Demonstration(q, t, "me"),), tuple("abcdefg")))
    receipt = tell_run(run, query.id, tmp_path / "shown.csv", Silence())
    assert receipt.compliance is not None and receipt.compliance >= 0.5


@pytest.mark.long
def test_letters_of_a_tool_are_learned_without_an_arm(tmp_path: Path) -> None:
    t = np.linspace(0.0, 1.0, 60)
    letters = np.stack(
        [np.stack([10.0 * t, 5.0 * np.sin(np.pi * t) + k], axis=1) for k in np.linspace(0.0, 1.0, 5)]
    )
    np.save(tmp_path / "letters.npy", letters)
    run = tmp_path / "run"
    options = ["--robot", "tool-xy", "--units", "cm", "--rate", "50", "--out", str(run)]
    assert main(["learn", str(tmp_path / "letters.npy"), *options, "--set", *TINY]) == 0
    summary = json.loads((run / "summary.json").read_text())
    assert summary["robot"] == "tool-xy" and summary["rounds"][-1]["collision_rate"] == 0.0
    motion = (run / "motions" / "held-out-0.csv").read_text().splitlines()
    assert motion[0].startswith("t,q1,q2,qd1")
