from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from robogeo.durable import make_folder, write_atomically
from robogeo.errors import InputError, RobogeoError


def test_a_file_is_replaced_and_no_draft_stays(tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    write_atomically(file, b"old")
    write_atomically(file, b"new")
    assert file.read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failing_disk_leaves_the_old_content(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "result.json"
    write_atomically(file, b"old")

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(RobogeoError, match="No space left") as caught:
        write_atomically(file, b"new")
    assert not isinstance(caught.value, InputError)
    assert file.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]


def test_an_unusable_path_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere.*choose another place"):
        write_atomically(tmp_path / "nowhere" / "file", b"")
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="choose another place"):
        make_folder(tmp_path / "file" / "below")
    with pytest.raises(InputError):
        write_atomically(tmp_path, b"a folder is in its place")
