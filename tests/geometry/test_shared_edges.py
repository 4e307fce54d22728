"""Edges measured elsewhere: in other processes, or in pieces of another size."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from surfaces import sphere

from robogeo.geometry import (
    ExpectedMetric,
    GeodesicGraph,
    Metric,
    PullbackMetric,
    SmoothedMetric,
    Support,
    edges,
)
from robogeo.geometry.lengths import TOLERANCE
from robogeo.models import IWAE, ModelConfig
from robogeo.parallel import WorkError, Workers

NODES = np.random.default_rng(0).normal(size=(300, 2))


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(2) as workers:
        workers.warm_up("robogeo.geometry", "robogeo.models")
        yield workers


def chain() -> torch.nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return torch.nn.Sequential(torch.nn.Linear(2, 32), torch.nn.Tanh(), torch.nn.Linear(32, 5))


def ensemble() -> Metric:
    model = IWAE(
        4,
        ModelConfig(latent_dim=2, heads=3, noise="local"),
        np.zeros(4),
        np.ones(4),
        torch.Generator().manual_seed(0),
    )
    return ExpectedMetric(model.decode_heads, model.noise, Support(NODES, 0.2, 3.0))


METRICS = {
    "function": lambda: PullbackMetric(sphere),
    "closed form": lambda: PullbackMetric(chain(), Support(NODES, 0.2, 3.0)),
    "ensemble": ensemble,
    "smoothed": lambda: SmoothedMetric(chain(), 0.1),
}


@pytest.mark.parametrize("name", METRICS)
def test_edges_measured_in_processes_are_the_same_to_the_bit(
    name: str, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = GeodesicGraph.build(METRICS[name](), NODES, 5)
    monkeypatch.setattr(edges, "EDGE_CHUNK", 256)
    here = GeodesicGraph.build(METRICS[name](), NODES, 5)
    metric = METRICS[name]()
    there = GeodesicGraph.build(metric, NODES, 5, mapped=workers.map)
    assert len(there.edges) > 3 * 256
    assert there.lengths.tobytes() == here.lengths.tobytes()
    # Pieces of another size may be rounded otherwise, where the kernels of linear algebra are such.
    np.testing.assert_allclose(there.lengths, whole.lengths, rtol=0.1 * TOLERANCE)
    assert there.metric is metric


def test_the_network_is_left_where_it_is(workers: Workers) -> None:
    net = chain()
    GeodesicGraph.build(PullbackMetric(net), NODES, 5, mapped=workers.map)
    assert not any(parameter.is_shared() for parameter in net.parameters())


def test_a_metric_that_cannot_travel_is_refused_in_one_line(workers: Workers) -> None:
    with pytest.raises(
        WorkError, match=r"^work item 0: cannot be sent to another process \(.*; give what can be"
    ):
        GeodesicGraph.build(PullbackMetric(lambda z: 2.0 * z), NODES, 5, mapped=workers.map)
