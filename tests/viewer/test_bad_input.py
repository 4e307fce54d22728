from __future__ import annotations

import socket
from pathlib import Path

import pytest

from robogeo.cli import main
from robogeo.commands.viewed_run import record_run, viewed
from robogeo.errors import InputError, RobogeoError
from robogeo.learning.run_folder import RunFolder
from robogeo.viewer.recording import _sealed
from robogeo.viewer.server import HOST, free_port

pytestmark = pytest.mark.sim


def test_a_port_that_is_taken_is_said_and_another_one_is_found() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"--port {port}: is taken"):
            free_port(port)
    assert free_port(port) == port
    assert free_port(None) >= 8080
    with pytest.raises(InputError, match="expected 1 to 65535"):
        free_port(70_000)


@pytest.mark.parametrize("command", ["view", "map"])
def test_a_folder_that_is_no_run_is_refused(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, str(tmp_path / "nothing")]) == 2
    assert "not a run's folder" in capsys.readouterr().err
    (tmp_path / "config.yaml").write_text("schema_of: another version\n")
    assert main([command, str(tmp_path)]) == 2
    line = capsys.readouterr().err
    assert "config.yaml" in line and "Traceback" not in line


@pytest.mark.parametrize("command", ["view", "map"])
def test_a_run_without_a_fit_is_refused(
    command: str, run: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(run.parent)
    (run / "journal.jsonl").unlink()
    assert main([command, str(run)]) == 2
    assert "nothing is learned yet" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--out", "map.jpg"], "ends in .png or .svg"),
        (["--out", "nowhere/map.png"], "there is no folder"),
        (["--round", "9"], "has no round 9"),
        (["--data", "x.npy"], "is a run, which has its own"),
    ],
)
def test_maps_that_cannot_be_drawn_are_refused(
    run: Path,
    options: list[str],
    reason: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["map", str(run), *options]) == 2
    assert reason in capsys.readouterr().err
    assert not list(tmp_path.glob("map.*"))


def test_a_map_of_an_earlier_round_is_drawn_as_svg(run: Path, tmp_path: Path) -> None:
    assert main(["map", str(run), "--out", str(tmp_path / "m.svg"), "--round", "0"]) == 0
    assert (tmp_path / "m.svg").read_text().lstrip().startswith("<?xml")
    page = (tmp_path / "m.html").read_text()
    assert "default-src 'none'" in page and "http" not in page.replace("http-equiv", "")


def test_a_run_that_another_process_writes_into_can_be_looked_at(run: Path) -> None:
    pytest.importorskip("viser", reason="the extra 'viewer' is not installed")
    with RunFolder.existing(run, exclusive=True), viewed(run) as viewer:
        assert not viewer.page.teaching.writable
        assert "another process is writing" in viewer.page.teach._said.content
        assert viewer.address.startswith("http://127.0.0.1:")
    with RunFolder.existing(run, exclusive=True):  # it let go of everything
        pass


def test_a_run_that_cannot_be_locked_says_why_it_is_not_taught(run: Path) -> None:
    pytest.importorskip("viser", reason="the extra 'viewer' is not installed")
    (run / ".lock").unlink(missing_ok=True)
    (run / ".lock").mkdir()
    with viewed(run) as viewer:
        said = viewer.page.teach._said.content
        assert ".lock: cannot be written" in said and "another process" not in said


def test_what_is_wrong_with_a_run_is_not_taken_for_a_lock(run: Path) -> None:
    (run / "config.yaml").write_text("scene: 5\n")
    with pytest.raises(InputError, match=r"config\.yaml"), viewed(run):
        pass


@pytest.mark.long
def test_a_replay_only_reads_the_run(run: Path, tmp_path: Path) -> None:
    pytest.importorskip("viser", reason="the extra 'viewer' is not installed")
    with RunFolder.existing(run, exclusive=True):  # not even a lock is asked for
        before = {file: file.stat().st_mtime_ns for file in run.rglob("*")}
        record_run(run, tmp_path / "replay.html", lambda _: None)
        assert {file: file.stat().st_mtime_ns for file in run.rglob("*")} == before
    assert run / "manifest.json" in before


def test_a_page_of_another_viser_is_not_written_without_its_policy() -> None:
    with pytest.raises(RobogeoError, match="<head>"):
        _sealed("<html><title>viser</title></html>", "title")
    sealed = _sealed("<head><title>viser</title></head>", r"a \1 & b")
    assert r"<title>a \1 &amp; b</title>" in sealed and sealed.startswith("<head><meta http-equiv=")
