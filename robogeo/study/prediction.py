"""Whether scores predict failure: held-out requests scored before they run, against what then happened.

The strategies never see held-out requests; their scores are worked out afterwards, from the model of each
round alone, and serve this measure only. It is the area under the receiver operating characteristic: the
probability that a request that failed had a higher score than one that succeeded (ties count half).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robogeo.evaluation.roll_out import Trial
from robogeo.learning.calibration import discrimination
from robogeo.learning.journal import Event
from robogeo.learning.learner import Learner
from robogeo.learning.scoring import score
from robogeo.learning.strategies import Candidates, find_strategy

PREDICTORS = ("combined", "uncertainty", "magnification")  # strategies that score what is wrong
_DIGITS = 4


def predicted_failures(
    learner: Learner, evaluations: Sequence[Event], trials: Sequence[Trial]
) -> dict[str, Any]:
    """Area under the curve for each predictor, of every round and of all rounds together.

    Args:
        learner: of the finished run.
        evaluations: its evaluations, one a round.
        trials: the held-out requests, in the order of the evaluations' outcomes.

    Returns:
        By predictor: ``rounds``, a list with None where all requests succeeded or all failed, and ``pooled``.
    """
    shown = [event["demonstrations"] for event in learner.folder.events() if event["event"] == "fit"]
    failed = np.array([[bool(outcome["failure"]) for outcome in event["outcomes"]] for event in evaluations])
    scores = [_scores(learner, round, shown[round], trials) for round in range(len(evaluations))]
    found = {}
    for index, name in enumerate(PREDICTORS):
        mine = np.array([of_round[index] for of_round in scores])
        rounds = [_area(*pair) for pair in zip(mine, failed, strict=True)]
        found[name] = {"rounds": rounds, "pooled": _area(mine.ravel(), failed.ravel())}
    return found


def _scores(learner: Learner, round: int, shown: int, trials: Sequence[Trial]) -> list[NDArray[np.float64]]:
    """What each predictor says of the held-out requests with the model of a round."""
    requests = [trial.request for trial in trials]
    manifold, known = learner.planner_of(round).manifold, learner.demonstrations[:shown]
    ends = np.stack([demonstration.q[[0, -1]] for demonstration in known])
    candidates = Candidates(requests, score(manifold, requests), manifold, known, ends)
    return [np.asarray(find_strategy(name)(candidates), dtype=np.float64) for name in PREDICTORS]


def _area(score: NDArray[np.float64], failed: NDArray[np.bool_]) -> float | None:
    found = discrimination(score, failed)
    return None if found is None else round(found.auroc, _DIGITS)
