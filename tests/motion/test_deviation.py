"""How far a motion strays from a recording."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robogeo.motion.deviation import Reference, deviation, evenly, tolerance_of
from robogeo.motion.limits import JointLimits
from robogeo.motion.observation import JointAngles

LINE = np.linspace([0.0, 0.0], [1.0, 0.0], 200)
seen = JointAngles(np.zeros(2))
WIDE = JointLimits(*(bound * np.ones(2) for bound in (-9.0, 9.0, 1.0, 1.0, 1.0, 1.0)))


@given(st.floats(0.0, 3.0), st.floats(-3.0, 3.0))
def test_a_parallel_line_is_as_far_as_it_is_shifted(along: float, beside: float) -> None:
    # Along the line warping may make up for a shift, but never for one to the side.
    found = deviation(LINE + np.array([0.0, beside]), LINE)
    assert found == pytest.approx(abs(beside), abs=1e-9)
    assert deviation(LINE + np.array([along, beside]), LINE) >= abs(beside) - 1e-9


def test_timing_and_density_do_not_matter() -> None:
    slow = LINE[np.repeat(np.arange(200), np.where(np.arange(200) < 50, 9, 1))]
    assert deviation(slow, LINE[::7]) == pytest.approx(0.0, abs=0.02)
    assert deviation(LINE, LINE) == 0.0


@given(st.integers(0, 1000))
def test_it_is_symmetric_and_no_larger_than_the_mean_at_equal_shares(key: int) -> None:
    generator = np.random.default_rng(key)
    one, other = (np.cumsum(generator.normal(size=(30, 3)), axis=0) for _ in range(2))
    assert deviation(one, other) == pytest.approx(deviation(other, one), rel=1e-9)
    apart = np.linalg.norm(evenly(one)[:, None] - evenly(other)[None], axis=2)
    assert apart.min() <= deviation(one, other) <= apart.max()


def test_a_detour_is_told_by_its_height() -> None:
    height = 0.5
    detour = np.array([[0.0, 0.0], [0.0, height], [1.0, height], [1.0, 0.0]])
    assert 0.5 * height < deviation(LINE, detour) < height


def test_the_tolerance_is_how_near_nine_of_ten_have_a_fellow() -> None:
    beside = [np.stack([LINE[:, 0], b * np.sin(np.pi * LINE[:, 0])], axis=1) for b in (0.0, 0.1, 0.2, 0.3)]
    found = tolerance_of(beside, seen, WIDE)
    assert found is not None
    between = Reference(beside[0], seen, 1.0).deviation(beside[1])
    assert found == pytest.approx(between, rel=0.1)
    assert tolerance_of(beside[:1], seen, WIDE) is None
