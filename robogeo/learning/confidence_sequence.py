"""Bounds of a success rate that may be looked at after every trial, and acted upon at any time.

A fixed-sample interval looked at again and again is wrong in the end with certainty. Here a gambler bets
against every rate p below the bound (Waudby-Smith and Ramdas, JRSS-B 2024, section 4): staking the share
u / p of the capital on the next trial multiplies it by 1 + u (1 - p) / p after a success and by 1 - u after a
failure. If each trial's chance of success, given those before, is at most p, the capital is a nonnegative
supermartingale that starts at 1, and by Ville's inequality it ever reaches 1 / alpha with probability at most
alpha. Mixing over u in [0, 1] evenly keeps that and has a closed form, Robbins' beta mixture (Howard et al.,
Annals of Statistics 2021, section 3):

    capital(p) = integral_0^1 (1 + u (1 - p) / p)^s (1 - u)^f du,    s successes, f failures.

It falls with p, since (1 - p) / p does, so all rates that are refuted lie below one bound.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import betaincc, betaln

from robogeo.errors import InputError

FloatArray = NDArray[np.float64]


def log_capital(successes: ArrayLike, failures: ArrayLike, rate: ArrayLike) -> FloatArray:
    """Logarithm of the capital won against "the rate is at most ``rate``" after so many trials.

    Args:
        successes: so far, >= 0; all three may be arrays that broadcast.
        failures: so far, >= 0.
        rate: in (0, 1).
    """
    s, f, p = (np.asarray(value, dtype=np.float64) for value in (successes, failures, rate))
    # With theta = p + u (1 - p) the integral is an incomplete beta function.
    with np.errstate(divide="ignore"):  # a capital of nothing is a logarithm of -inf
        above = np.log(betaincc(s + 1.0, f + 1.0, p)) + betaln(s + 1.0, f + 1.0)
    return np.asarray(above - s * np.log(p) - (f + 1.0) * np.log1p(-p))


def lower_bound(successes: int, failures: int, alpha: float) -> float:
    """Rate below which the true one lies with probability at most ``alpha``, however often this is looked at.

    Args:
        successes: so far, >= 0.
        failures: so far, >= 0.
        alpha: in (0, 1).

    Raises:
        InputError: counts or alpha out of range.
    """
    if min(successes, failures) < 0 or not 0.0 < alpha < 1.0:
        raise InputError(
            f"confidence sequence: {successes} successes, {failures} failures, alpha {alpha}: "
            "expected counts >= 0 and alpha between 0 and 1"
        )
    if successes == 0:
        return 0.0
    wanted = -np.log(alpha)
    low, high = 1e-12, 1.0 - 1e-12

    def missing(rate: float) -> float:
        return float(log_capital(successes, failures, rate)) - wanted

    if missing(low) <= 0.0:
        return 0.0
    return float(brentq(missing, low, high)) if missing(high) < 0.0 else high


def upper_bound(successes: int, failures: int, alpha: float) -> float:
    """Rate above which the true one lies with probability at most ``alpha``: a failure rate's lower bound."""
    return 1.0 - lower_bound(failures, successes, alpha)
