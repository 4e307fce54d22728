from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from surfaces import sphere

from robogeo.errors import GeometryError
from robogeo.geometry import GeodesicGraph, PullbackMetric, select_nodes, stretch_bound

FLAT = PullbackMetric(lambda z: 1.0 * z)


def graphs(metric, points, kept, neighbors, fine_neighbors=8):
    """A graph of all points, and one of the best spread of them."""
    fine = GeodesicGraph.build(metric, points, neighbors=fine_neighbors)
    chosen = fine.nodes[torch.from_numpy(select_nodes(fine.nodes, kept, metric).indices)]
    return fine, GeodesicGraph.build(metric, chosen, neighbors=neighbors), chosen


def stretches(fine, coarse, chosen):
    pairs = np.array(list(itertools.combinations(range(len(chosen)), 2)))
    ends = chosen[torch.from_numpy(pairs[:, 0])], chosen[torch.from_numpy(pairs[:, 1])]
    return (coarse.distances(*ends) / fine.distances(*ends)).numpy()


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), kept=st.integers(60, 150), neighbors=st.integers(25, 80))
def test_no_way_is_longer_than_the_bound(seed, kept, neighbors):
    points = np.random.default_rng(seed).uniform(size=(700, 2))
    fine, coarse, chosen = graphs(FLAT, points, kept, neighbors, fine_neighbors=60)
    found = stretches(fine, coarse, chosen)
    assert found.max() <= stretch_bound(fine, coarse) * (1.0 + 1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_network_decodes_the_same_node_to_other_bits(dtype):
    torch.manual_seed(0)
    layers = [torch.nn.Linear(2, 64), torch.nn.Tanh(), torch.nn.Linear(64, 7)]
    metric = PullbackMetric(torch.nn.Sequential(*layers).to(dtype).requires_grad_(False))
    points = np.random.default_rng(2).uniform(-1, 1, size=(800, 2))
    fine, coarse, chosen = graphs(metric, points, 101, 60)
    assert stretches(fine, coarse, chosen).max() <= stretch_bound(fine, coarse) < 10.0


def test_on_a_sphere_curvature_counts():
    rng = np.random.default_rng(0)
    points = np.stack([rng.uniform(0.4, 2.7, 3000), rng.uniform(0.0, 3.0, 3000)], 1)
    metric = PullbackMetric(sphere)
    fine, coarse, chosen = graphs(metric, points, 250, 150)
    chords = np.linalg.norm(np.diff(coarse.embedded.numpy()[coarse.edges], axis=1)[:, 0], axis=1)
    bound = stretch_bound(fine, coarse)
    assert stretches(fine, coarse, chosen[:60]).max() <= bound < 2.0
    assert bound > (coarse.lengths / chords).max() > 1.0


def test_on_a_line_it_is_what_it_has_to_be():
    line = np.linspace(0.0, 1.0, 65)[:, None]
    fine, coarse, _ = graphs(FLAT, line, 17, 6, fine_neighbors=2)  # every fourth, three on each side
    radius, edge = 2 / 64, fine.lengths.max()
    reach = 4 * 4 / 64  # within it, those at the ends of the line are joined to more
    assert stretch_bound(fine, coarse) == pytest.approx(1 + 2 * radius / (reach - 2 * radius - edge))


def test_all_joined_is_exact_and_few_neighbours_promise_nothing():
    points = np.random.default_rng(1).uniform(size=(300, 2))
    fine, coarse, _ = graphs(FLAT, points, 40, 60)
    assert stretch_bound(fine, coarse) == pytest.approx(1.0)
    fine, coarse, _ = graphs(FLAT, points, 40, 4)
    assert stretch_bound(fine, coarse) == math.inf


def test_what_has_no_bound_is_refused():
    points = np.random.default_rng(1).uniform(size=(50, 2))
    fine = GeodesicGraph.build(FLAT, points)
    with pytest.raises(GeometryError, match="a coarse node is none of the fine graph's"):
        stretch_bound(fine, GeodesicGraph.build(FLAT, points[:20] + 1e-3))
    with pytest.raises(GeometryError, match="of other dimensions"):
        stretch_bound(fine, GeodesicGraph.build(PullbackMetric(sphere), points[:20]))
    with pytest.raises(GeometryError, match="decoded neighbours"):
        stretch_bound(fine, GeodesicGraph.build(FLAT, points[:20], space="latent"))
