"""Rates with honest intervals, and means of measures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.stats import binomtest

from robogeo.evaluation.outcome import Outcome, SecondOpinion

RATES = {
    "success_rate": "success",
    "collision_rate": "collision",
    "limit_violation_rate": "limit_violation",
    "refusal_rate": "refused",
}
MEANS = (
    "goal_error_m",
    "tracking_rmse_rad",
    "min_clearance_m",
    "duration_s",
    "path_length_rad",
    "length_ratio",
    "abruptness",
    "correction_rad",
    "sparc",
    "ldlj",
    "rms_jerk",
    "peak_torque_fraction",
    "tool_length_m",
)

_WORST = 1e6


def summarise(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Rates with 95 % Wilson intervals (``NAME_ci95``), and means over motions that ran, None without any.

    The mean deviation from what was recorded is there where anything was.
    Means of the scene's own measures stand under ``measures``; it is empty where the scene has none, or no
    motion ran.

    Args:
        outcomes: at least one.
    """
    summary: dict[str, Any] = {"requests": len(outcomes)}
    for name, field in RATES.items():
        hits = sum(bool(getattr(outcome, field)) for outcome in outcomes)
        interval = binomtest(hits, len(outcomes)).proportion_ci(method="wilson")
        summary[name] = hits / len(outcomes)
        summary[f"{name}_ci95"] = [float(interval.low), float(interval.high)]
    for name in MEANS:
        values = np.array([getattr(outcome, name) for outcome in outcomes])
        ran = values[~np.isnan(values)]
        # An infinite ratio counts as a very bad one: leaving it out would flatter the mean.
        summary[name] = float(np.clip(ran, -_WORST, _WORST).mean()) if len(ran) else None
    strayed = [o.deviation_rad for o in outcomes if not np.isnan(o.deviation_rad)]
    if strayed:
        summary["deviation_rad"] = float(np.mean(strayed))
    names = sorted({name for outcome in outcomes for name in outcome.measures})
    own = {name: [o.measures[name] for o in outcomes if name in o.measures] for name in names}
    summary["measures"] = {name: float(np.clip(own[name], -_WORST, _WORST).mean()) for name in names}
    opinions = [outcome.second for outcome in outcomes if outcome.second is not None]
    if opinions:
        summary["second_opinion"] = _second_opinion(opinions, outcomes)
    failures = sorted({outcome.failure for outcome in outcomes if outcome.failure})
    summary["failures"] = {name: sum(o.failure == name for o in outcomes) for name in failures}
    return summary


def _second_opinion(opinions: Sequence[SecondOpinion], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Agreement of two engines on motions that ran, and what the second one measured."""
    agreed = sum(opinion.agrees for opinion in opinions)
    interval = binomtest(agreed, len(opinions)).proportion_ci(method="wilson")
    apart = [
        abs(outcome.second.min_clearance_m - outcome.min_clearance_m)
        for outcome in outcomes
        if outcome.second is not None
    ]
    return {
        "motions": len(opinions),
        "agreement_rate": agreed / len(opinions),
        "agreement_rate_ci95": [float(interval.low), float(interval.high)],
        "collision_rate": sum(opinion.collision for opinion in opinions) / len(opinions),
        "tracking_rmse_rad": float(np.mean([opinion.tracking_rmse_rad for opinion in opinions])),
        "goal_error_m": float(np.mean([opinion.goal_error_m for opinion in opinions])),
        "largest_clearance_difference_m": float(max(apart)),
        "peak_torque_fraction": float(np.mean([opinion.peak_torque_fraction for opinion in opinions])),
    }
