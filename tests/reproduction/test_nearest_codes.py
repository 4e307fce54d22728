"""Nearest codes: along the graph against a full search, and against latent distance where they must agree."""

from __future__ import annotations

import numpy as np
import torch

from robogeo.geometry import GeodesicGraph, PullbackMetric
from robogeo.reproduction.clothes.nearest_codes import (
    majority,
    nearest_along_graph,
    nearest_by_latent_distance,
)


def flat(z):
    return torch.cat([z, torch.zeros_like(z)], dim=-1)


def wall(z):
    """A plane with a steep ridge along the second axis."""
    return torch.cat([z, 5.0 * torch.tanh(20.0 * z[..., :1])], dim=-1)


def codes(count, seed):
    return torch.from_numpy(np.random.default_rng(seed).uniform(-1, 1, size=(count, 2)))


def test_a_flat_metric_gives_the_nearest_by_latent_distance():
    metric, points = PullbackMetric(flat), codes(30, 1)
    graph = GeodesicGraph.build(metric, codes(400, 0), 12, "latent")
    found = nearest_along_graph(graph, metric, points, 5)
    assert (found == nearest_by_latent_distance(graph.nodes, points, 5)).mean() > 0.98


def test_agrees_with_the_graphs_own_distances():
    metric, points = PullbackMetric(wall), codes(8, 1)
    graph = GeodesicGraph.build(metric, codes(150, 0), 6, "latent")
    found = nearest_along_graph(graph, metric, points, 6)
    for point, nearest in zip(points, found, strict=True):
        own = graph.distances(point.expand(len(graph.nodes), 2), graph.nodes).numpy()
        np.testing.assert_allclose(own[nearest], np.sort(own)[:6])


def test_does_not_see_across_a_ridge():
    metric = PullbackMetric(wall)
    graph = GeodesicGraph.build(metric, codes(400, 0), 8, "latent")
    points = torch.tensor([[0.12, y] for y in np.linspace(-0.8, 0.8, 20)], dtype=torch.float64)
    along = graph.nodes.numpy()[nearest_along_graph(graph, metric, points, 8), 0]
    straight = graph.nodes.numpy()[nearest_by_latent_distance(graph.nodes, points, 8), 0]
    assert (along < 0).mean() < 0.5 * (straight < 0).mean()


def test_majority_takes_the_smallest_of_equals():
    assert majority(np.array([[2, 2, 1], [0, 1, 2], [3, 1, 3]])).tolist() == [2, 0, 3]
