"""Comparing two strategies on paired runs: ratios with intervals, tests, and how far they can be trusted.

Run i of one strategy and run i of the other differ in nothing but the strategy: same scene, same seed. So all
is computed from differences within pairs, which takes away what makes seeds easy or hard. Where pairs come
from several scenes (*strata*), resampling keeps each scene's number of pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm, rankdata

from robogeo.randomness import numpy_generator

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Statistic = Callable[[FloatArray], FloatArray]
RESAMPLES = 10_000
_LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float

    def excludes(self, value: float) -> bool:
        """Whether a value lies strictly outside the interval."""
        return not self.low <= value <= self.high


def median_ratio(ours: ArrayLike, theirs: ArrayLike, strata: Sequence[object] = ()) -> Estimate:
    """Median over pairs of ours / theirs, with a percentile bootstrap over pairs (Efron 1979).

    The bootstrap works on log ratios, so that swapping the two turns value and ends into their reciprocals.

    Args:
        ours: (n,) positive counts; a censored one stands as budget + 1.
        theirs: (n,) likewise. A pair in which both are censored is a tie. One in which only theirs is
            makes the ratio look larger than it is, one in which only ours is makes it look smaller.
        strata: (n,) what each pair belongs to; empty means all to the same.
    """
    logs = np.log(np.asarray(ours, dtype=np.float64) / np.asarray(theirs, dtype=np.float64))
    found = bootstrap(logs, lambda sample: np.median(sample, axis=-1), strata)
    return Estimate(*(float(np.exp(part)) for part in (found.value, found.low, found.high)))


def mean_difference(ours: ArrayLike, theirs: ArrayLike, strata: Sequence[object] = ()) -> Estimate:
    """Mean over pairs of ours - theirs, with a percentile bootstrap over pairs."""
    gaps = np.asarray(ours, dtype=np.float64) - np.asarray(theirs, dtype=np.float64)
    return bootstrap(gaps, lambda sample: np.mean(sample, axis=-1), strata)


def probability_of_improvement(ours: ArrayLike, theirs: ArrayLike, strata: Sequence[object] = ()) -> Estimate:
    """Share of pairs in which ours is smaller, ties half, with a bootstrap interval.

    The idea is Agarwal et al. 2021 ("Deep reinforcement learning at the edge of the statistical precipice"),
    here within pairs.
    """
    gaps = np.asarray(ours, dtype=np.float64) - np.asarray(theirs, dtype=np.float64)
    wins = np.where(gaps < 0.0, 1.0, np.where(gaps > 0.0, 0.0, 0.5))
    return bootstrap(wins, lambda sample: np.mean(sample, axis=-1), strata)


def bootstrap(values: ArrayLike, statistic: Statistic, strata: Sequence[object] = ()) -> Estimate:
    """A statistic of values (n,) with its percentile bootstrap interval, resampled within strata.

    The resampling is keyed: the same values give the same interval.

    Args:
        values: (n,) at least one.
        statistic: of samples (..., n) along their last axis.
        strata: (n,) labels; empty means one stratum.
    """
    given = np.asarray(values, dtype=np.float64)
    labels = np.asarray([str(label) for label in strata] or [""] * len(given))
    generator = numpy_generator(0, 0, "bootstrap")
    parts = []
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        parts.append(members[generator.integers(len(members), size=(RESAMPLES, len(members)))])
    resampled = statistic(given[np.concatenate(parts, axis=1)])
    tail = 0.5 * (1.0 - _LEVEL)
    low, high = np.quantile(resampled, [tail, 1.0 - tail])
    return Estimate(float(statistic(given)), float(low), float(high))


def signed_rank(ours: ArrayLike, theirs: ArrayLike) -> float:
    """Two-sided p-value of Wilcoxon's signed-rank test on pairs; 1 where no pair differs.

    Pairs without a difference are ranked and then left out of the sums (Pratt 1959), since ties are common
    among counts.
    """
    gaps = np.asarray(ours, dtype=np.float64) - np.asarray(theirs, dtype=np.float64)
    return float(_signed_rank(gaps))


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values corrected for being several, in the order given (Holm 1979)."""
    order = np.argsort(p_values, kind="stable")
    factors = np.arange(len(p_values), 0, -1)
    corrected = np.minimum(np.maximum.accumulate(np.asarray(p_values)[order] * factors), 1.0)
    result = np.empty(len(p_values))
    result[order] = corrected
    return [float(p) for p in result]


