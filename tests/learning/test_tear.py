from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robogeo.learning.tear import TORN, tear

RNG = np.random.default_rng(0)
LINE = np.linspace(0.0, 1.0, 21)[:, None] * np.array([1.0, 2.0, -0.5])
ONE = np.zeros(21, dtype=np.int64)


@given(st.floats(1e-3, 1e3), st.integers(0, 2**32 - 1))
def test_an_evenly_stretched_chart_is_whole_in_any_unit(unit: float, seed: int) -> None:
    turn, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    assert tear(LINE, unit * (LINE @ turn)[:, :2] + 7.0, ONE) == pytest.approx(1.0, rel=1e-6)


@given(st.integers(1, 20), st.floats(2.0, 1e3))
def test_a_cut_is_told_by_its_width(place: int, width: float) -> None:
    codes = LINE[:, :1] * 20.0
    codes[place:] += width - 1.0
    assert tear(LINE, codes, ONE) == pytest.approx(width)


def test_between_demonstrations_nothing_is_torn() -> None:
    codes = LINE[:, :1].copy()
    codes[11:] += 100.0
    assert tear(LINE, codes, np.repeat([0, 1], [11, 10])) == pytest.approx(1.0)


def test_observations_nearer_than_usual_stretch_nothing() -> None:
    x = np.insert(LINE, 5, LINE[5] + 1e-9, axis=0)
    codes = np.insert(LINE[:, :1], 5, LINE[5, 0] + 1e-4, axis=0)
    assert tear(x, codes, np.zeros(22, dtype=np.int64)) < 1.5


@pytest.mark.parametrize(
    ("x", "groups"),
    [
        (np.zeros((4, 2)), np.zeros(4, dtype=np.int64)),
        (RNG.normal(size=(3, 2)), np.arange(3)),
        (RNG.normal(size=(1, 2)), np.zeros(1, dtype=np.int64)),
    ],
    ids=["nothing moves", "single observations", "one observation"],
)
def test_without_motion_nothing_is_torn(x: np.ndarray, groups: np.ndarray) -> None:
    assert tear(x, RNG.normal(size=(len(x), 2)), groups) == 1.0


def test_a_chart_in_which_all_falls_together_is_not_torn() -> None:
    assert tear(LINE, np.ones((21, 2)), ONE) == 1.0 < TORN
