from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components, dijkstra
from surfaces import ensemble, sphere, sphere_distance

from robogeo.errors import GeometryError, Unreachable
from robogeo.geometry import ExpectedMetric, GeodesicGraph, PullbackMetric, Support
from robogeo.geometry.search import symmetric_graph

RNG = np.random.default_rng(0)
NODES = RNG.normal(size=(400, 2))


def places(graph, rows):
    """Where the rows that a graph was built from stand among its nodes."""
    return np.argsort(graph.origins)[rows]


def matrix(graph):
    return symmetric_graph(graph.edges, graph.lengths, len(graph.nodes))


@pytest.mark.parametrize("landmarks", [0, 1, 16])
@pytest.mark.parametrize("space", ["decoded", "latent", "both"])
def test_astar_equals_dijkstra(landmarks, space):
    graph = GeodesicGraph.build(PullbackMetric(sphere), NODES, 6, space, landmarks)
    pairs = RNG.integers(0, 400, size=(60, 2))
    ends = places(graph, pairs)
    true = dijkstra(matrix(graph), directed=False, indices=ends[:, 0])[np.arange(60), ends[:, 1]]
    found = graph.distances(NODES[pairs[:, 0]], NODES[pairs[:, 1]]).numpy()
    np.testing.assert_allclose(found, true, rtol=1e-12)
    for path, length in zip(graph.paths(NODES[pairs[:, 0]], NODES[pairs[:, 1]]), found, strict=True):
        steps = graph.metric.segment_lengths(path.points[:-1], path.points[1:])
        assert float(steps.sum()) == pytest.approx(length, rel=1e-12, abs=1e-15)
        assert path.length == length


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), landmarks=st.sampled_from([0, 8]))
def test_off_graph_points_equal_dijkstra_with_them_added(seed, landmarks):
    rng = np.random.default_rng(seed)
    nodes = rng.normal(size=(60, 3))
    metric = ExpectedMetric(ensemble(seed), None, Support(nodes, 0.5, 2.0))
    graph = GeodesicGraph.build(metric, nodes, 5, landmarks=landmarks)
    starts, goals = rng.normal(size=(2, 8, 3))
    attached = graph._attached(torch.from_numpy(starts), torch.from_numpy(goals))
    for p, found in enumerate(graph.distances(starts, goals).tolist()):
        edges, lengths = [graph.edges], [graph.lengths]
        for links, extra in ((attached.starts, 60), (attached.goals, 61)):
            part = slice(links.start[p], links.start[p + 1])
            edges.append(np.stack([links.nodes[part], np.full(part.stop - part.start, extra)], 1))
            lengths.append(links.lengths[part])
        full = symmetric_graph(np.concatenate(edges), np.concatenate(lengths), 62)
        true = min(dijkstra(full, directed=False, indices=60)[61], attached.direct[p])
        assert found == pytest.approx(true, rel=1e-12)
        assert graph.geodesic(starts[p], goals[p]).length == pytest.approx(found, rel=1e-12)


def test_metric_axioms_on_nodes():
    graph = GeodesicGraph.build(PullbackMetric(sphere), NODES)
    a, b, c = (NODES[RNG.integers(0, 400, 100)] for _ in range(3))
    ab, bc, ac = graph.distances(a, b), graph.distances(b, c), graph.distances(a, c)
    torch.testing.assert_close(ab, graph.distances(b, a), rtol=1e-12, atol=0)
    assert bool((ac <= (ab + bc) * (1 + 1e-12)).all())
    assert float(graph.distances(a, a).abs().max()) == 0.0


def test_weights_are_at_least_chords_and_near_the_truth():
    graph = GeodesicGraph.build(PullbackMetric(sphere), NODES)
    chord = (graph.embedded[graph.edges[:, 0]] - graph.embedded[graph.edges[:, 1]]).norm(dim=1).numpy()
    assert np.all(graph.lengths >= chord)
    a, b = RNG.normal(size=(2, 100, 2))
    ratio = graph.distances(a, b).numpy() / sphere_distance(a, b)
    assert ratio.min() > 1 - 1e-6
    assert np.median(ratio) < 1.15