def false_positive_rates(ours: ArrayLike, theirs: ArrayLike, resamples: int = 400) -> dict[str, float]:
    """How often the ratio's interval and the signed-rank test see a difference where there is none.

    Both sides of an A/A control ask in the same way, so which of a pair is called ours is arbitrary: swapping
    the sides of every pair by a coin gives another control that could as well have been observed. Each is put
    through the same analysis at the level of 5 %.

    Args:
        ours: (n,) positive counts of one side.
        theirs: (n,) of the other.
        resamples: number of swapped controls.

    Returns:
        Shares of false positives, ``interval`` and ``signed_rank``.
    """
    logs = np.log(np.asarray(ours, dtype=np.float64) / np.asarray(theirs, dtype=np.float64))
    gaps = np.asarray(ours, dtype=np.float64) - np.asarray(theirs, dtype=np.float64)
    coins = numpy_generator(0, 0, "swapped sides").integers(2, size=(resamples, len(logs))) * 2 - 1
    found = [bootstrap(logs * coin, lambda sample: np.median(sample, axis=-1)) for coin in coins]
    tests = _signed_rank(gaps * coins)
    return {
        "interval": float(np.mean([estimate.excludes(0.0) for estimate in found])),
        "signed_rank": float(np.mean(tests < 1.0 - _LEVEL)),
    }


def detectable_ratio(ours: ArrayLike, theirs: ArrayLike, power: float = 0.8) -> float:
    """The ratio nearest below 1 that as many pairs would show with that power, by a paired t-test at 5 %.

    From the spread of the log ratios observed; it says whether a difference that was not found could have
    been (normal approximation).
    """
    logs = np.log(np.asarray(ours, dtype=np.float64) / np.asarray(theirs, dtype=np.float64))
    if len(logs) < 2:
        return float("nan")
    spread = float(np.std(logs, ddof=1)) / np.sqrt(len(logs))
    return float(np.exp(-(norm.ppf(0.5 + 0.5 * _LEVEL) + norm.ppf(power)) * spread))


def _signed_rank(gaps: FloatArray) -> FloatArray:
    """P-values of gaps (..., n) that differ in their signs alone."""
    size = np.abs(gaps).reshape(-1, gaps.shape[-1])[0]
    # Twice the ranks, which are whole numbers: equal sizes share the middle one of their ranks.
    ranks = np.rint(2.0 * rankdata(size)).astype(np.int64)
    chance = _chance_of_sums(ranks[size > 0.0])
    risen = np.asarray(((gaps > 0.0) * ranks).sum(axis=-1))
    below, above = np.cumsum(chance), np.cumsum(chance[::-1])[::-1]
    return np.minimum(2.0 * np.minimum(below[risen], above[risen]), 1.0)


def _chance_of_sums(ranks: IntArray) -> FloatArray:
    """Probability of each sum, 0 to that of all, of ranks that are taken or left by a fair coin each.

    Exact, ties or not. SciPy takes a normal approximation where there are ties, by which four pairs of ten
    that differ, all in one direction, seem significant (p = 0.047); by their signs that has a chance of 1/8.
    """
    chance = np.zeros(int(ranks.sum()) + 1)
    chance[0] = 1.0
    for rank in ranks:
        taken = np.zeros_like(chance)
        taken[rank:] = chance[: len(chance) - rank]
        chance = 0.5 * (chance + taken)
    return chance
