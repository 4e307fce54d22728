from __future__ import annotations

import numpy as np

from robogeo.motion.relevance import relevance_factors

LINES = np.array([[[x, y] for x in np.linspace(0.0, 1.0, 11)] for y in (0.0, 0.1, 2.0)]).reshape(-1, 2)
GROUPS = np.repeat([0, 1, 2], 11)


def test_a_demonstration_through_both_ends_costs_nothing_more() -> None:
    factors = relevance_factors(LINES, GROUPS, LINES[2], LINES[9])
    assert (factors[GROUPS == 0] == 1.0).all()
    np.testing.assert_allclose(factors[GROUPS == 1], 1.0 + 3.0 * 0.2 / 0.25)
    np.testing.assert_allclose(factors[GROUPS == 2], 4.0)


def test_direction_does_not_matter() -> None:
    ends = np.array([[0.0, 0.03], [0.9, 0.06]])
    there, back = (relevance_factors(LINES, GROUPS, *pair) for pair in (ends, ends[::-1]))
    np.testing.assert_allclose(there, back)


def test_where_none_came_near_both_ends_all_cost_the_same() -> None:
    factors = relevance_factors(LINES, GROUPS, np.array([0.0, 0.05]), np.array([1.0, 1.5]))
    assert np.ptp(factors) == 0.0