def test_landmarks_expand_fewer_nodes():
    few, many = (GeodesicGraph.build(PullbackMetric(sphere), NODES, landmarks=count) for count in (16, 0))
    a, b = NODES[:50], NODES[50:100]
    expanded = [sum(path.expanded for path in graph.paths(a, b)) for graph in (few, many)]
    assert expanded[0] < expanded[1]


def test_clusters_are_bridged_by_the_shortest_edges():
    clusters = np.concatenate([NODES[:50] * 0.1 + [x, 0.0] for x in (0.0, 5.0, 12.0)])
    graph = GeodesicGraph.build(PullbackMetric(lambda z: 1.0 * z), clusters, 4)
    assert connected_components(matrix(graph), directed=False)[0] == 1
    cluster = graph.origins[graph.edges[graph.bridges]] // 50
    assert {tuple(sorted(pair)) for pair in cluster.tolist() if pair[0] != pair[1]} == {(0, 1), (1, 2)}
    gap = np.linalg.norm(clusters[:50, None] - clusters[None, 50:100], axis=2).min()
    assert np.abs(graph.lengths[graph.bridges] - gap).min() < 1e-9
    path = graph.geodesic(clusters[0], clusters[149])
    assert 0.5 < path.bridged < 1.0
    assert graph.geodesic(clusters[0], clusters[1]).bridged == 0.0


def test_duplicates_and_few_nodes():
    doubled = np.concatenate([NODES[:5], NODES[:5]])
    graph = GeodesicGraph.build(PullbackMetric(sphere), doubled, neighbors=50)
    assert graph.nodes.shape == (5, 2)
    assert len(graph.edges) == 10
    assert graph.geodesic(NODES[0], NODES[0]).length == 0.0


def test_nodes_that_decode_alike_stay_connected():
    graph = GeodesicGraph.build(PullbackMetric(lambda z: 0.0 * z), NODES[:30], 3, landmarks=4)
    assert float(graph.distances(NODES[:1], NODES[7:8])) == 0.0


def test_direct_segment_only_among_near_points():
    ring = np.linspace(0, 1.5 * np.pi, 60)
    nodes = np.stack([np.cos(ring), np.sin(ring)], 1)
    graph = GeodesicGraph.build(PullbackMetric(lambda z: 1.0 * z), nodes, 4)
    far = graph.geodesic(nodes[0] * 1.01, nodes[-1] * 1.01)
    assert far.length > 4.5
    near = graph.geodesic([1.5, 0.0], [1.5001, 0.0])
    assert near.length == pytest.approx(1e-4)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), landmarks=st.sampled_from([0, 8]))
def test_forbidding_equals_a_graph_without(seed, landmarks):
    rng = np.random.default_rng(seed)
    nodes = rng.normal(size=(80, 2))
    graph = GeodesicGraph.build(PullbackMetric(sphere), nodes, 4, landmarks=landmarks)
    nodes, pairs = graph.nodes.numpy(), rng.integers(0, 80, size=(20, 2))
    before = graph.distances(nodes[pairs[:, 0]], nodes[pairs[:, 1]])
    gone, blocked = rng.choice(len(graph.edges), 25, replace=False), rng.choice(80, 5, replace=False)
    graph.forbid(edges=graph.edges[gone][:, ::-1])
    graph.forbid(nodes=blocked)
    left = ~np.isin(graph.edges, blocked).any(axis=1)
    left[gone] = False
    rest = symmetric_graph(graph.edges[left], graph.lengths[left], 80)
    true = dijkstra(rest, directed=False, indices=pairs[:, 0])[np.arange(20), pairs[:, 1]]
    true[np.isin(pairs, blocked).any(axis=1) & (pairs[:, 0] != pairs[:, 1])] = np.inf
    found = graph.distances(nodes[pairs[:, 0]], nodes[pairs[:, 1]]).numpy()
    free = pairs[:, 0] != pairs[:, 1]
    np.testing.assert_allclose(found[free], true[free], rtol=1e-12)
    for path in graph.paths(nodes[pairs[free, 0]], nodes[pairs[free, 1]]):
        assert path.reached == (len(path.points) > 0)
        assert not np.isin(path.nodes, blocked).any()
    graph.restore()
    assert torch.equal(graph.distances(nodes[pairs[:, 0]], nodes[pairs[:, 1]]), before)


