"""The compiled tanh against numpy's in double precision."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from robogeo.tanh_kernel import activate_tanh, times_tanh_slope

SINGLE = st.floats(-(2.0**100), 2.0**100, width=32)


@settings(deadline=None)
@given(arrays(np.float32, (2, 5, 3), elements=SINGLE), arrays(np.float32, (2, 1, 3), elements=SINGLE))
def test_it_is_tanh_of_the_sum(values: np.ndarray, bias: np.ndarray) -> None:
    wanted = np.tanh((values + bias).astype(np.float64))
    activate_tanh(values, bias)
    np.testing.assert_allclose(values, wanted, atol=4e-7)


def test_it_is_odd_monotonic_to_rounding_and_within_one() -> None:
    values = np.linspace(-10, 10, 100_001, dtype=np.float32)[None, None]
    found, mirrored = values.copy(), -values
    for each in (found, mirrored):
        activate_tanh(each, np.zeros_like(each))
    np.testing.assert_array_equal(found, -mirrored)
    assert np.abs(found).max() <= 1.0
    assert np.diff(found).min() >= -6e-7


def test_a_number_has_the_same_bits_wherever_it_stands() -> None:
    values = np.random.default_rng(0).standard_normal((1, 1, 37)).astype(np.float32)
    alone = [values[..., k : k + 1].copy() for k in range(37)]
    for each in (values, *alone):
        activate_tanh(each, np.zeros_like(each))
    np.testing.assert_array_equal(values, np.concatenate(alone, axis=2))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_is_not_finite_is_not_hidden(dtype: type) -> None:
    values = np.array([[[np.nan, np.inf, -np.inf]]], dtype)
    activate_tanh(values, np.zeros_like(values))
    np.testing.assert_array_equal(values, [[[np.nan, 1.0, -1.0]]])


def test_other_types_and_layouts_are_served() -> None:
    wide = np.random.default_rng(1).standard_normal((2, 4, 6)).astype(np.float32)
    strided, double = wide[:, :, ::2], wide.astype(np.float64)
    wanted = np.tanh(double + 0.5)
    activate_tanh(strided, np.full((2, 1, 3), 0.5, np.float32))
    np.testing.assert_allclose(strided, wanted[:, :, ::2], atol=4e-7)
    activate_tanh(double, np.full((2, 1, 6), 0.5))
    np.testing.assert_array_equal(double, wanted)


def test_the_slope_is_that_of_tanh() -> None:
    values = np.tanh(np.linspace(-3, 3, 24).reshape(2, 4, 3)).astype(np.float32)
    pull = np.full_like(values, 2.0)
    times_tanh_slope(pull, values)
    np.testing.assert_allclose(pull, 2.0 * (1.0 - values.astype(np.float64) ** 2), atol=1e-6)
