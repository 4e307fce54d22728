from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from robogeo.cli import main
from robogeo.learning.journal import read_events
from robogeo.learning.run_folder import RunFolder

pytestmark = pytest.mark.sim


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    shutil.copytree(finished, tmp_path / "run")
    return tmp_path / "run"


def answer(question: Path, file: Path) -> Path:
    """The straight joint line that the question is about, as a file."""
    asked = json.loads(question.read_text())
    q, t = np.linspace(asked["start"], asked["goal"], 30), np.linspace(0.0, 3.0, 30)
    if file.suffix == ".csv":
        header = ",".join(["t", *(f"q{joint + 1}" for joint in range(q.shape[1]))])
        np.savetxt(file, np.column_stack([t, q]), delimiter=",", header=header, comments="", fmt="%.17g")
    else:
        np.savez(file, q=q, t=t, source="me", note="")  # as the question says, by NumPy alone
    return file


def test_a_person_is_asked_and_answers_by_files(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", str(run), "--n", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["q1-0", "q1-1"]
    first = json.loads((run / "queries" / "q1-0.json").read_text())
    assert first["kind"] in ("bridge", "smooth", "cover") and first["units"]["angle"] == "rad"
    assert len(first["joint_names"]) == len(first["start"]) == len(first["via"]) == len(first["goal"]) == 7
    assert first["why"]["purpose"] and first["why"]["parts_rad"]

    shown = answer(run / "queries" / "q1-0.json", tmp_path / "shown.npz")
    assert main(["tell", str(run), "q1-0", str(shown)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("q1-0: answered\ncovered: ")
    assert main(["tell", str(run), "q1-0", str(shown)]) == 0
    assert "answered before; nothing changed" in capsys.readouterr().out

    table = answer(run / "queries" / "q1-1.json", tmp_path / "shown.csv")
    assert main(["tell", str(run), "q1-1", str(table), "--update"]) == 0
    kinds = [event["event"] for event in read_events(run / "journal.jsonl")]
    assert kinds[-6:] == ["ask", "ask", "tell", "tell", "fit", "evaluate"]
    summary = json.loads((run / "summary.json").read_text())
    assert summary["rounds"][-1]["demonstrations"] == 5
    assert [entry["realised"] is not None for entry in summary["queries"]] == [True] * 3
    events = len(kinds)
    assert main(["tell", str(run), "q1-1", str(table), "--update"]) == 0  # nothing new to learn
    assert len(read_events(run / "journal.jsonl")) == events


def test_refusals_and_failures_are_told_by_files(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", str(run)]) == 0
    failure, refusal = tmp_path / "failure.json", tmp_path / "refusal.json"
    failure.write_text('{"failure": "the arm slipped"}')
    refusal.write_text('{"refusal": "there is a cable"}')
    assert main(["tell", str(run), "q1-0", str(failure)]) == 0
    assert main(["ask", str(run)]) == 0
    assert main(["tell", str(run), "q1-1", str(refusal)]) == 0
    told = capsys.readouterr().out
    assert "q1-0: failed" in told and "q1-1: refused" in told
    asked = [json.loads((run / "queries" / f"q1-{k}.json").read_text()) for k in (0, 1)]
    assert asked[0]["start"] == asked[1]["start"] and asked[1]["attempt"] == 2


def test_when_nothing_may_be_asked_the_work_failed(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = (run / "config.yaml").read_text()
    (run / "config.yaml").write_text(config.replace("refusal_radius: 0.3", "refusal_radius: 10.0"))
    assert main(["ask", str(run)]) == 0
    (run / "no.json").write_text('{"refusal": "no"}')
    assert main(["tell", str(run), "q1-0", str(run / "no.json")]) == 0
    capsys.readouterr()
    assert main(["ask", str(run)]) == 1
    assert "nothing is left to ask" in capsys.readouterr().err


def test_two_do_not_write_at_once(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with RunFolder.existing(run, exclusive=True):
        for command in (["ask", str(run)], ["tell", str(run), "q1-0", str(run / "no.json")]):
            (run / "no.json").write_text('{"refusal": "no"}')
            assert main(command) == 2
            assert "another process is writing into this run" in capsys.readouterr().err
    assert main(["ask", str(run)]) == 0
