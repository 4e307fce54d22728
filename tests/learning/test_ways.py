from __future__ import annotations

from dataclasses import fields
from itertools import pairwise

import numpy as np
import pytest
import torch

from robogeo.data.demonstrations import observations
from robogeo.geometry import polyline_length
from robogeo.learning.strategy_check import made_up_candidates
from robogeo.learning.ways import WayFacts, facts_along
from robogeo.motion.manifold import GeometryOptions, Manifold


@pytest.fixture(scope="module")
def manifold() -> Manifold:
    return made_up_candidates().manifold


def densely(manifold: Manifold, codes: torch.Tensor) -> dict[str, float]:
    """The facts of one way through codes (n, d) by brute force: 400 points a segment."""
    t = torch.linspace(0, 1, 401, dtype=torch.float64)[:, None]
    z = torch.cat([a + t * (b - a) for a, b in pairwise(codes)]).float()
    heads = manifold.heads(z.numpy())
    steps = np.append(np.linalg.norm(np.diff(heads.mean(axis=1), axis=0), axis=1), 0.0)
    lack = manifold.support.lack(z).numpy()
    latent = np.append(np.linalg.norm(np.diff(z.numpy(), axis=0), axis=1), 0.0)
    spread = np.sqrt(heads.var(axis=1).sum(axis=1))
    magnification = manifold.decoder_metric.log_magnification_factor(z).numpy()
    return {
        "length": steps.sum(),
        "unsupported": (lack * steps).sum(),
        "disagreement": (spread * latent).sum() / latent.sum(),
        "magnification": (magnification * latent).sum() / latent.sum(),
    }


def test_facts_are_those_of_many_points(manifold: Manifold) -> None:
    nodes = manifold.graph.nodes
    off = torch.tensor([[0.05, -0.02], [-0.1, 0.3]])
    points, way = torch.cat([nodes, off]), np.array([len(nodes), 3, 17, 9, len(nodes) + 1])
    facts = facts_along(manifold, points, [way])
    for name, value in densely(manifold, points[torch.from_numpy(way)].double()).items():
        assert getattr(facts, name)[0] == pytest.approx(value, rel=0.02), name
    assert facts.noise[0] == pytest.approx(float(manifold.model.noise(off[:1]).detach().norm()))


def test_many_ways_at_once_are_as_one_by_one_and_direction_does_not_matter(manifold: Manifold) -> None:
    rng = np.random.default_rng(0)
    ways = [rng.integers(0, 20, size) for size in (2, 5, 3, 9)]
    nodes = manifold.graph.nodes
    together = facts_along(manifold, nodes, ways)
    reverse = facts_along(manifold, nodes, [way[::-1] for way in ways])
    for field in fields(WayFacts):
        alone = [getattr(facts_along(manifold, nodes, [way]), field.name)[0] for way in ways]
        np.testing.assert_allclose(getattr(together, field.name), alone, rtol=1e-5, atol=1e-9)
        np.testing.assert_allclose(
            getattr(together, field.name), getattr(reverse, field.name), rtol=1e-5, atol=1e-9
        )


def test_a_way_that_stands_still_has_finite_facts_among_longer_ones(manifold: Manifold) -> None:
    facts = facts_along(manifold, manifold.graph.nodes, [np.arange(9)] * 50 + [np.array([4, 4])])
    for field in fields(WayFacts):
        assert np.isfinite(getattr(facts, field.name)).all(), field.name
    assert facts.length[-1] == facts.jump[-1] == facts.unsupported[-1] == 0.0


def test_a_way_at_even_pace_has_no_jump_and_a_ridge_makes_one(manifold: Manifold) -> None:
    """One short straight piece is passed at nearly constant speed; a slow and a fast one are not."""
    a, b = manifold.graph.nodes[0], manifold.graph.nodes[0] + 0.01
    even = facts_along(manifold, torch.stack([a, b]), [np.array([0, 1])])
    assert even.jump[0] < 0.02 * even.length[0]
    speeds = manifold.decoder_metric.scale(manifold.graph.nodes)
    slow, fast = manifold.graph.nodes[speeds.argmin()], manifold.graph.nodes[speeds.argmax()]
    uneven = facts_along(manifold, torch.stack([slow, fast]), [np.array([0, 1])])
    assert uneven.jump[0] / uneven.length[0] > even.jump[0] / even.length[0]


def test_the_share_of_bridges_is_that_of_the_graph(manifold: Manifold) -> None:
    x, groups = observations(made_up_candidates().demonstrations, 0.1)
    manifold = Manifold(manifold.model, x, groups, GeometryOptions(neighbors=1))
    graph = manifold.graph
    a, b = graph.edges[graph.bridges][0]
    other = graph.edges[~graph.bridges][0]
    facts = facts_along(manifold, graph.nodes, [np.array([b, a]), other])
    np.testing.assert_allclose(facts.bridged, [1.0, 0.0])
    path = next(
        p for p in graph.paths(graph.nodes[:1].repeat(20, 1), graph.nodes[-20:]) if 0.1 < p.bridged < 0.9
    )
    share = facts_along(manifold, graph.nodes, [path.nodes]).bridged[0]
    assert share == pytest.approx(path.bridged, abs=0.1)
    assert polyline_length(manifold.metric, path) == pytest.approx(path.length, rel=1e-3)
