from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from robogeo.errors import InputError
from robogeo.learning.calibration import Calibration, brier, discrimination, reliability

OUTCOMES = st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=1, max_size=30)


@given(OUTCOMES)
def test_auroc_counts_pairs_ties_half(outcomes: list[tuple[int, bool]]) -> None:
    score = np.array([s for s, _ in outcomes], dtype=float)
    failed = np.array([f for _, f in outcomes])
    found = discrimination(score, failed)
    pairs = score[failed][:, None] - score[~failed][None]
    if not pairs.size:
        assert found is None
        return
    assert found is not None
    assert found.auroc == pytest.approx((pairs > 0).mean() + 0.5 * (pairs == 0).mean())
    assert 0.0 <= found.ci[0] <= found.auroc <= found.ci[1] <= 1.0
    mirrored = discrimination(-score, failed)
    assert mirrored is not None and mirrored.auroc == pytest.approx(1.0 - found.auroc)
    np.testing.assert_allclose(mirrored.ci, (1.0 - found.ci[1], 1.0 - found.ci[0]), atol=1e-9)


@pytest.mark.parametrize(
    ("score", "failed", "area"),
    [
        ([1, 2, 3, 4], [False, False, True, True], 1.0),
        ([4, 3, 2, 1], [False, False, True, True], 0.0),
        ([1, 3, 2, 4], [False, False, True, True], 0.75),
        ([1, 1, 1], [False, True, True], 0.5),
        ([1, 2, 2], [False, False, True], 0.75),
    ],
)
def test_areas_by_hand(score: list[int], failed: list[bool], area: float) -> None:
    found = discrimination(score, failed)
    assert found is not None and found.auroc == area


@pytest.mark.parametrize("failed", [[True, True], [False, False], []])
def test_without_both_kinds_there_is_no_area(failed: list[bool]) -> None:
    assert discrimination([1.0, 2.0][: len(failed)], failed) is None


def test_the_interval_covers_the_true_area_as_often_as_it_says() -> None:
    """Two normals a standard deviation apart: the area is Phi(1 / sqrt 2)."""
    truth, rng, hits = norm.cdf(2**-0.5), np.random.default_rng(0), 0
    for _ in range(1000):
        score = np.concatenate([rng.normal(1.0, 1.0, 25), rng.normal(0.0, 1.0, 35)])
        found = discrimination(score, np.arange(60) < 25)
        assert found is not None
        hits += found.ci[0] <= truth <= found.ci[1]
    assert 0.93 <= hits / 1000 <= 0.97


def test_a_perfect_ranking_of_few_is_not_taken_for_certain() -> None:
    found = discrimination([3.0, 2.0, 1.0, 0.0], [True, True, False, False])
    assert found is not None and found.auroc == 1.0 and found.ci[0] < 0.7 and found.ci[1] == 1.0


def test_probabilities_are_monotone_and_never_certain() -> None:
    calibration = Calibration.fit([0.0, 1.0, 2.0, 3.0, 3.0], [False, True, False, True, True])
    probability = calibration.probability(np.linspace(-1.0, 4.0, 50))
    assert (np.diff(probability) >= 0.0).all() and 0.0 < probability[0] < probability[-1] < 1.0
    # 1 / (2 + 2), the pooled mean of 4/5 and 1/4 at scores 1 and 2, and (3 + 1) / (3 + 2)
    np.testing.assert_allclose(calibration.probability([0.0, 1.5, 9.0]), [0.25, 0.525, 0.8])


def test_a_true_probability_is_found_again() -> None:
    rng = np.random.default_rng(1)
    score = rng.uniform(0.0, 1.0, 4000)
    failed = rng.uniform(size=4000) < score**2
    calibration = Calibration.fit(score, failed)
    at = np.linspace(0.1, 0.9, 9)
    np.testing.assert_allclose(calibration.probability(at), at**2, atol=0.1)
    fresh = rng.uniform(0.0, 1.0, 4000)
    happened = rng.uniform(size=4000) < fresh**2
    predicted = calibration.probability(fresh)
    assert brier(predicted, happened) < brier(np.full(4000, happened.mean()), happened) - 0.05
    bins = reliability(predicted, happened, bins=5)
    assert sum(each.count for each in bins) == 4000
    assert sum(each.count * abs(each.predicted - each.observed) for each in bins) < 0.04 * 4000


@pytest.mark.parametrize("failed", [[True], [False]])
def test_one_outcome_is_enough_to_begin_with(failed: list[bool]) -> None:
    probability = Calibration.fit([1.0], failed).probability([0.0])[0]
    assert probability == pytest.approx(2 / 3 if failed[0] else 1 / 3)


def test_brier_and_bins_by_hand() -> None:
    assert brier([0.0, 0.5, 1.0], [False, True, True]) == pytest.approx(0.25 / 3)
    low, high = reliability([0.1, 0.2, 1.0], [False, True, True], bins=2)
    assert (low.predicted, low.observed, low.count) == (pytest.approx(0.15), 0.5, 2)
    assert (high.predicted, high.observed, high.count) == (1.0, 1.0, 1)


@pytest.mark.parametrize(
    ("score", "failed", "reason"),
    [
        ([1.0, 2.0], [True], "one outcome for each score"),
        ([np.nan], [True], "score 0 is not a finite number"),
        ([[1.0]], [[True]], "one outcome for each score"),
    ],
)
def test_bad_outcomes_are_told(score: list[float], failed: list[bool], reason: str) -> None:
    for work in (discrimination, Calibration.fit, brier, reliability):
        with pytest.raises(InputError, match=reason):
            work(score, failed)


def test_nothing_cannot_be_calibrated() -> None:
    for work in (Calibration.fit, brier):
        with pytest.raises(InputError, match="no request with a known outcome"):
            work([], [])
