"""Every byte of a sealed run is accounted for."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robogeo.errors import InputError
from robogeo.learning.manifest import kept_sealed, unseal
from robogeo.learning.run_folder import RunFolder
from robogeo.learning.verification import verified


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of one event with a blob, a demonstration, a summary and a figure."""
    place = tmp_path_factory.mktemp("run") / "run"
    with RunFolder.open(place, {"seed": 0}) as run, kept_sealed(run):
        sha = run.put_blob(b"a demonstration")
        run.write_bytes("demonstrations/0000.npz", b"a demonstration")
        run.journal.append("attach", {"demonstration": sha, "file": "demonstrations/0000.npz"})
        run.journal.append("fit", {"model": run.put_blob(b"weights")})
        run.write_json("summary.json", {"rounds": 1})
        run.write_bytes("figures/curve.png", b"a picture")
    return place


def test_a_sealed_run_is_sound(sealed: Path) -> None:
    found = verified(sealed)
    assert found.faults == () and found.sealed and found.events == 2
    # Configuration, two blobs, the demonstration twice, and five files of the manifest.
    assert found.files >= 8


@given(st.data())
def test_a_changed_byte_is_found_wherever_it_is(sealed: Path, data: st.DataObject) -> None:
    files = sorted(file for file in sealed.rglob("*") if file.is_file() and file.name != ".lock")
    file = data.draw(st.sampled_from(files))
    content = file.read_bytes()
    place, flip = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(1, 255))
    changed = bytearray(content)
    changed[place] ^= flip
    file.write_bytes(changed)
    try:
        assert verified(sealed).faults
    finally:
        file.write_bytes(content)
    assert verified(sealed).faults == ()


def test_a_missing_file_is_found_whichever_it_is(sealed: Path) -> None:
    for file in sorted(file for file in sealed.rglob("*") if file.is_file()):
        if file.name in (".lock", "manifest.json", "config.yaml"):
            continue
        content = file.read_bytes()
        file.unlink()
        assert verified(sealed).faults, file
        file.write_bytes(content)
    assert verified(sealed).faults == ()


def test_a_journal_that_lost_its_end_is_found(sealed: Path) -> None:
    journal = sealed / "journal.jsonl"
    content = journal.read_bytes()
    journal.write_bytes(content.splitlines(keepends=True)[0])
    assert any("lacks some of the 2 events" in fault for fault in verified(sealed).faults)
    journal.write_bytes(content)


def test_while_it_is_written_a_run_is_not_sealed(tmp_path: Path) -> None:
    with RunFolder.open(tmp_path / "run", {"seed": 0}) as run:
        with kept_sealed(run):
            run.write_json("summary.json", {"rounds": 0})
            assert not verified(run.path).sealed
        assert verified(run.path).sealed
        with pytest.raises(InputError, match="stopped"), kept_sealed(run):
            run.write_json("summary.json", {"rounds": 1})
            raise InputError("stopped")
        assert verified(run.path).sealed and verified(run.path).faults == ()
        unseal(run)
        assert not verified(run.path).sealed and verified(run.path).faults == ()


def test_a_manifest_leads_nowhere_else(sealed: Path, tmp_path: Path) -> None:
    manifest = sealed / "manifest.json"
    content = manifest.read_bytes()
    tree = json.loads(content)
    tree["files"]["../secret"] = "0" * 64
    manifest.write_text(json.dumps(tree))
    assert verified(sealed).faults == ("manifest.json: is damaged",)
    manifest.write_bytes(content)


def test_what_was_wrong_stays_wrong_when_the_run_is_written_again(sealed: Path, tmp_path: Path) -> None:
    place = tmp_path / "run"
    shutil.copytree(sealed, place)
    (place / "figures/curve.png").write_bytes(b"another picture")
    (place / "figures/late.png").write_bytes(b"put there by hand")
    with RunFolder.open(place, {"seed": 0}) as run, kept_sealed(run):
        run.write_json("summary.json", {"rounds": 2})
    assert verified(place).faults == ("figures/curve.png: is missing, or has changed since it was written",)
    with RunFolder.open(place, {"seed": 0}) as run, kept_sealed(run):
        run.write_bytes("figures/curve.png", b"drawn again")
    assert verified(place).faults == ()


def test_an_end_that_the_journal_lost_is_told_after_the_next_event_too(sealed: Path, tmp_path: Path) -> None:
    place = tmp_path / "run"
    shutil.copytree(sealed, place)
    journal = place / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().splitlines(keepends=True)[0])
    with RunFolder.open(place, {"seed": 0}) as run, kept_sealed(run):
        run.journal.append("fit", {"model": run.put_blob(b"other weights")})
    assert any("lacks some of the 2 events" in fault for fault in verified(place).faults)


@pytest.mark.parametrize("field", ["demonstration", "sha256"])
def test_a_file_that_an_event_names_is_checked_without_a_manifest(field: str, tmp_path: Path) -> None:
    with RunFolder.open(tmp_path / "run", {"seed": 0}) as run:
        sha = run.put_blob(b"content")
        run.write_bytes("recordings.npz", b"content")
        run.journal.append("recordings", {field: sha, "file": "recordings.npz"})
    assert verified(run.path).faults == ()
    (run.path / "recordings.npz").write_bytes(b"contents")
    assert verified(run.path).faults == ("recordings.npz: is missing, or not what event 0 brought",)
