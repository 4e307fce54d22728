"""Arrays from npz archives: read back, and nothing hostile opened."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest

from robogeo.data.npy import load_npz
from robogeo.errors import InputError


def test_reads_the_named_arrays(tmp_path):
    path = tmp_path / "x.npz"
    np.savez_compressed(path, images=np.arange(6, dtype=np.uint8).reshape(2, 3), names=np.array(["a", "bc"]))
    held = load_npz(path, ["images", "names"])
    assert held["images"].tolist() == [[0, 1, 2], [3, 4, 5]] and held["names"].tolist() == ["a", "bc"]


def test_objects_are_refused(tmp_path):
    path = tmp_path / "x.npz"
    np.savez(path, images=np.array([{}, print], dtype=object))
    with pytest.raises(InputError, match="has type object"):
        load_npz(path, ["images"])


def test_missing_array_is_named(tmp_path):
    path = tmp_path / "x.npz"
    np.savez(path, pictures=np.zeros(3))
    with pytest.raises(InputError, match=r"x\.npz: holds no array 'images'"):
        load_npz(path, ["images"])


def _archive(path, member):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("images.npy", member)
    return path


def test_a_header_that_promises_more_than_there_is(tmp_path):
    member = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        member, {"descr": "|u1", "fortran_order": False, "shape": (10**9, 10**6)}
    )
    with pytest.raises(InputError, match="images promises 1000000000000000 bytes of data but has 3"):
        load_npz(_archive(tmp_path / "x.npz", member.getvalue() + b"123"), ["images"])


@pytest.mark.parametrize("member", [b"", b"\x93NUMPY\x01\x00", b"\x93NUMPY\x01\x00\x08\x00__import"])
def test_no_header_is_one_line(tmp_path, member):
    with pytest.raises(InputError, match="no readable npy header"):
        load_npz(_archive(tmp_path / "x.npz", member), ["images"])


@pytest.mark.parametrize("content", [b"", b"PK\3\4 truncated", b"no archive"])
def test_no_archive_is_one_line(tmp_path, content):
    path = tmp_path / "x.npz"
    path.write_bytes(content)
    with pytest.raises(InputError, match="not a readable npz archive"):
        load_npz(path, ["images"])
    with pytest.raises(InputError, match="cannot be read"):
        load_npz(tmp_path / "absent.npz", ["images"])


def test_a_damaged_member_is_one_line(tmp_path):
    path = tmp_path / "x.npz"
    np.savez_compressed(path, images=np.random.default_rng(0).integers(0, 9, 10_000))
    content = bytearray(path.read_bytes())
    content[600:700] = bytes(100)
    path.write_bytes(bytes(content))
    with pytest.raises(InputError, match=r"x\.npz"):
        load_npz(path, ["images"])


def test_what_is_not_wanted_is_not_unpacked(tmp_path):
    path = tmp_path / "x.npz"
    np.savez(path, images=np.zeros(3), others=np.array([{}], dtype=object))
    assert list(load_npz(path, ["images"])) == ["images"]
    with pytest.raises(InputError, match="others has type object"):
        load_npz(path)
