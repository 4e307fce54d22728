"""Whether a run knew where it would fail: what the model found wrong with requests before they ran.

Every evaluation notes, beside what became of each held-out request, what the model had found wrong along its
geodesic (`robogeo.learning.scoring`); no strategy sees it. How well that ranks failures is the area under the
ROC curve. What it is worth as a probability is judged only on rounds that the probability was not learned
from: that of a round comes from the rounds before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robogeo.learning.calibration import Calibration, brier, discrimination, reliability
from robogeo.learning.scoring import Scores

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
PREDICTORS = ("wrong", "uncertainty", "magnification")
"""What may foretell failure: the sum of all parts, and two facts that others ask by."""
_BINS = 5


def foretold(scores: Scores, index: int) -> dict[str, float]:
    """What is said of one request before it runs, by predictor; plain data for a journal."""
    return {
        "wrong": float(scores.wrong[index]),
        "uncertainty": float(scores.uncertainty[index]),
        "magnification": float(scores.magnification[index]),
    }


def areas_by_round(evaluations: Sequence[Mapping[str, Any]], predictor: str) -> list[float | None]:
    """Area under the ROC curve in each round; None where all requests succeeded or all failed."""
    found = [discrimination(*_round(event, predictor)) for event in evaluations]
    return [None if one is None else one.auroc for one in found]


def pooled_area(evaluations: Sequence[Mapping[str, Any]], predictor: str) -> float | None:
    """Area under the ROC curve of all rounds' requests together."""
    rounds = [_round(event, predictor) for event in evaluations]
    scores, outcomes = (np.concatenate(side) for side in zip(*rounds, strict=True))
    found = discrimination(scores, outcomes)
    return None if found is None else found.auroc


def prediction_summary(evaluations: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """How true predictions of failure were, as ``summary.json`` holds it.

    Args:
        evaluations: events of held-out evaluations, one a round.

    Returns:
        ``auroc`` with ``auroc_ci95``, over all rounds but the first; ``brier`` of the predicted probabilities
        and ``brier_without``, of always saying the share of failures of the rounds before; ``reliability``,
        bins of predicted and observed failure. None before the second round, where all rounds after the
        first are of one outcome, and for runs of versions that did not note what was foretold.
    """
    if len(evaluations) < 2 or any("foretold" not in one for e in evaluations for one in e["outcomes"]):
        return None
    rounds = [_round(event, "wrong") for event in evaluations]
    scores, outcomes = (np.concatenate(side) for side in zip(*rounds[1:], strict=True))
    found = discrimination(scores, outcomes)
    if found is None:
        return None
    probability, without = _out_of_round(rounds)
    return {
        "auroc": found.auroc,
        "auroc_ci95": list(found.ci),
        "failures": found.failures,
        "successes": found.successes,
        "brier": brier(probability, outcomes),
        "brier_without": brier(without, outcomes),
        "reliability": [vars(one) for one in reliability(probability, outcomes, _BINS)],
    }


def _round(event: Mapping[str, Any], predictor: str) -> tuple[FloatArray, BoolArray]:
    """Predictor (n,) and failure (n,) of the requests of an evaluation."""
    outcomes = event["outcomes"]
    said = np.array([outcome["foretold"][predictor] for outcome in outcomes], dtype=np.float64)
    return said, np.array([bool(outcome["failure"]) for outcome in outcomes])


def _out_of_round(rounds: Sequence[tuple[FloatArray, BoolArray]]) -> tuple[FloatArray, FloatArray]:
    """Probabilities of failure in all rounds but the first, each from those before: by score, and without."""
    by_score, without = [], []
    for number in range(1, len(rounds)):
        scores, outcomes = (np.concatenate(side) for side in zip(*rounds[:number], strict=True))
        by_score.append(Calibration.fit(scores, outcomes).probability(rounds[number][0]))
        without.append(np.full(len(rounds[number][0]), outcomes.mean()))
    return np.concatenate(by_score), np.concatenate(without)
