from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from surfaces import ensemble, sphere

from robogeo.geometry import ExpectedMetric, PullbackMetric, Support
from robogeo.geometry.banded import solve_block_tridiagonal
from robogeo.geometry.energy import evaluate, gauss_newton


def test_steps_of_some_curves_leave_the_others_as_they_are():
    rng = np.random.default_rng(0)
    metric = PullbackMetric(sphere, Support(rng.normal(size=(40, 2)), 0.4, 3.0))
    mine, other = (evaluate(metric, rng.normal(size=(3, 5, 2))) for _ in range(2))
    before = mine.select(np.arange(3))
    mine.put(np.array([True, False, True]), other)
    for part in fields(mine):
        now, was, new = (getattr(curves, part.name) for curves in (mine, before, other))
        np.testing.assert_array_equal(now[[0, 2]], new[[0, 2]])
        np.testing.assert_array_equal(now[1], was[1])


@pytest.mark.parametrize("supported", [False, True])
def test_the_model_of_the_energy_is_that_of_its_residuals(supported):
    rng = np.random.default_rng(0)
    metric = ExpectedMetric(
        ensemble(0), None, Support(rng.normal(size=(30, 3)), 0.7, 2.0) if supported else None
    )
    z = rng.normal(size=(1, 5, 3))

    def residuals(inner):
        curves = evaluate(metric, np.concatenate([z[:, :1], inner.reshape(1, 3, 3), z[:, -1:]], axis=1))
        steps = [np.diff(curves.x, axis=1)]
        if curves.cost is not None:
            mean = 0.5 * (curves.cost[:, 1:] + curves.cost[:, :-1])
            steps.append(mean[..., None] * np.diff(curves.z, axis=1))
        return np.concatenate([part.ravel() for part in steps])

    inner, step = z[:, 1:-1].ravel(), 1e-6
    columns = [(residuals(inner + step * e) - residuals(inner - step * e)) / (2 * step) for e in np.eye(9)]
    jacobian = np.stack(columns, axis=1)
    expected, model = jacobian.T @ jacobian, gauss_newton(evaluate(metric, z))
    np.testing.assert_allclose(model.gradient.ravel(), jacobian.T @ residuals(inner), rtol=1e-5, atol=1e-7)
    for node in range(3):
        block = expected[3 * node : 3 * node + 3]
        np.testing.assert_allclose(
            model.diagonal[0, node], block[:, 3 * node : 3 * node + 3], rtol=1e-5, atol=1e-7
        )
        if node < 2:
            beside = block[:, 3 * node + 3 : 3 * node + 6]
            np.testing.assert_allclose(model.upper[0, node], beside, rtol=1e-5, atol=1e-7)
    assert all(part.dtype == np.float64 for part in (model.gradient, model.diagonal, model.upper))


def test_gradient_of_energy_against_finite_differences():
    rng = np.random.default_rng(2)
    metric = ExpectedMetric(ensemble(4), None, Support(rng.normal(size=(20, 3)), 0.8, 2.0))
    z = rng.normal(size=(2, 6, 3))
    gradient = 2 * gauss_newton(evaluate(metric, z)).gradient
    for lane, node, axis in [(0, 1, 0), (1, 3, 2), (0, 4, 1)]:
        shift = np.zeros_like(z)
        shift[lane, node, axis] = 1e-6
        rise = (evaluate(metric, z + shift).energy - evaluate(metric, z - shift).energy)[lane] / 2e-6
        assert gradient[lane, node - 1, axis] == pytest.approx(rise, rel=1e-5, abs=1e-7)


def test_block_tridiagonal_solver_against_dense():
    rng = np.random.default_rng(3)
    upper = rng.normal(size=(2, 4, 3, 3))
    diagonal = rng.normal(size=(2, 5, 3, 3))
    diagonal = diagonal + np.swapaxes(diagonal, 2, 3) + 20 * np.eye(3)
    right = rng.normal(size=(2, 5, 3))
    found = solve_block_tridiagonal(diagonal, upper, right)
    for lane in range(2):
        dense = np.zeros((15, 15))
        for i in range(5):
            dense[3 * i : 3 * i + 3, 3 * i : 3 * i + 3] = diagonal[lane, i]
        for i in range(4):
            dense[3 * i : 3 * i + 3, 3 * i + 3 : 3 * i + 6] = upper[lane, i]
            dense[3 * i + 3 : 3 * i + 6, 3 * i : 3 * i + 3] = upper[lane, i].T
        np.testing.assert_allclose(
            found[lane].ravel(), np.linalg.solve(dense, right[lane].ravel()), rtol=1e-9
        )
