from __future__ import annotations

import numpy as np
import pytest

from robogeo.data.data_set import DataSet
from robogeo.data.demonstrations import Demonstration


@pytest.fixture
def waves() -> DataSet:
    """Four recordings of three joints, smooth, of different lengths, at 50 Hz."""
    shown = []
    for index in range(4):
        t = np.arange(40 + 5 * index) / 50.0
        q = np.sin(t[:, None] * [0.5, 1.0, 2.0] + index)
        shown.append(Demonstration(q, t, f"person {index}", ("pour", "wipe")[index % 2]))
    return DataSet(tuple(shown), ("shoulder", "elbow", "wrist"), rate=50.0, facts={"robot": "arm"})
