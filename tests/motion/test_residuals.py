from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from robogeo.motion.residuals import Residuals

RNG = np.random.default_rng(0)
CODES = RNG.normal(size=(200, 2))


@given(st.floats(0.01, 10.0), st.integers(1, 200))
def test_a_constant_residual_is_found_everywhere(width: float, count: int) -> None:
    residuals = np.tile([0.3, -0.1, 0.0], (count, 1))
    at = 3.0 * RNG.normal(size=(20, 2))
    np.testing.assert_allclose(Residuals(CODES[:count], residuals, width).at(at), residuals[[0] * 20])


def test_a_narrow_width_gives_back_the_residuals_themselves() -> None:
    residuals = RNG.normal(size=(200, 4))
    np.testing.assert_allclose(Residuals(CODES, residuals, 1e-6).at(CODES), residuals)


def test_residuals_that_change_slowly_are_interpolated() -> None:
    grid = np.stack(np.meshgrid(*[np.linspace(-1.0, 1.0, 41)] * 2), axis=-1).reshape(-1, 2)
    residuals = grid @ np.array([[0.5, 0.0], [0.2, 1.0]])
    inside = RNG.uniform(-0.8, 0.8, size=(100, 2))
    found = Residuals(grid, residuals, 0.05).at(inside)
    np.testing.assert_allclose(found, inside @ np.array([[0.5, 0.0], [0.2, 1.0]]), atol=0.02)


def test_far_from_all_codes_the_nearest_counts_alone() -> None:
    residuals = np.array([[1.0], [-1.0]])
    far = Residuals(np.array([[0.0, 0.0], [1.0, 0.0]]), residuals, 0.1).at(
        np.array([[-1e6, 0.0], [1e6, 5.0]])
    )
    np.testing.assert_allclose(far, residuals)
