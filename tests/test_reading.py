from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from robogeo import reading
from robogeo.errors import InputError
from robogeo.reading import parsed_json, read_bounded, read_text


def test_a_file_is_read_whole_in_pieces_of_any_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, content = tmp_path / "file", bytes(range(256)) * 3
    file.write_bytes(content)
    for piece in (1, 7, 768, 1 << 24):
        monkeypatch.setattr(reading, "_PIECE", piece)
        assert read_bounded(file, len(content), "a file") == content
        with pytest.raises(InputError, match=r"file: larger than 767 bytes, is this a file\?"):
            read_bounded(file, 767, "a file")


def test_a_small_file_takes_little_memory_however_large_it_might_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"small")
    tracemalloc.start()
    read_bounded(tmp_path / "file", 1 << 30, "a file")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 26


def test_what_cannot_be_read_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none: cannot be read \(No such file"):
        read_bounded(tmp_path / "none", 10, "a file")
    (tmp_path / "file").write_bytes(b"\xef\xbb\xbfgood")
    assert read_text(tmp_path / "file", 10, "a file") == "good"
    (tmp_path / "file").write_bytes(b"bad\xff")
    with pytest.raises(InputError, match=r"file: not UTF-8 text \(byte 3\); save it as UTF-8"):
        read_text(tmp_path / "file", 10, "a file")


@pytest.mark.parametrize("text", ["{", "9" * 5000, "[" * 100_000])
def test_text_that_is_no_json_is_told_in_one_line(text: str) -> None:
    with pytest.raises(InputError, match=r"^side-car: not JSON \(.*\)$"):
        parsed_json(text, "side-car")
