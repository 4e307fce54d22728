"""Statistics of pairs averaged over seeds, with bootstrap intervals over the pairs of each seed.

The interval says how surely these models differ on other pairs; how much models differ among themselves is
shown by the seeds' own values, since three seeds are too few for an interval.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from robogeo.errors import InputError
from robogeo.evaluation.paired import Estimate
from robogeo.randomness import numpy_generator

FloatArray = NDArray[np.float64]
Statistic = Callable[[FloatArray], FloatArray]
"""Of samples (R, n, ...) of n pairs, (R,)."""
RESAMPLES = 2000
_TAILS = (0.025, 0.975)


def mean(sample: FloatArray) -> FloatArray:
    """Mean over pairs."""
    return np.asarray(sample.mean(axis=1))


def median(sample: FloatArray) -> FloatArray:
    """Median over pairs."""
    return np.asarray(np.median(sample, axis=1))


def largest(sample: FloatArray) -> FloatArray:
    """Largest over pairs; its interval is that of the bootstrap, which never exceeds what was seen."""
    return np.asarray(sample.max(axis=1))


def ratio_of_means(sample: FloatArray) -> FloatArray:
    """Mean of the first measure over mean of the second, of samples (R, n, 2)."""
    above, below = np.moveaxis(sample.mean(axis=1), -1, 0)
    return np.asarray(above / below)


def correlation(sample: FloatArray) -> FloatArray:
    """Pearson's correlation of two measures, of samples (R, n, 2)."""
    centred = sample - sample.mean(axis=1, keepdims=True)
    covariance = (centred[..., 0] * centred[..., 1]).sum(axis=1)
    spread = np.sqrt((centred**2).sum(axis=1).prod(axis=-1))
    return np.asarray(covariance / np.where(spread > 0.0, spread, np.inf))


def over_seeds(samples: Sequence[FloatArray], statistic: Statistic = mean) -> tuple[Estimate, list[float]]:
    """Mean over seeds of a statistic of each seed's pairs, its 95 % interval, and the seeds' own values.

    Args:
        samples: for each seed (n, ...), a row a pair.
        statistic: of many samples at once.

    Raises:
        InputError: a seed without pairs.
    """
    if not samples or any(len(sample) == 0 for sample in samples):
        raise InputError("interval: a seed has no pairs to take a mean of")
    generator = numpy_generator(0, 0, "pairs drawn again")
    own = [float(statistic(np.asarray(sample)[None])[0]) for sample in samples]
    drawn = np.zeros(RESAMPLES)
    for sample in samples:
        rows = generator.integers(len(sample), size=(RESAMPLES, len(sample)))
        drawn += statistic(np.asarray(sample)[rows]) / len(samples)
    low, high = np.quantile(drawn, _TAILS)
    return Estimate(float(np.mean(own)), float(low), float(high)), own


def difference(
    ours: Sequence[FloatArray], theirs: Sequence[FloatArray], statistic: Statistic = mean
) -> Estimate:
    """Mean over seeds of ours less theirs on the same pairs, with its interval.

    Raises:
        InputError: the pairs are not the same in number, or a seed has none.
    """
    if [np.shape(sample) for sample in ours] != [np.shape(sample) for sample in theirs]:
        raise InputError("difference: ours and theirs are of different pairs")
    both = [np.stack([a, b], axis=1) for a, b in zip(ours, theirs, strict=True)]
    return over_seeds(both, lambda sample: statistic(sample[:, :, 0]) - statistic(sample[:, :, 1]))[0]
