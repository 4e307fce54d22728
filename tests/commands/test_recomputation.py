"""A run is computed again from its answers: the same bits, or the first difference is named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from robogeo.cli import main
from robogeo.commands.recomputation import difference_of, recomputed
from robogeo.learning.journal import Journal, read_events
from robogeo.progress import Silence

pytestmark = pytest.mark.sim


@pytest.mark.parametrize("run", ["finished", "recorded"])
@pytest.mark.long
def test_a_finished_run_comes_out_the_same(run: str, request: pytest.FixtureRequest) -> None:
    place: Path = request.getfixturevalue(run)
    found = recomputed(place, Silence())
    assert found.difference is None
    assert found.events == len(read_events(place / "journal.jsonl"))


@pytest.mark.long
def test_answers_of_a_person_are_taken_as_they_are(finished: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(finished, run)
    assert main(["ask", str(run), "--n", "2"]) == 0
    first, second = [event["query"]["id"] for event in read_events(run / "journal.jsonl")[-2:]]
    (tmp_path / "no.json").write_text('{"refusal": "the cable is too short"}')
    shown = run / "demonstrations" / "0002.npz"
    assert main(["tell", str(run), first, str(tmp_path / "no.json")]) == 0
    assert main(["tell", str(run), second, str(shown), "--update"]) == 0
    found = recomputed(run, Silence())
    assert found.difference is None
    assert found.events == len(read_events(run / "journal.jsonl"))


def test_a_lie_is_found_even_where_all_checksums_are_right(finished: Path, tmp_path: Path) -> None:
    """Somebody writes a better result into a journal whose links are then made anew."""
    run = tmp_path / "run"
    shutil.copytree(finished, run)
    events = read_events(run / "journal.jsonl")
    (run / "journal.jsonl").unlink()
    with Journal(run / "journal.jsonl") as journal:
        for event in events:
            payload = {name: value for name, value in event.items() if name not in ("n", "event", "sha")}
            if event["event"] == "evaluate":
                payload["summary"] = {**payload["summary"], "success_rate": 0.99}
            journal.append(event["event"], payload)
    found = recomputed(run, Silence())
    assert found.difference is not None
    assert "evaluate" in found.difference and "summary.success_rate is 0.99 in the run" in found.difference


def test_the_first_difference_is_named() -> None:
    there = {"event": "fit", "seconds": 1.0, "a": {"b": [1, 2]}}
    assert difference_of(there, json.loads(json.dumps({**there, "seconds": 2.0}))) is None
    assert difference_of(there, {**there, "a": {"b": [1, 3]}}) == "a.b[1] is 2 in the run, 3 now"
    assert difference_of(there, {**there, "c": None, "a": {}}) == "a.b is [1, 2] in the run, None now"


def test_the_commands_say_so(finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(finished)]) == 0
    assert capsys.readouterr().out.startswith("sound: ")
    run = tmp_path / "run"
    shutil.copytree(finished, run)
    report = run / "report.html"
    report.write_bytes(report.read_bytes() + b" ")
    assert main(["verify", str(run)]) == 1
    told = capsys.readouterr()
    assert told.out == "report.html: is missing, or has changed since it was written\n"
    assert told.err == f"robogeo: {run}: 1 of its parts are not what they were\n"
    assert main(["verify", str(tmp_path)]) == 2
    assert main(["replay", str(tmp_path / "none.csv")]) == 2
    assert "--scene" in capsys.readouterr().err
