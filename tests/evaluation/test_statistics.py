from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robogeo.evaluation.outcome import Outcome, refused
from robogeo.evaluation.statistics import MEANS, RATES, summarise
from robogeo.motion.request import Refusal

_Z = 1.959963984540054  # 97.5 % quantile of the standard normal distribution


def outcome(success: bool, **measures: float) -> Outcome:
    failure = "" if success else "collision"
    return Outcome(
        success=success,
        failure=failure,
        refused=False,
        collision=not success,
        limit_violation=False,
        **measures,
    )


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Wilson 1927, equation for the score interval without continuity correction."""
    p = hits / n
    middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
    return middle - half, middle + half


@given(n=st.integers(1, 60), data=st.data())
def test_rates_carry_wilson_intervals(n: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, n))
    summary = summarise([outcome(index < hits) for index in range(n)])
    assert summary["success_rate"] == hits / n
    assert summary["collision_rate"] == (n - hits) / n
    assert summary["success_rate_ci95"] == pytest.approx(wilson(hits, n), abs=1e-9)
    low, high = summary["success_rate_ci95"]
    assert 0.0 <= low <= hits / n <= high <= 1.0


def test_means_leave_out_what_never_ran() -> None:
    ran = [outcome(True, duration_s=2.0), outcome(True, duration_s=4.0)]
    summary = summarise([*ran, refused(Refusal("unknown-end-point", "far"))])
    assert summary["duration_s"] == 3.0
    assert summary["sparc"] is None
    assert summary["refusal_rate"] == pytest.approx(1 / 3)
    assert summary["requests"] == 3


def test_the_scenes_own_measures_are_averaged_over_motions_that_have_them() -> None:
    drawn = [replace(outcome(True), measures={"plane_error_mm": value}) for value in (1.0, 4.0)]
    summary = summarise([*drawn, refused(Refusal("no-motion", ""))])
    assert summary["measures"] == {"plane_error_mm": 2.5}
    assert summarise([outcome(True)])["measures"] == {}


def test_failures_are_counted_by_kind() -> None:
    refusals = [refused(Refusal("no-motion", "")), refused(Refusal("no-motion", ""))]
    summary = summarise([outcome(True), outcome(False), *refusals])
    assert summary["failures"] == {"collision": 1, "no-motion": 2}


def test_every_measure_has_its_place() -> None:
    summary = summarise([outcome(True)])
    assert {*RATES, *(f"{name}_ci95" for name in RATES), *MEANS} <= set(summary)
    assert all(math.isfinite(summary[name]) for name in RATES)
