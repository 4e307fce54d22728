from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from surfaces import sphere

from robogeo.errors import GeometryError
from robogeo.geometry import GeodesicGraph, PullbackMetric, Support, infill_nodes, select_nodes
from robogeo.geometry.node_selection import farthest_points

FLAT = PullbackMetric(lambda z: 1.0 * z)


def cover(points, chosen):
    return np.linalg.norm(points[:, None] - points[chosen][None], axis=2).min(axis=1).max()


def test_points_on_a_line():
    line = np.linspace(0.0, 1.0, 65)[:, None]
    found = select_nodes(line, 5)
    assert sorted(line[found.indices, 0]) == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert found.radius == pytest.approx(0.125)


def test_points_on_a_circle():
    angle = 2 * np.pi * np.arange(64) / 64
    circle = np.stack([np.cos(angle), np.sin(angle)], 1)
    found = select_nodes(circle, 8)
    assert len(set(np.diff(np.sort(found.indices)))) == 1
    assert found.radius == pytest.approx(2 * np.sin(2 * np.pi / 64 * 4 / 2))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), d=st.integers(1, 4), k=st.integers(1, 30))
def test_equals_the_plain_algorithm_and_covers(seed, d, k):
    points = np.random.default_rng(seed).normal(size=(60, d))
    found = select_nodes(points, k)
    chosen = [int(np.linalg.norm(points - points.mean(axis=0), axis=1).argmin())]
    while len(chosen) < k:
        chosen.append(int(np.linalg.norm(points[:, None] - points[chosen], axis=2).min(axis=1).argmax()))
    np.testing.assert_array_equal(found.indices, chosen)
    assert found.radius == pytest.approx(cover(points, chosen), rel=1e-12, abs=1e-15)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), k=st.integers(1, 4))
def test_radius_is_at_most_twice_the_best(seed, k):
    points = np.random.default_rng(seed).normal(size=(11, 2))
    best = min(cover(points, list(chosen)) for chosen in itertools.combinations(range(11), k))
    assert best * (1 - 1e-12) <= select_nodes(points, k).radius <= 2 * best * (1 + 1e-12)


def test_repetitions_and_few_points():
    points = np.array([[0.0, 0], [1, 0], [0, 0], [1, 0]])
    found = select_nodes(points, 10)
    assert len(found.indices) == 2 and found.radius == 0.0


def test_decoded_space_decides():
    points = np.array([[0.0, 0], [0, 5], [1, 0], [-1, 0]])
    squashed = PullbackMetric(lambda z: z * torch.tensor([1.0, 1e-3], dtype=z.dtype))
    assert set(select_nodes(points, 3).indices) >= {1}
    assert set(select_nodes(points, 3, squashed).indices) >= {2, 3}


def test_given_centres_are_continued():
    line = np.linspace(0.0, 1.0, 65)[:, None]
    found = farthest_points(line, 10, given=np.array([[0.0]]), radius=0.25)
    np.testing.assert_allclose(line[found.indices, 0], [1.0, 0.5])
    assert found.radius == 0.25


def test_infill_closes_a_supported_gap_evenly():
    data = np.stack([np.linspace(0, 10, 401), np.zeros(401)], 1)
    nodes = data[(data[:, 0] <= 3) | (data[:, 0] >= 7)][::20]
    support = Support(data, 0.05, 1.0)
    gap = np.diff(np.sort(nodes[:, 0])).max()
    added = infill_nodes(nodes, 50, FLAT, support, spacing=1.0, neighbors=1)
    assert added.shape[1] == 2 and float(added[:, 1].abs().max()) == 0.0
    together = np.sort(np.concatenate([nodes[:, 0], added[:, 0].numpy()]))
    assert gap > 3.5 and np.diff(together).max() <= 1.0 + 1e-9
    assert np.diff(together).min() >= 0.5 - 1e-9
    assert torch.equal(added, infill_nodes(nodes, 50, FLAT, support, spacing=1.0, neighbors=1))
    assert len(infill_nodes(nodes, 1, FLAT, support, spacing=1.0, neighbors=1)) == 1


def test_infill_does_not_leave_the_data():
    nodes = np.stack([np.r_[0:3:0.5, 7:10:0.5], np.zeros(12)], 1)
    assert len(infill_nodes(nodes, 50, FLAT, Support(nodes, 0.3, 1.0), spacing=1.0)) == 0


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), most=st.integers(0, 40))
def test_infill_is_bounded_supported_and_apart(seed, most):
    rng = np.random.default_rng(seed)
    data = rng.normal(size=(300, 2))
    nodes, metric = data[:40], PullbackMetric(sphere, support=Support(data, 0.3, 1.0))
    added = infill_nodes(nodes, most, metric, lack=0.3, spacing=0.3, neighbors=5)
    assert len(added) <= most
    if len(added):
        assert float(metric.support.lack(added).max()) <= 0.3
        all_points = metric.embed(torch.cat([torch.from_numpy(nodes), added])).numpy()
        apart = np.linalg.norm(all_points[40:, None] - all_points[None], axis=2)
        apart[np.arange(len(added)), 40 + np.arange(len(added))] = np.inf
        assert apart.min() >= 0.15 - 1e-9


def test_infill_shortens_paths_of_a_sparse_graph():
    rng = np.random.default_rng(0)
    data = rng.normal(size=(2000, 2))
    metric = PullbackMetric(sphere)
    nodes = data[select_nodes(data, 80, metric).indices]
    added = infill_nodes(nodes, 200, metric, Support(data, 0.1, 1.0), spacing=0.15)
    assert 0 < len(added) <= 200
    a, b = data[:200], data[200:400]
    sparse, dense = (GeodesicGraph.build(metric, part) for part in (nodes, np.concatenate([nodes, added])))
    assert float(dense.distances(a, b).mean()) < float(sparse.distances(a, b).mean())


def test_bad_arguments():
    with pytest.raises(GeometryError, match="count"):
        select_nodes(np.zeros((3, 2)), 0)
    with pytest.raises(GeometryError, match="nodes"):
        select_nodes(np.zeros((0, 2)), 3)
    with pytest.raises(GeometryError, match="support"):
        infill_nodes(np.eye(2), 3, FLAT)
    support = Support(np.eye(2), 1.0, 1.0)
    for bad in ({"lack": 2.0}, {"neighbors": 0}, {"spacing": 0.0}):
        with pytest.raises(GeometryError, match="infill"):
            infill_nodes(np.eye(2), 3, FLAT, support, **bad)
    with pytest.raises(GeometryError, match="infill"):
        infill_nodes(np.ones((2, 2)), 3, FLAT, support)
