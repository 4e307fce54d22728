"""How well a score foretells failure, and the probability of failure that it stands for.

A score ranks; a calibration makes a probability of it, from requests whose outcome is known. How well the
score ranks is the area under its ROC curve (AUROC): the probability that a request that failed had a higher
score than one that succeeded, ties counting half. How true the probabilities are is told by the Brier score
and by bins of predicted and observed failure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import isotonic_regression
from scipy.stats import norm, rankdata

from robogeo.errors import InputError

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Discrimination:
    """How well scores tell failures from successes.

    Attributes:
        auroc: area under the ROC curve, in [0, 1]; 0.5 is chance.
        ci: its confidence interval.
        failures, successes: how many of each there were.
    """

    auroc: float
    ci: tuple[float, float]
    failures: int
    successes: int


def discrimination(score: ArrayLike, failed: ArrayLike, confidence: float = 0.95) -> Discrimination | None:
    """AUROC as a rank statistic, with DeLong's interval; None unless there are failures and successes.

    DeLong, DeLong and Clarke-Pearson (1988): the placements of failures among successes, and the other way,
    give the variance. The interval is that of the logit, so it stays in [0, 1]. Where all placements are
    equal, as when no pair is ranked wrongly, the variance is taken as if half a pair more were.

    Args:
        score: (n,), larger where failure is expected.
        failed: (n,) whether the request failed.
        confidence: of the interval, in (0, 1).

    Raises:
        InputError: scores and outcomes of different number, or scores that are not finite.
    """
    score, failed = _outcomes(score, failed)
    bad, good = score[failed], score[~failed]
    if not (len(bad) and len(good)):
        return None
    pooled = rankdata(np.concatenate([bad, good]))
    of_bad = (pooled[: len(bad)] - rankdata(bad)) / len(good)
    of_good = 1.0 - (pooled[len(bad) :] - rankdata(good)) / len(bad)
    auroc = float(of_bad.mean())
    variance = sum(part.var(ddof=1) / len(part) for part in (of_bad, of_good) if len(part) > 1)
    inside = min(max(auroc, 0.5 / (len(bad) * len(good))), 1.0 - 0.5 / (len(bad) * len(good)))
    least = inside * (1.0 - inside) / min(len(bad), len(good))
    deviation = np.sqrt(variance if variance > 0.0 else least) / (inside * (1.0 - inside))
    reach = norm.ppf(0.5 + confidence / 2.0) * deviation
    logit = np.log(inside / (1.0 - inside))
    low, high = (1.0 / (1.0 + np.exp(-(logit + side * reach))) for side in (-1.0, 1.0))
    return Discrimination(auroc, (min(float(low), auroc), max(float(high), auroc)), len(bad), len(good))


@dataclass(frozen=True, eq=False)
class Calibration:
    """A monotone map from score to probability of failure; make one with `fit`.

    Attributes:
        scores: (k,) increasing.
        probabilities: (k,) at them, not decreasing, in (0, 1).
    """

    scores: FloatArray
    probabilities: FloatArray

    @classmethod
    def fit(cls, score: ArrayLike, failed: ArrayLike) -> Calibration:
        """Isotonic regression (Zadrozny and Elkan 2002) of outcomes on scores.

        The outcomes are drawn in as Platt (1999) does, to (f + 1) / (f + 2) for f failures and
        1 / (s + 2) for s successes, so that few requests never make a failure certain or impossible.

        Args:
            score: (n,), n >= 1.
            failed: (n,) whether the request failed.

        Raises:
            InputError: none given, or as `discrimination`.
        """
        score, failed = _outcomes(score, failed)
        if not len(score):
            raise InputError("calibration: no request with a known outcome; evaluate first")
        values, which, counts = np.unique(score, return_inverse=True, return_counts=True)
        failures, successes = int(failed.sum()), int((~failed).sum())
        target = np.where(failed, (failures + 1) / (failures + 2), 1 / (successes + 2))
        fitted = isotonic_regression(np.bincount(which, target) / counts, weights=counts)
        return cls(values, np.asarray(fitted.x))

    def probability(self, score: ArrayLike) -> FloatArray:
        """Probability of failure at scores (...): between known ones in proportion, beyond them constant."""
        return np.asarray(np.interp(np.asarray(score, dtype=np.float64), self.scores, self.probabilities))


@dataclass(frozen=True)
class ReliabilityBin:
    """Requests of like predicted probability.

    Attributes:
        predicted: mean probability of failure.
        observed: share that failed.
        count: how many they are.
    """

    predicted: float
    observed: float
    count: int


def brier(probability: ArrayLike, failed: ArrayLike) -> float:
    """Mean squared difference of probability and outcome (Brier 1950); 0 is perfect.

    Raises:
        InputError: as `discrimination`, or nothing given.
    """
    predicted, outcome = _outcomes(probability, failed)
    if not len(predicted):
        raise InputError("calibration: no request with a known outcome; evaluate first")
    return float(np.square(predicted - outcome).mean())


def reliability(probability: ArrayLike, failed: ArrayLike, bins: int = 10) -> list[ReliabilityBin]:
    """Predicted beside observed failure in bins of equal width; empty bins are left out.

    Raises:
        InputError: as `discrimination`.
    """
    predicted, outcome = _outcomes(probability, failed)
    place = np.clip((predicted * bins).astype(np.int64), 0, bins - 1)
    return [
        ReliabilityBin(float(predicted[inside].mean()), float(outcome[inside].mean()), int(inside.sum()))
        for inside in (place == i for i in np.unique(place))
    ]


def _outcomes(score: ArrayLike, failed: ArrayLike) -> tuple[FloatArray, BoolArray]:
    values, outcomes = np.asarray(score, dtype=np.float64), np.asarray(failed)
    if values.ndim != 1 or values.shape != outcomes.shape:
        raise InputError(
            f"calibration: scores {values.shape} and outcomes {outcomes.shape}; "
            "give one outcome for each score"
        )
    if not np.isfinite(values).all():
        raise InputError(f"calibration: score {int(np.argmin(np.isfinite(values)))} is not a finite number")
    return values, outcomes.astype(bool)
