from __future__ import annotations

import getpass
import hashlib
import json
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from robogeo.config import NOT_IDENTITY, ExperimentConfig
from robogeo.errors import InputError, RobogeoError
from robogeo.learning import run_folder
from robogeo.learning.provenance import provenance
from robogeo.learning.run_folder import RunFolder
from robogeo.learning.verification import verified

CONFIG: dict[str, Any] = {"seed": 0, "training": {"steps": 10, "rate": 0.1}, "workers": 2}


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


def test_a_new_folder_has_its_layout(tmp_path: Path) -> None:
    with RunFolder.open(tmp_path / "a" / "run", CONFIG) as run:
        run.journal.append("begin")
        assert run.config == CONFIG
    names = {path.name for path in run.path.iterdir()}
    assert {
        "config.yaml",
        "provenance.json",
        "journal.jsonl",
        "demonstrations",
        "blobs",
        "motions",
        "figures",
    } <= names


def test_the_same_configuration_resumes(tmp_path: Path) -> None:
    with RunFolder.open(tmp_path / "run", CONFIG) as run:
        sha = run.put_blob(b"weights")
        run.journal.append("fit", {"weights": sha})
    config_text = (tmp_path / "run" / "config.yaml").read_bytes()
    with RunFolder.open(tmp_path / "run", {**CONFIG, "workers": 8}, ignoring=["workers"]) as run:
        assert [event["weights"] for event in run.events()] == [sha]
        assert run.get_blob(sha) == b"weights"
        assert run.config["workers"] == 2
    assert (tmp_path / "run" / "config.yaml").read_bytes() == config_text


def test_a_real_configuration_resumes_with_other_workers(tmp_path: Path) -> None:
    RunFolder.open(tmp_path / "run", ExperimentConfig().as_dict(), NOT_IDENTITY).close()
    other = ExperimentConfig(workers=7)
    with RunFolder.open(tmp_path / "run", other.as_dict(), NOT_IDENTITY) as run:
        assert ExperimentConfig.model_validate(run.config) == ExperimentConfig()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"seed": 1, "training": {"steps": 10, "rate": 0.1}, "workers": 2}, "seed is 0 there, 1 now"),
        (
            {"seed": 0, "training": {"steps": 10, "rate": 0.2}, "workers": 2},
            "training.rate is 0.1 there, 0.2 now",
        ),
        ({"seed": 0, "training": {"steps": 10, "rate": 0.1}}, "workers is 2 there, None now"),
        ({**CONFIG, "new": 1}, "new is None there, 1 now"),
        ({**CONFIG, "training": 3}, "training is"),
    ],
)
def test_another_configuration_is_refused_and_nothing_is_written(
    changed: dict[str, Any], field: str, tmp_path: Path
) -> None:
    RunFolder.open(tmp_path / "run", CONFIG).close()
    before = snapshot(tmp_path)
    with pytest.raises(InputError) as caught:
        RunFolder.open(tmp_path / "run", changed)
    assert field in str(caught.value)
    assert "\n" not in str(caught.value)
    assert snapshot(tmp_path) == before


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(InputError, match=r"holds 'thesis.tex' but no run"):
        RunFolder.open(tmp_path, CONFIG)
    assert snapshot(tmp_path) == {"thesis.tex": b"mine"}
    with pytest.raises(InputError, match="is a file"):
        RunFolder.open(tmp_path / "thesis.tex", CONFIG)


def test_a_folder_left_by_an_early_crash_is_used(tmp_path: Path) -> None:
    for name in (".lock", "provenance.json", ".config.yaml.17.part"):
        (tmp_path / name).touch()
    (tmp_path / "blobs").mkdir()
    with RunFolder.open(tmp_path, CONFIG) as run:
        assert run.config == CONFIG
        assert verified(run.path).faults == ()


def test_one_writer_at_a_time_but_readers_at_any_time(tmp_path: Path) -> None:
    with RunFolder.open(tmp_path / "run", CONFIG) as run:
        run.journal.append("begin")
        with pytest.raises(InputError, match="another process is writing"):
            RunFolder.open(tmp_path / "run", CONFIG)
        with pytest.raises(InputError, match="another process is writing"):
            RunFolder.existing(tmp_path / "run", exclusive=True)
        with RunFolder.existing(tmp_path / "run") as reader:
            assert [event["event"] for event in reader.events()] == ["begin"]
            with pytest.raises(RobogeoError, match="opened for reading"):
                reader.journal  # noqa: B018
    with RunFolder.existing(tmp_path / "run", exclusive=True) as run:
        run.journal.append("more")


