from __future__ import annotations

import numpy as np
import pytest

from robogeo.errors import InputError
from robogeo.report import Projection


def test_two_dimensions_are_only_shifted() -> None:
    nodes = np.array([[0.0, 5.0], [2.0, 1.0], [4.0, 3.0]])
    projection = Projection.fit(nodes)
    np.testing.assert_allclose(projection.project(nodes), nodes - [2.0, 3.0])
    np.testing.assert_allclose(projection.lift(projection.project(nodes)), nodes)
    assert projection.explained == pytest.approx(1.0)


def test_lift_returns_each_node_and_project_undoes_lift(make_view) -> None:
    nodes = make_view().nodes
    projection = Projection.fit(nodes)
    np.testing.assert_allclose(projection.lift(projection.plane_nodes), nodes, atol=1e-6)
    anywhere = np.random.default_rng(0).uniform(-3.0, 3.0, (700, 2))
    np.testing.assert_allclose(projection.project(projection.lift(anywhere)), anywhere, atol=1e-9)


def test_lift_follows_the_sheet_and_not_the_flat_slice() -> None:
    x, y = np.meshgrid(np.linspace(-1.0, 1.0, 21), np.linspace(-1.0, 1.0, 21))
    bend = lambda a: 0.3 * np.cos(3.0 * a)  # noqa: E731
    nodes = np.stack([3.0 * x, 2.0 * y, bend(x)], axis=-1).reshape(-1, 3)
    projection = Projection.fit(nodes)
    truth = np.stack([3.0 * 0.33 * np.ones(5), np.linspace(-1.5, 1.5, 5), bend(0.33 * np.ones(5))], axis=-1)
    shadow = projection.project(truth)
    flat = projection.mean + shadow @ projection.axes
    lifted = projection.lift(shadow)
    assert np.abs(lifted - truth).max() < 0.2 * np.abs(flat - truth).max()


def test_axes_are_orthonormal_and_do_not_flip() -> None:
    nodes = np.random.default_rng(1).normal(size=(60, 5)) * [1.0, 4.0, 0.1, 2.0, 0.3]
    projection, mirrored = Projection.fit(nodes), Projection.fit(-nodes)
    np.testing.assert_allclose(projection.axes @ projection.axes.T, np.eye(2), atol=1e-12)
    np.testing.assert_allclose(projection.axes, mirrored.axes, atol=1e-9)
    assert np.argmax(np.abs(projection.axes), axis=1).tolist() == [1, 3]
    assert 0.9 < projection.explained < 1.0


def test_fewer_nodes_than_neighbors_and_coinciding_nodes() -> None:
    projection = Projection.fit(np.zeros((3, 4)))
    np.testing.assert_allclose(projection.lift(np.array([[1.0, 2.0]])), [projection.axes.T @ [1.0, 2.0]])
    assert projection.lift(np.zeros((0, 2))).shape == (0, 4)


@pytest.mark.parametrize("nodes", [np.zeros((4, 1)), np.zeros((0, 3)), np.zeros(4), np.full((3, 3), np.nan)])
def test_unusable_nodes_are_refused(nodes: np.ndarray) -> None:
    with pytest.raises(InputError, match="latent map: nodes"):
        Projection.fit(nodes)
