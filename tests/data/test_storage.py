from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from robogeo.data import (
    Demonstration,
    demonstration_bytes,
    load_demonstration,
    parse_demonstration,
    save_demonstration,
    storage,
)
from robogeo.errors import InputError

DEMONSTRATION = Demonstration(
    np.array([[0.1, -2.0], [0.3, 1.5], [0.5, 0.0]]), np.array([0.0, 0.5, 1.25]), "human"
)
TEXTS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=30)


@given(npst.arrays(np.float64, (4, 3), elements=st.floats(-3, 3)), TEXTS, TEXTS)
@example(np.zeros((4, 3)), "", "")
def test_what_is_stored_comes_back(q: Any, source: str, note: str) -> None:
    demonstration = Demonstration(q, np.arange(4.0), source, note)
    content = demonstration_bytes(demonstration)
    again = parse_demonstration(content, "memory")
    assert again == demonstration
    assert demonstration_bytes(again) == content


def test_files_come_back_and_no_draft_stays(tmp_path: Path) -> None:
    file = tmp_path / "one.npz"
    save_demonstration(file, DEMONSTRATION)
    assert load_demonstration(file) == DEMONSTRATION
    assert list(tmp_path.iterdir()) == [file]


def test_the_bytes_never_change() -> None:
    # Runs name demonstrations by this hash: other bytes for the same motion would orphan older runs.
    digest = hashlib.sha256(demonstration_bytes(DEMONSTRATION)).hexdigest()
    assert digest == "0e2fd264defedc172f5dd739dec73fca1dada1ce96ad1c1847029c73504214eb"
    infos = zipfile.ZipFile(io.BytesIO(demonstration_bytes(DEMONSTRATION))).infolist()
    assert [info.filename for info in infos] == ["q.npy", "t.npy", "source.npy", "note.npy"]
    assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}


def test_numpy_reads_it_without_objects() -> None:
    with np.load(io.BytesIO(demonstration_bytes(DEMONSTRATION)), allow_pickle=False) as archive:
        assert np.array_equal(archive["q"], DEMONSTRATION.q)
        assert str(archive["source"]) == "human"


def test_archives_that_numpy_wrote_are_read(tmp_path: Path) -> None:
    for save in (np.savez, np.savez_compressed):
        save(tmp_path / "x.npz", q=DEMONSTRATION.q, t=DEMONSTRATION.t, source="human", note="")
        assert load_demonstration(tmp_path / "x.npz") == DEMONSTRATION


def archive(**changed: bytes | None) -> bytes:
    """The bytes of DEMONSTRATION with members replaced, added, or (None) left out."""
    with zipfile.ZipFile(io.BytesIO(demonstration_bytes(DEMONSTRATION))) as source:
        members: dict[str, bytes | None] = {name: source.read(name) for name in source.namelist()}
    members.update({(name if "/" in name else f"{name}.npy"): content for name, content in changed.items()})
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name, content in members.items():
            if content is not None:
                target.writestr(name, content)
    return buffer.getvalue()


def npy(array: Any, allow_pickle: bool = False) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=allow_pickle)
    return buffer.getvalue()


def npy_header(text: str) -> bytes:
    padded = text + " " * 10 + "\n"
    return b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded.encode()


HOSTILE = {
    "no archive": (b"not an archive", "not a readable npz archive"),
    "empty": (b"", "not a readable npz archive"),
    "torn": (demonstration_bytes(DEMONSTRATION)[:-30], "not a readable npz archive"),
    "missing member": (archive(t=None), "holds the members"),
    "unexpected member": (archive(extra=b""), "holds the members"),
    "path": (archive(**{"../../evil": b"x"}), "holds the members"),
    "objects": (archive(q=npy(np.array([[{}], [{}]]), allow_pickle=True)), "q has type object"),
    "text in q": (archive(q=npy(np.array([["a"], ["b"]]))), "q has type <U1"),
    "numbers in note": (archive(note=npy(np.array(3.0))), "note has type float64"),
    "bad header": (archive(q=b"\x93NUMPY\x01\x00\x04\x00evil"), "q has no readable npy header"),
    "no header": (archive(q=b""), "q has no readable npy header"),
    "huge promise": (
        archive(q=npy_header("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 60)}")),
        "q promises 480000000 bytes of data but has 0",
    ),
    "absurd promise": (
        archive(q=npy_header("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000, 2)}")),
        "q has shape",
    ),
    "negative promise": (
        archive(q=npy_header("{'descr': '<f8', 'fortran_order': False, 'shape': (-1, 2)}")),
        "q",
    ),
    "vector for matrix": (archive(q=npy(np.zeros(3))), "q has shape"),
    "long text": (archive(note=npy(np.array("x" * 20_000))), "note has 20000 characters"),
    "no code point": (
        archive(
            note=npy(np.array([0x7FFFFFFF], "<u4")).replace(b"'<u4'", b"'<U1'").replace(b"(1,)", b"()  ")
        ),
        "note",
    ),
    "NaN": (archive(q=npy(np.full((3, 2), np.nan))), "q[0, 0] is nan"),
    "lengths": (archive(t=npy(np.arange(4.0))), "q has 3 samples but t has 4"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_one_line_that_names_it(name: str, tmp_path: Path) -> None:
    content, expected = HOSTILE[name]
    file = tmp_path / "hostile.npz"
    file.write_bytes(content)
    with pytest.raises(InputError) as caught:
        load_demonstration(file)
    message = str(caught.value)
    assert message.startswith(f"{file}: ")
    assert expected in message
    assert "\n" not in message
    assert len(message) < 600
    assert list(tmp_path.iterdir()) == [file]


def test_a_damaged_compressed_archive_is_one_line(tmp_path: Path) -> None:
    file, noise = tmp_path / "x.npz", np.random.default_rng(0).normal(size=(200, 7))
    np.savez_compressed(file, q=noise, t=np.arange(200.0), source="human", note="")
    content = bytearray(file.read_bytes())
    content[600:700] = bytes(100)
    file.write_bytes(bytes(content))
    with pytest.raises(InputError, match=r"x\.npz: not a readable npz archive"):
        load_demonstration(file)


def test_a_bomb_is_refused_before_it_unpacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "MOST_BYTES", 100_000)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for member in ("q", "t", "source", "note"):
            target.writestr(f"{member}.npy", bytes(200_000))
    assert len(buffer.getvalue()) < 10_000
    with pytest.raises(InputError, match="q unpacks to 200000 bytes"):
        parse_demonstration(buffer.getvalue(), "bomb")
    with pytest.raises(InputError, match="100001 bytes, more than"):
        parse_demonstration(bytes(100_001), "large")


@given(st.data())
def test_no_changed_byte_escapes_as_anything_but_an_input_error(data: st.DataObject) -> None:
    content = bytearray(demonstration_bytes(DEMONSTRATION))
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        parse_demonstration(bytes(content), "changed")
    except InputError as error:
        assert "\n" not in str(error)


def test_a_missing_file_or_a_folder_is_an_input_error(tmp_path: Path) -> None:
    for place in (tmp_path / "none.npz", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            load_demonstration(place)
