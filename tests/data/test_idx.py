"""The idx reader: what was written comes back; damaged files are told in one line."""

from __future__ import annotations

import gzip
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from robogeo.data.idx import load_idx
from robogeo.errors import InputError


def idx_bytes(array):
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


@given(arrays(np.uint8, st.lists(st.integers(0, 5), min_size=1, max_size=4).map(tuple)), st.booleans())
def test_what_was_written_comes_back(tmp_path_factory, array, packed):
    path = tmp_path_factory.getbasetemp() / ("x.gz" if packed else "x")
    path.write_bytes(gzip.compress(idx_bytes(array)) if packed else idx_bytes(array))
    read = load_idx(path)
    assert read.shape == array.shape and (read == array).all()


PICTURES = np.arange(3 * 4 * 5, dtype=np.uint8).reshape(3, 4, 5)
WHOLE = idx_bytes(PICTURES)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not an idx file"),
        (b"PK\3\4", "not an idx file"),
        (WHOLE[:6], "truncated in its header"),
        (WHOLE[:-1], "promises 60 values but holds 59"),
        (WHOLE + b"x", "goes on after them"),
        (struct.pack(">HBB1I", 0, 13, 1, 4) + b"1234", "idx type 13"),
        (struct.pack(">HBB", 0, 8, 200), "200 dimensions"),
        (struct.pack(">HBB3I", 0, 8, 3, 2**32 - 1, 2**32 - 1, 2**32 - 1), "more than the"),
    ],
)
def test_damaged_content_is_one_line(tmp_path, content, reason):
    path = tmp_path / "pictures"
    path.write_bytes(content)
    with pytest.raises(InputError, match=reason) as caught:
        load_idx(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("cut", [5, 30, -9, -1])
def test_truncated_gzip_is_one_line(tmp_path, cut):
    path = tmp_path / "pictures.gz"
    path.write_bytes(gzip.compress(WHOLE)[:cut])
    with pytest.raises(InputError, match="truncated or damaged gzip"):
        load_idx(path)


def test_no_gzip_no_file_no_folder(tmp_path):
    (tmp_path / "plain.gz").write_bytes(WHOLE)
    for name, reason in (("plain.gz", "damaged gzip"), ("absent", "cannot be read"), ("", "cannot be read")):
        with pytest.raises(InputError, match=reason):
            load_idx(tmp_path / name)


def test_a_bomb_is_not_unpacked(tmp_path):
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(struct.pack(">HBB1I", 0, 8, 1, 4) + bytes(10_000_000)))
    with pytest.raises(InputError, match="goes on after"):
        load_idx(path)