def test_unreachable_and_unknown_edges_are_told():
    graph = GeodesicGraph.build(PullbackMetric(sphere), NODES[:40], 4)
    around = graph.edges[(graph.edges == 3).any(axis=1)]
    graph.forbid(edges=around)
    assert graph.forbidden.sum() == len(around)
    with pytest.raises(Unreachable, match="restore"):
        graph.geodesic(graph.nodes[3], graph.nodes[7])
    assert np.isinf(graph.distances(graph.nodes[3:4], graph.nodes[7:8]).item())
    (lost,) = graph.paths(graph.nodes[3:4], graph.nodes[7:8])
    assert not lost.converged and not lost.reached and lost.points.shape == (0, 2)
    away = int((graph.nodes - graph.nodes[0]).norm(dim=1).argmax())
    with pytest.raises(GeometryError, match="no edge"):
        graph.forbid(edges=[(0, away)])
    with pytest.raises(GeometryError, match="indices"):
        graph.forbid(nodes=[40])


def test_off_graph_points_do_not_hang_on_blocked_nodes():
    graph = GeodesicGraph.build(PullbackMetric(lambda z: 1.0 * z), NODES[:60], 4)
    z = NODES[10] + 1e-3
    passed = int(graph.paths(z[None], NODES[20:21])[0].nodes[0])
    graph.forbid(nodes=[passed])
    found = graph.paths(z[None], NODES[20:21])[0]
    assert found.reached and passed not in found.nodes


def test_path_nodes_are_the_points_passed():
    graph = GeodesicGraph.build(PullbackMetric(sphere), NODES)
    path = graph.geodesic(NODES[0] + 0.01, NODES[50])
    np.testing.assert_array_equal(path.points[1:].numpy(), graph.nodes[path.nodes].numpy())
    np.testing.assert_array_equal(graph.nodes.numpy(), NODES[graph.origins])
    assert graph.paths(NODES[:1] + 0.01, NODES[:1] + 0.0101)[0].nodes.size == 0


def test_bridges_can_be_asked_about():
    clusters = np.concatenate([NODES[:50] * 0.1 + [x, 0.0] for x in (0.0, 5.0, 12.0)])
    graph = GeodesicGraph.build(PullbackMetric(lambda z: 1.0 * z), clusters, 4)
    starts, goals, lengths = graph.bridge_segments()
    assert len(lengths) == graph.bridges.sum() and (np.diff(lengths) <= 0).all()
    np.testing.assert_allclose((starts - goals).norm(dim=1).numpy(), lengths)


def test_empty_batch():
    graph = GeodesicGraph.build(PullbackMetric(sphere), NODES)
    assert graph.paths(np.zeros((0, 2)), np.zeros((0, 2))) == []
    assert graph.distances(np.zeros((0, 2)), np.zeros((0, 2))).shape == (0,)


def test_a_way_over_one_bridge_is_all_bridge():
    apart = np.array([[0.0, 0.0], [0.1, 0.0], [5.0, 0.0], [5.1, 0.0]])
    graph = GeodesicGraph.build(PullbackMetric(lambda z: 1.0 * z), apart, 1)
    assert graph.geodesic(apart[1], apart[2]).bridged == 1.0
    assert graph.geodesic(apart[0], apart[1]).bridged == 0.0


