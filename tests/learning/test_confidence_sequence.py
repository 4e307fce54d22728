from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from robogeo.errors import InputError
from robogeo.learning.confidence_sequence import log_capital, lower_bound, upper_bound

counts = st.integers(0, 60)


@given(counts, counts, st.floats(0.02, 0.98))
def test_the_capital_is_the_mixture_of_all_stakes(s: int, f: int, rate: float) -> None:
    capital, _ = quad(lambda u: (1 + u * (1 - rate) / rate) ** s * (1 - u) ** f, 0.0, 1.0, epsabs=0.0)
    assert float(log_capital(s, f, rate)) == pytest.approx(np.log(capital), abs=1e-6)


@given(counts, counts, st.floats(0.02, 0.98))
def test_a_fair_game_gives_nothing_on_average(s: int, f: int, rate: float) -> None:
    now, won, lost = (float(np.exp(log_capital(*at, rate))) for at in ((s, f), (s + 1, f), (s, f + 1)))
    assert rate * won + (1 - rate) * lost == pytest.approx(now, rel=1e-9)


@given(counts, counts, st.sampled_from([0.01, 0.05, 0.2]))
def test_bounds_enclose_the_share_and_are_where_the_capital_is_enough(s: int, f: int, alpha: float) -> None:
    low, high = lower_bound(s, f, alpha), upper_bound(s, f, alpha)
    assert 0.0 <= low <= (s / (s + f) if s + f else 0.5) <= high <= 1.0
    if low > 0.0:
        assert float(log_capital(s, f, low)) == pytest.approx(-np.log(alpha), abs=1e-6)
    rates = np.linspace(0.01, 0.99, 50)
    assert (np.diff(log_capital(s, f, rates)) <= 1e-12).all()  # one bound: it falls with the rate


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_looking_after_every_trial_misses_at_most_alpha(rate: float) -> None:
    paths, trials, alpha = 3000, 250, 0.1
    hits = np.random.default_rng(7).random((paths, trials)) < rate
    successes = hits.cumsum(axis=1)
    s, n = np.arange(trials + 1), np.arange(1, trials + 1)
    enough = log_capital(s, np.maximum(n[:, None] - s, 0), rate) >= -np.log(alpha)  # by trials, successes
    ever = enough[n - 1, successes].any(axis=1)
    error = np.sqrt(alpha * (1 - alpha) / paths)
    assert 0.01 < ever.mean() <= alpha + 3 * error
    # The same looks at a fixed-sample 90 % interval (normal) miss far more often: that is what it is for.
    n = np.arange(10, trials + 1)
    share = successes[:, 9:] / n
    fixed = share - 1.2816 * np.sqrt(np.maximum(share * (1 - share), 1e-9) / n) > rate
    assert fixed.any(axis=1).mean() > 2 * alpha


def test_all_paths_of_a_short_game_together_miss_at_most_alpha() -> None:
    # Exact, without chance: the probability of every path on which the capital ever suffices.
    rate, alpha = 0.7, 0.1
    alive = {(0, 0): 1.0}
    missed = 0.0
    for _ in range(60):
        following: dict[tuple[int, int], float] = {}
        for (s, f), weight in alive.items():
            for at, chance in (((s + 1, f), rate), ((s, f + 1), 1 - rate)):
                if float(log_capital(*at, rate)) >= -np.log(alpha):
                    missed += weight * chance
                else:
                    following[at] = following.get(at, 0.0) + weight * chance
        alive = following
    assert 0.0 < missed <= alpha


def test_enough_successes_prove_a_high_rate() -> None:
    assert lower_bound(100, 0, 0.05) > 0.95 > lower_bound(10, 0, 0.05)
    assert lower_bound(0, 5, 0.05) == 0.0 and upper_bound(5, 0, 0.05) == 1.0


@pytest.mark.parametrize(("s", "f", "alpha"), [(-1, 0, 0.1), (0, -1, 0.1), (1, 1, 0.0), (1, 1, 1.0)])
def test_impossible_counts_are_told(s: int, f: int, alpha: float) -> None:
    with pytest.raises(InputError, match="confidence sequence: "):
        lower_bound(s, f, alpha)
