from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import cdist

from robogeo.geometry.neighbors import SMALL, bridge_edges, component_labels, nearest_edges

NONE = np.zeros((0, 2), dtype=np.int64)


def brute_force(positions, edges):
    """Weight of the minimum spanning tree of components under all pairwise distances."""
    labels = component_labels(edges, len(positions))
    distance, count = cdist(positions, positions), int(labels.max()) + 1
    between = np.zeros((count, count))
    for a in range(count):
        for b in range(a):
            between[a, b] = distance[np.ix_(labels == a, labels == b)].min() + 1.0  # zeros would be no edges
    return minimum_spanning_tree(between).sum() - (count - 1), count


def check(positions, edges):
    bridges = bridge_edges(positions, edges)
    total, count = brute_force(positions, edges)
    assert len(bridges) == count - 1
    assert not component_labels(np.concatenate([edges, bridges]), len(positions)).any()
    lengths = np.linalg.norm(positions[bridges[:, 0]] - positions[bridges[:, 1]], axis=1)
    assert lengths.sum() == pytest.approx(total, rel=1e-9, abs=1e-9)
    assert (bridges[:, 0] < bridges[:, 1]).all()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), d=st.integers(1, 5), k=st.integers(1, 3), n=st.integers(2, 120))
def test_bridges_are_a_minimum_spanning_tree_of_the_components(seed, d, k, n):
    positions = np.random.default_rng(seed).normal(size=(n, d))
    check(positions, nearest_edges(positions, k))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), clusters=st.integers(2, 6), size=st.integers(SMALL - 4, SMALL + 40))
def test_wide_components_far_apart_and_interleaved(seed, clusters, size):
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(clusters, 3)) * rng.choice([0.1, 1.0, 20.0])
    positions = (centres[:, None] + 0.3 * rng.normal(size=(clusters, size, 3))).reshape(-1, 3)
    path = np.arange(clusters * size).reshape(clusters, size)
    check(positions, np.stack([path[:, :-1].ravel(), path[:, 1:].ravel()], 1))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_equal_lengths_close_no_circle(seed):
    rng = np.random.default_rng(seed)
    lattice = np.stack(np.meshgrid(np.arange(6.0), np.arange(6.0)), -1).reshape(-1, 2)
    positions = lattice[rng.integers(0, 36, size=50)]  # repetitions too
    check(positions, NONE)
    check(positions, nearest_edges(positions, 1))


def test_many_coinciding_points_crowd_nobody_out():
    positions = np.concatenate([np.zeros((40, 2)), np.ones((45, 2)), [[3.0, 3.0]]])
    edges = np.stack([np.arange(85), np.arange(1, 86)], 1)
    edges = edges[(edges[:, 1] != 40) & (edges[:, 1] != 85)]
    check(positions, edges)
    assert {tuple(labels) for labels in component_labels(edges, 86)[bridge_edges(positions, edges)]} == {
        (0, 1),
        (1, 2),
    }


def test_nothing_to_join():
    positions = np.random.default_rng(0).normal(size=(30, 2))
    assert bridge_edges(positions, nearest_edges(positions, 29)).shape == (0, 2)
    assert bridge_edges(positions[:1], NONE).shape == (0, 2)