def test_ways_are_the_nodes_of_paths():
    graph = GeodesicGraph.build(PullbackMetric(sphere), NODES, 5)
    pairs = RNG.normal(size=(2, 12, 2))
    for way, path in zip(graph.ways(*pairs), graph.paths(*pairs), strict=True):
        np.testing.assert_array_equal(way, path.nodes)


def test_points_take_the_type_of_the_nodes():
    graph = GeodesicGraph.build(PullbackMetric(sphere), torch.from_numpy(NODES).float())
    path = graph.geodesic(NODES[0], RNG.normal(size=2))
    assert path.points.dtype == torch.float32
    assert torch.equal(path.points[0], torch.from_numpy(NODES[0]).float())


def test_bad_arguments():
    metric = PullbackMetric(sphere)
    graph = GeodesicGraph.build(metric, NODES)
    for bad in ({"neighbors": 0}, {"space": "joint"}, {"landmarks": -1}):
        with pytest.raises(GeometryError):
            GeodesicGraph.build(metric, NODES, **bad)
    with pytest.raises(GeometryError, match="two distinct"):
        GeodesicGraph.build(metric, np.ones((4, 2)))
    with pytest.raises(GeometryError, match="starts"):
        graph.distances(NODES[:2], NODES[:3])
    with pytest.raises(GeometryError, match="latent dimensions"):
        graph.geodesic([0.0], [1.0])
    with pytest.raises(GeometryError, match="NaN"):
        graph.geodesic([0.0, np.nan], [1.0, 0.0])
    graph.forbid(nodes=np.array([3], dtype=np.uint8))
    assert graph.blocked.sum() == 1
    for bad in ({"edges": [1, 2, 3]}, {"nodes": ["a"]}, {"nodes": [0.9]}):
        with pytest.raises(GeometryError, match="whole numbers"):
            graph.forbid(**bad)


def test_bridges_are_chosen_by_what_they_cost_under_support():
    left, right = np.array([[0.0, 0.0], [0.0, 0.1]]), np.array([[1.0, 0.0], [1.0, 0.1]])
    nodes = np.concatenate([left, right])
    metric = PullbackMetric(lambda z: torch.stack([z[:, 0], 0 * z[:, 1]], -1), Support(nodes, 0.01, 5.0))
    graph = GeodesicGraph.build(metric, nodes, 1)
    ends = graph.nodes.numpy()[graph.edges[graph.bridges]]
    assert np.ptp(ends[0][:, 1]) == 0.0


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), landmarks=st.sampled_from([0, 8]))
def test_lengthened_ways_equal_those_of_a_longer_graph(seed, landmarks):
    rng = np.random.default_rng(seed)
    nodes = rng.normal(size=(80, 2))
    graph = GeodesicGraph.build(PullbackMetric(sphere), nodes, 5, landmarks=landmarks)
    before = graph.distances(nodes[:20], nodes[20:40])
    factors = rng.uniform(1.0, 4.0, size=80)
    graph.lengthen(factors)
    longer = symmetric_graph(graph.edges, graph.lengths * factors[graph.edges].mean(axis=1), 80)
    ends = places(graph, np.arange(40))
    true = dijkstra(longer, directed=False, indices=ends[:20])[np.arange(20), ends[20:]]
    np.testing.assert_allclose(graph.distances(nodes[:20], nodes[20:40]), true, rtol=1e-12)
    graph.restore()
    np.testing.assert_array_equal(graph.distances(nodes[:20], nodes[20:40]), before)


@pytest.mark.parametrize("bad", [np.ones(3), np.full(400, 0.5), np.full(400, np.nan), np.full(400, np.inf)])
def test_factors_that_shorten_or_do_not_fit_are_refused(bad):
    graph = GeodesicGraph.build(PullbackMetric(sphere), NODES, 6, landmarks=1)
    with pytest.raises(GeometryError, match="lengthen: expected 400 finite factors"):
        graph.lengthen(bad)
