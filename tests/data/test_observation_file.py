from __future__ import annotations

import gzip
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from robogeo.data.observation_file import load_observations
from robogeo.errors import InputError

PICTURES = np.arange(5 * 6, dtype=np.uint8).reshape(5, 2, 3)


def idx(path: Path) -> None:
    path.write_bytes(gzip.compress(struct.pack(">4B3I", 0, 0, 8, 3, *PICTURES.shape) + PICTURES.tobytes()))


def archive(path: Path) -> None:
    np.savez(path, labels=np.arange(5), pictures=PICTURES, names=np.array(["a"] * 5))


@pytest.mark.parametrize(
    ("name", "write"),
    [("x.npy", lambda path: np.save(path, PICTURES)), ("x.npz", archive), ("x.gz", idx)],
)
def test_pictures_are_read_from_every_format(tmp_path: Path, name: str, write: Any) -> None:
    write(tmp_path / name)
    found = load_observations(tmp_path / name, 6)
    assert found.picture_shape == (2, 3)
    assert found.values.dtype == np.uint8 and np.array_equal(found.values, PICTURES.reshape(5, 6))


def test_rows_are_no_pictures(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.ones((4, 6)))
    assert load_observations(tmp_path / "x.npy", 6).picture_shape is None


def bad(value: float) -> np.ndarray[Any, Any]:
    x = np.ones((4, 6))
    x[2, 1] = value
    return x


@pytest.mark.parametrize(
    ("x", "reason"),
    [
        (bad(np.nan), "x.npy: observation 2 holds NaN or infinity"),
        (bad(np.inf), "observation 2 holds NaN"),
        (np.ones((4, 5)), r"needs numbers \(N, 6\), or pictures of 6 pixels"),
        (np.ones(6), r"holds float64 \(6,\)"),
        (np.ones((1, 6)), "holds 1 observations, needs at least 2"),
        (np.ones((0, 6)), "holds 0 observations"),
        (np.array([["a"] * 6] * 3), "needs numbers"),
        (np.array([[None] * 6] * 3), "expected numbers or text"),
        (np.ones((3, 6), dtype=complex), "expected numbers or text"),
    ],
)
def test_what_are_no_observations_is_refused_in_one_line(tmp_path: Path, x: Any, reason: str) -> None:
    np.save(tmp_path / "x.npy", x, allow_pickle=True)
    with pytest.raises(InputError, match=reason) as refused:
        load_observations(tmp_path / "x.npy", 6)
    assert "\n" not in str(refused.value)


def test_an_archive_names_what_it_holds(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", train=np.ones((4, 6)), test=np.ones((3, 6)))
    with pytest.raises(InputError, match="holds 2 arrays of 6 numbers a row; leave one in it"):
        load_observations(tmp_path / "x.npz", 6)
    np.savez(tmp_path / "y.npz")
    with pytest.raises(InputError, match="holds nothing"):
        load_observations(tmp_path / "y.npz", 6)


@pytest.mark.parametrize("name", ["x.csv", "x", "missing.npy", "missing.gz", "missing.npz"])
def test_files_that_cannot_be_read_are_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=name):
        load_observations(tmp_path / name, 6)
