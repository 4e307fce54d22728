from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from robogeo.data.table import load_table
from robogeo.errors import InputError


@given(arrays(np.float64, (5, 3), elements=st.floats(-3.0, 3.0)))
def test_numbers_come_back_bit_for_bit(tmp_path: Path, q: np.ndarray) -> None:
    file, t = tmp_path / "shown.csv", np.arange(5) / 3
    rows = [",".join(map(repr, [time, *row])) for time, row in zip(t.tolist(), q.tolist(), strict=True)]
    file.write_text("t, q1, q2, q3\n" + "\n".join(rows) + "\n\n")
    shown = load_table(file)
    assert (shown.q == q).all() and (shown.t == t).all() and shown.source == "shown.csv"


def test_a_motion_file_is_a_demonstration_too(tmp_path: Path) -> None:
    file = tmp_path / "motion.csv"
    file.write_text("t,q1,qd1,qdd1\n0,0,0,0\n1,0.5,not,read\n")
    assert load_table(file).q.tolist() == [[0.0], [0.5]]


def test_columns_have_to_be_in_order(tmp_path: Path) -> None:
    file = tmp_path / "shown.csv"
    file.write_text("t,q2,q1\n0,0,0\n1,1,1\n")
    with pytest.raises(InputError, match=r"shown.csv: header: expected t,q1,\.\.,qn, got 't,q2,q1'"):
        load_table(file)
