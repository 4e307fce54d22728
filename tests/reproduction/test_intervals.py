from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robogeo.errors import InputError
from robogeo.reproduction.intervals import correlation, difference, largest, mean, median, over_seeds
from robogeo.reproduction.measures import DEFAULT, RECIPE, measured


@given(st.integers(0, 1000), st.integers(1, 4))
def test_the_mean_over_seeds_lies_in_its_interval(seed: int, count: int) -> None:
    samples = list(np.random.default_rng(seed).normal(size=(count, 30)))
    estimate, own = over_seeds(samples)
    assert estimate.value == pytest.approx(np.mean([sample.mean() for sample in samples]))
    assert len(own) == count and estimate.low < estimate.value < estimate.high


def test_the_interval_of_a_mean_is_that_of_theory() -> None:
    samples = list(np.random.default_rng(0).normal(size=(3, 400)))
    estimate, _ = over_seeds(samples)
    assert estimate.high - estimate.low == pytest.approx(2 * 1.96 / np.sqrt(1200), rel=0.1)


def test_the_interval_knows_pairs_and_not_only_seeds() -> None:
    """What is common to both contenders in a pair does not widen the difference."""
    hard = np.random.default_rng(1).normal(size=(2, 50)) * 100.0
    ours, theirs = list(hard), list(hard + 1.0)
    gap = difference(ours, theirs)
    assert gap.value == pytest.approx(-1.0) and gap.high - gap.low < 1e-6
    row = measured("x", {DEFAULT: ours, RECIPE: theirs}, better="smaller", rivals=(RECIPE,))
    assert row.gaps[RECIPE].high < 0.0
    same = measured("x", {DEFAULT: ours, RECIPE: ours}, better="smaller", rivals=(RECIPE,))
    assert same.gaps[RECIPE].high == 0.0


def test_statistics_of_many_samples_at_once() -> None:
    sample = np.random.default_rng(2).normal(size=(5, 40, 2))
    assert correlation(sample) == pytest.approx([np.corrcoef(one.T)[0, 1] for one in sample])
    assert correlation(np.ones((1, 4, 2))) == pytest.approx([0.0])
    for statistic, known in ((mean, np.mean), (median, np.median), (largest, np.max)):
        assert statistic(sample[..., 0]) == pytest.approx(known(sample[..., 0], axis=1))


def test_pairs_that_do_not_match_are_told() -> None:
    with pytest.raises(InputError, match="different pairs"):
        difference([np.zeros(3)], [np.zeros(4)])
    with pytest.raises(InputError, match="no pairs"):
        over_seeds([np.zeros(3), np.zeros(0)])
