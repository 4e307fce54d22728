"""How many demonstrations a learning curve needs: to a target, and on the whole.

A run that never reaches its target within its budget is not dropped, which would flatter a strategy, but
*censored*: its count is known to be larger than the budget.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import CensoredData, ecdf

FloatArray = NDArray[np.float64]
_ROUNDING = 1e-9  # 0.9 computed as 27/30 reaches 0.9


def demonstrations_to(demonstrations: ArrayLike, success: ArrayLike, target: float) -> int | None:
    """Demonstrations given at the first evaluation that reaches the target; None if none does.

    Args:
        demonstrations: (R,) given before each evaluation.
        success: (R,) rates in [0, 1].
        target: rate.
    """
    hits = np.flatnonzero(np.asarray(success) >= target - _ROUNDING)
    return int(np.asarray(demonstrations)[hits[0]]) if len(hits) else None


def carried_forward(demonstrations: ArrayLike, success: ArrayLike, counts: ArrayLike) -> FloatArray:
    """Success at other counts of demonstrations: between evaluations linear, after the last one as it was.

    Args:
        demonstrations: (R,) ascending.
        success: (R,) rates.
        counts: (C,) where the curve is wanted.
    """
    return np.interp(
        np.asarray(counts, dtype=np.float64),
        np.asarray(demonstrations),
        np.asarray(success, dtype=np.float64),
    )


def area(demonstrations: ArrayLike, success: ArrayLike, budget: int) -> float:
    """Mean success from the first evaluation to the budget, the last value carried forward, in [0, 1].

    It is the area under the learning curve by the trapezium rule, divided by its width.
    """
    given = np.asarray(demonstrations, dtype=np.float64)
    if budget <= given[0]:
        return float(np.asarray(success, dtype=np.float64)[0])
    counts = np.append(given[given < budget], budget)
    curve = carried_forward(given, success, counts)
    return float(np.trapezoid(curve, counts) / (budget - given[0]))


def median_count(counts: Sequence[int | None], budget: int) -> int | None:
    """Kaplan-Meier median of counts, None standing for 'more than the budget'; None if the median is that.

    Source: Kaplan and Meier 1958, the least count at which at most half of the runs are still on their way.
    """
    reached = [count for count in counts if count is not None]
    if not reached:
        return None
    censored = [budget] * (len(counts) - len(reached))
    survival = ecdf(CensoredData(uncensored=reached, right=censored)).sf
    below = np.flatnonzero(survival.probabilities <= 0.5 + _ROUNDING)
    return int(survival.quantiles[below[0]]) if len(below) else None
