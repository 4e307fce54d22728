"""The commands about data sets, as they are typed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from robogeo.cli import main
from robogeo.data.data_set import DataSet
from robogeo.data.demonstrations import Demonstration
from robogeo.data.formats import read_data_set, write_data_set


def test_converting_writes_what_was_read_and_overwrites_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    t = np.arange(40) / 20.0
    shown = Demonstration(np.stack([np.sin(t), np.cos(t)], axis=1), t, "Ada")
    source, target = tmp_path / "mine.npz", tmp_path / "mine.csv"
    write_data_set(source, DataSet((shown,), joints=("shoulder", "elbow")))
    assert main(["convert", str(source), str(target), "--joints", "elbow"]) == 0
    assert f"{target}: 1 recordings, 40 samples" in capsys.readouterr().out
    (read,) = read_data_set(target).demonstrations
    np.testing.assert_array_equal(read.q, shown.q[:, 1:])
    before = target.read_bytes()
    assert main(["convert", str(source), str(target)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert main(["convert", str(source), str(tmp_path / "mine.foo")]) == 2
    assert "no writer" in capsys.readouterr().err
    assert target.read_bytes() == before
