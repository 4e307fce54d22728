"""Paired statistics against closed forms, worked examples and simulated studies with known truth."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, rankdata, wilcoxon

from robogeo.evaluation import paired
from robogeo.evaluation.paired import (
    bootstrap,
    detectable_ratio,
    false_positive_rates,
    holm,
    mean_difference,
    median_ratio,
    probability_of_improvement,
    signed_rank,
)

COUNTS = st.lists(st.integers(1, 40), min_size=1, max_size=12)


@pytest.fixture
def fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paired, "RESAMPLES", 1000)


def simulated(generator: np.random.Generator, n: int, ratio: float) -> tuple[np.ndarray, np.ndarray]:
    """Paired counts of which the median ratio is known; seeds are hard or easy for both."""
    base = generator.normal(np.log(15.0), 0.3, n)
    ours = np.exp(base + np.log(ratio) + generator.normal(0.0, 0.25, n))
    return ours, np.exp(base + generator.normal(0.0, 0.25, n))


def test_a_constant_ratio_is_found_exactly() -> None:
    found = median_ratio([6, 12, 9], [10, 20, 15])
    assert (found.value, found.low, found.high) == pytest.approx((0.6, 0.6, 0.6))
    assert bootstrap([2.0], _means) == paired.Estimate(2.0, 2.0, 2.0)
    assert found.excludes(1.0) and not median_ratio([5, 7], [5, 7]).excludes(1.0)


def test_the_interval_holds_the_true_ratio_as_often_as_it_says(fewer: None) -> None:
    generator = np.random.default_rng(5)
    held = [not median_ratio(*simulated(generator, 20, 0.7)).excludes(0.7) for _ in range(400)]
    # A rate of 95 % seen over 400 studies lies within these bounds with a probability of 99.9 %.
    low, high = binom.ppf([0.0005, 0.9995], 400, 0.95) / 400
    assert low <= np.mean(held) <= high


def test_a_real_difference_is_found_and_an_imagined_one_is_not(fewer: None) -> None:
    generator = np.random.default_rng(6)
    large = [median_ratio(*simulated(generator, 20, 0.6)).high < 1.0 for _ in range(50)]
    none = [median_ratio(*simulated(generator, 20, 1.0)).excludes(1.0) for _ in range(200)]
    assert np.mean(large) > 0.9
    assert np.mean(none) < 0.1


@given(COUNTS, st.randoms())
def test_swapping_sides_turns_the_ratio_over(counts: list[int], random: object) -> None:
    other = list(counts)
    random.shuffle(other)  # type: ignore[attr-defined]
    there, back = median_ratio(counts, other), median_ratio(other, counts)
    assert there.value == pytest.approx(1.0 / back.value)
    assert there.low == pytest.approx(1.0 / back.high, rel=0.3)
    assert there.low <= there.value <= there.high or len(counts) < 3


def test_the_same_values_give_the_same_interval() -> None:
    values = np.random.default_rng(0).normal(size=15)
    assert bootstrap(values, _means) == bootstrap(values, _means)


def _means(sample: np.ndarray) -> np.ndarray:
    return np.mean(sample, axis=-1)


def test_resampling_keeps_what_each_stratum_gives() -> None:
    # Within each scene all pairs agree: resampling within scenes can change nothing.
    gaps = [0.0] * 4 + [1.0] * 6
    inside = bootstrap(gaps, _means, ["a"] * 4 + ["b"] * 6)
    across = bootstrap(gaps, _means)
    assert (inside.low, inside.high) == pytest.approx((0.6, 0.6))
    assert across.low < 0.5 < 0.7 < across.high


def test_the_bootstrap_of_a_mean_has_its_standard_error() -> None:
    values = np.random.default_rng(1).normal(size=400)
    found = mean_difference(values, np.zeros(400))
    error = values.std() / np.sqrt(400)
    assert (found.high - found.low) / (2 * 1.96) == pytest.approx(error, rel=0.05)


def test_probability_of_improvement_counts_ties_half() -> None:
    assert probability_of_improvement([1, 5, 5, 9], [2, 5, 5, 3]).value == pytest.approx(0.5)
    assert probability_of_improvement([1, 1, 1], [2, 2, 1]).value == pytest.approx(2.5 / 3)


def test_holm_by_hand() -> None:
    # Sorted .005 .011 .02 .04 times 4 3 2 1: .02 .033 .04 .04, then back in the order given.
    assert holm([0.02, 0.005, 0.04, 0.011]) == pytest.approx([0.04, 0.02, 0.04, 0.033])
    # Once a factor makes one larger than the next, the next is raised to it; nothing exceeds 1.
    assert holm([0.03, 0.02]) == pytest.approx([0.04, 0.04])
    assert holm([0.7, 0.6]) == pytest.approx([1.0, 1.0])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_corrects_upwards_and_less_than_bonferroni(p_values: list[float]) -> None:
    corrected = holm(p_values)
    for before, after in zip(p_values, corrected, strict=True):
        assert before <= after <= 1.0
    assert min(corrected) == pytest.approx(min(1.0, len(p_values) * min(p_values)))


def test_the_signed_rank_test_in_closed_form() -> None:
    # Five pairs, all better: of 2^5 signs two are as extreme.
    assert signed_rank([1, 2, 3, 4, 5], [2, 4, 6, 8, 10]) == pytest.approx(2 / 32)
    assert signed_rank([4, 4], [4, 4]) == 1.0


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=8))
def test_the_signed_rank_test_counts_signs_ties_or_not(gaps: list[int]) -> None:
    """Of all signs that the pairs might have had, those whose ranks are as extreme."""
    sizes = np.abs(gaps)
    ranks = rankdata(sizes)[sizes > 0]
    every = np.array(list(itertools.product((0, 1), repeat=len(ranks)))) @ ranks
    found = ranks[np.array(gaps)[sizes > 0] > 0].sum()
    tail = min(np.mean(every <= found + 1e-9), np.mean(every >= found - 1e-9))
    assert signed_rank(gaps, np.zeros(len(gaps))) == pytest.approx(min(1.0, 2.0 * tail))


def test_the_signed_rank_test_is_scipys_where_nothing_ties() -> None:
    for count in (7, 40):
        gaps = np.random.default_rng(count).normal(0.3, 1.0, count)
        expected = wilcoxon(gaps, zero_method="pratt", method="exact").pvalue
        assert signed_rank(gaps, np.zeros(count)) == pytest.approx(expected)


def test_few_pairs_that_differ_prove_nothing() -> None:
    ours, theirs = [12, 12, 16, 9, 11, 16, 16, 16, 16, 16], [16] * 10
    assert signed_rank(ours, theirs) == pytest.approx(2 / 2**4)
    assert false_positive_rates(ours, theirs)["signed_rank"] == 0.0


def test_ties_make_the_signed_rank_test_no_surer() -> None:
    ours, theirs = [5, 5, 5, 6, 7, 8], [5, 5, 5, 9, 9, 9]
    assert signed_rank(ours, theirs) > signed_rank([6, 7, 8] * 2, [9, 9, 9] * 2)


def test_false_positives_of_a_control_are_near_the_level(fewer: None) -> None:
    ours, theirs = simulated(np.random.default_rng(2), 20, 1.0)
    rates = false_positive_rates(ours, theirs)
    assert set(rates) == {"interval", "signed_rank"}
    assert 0.02 <= rates["signed_rank"] <= 0.08
    assert 0.01 <= rates["interval"] <= 0.1


def test_a_test_that_is_too_sure_would_be_caught(fewer: None, monkeypatch: pytest.MonkeyPatch) -> None:
    sides = simulated(np.random.default_rng(2), 20, 1.0)
    honest = paired._signed_rank
    monkeypatch.setattr(paired, "_signed_rank", lambda gaps: honest(gaps) / 3)
    assert false_positive_rates(*sides)["signed_rank"] > 0.1


def test_the_detectable_ratio_is_detected_as_often_as_it_says(fewer: None) -> None:
    generator = np.random.default_rng(3)
    ratio = detectable_ratio(*simulated(generator, 2000, 1.0))
    ratio = ratio ** np.sqrt(2000 / 25)  # the same spread, seen over 25 pairs
    found = [signed_rank(*simulated(generator, 25, ratio)) < 0.05 for _ in range(300)]
    assert 0.7 <= np.mean(found) <= 0.87
