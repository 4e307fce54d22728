"""A good data set to be spoiled, and what `robogeo inspect` says of a bad one."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from robogeo.cli import main
from robogeo.data.data_set import DataSet
from robogeo.data.demonstrations import Demonstration

needs_h5py = pytest.mark.skipif(importlib.util.find_spec("h5py") is None, reason="h5py is not installed")
needs_pyarrow = pytest.mark.skipif(
    importlib.util.find_spec("pyarrow") is None, reason="pyarrow is not installed"
)

T = np.arange(20) / 50.0
Q = np.stack([np.sin(T), np.cos(T), 0.5 * T], axis=1)


def good() -> DataSet:
    return DataSet(
        tuple(Demonstration(Q + 0.1 * k, T, "person") for k in range(3)), ("a", "b", "c"), rate=50.0
    )


def refused(capfd: pytest.CaptureFixture[str], path: Path, *options: str) -> str:
    """The one line that inspect says, from after the path on; nothing is written."""
    before = sorted(path.parent.rglob("*"))
    out = path.parent / "out"
    assert (
        main(["inspect", str(path), "--out", str(out), "--json", str(path.parent / "x.json"), *options]) == 2
    )
    said = capfd.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and len(said.err) < 700
    assert sorted(path.parent.rglob("*")) == before
    assert said.err.startswith("robogeo: ") and path.name in said.err
    return said.err


def changed(index: Any, value: float) -> np.ndarray:
    q = Q.copy()
    q[index] = value
    return q