def test_what_is_no_run_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"it has no config.yaml"):
        RunFolder.existing(tmp_path)
    with pytest.raises(InputError, match="there is no such folder"):
        RunFolder.existing(tmp_path / "none")


def test_blobs_are_verified(tmp_path: Path) -> None:
    with RunFolder.open(tmp_path / "run", CONFIG) as run:
        sha = run.put_blob(b"content")
        assert sha == hashlib.sha256(b"content").hexdigest()
        assert run.get_blob(sha) == b"content"
        (run.path / "blobs" / sha).write_bytes(b"Content")
        with pytest.raises(InputError, match="damaged"):
            run.get_blob(sha)
        assert len(verified(run.path).faults) == 1
        run.put_blob(b"content")
        assert run.get_blob(sha) == b"content"
        assert verified(run.path).faults == ()
        with pytest.raises(InputError, match="cannot be read"):
            run.get_blob("0" * 64)
        for name in ("../config.yaml", "", "A" * 64):
            with pytest.raises(InputError, match="not a SHA-256"):
                run.get_blob(name)


def test_changed_files_are_found(tmp_path: Path) -> None:
    with RunFolder.open(tmp_path / "run", CONFIG) as run:
        run.journal.append("begin")
    with open(run.path / "journal.jsonl", "ab") as stream:
        stream.write(b"torn")
    (run.path / "config.yaml").write_text("seed: 5\n")
    faults = verified(run.path).faults
    assert [fault.split(":")[0] for fault in faults] == ["config.yaml", "journal.jsonl"]


def test_files_stay_inside(tmp_path: Path) -> None:
    with RunFolder.open(tmp_path / "run", CONFIG) as run:
        run.write_json("summary.json", {"rate": 0.5, "text": "Ü"})
        assert json.loads((run.path / "summary.json").read_text("utf-8")) == {"rate": 0.5, "text": "Ü"}
        assert run.write_bytes("motions/3.csv", b"t,q1\n").read_bytes() == b"t,q1\n"
        for name in ("../x", "/etc/x", "", "a/../../x"):
            with pytest.raises(InputError, match="leads out"):
                run.file(name)
        with pytest.raises(InputError, match="not plain finite data"):
            run.write_json("summary.json", {"rate": float("nan")})


def test_provenance_names_versions_but_nobody(tmp_path: Path) -> None:
    RunFolder.open(tmp_path / "run", CONFIG).close()
    text = (tmp_path / "run" / "provenance.json").read_text()
    stored = json.loads(text)
    assert stored["packages"]["numpy"] == __import__("numpy").__version__
    assert (
        stored["config_sha256"] == hashlib.sha256((tmp_path / "run" / "config.yaml").read_bytes()).hexdigest()
    )
    commit = provenance()["commit"]
    assert commit is None or len(commit) == 40
    assert socket.gethostname() not in text
    assert str(Path.home()) not in text
    assert len(getpass.getuser()) < 4 or getpass.getuser() not in text


def two_rounds(folder: Path) -> None:
    """A miniature of the learning loop: every step is skipped when its event is there already."""
    with RunFolder.open(folder, {"seed": 0}) as run:
        for number in range(2):
            if len(run.journal) <= number:
                sha = run.put_blob(f"weights {number}".encode())
                run.journal.append("fit", {"round": number, "weights": sha})
        run.write_json("summary.json", {"rounds": len(run.journal)})


def killed_at(folder: Path, instant: int) -> bool:
    """Run two rounds in a process that kills itself at an instant before or after a durable operation."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    passed = 0

    def tick() -> None:
        nonlocal passed
        if passed == instant:
            os.kill(os.getpid(), signal.SIGKILL)
        passed += 1

    def deadly(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any) -> Any:
            tick()
            result = function(*arguments)
            tick()
            return result

        return wrapped

    try:
        for name in ("fsync", "replace", "ftruncate", "pwrite", "mkdir"):
            setattr(os, name, deadly(getattr(os, name)))
        two_rounds(folder)
    finally:
        os._exit(0)


@pytest.mark.long
def test_a_kill_at_any_durable_operation_resumes_to_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_folder, "provenance", lambda: {"robogeo": "test"})
    two_rounds(tmp_path / "whole")
    expected = snapshot(tmp_path / "whole")
    instant = 0
    while killed_at(folder := tmp_path / f"killed{instant}", instant):
        two_rounds(folder)
        found = snapshot(folder)
        assert {name: found[name] for name in found if not name.endswith(".part")} == expected
        with RunFolder.existing(folder) as run:
            assert verified(run.path).faults == ()
        instant += 1
    # Provenance, configuration, two blobs, two events and the summary: at least two operations each.
    assert instant >= 7 * 2 * 2
