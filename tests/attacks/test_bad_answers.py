"""Every bad answer is told in one line, with exit status 2, and the run stays as it was."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from robogeo.cli import main

pytestmark = pytest.mark.sim
HEADER = "t," + ",".join(f"q{joint}" for joint in range(1, 8))
ROW = ",".join(["0.1"] * 7)


@pytest.fixture(scope="module")
def run(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that waits for the answer to q1-0."""
    run = tmp_path_factory.mktemp("asked") / "run"
    shutil.copytree(finished, run)
    assert main(["ask", str(run)]) == 0
    return run


def refused(arguments: list[str], run: Path, capfd: pytest.CaptureFixture[str]) -> str:
    journal = (run / "journal.jsonl").read_bytes()
    capfd.readouterr()
    assert main(arguments) == 2
    captured = capfd.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1 and captured.err.startswith("robogeo: ")
    assert (run / "journal.jsonl").read_bytes() == journal
    return captured.err


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.txt", b"x", "an answer must end in .npz, .csv, .json"),
        ("a.npz", b"PK\x03\x04 nothing", "not a readable npz archive"),
        ("a.json", b"{", "not JSON"),
        ("a.json", b"[" * 100_000, "not JSON"),
        ("a.json", b"\xff\xfe", "not UTF-8 text (byte 0)"),
        ("a.json", b"[]", 'expected {"refusal": "reason"}'),
        ("a.json", b'{"refusal": "no", "failure": "no"}', 'expected {"refusal": "reason"}'),
        ("a.json", b'{"refusal": 3}', "refusal: expected a reason"),
        ("a.json", b'{"failure": " "}', "failure: expected a reason"),
        ("a.json", b" " * 2_000_000, "larger than 1048576 bytes"),
        ("a.csv", b"", "header: expected t,q1,..,qn, got ''"),
        ("a.csv", b"t,x\n0,0\n", "header: expected t,q1,..,qn, got 't,x'"),
        ("a.csv", f"{HEADER}\n".encode(), "holds no sample below its header"),
        ("a.csv", f"{HEADER}\n0,{ROW}\n1,0\n".encode(), "line 3: 2 values, the header names 8"),
        ("a.csv", f"{HEADER}\n0,{ROW}\n\n1,{ROW}x\n".encode(), "line 4: "),
        ("a.csv", f"{HEADER}\n0,{ROW}\n".encode(), "1 samples, expected 2"),
        ("a.csv", f"{HEADER}\n0,{ROW}\n0,{ROW}\n".encode(), "t[1] is not after t[0]"),
        ("a.csv", f"{HEADER}\n0,{ROW}\nnan,{ROW}\n".encode(), "t[1] is nan, expected finite numbers"),
        ("a.csv", b"t,q1\n0,0\n1,1\n", "has 1 joints, the robot iiwa has 7"),
        ("a.csv", f"{HEADER}\n0,{ROW}\n1,{ROW.replace('0.1', '45')}\n".encode(), "angles are in radians"),
        ("a.csv", b"\xff\xfe\x00", "not UTF-8 text"),
    ],
)
def test_a_bad_answer(
    name: str, content: bytes, told: str, run: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    line = refused(["tell", str(run), "q1-0", str(file)], run, capfd)
    assert told in line and str(file) in line


def test_bad_words_and_places(run: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    answer, nowhere = tmp_path / "a.json", str(tmp_path / "nowhere")
    answer.write_text('{"failure": "slipped"}')
    for arguments, told in (
        (["ask", nowhere], "there is no such folder"),
        (["ask", str(run), "--n", "0"], "--n is 0, expected at least 1"),
        (["tell", nowhere, "q1-0", str(answer)], "there is no such folder"),
        (["tell", str(run), "q1-0", nowhere + ".npz"], "cannot be read"),
        (["tell", str(run), "q1-0", nowhere + ".json"], "cannot be read"),
        (["tell", str(run), "q7-7", str(answer)], "no query 'q7-7'; pending: q1-0"),
        (["tell", str(run), "../../x", str(answer)], "no query '../../x'"),
        (["tell", str(run)], "required"),
    ):
        assert told in refused(arguments, run, capfd)


def test_a_demonstration_with_objects_in_it(
    run: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.npz"
    np.savez(file, q=np.array([object()] * 2), t=np.arange(2.0), source="me", note="")
    assert "q has type object" in refused(["tell", str(run), "q1-0", str(file)], run, capfd)
