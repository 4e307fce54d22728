from __future__ import annotations

import numpy as np
import pytest
import torch
from surfaces import sphere

from robogeo.errors import GeometryError
from robogeo.geometry import GeodesicGraph, PullbackMetric, SmoothedMetric, Support

NODES = np.random.default_rng(0).normal(size=(400, 2))


def test_save_and_load(tmp_path):
    graph = GeodesicGraph.build(PullbackMetric(sphere), NODES, 5, "both")
    graph.save(tmp_path / "graph.npz")
    again = GeodesicGraph.load(tmp_path / "graph.npz", PullbackMetric(sphere))
    assert torch.equal(graph.distances(NODES[:9], NODES[9:18]), again.distances(NODES[:9], NODES[9:18]))
    with pytest.raises(GeometryError, match="decode differently"):
        GeodesicGraph.load(tmp_path / "graph.npz", PullbackMetric(lambda z: 2 * sphere(z)))
    data = (tmp_path / "graph.npz").read_bytes()
    (tmp_path / "cut.npz").write_bytes(data[: len(data) // 2])
    (tmp_path / "text.npz").write_text("hello")
    np.savez(tmp_path / "pickled.npz", nodes=np.array([{}], dtype=object))
    for name in ("cut.npz", "text.npz", "pickled.npz", "missing.npz"):
        with pytest.raises(GeometryError, match=name):
            GeodesicGraph.load(tmp_path / name, PullbackMetric(sphere))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("nodes", np.zeros((2, 2), dtype=np.int64)),
        ("nodes", np.zeros((2, 2, 1))),
        ("nodes", np.zeros((3, 2))),
        ("embedded", np.zeros((2, 3), dtype=np.int64)),
        ("embedded", np.zeros(2)),
        ("embedded", np.full((2, 3), np.inf)),
        ("edges", np.array([[0, 999]])),
        ("edges", np.array([[1, 0]])),
        ("edges", np.array([[0.0, 1.0]])),
        ("edges", np.zeros((0, 2), dtype=np.int64)),
        ("lengths", np.array([np.nan])),
        ("lengths", np.array([-1.0])),
        ("lengths", np.array([1.0, 1.0])),
        ("bridges", np.array([0])),
        ("bridges", np.array([False, False])),
        ("space", np.int64(9)),
        ("space", np.int64(-1)),
        ("format", np.int64(99)),
        ("neighbors", np.int64(0)),
        ("neighbors", np.array([1])),
        ("landmarks", np.int64(-1)),
        ("landmarks", np.float64(1)),
        ("origins", np.array([0.0, 1.0])),
        ("origins", np.array([0])),
        ("origins", np.array([0, 0])),
        ("origins", np.array([-1, 0])),
    ],
)
def test_damaged_fields_are_refused(tmp_path, field, value):
    GeodesicGraph.build(PullbackMetric(sphere), NODES[:2]).save(tmp_path / "graph.npz")
    with np.load(tmp_path / "graph.npz") as archive:
        fields = dict(archive)
    np.savez(tmp_path / "graph.npz", **(fields | {field: value}))
    with pytest.raises(GeometryError, match="damaged"):
        GeodesicGraph.load(tmp_path / "graph.npz", PullbackMetric(sphere))


def test_a_file_that_falls_apart_is_refused(tmp_path):
    GeodesicGraph.build(PullbackMetric(sphere), NODES[:6], 2).save(tmp_path / "graph.npz")
    with np.load(tmp_path / "graph.npz") as archive:
        fields = dict(archive)
    lonely = ~(fields["edges"] == 0).any(axis=1)
    kept = {name: fields[name][lonely] for name in ("edges", "lengths", "bridges")}
    np.savez(tmp_path / "graph.npz", **(fields | kept))
    with pytest.raises(GeometryError, match="falls apart"):
        GeodesicGraph.load(tmp_path / "graph.npz", PullbackMetric(sphere))


def test_only_metrics_without_chords_need_landmarks(tmp_path):
    flat = torch.nn.Linear(2, 3, bias=False).double().requires_grad_(False)
    plain, smoothed = PullbackMetric(flat), SmoothedMetric(flat, 1e-12)  # so little that lengths are the same
    GeodesicGraph.build(plain, NODES[:9], 3, landmarks=0).save(tmp_path / "graph.npz")
    assert GeodesicGraph.load(tmp_path / "graph.npz", plain).landmarks == 0
    with pytest.raises(GeometryError, match="has no landmarks, which this metric needs"):
        GeodesicGraph.load(tmp_path / "graph.npz", smoothed)


def test_a_graph_of_two_nodes_is_one_edge(tmp_path):
    graph = GeodesicGraph.build(PullbackMetric(sphere), NODES[:2])
    graph.save(tmp_path / "graph.npz")
    again = GeodesicGraph.load(tmp_path / "graph.npz", PullbackMetric(sphere))
    assert len(again.edges) == 1
    with pytest.raises(GeometryError, match=r"0 \.\. 1$"):
        again.forbid(nodes=[2])


def test_a_graph_of_another_support_is_not_loaded(tmp_path):
    supported = PullbackMetric(sphere, Support(NODES, 0.1, 20.0))
    GeodesicGraph.build(supported, NODES[:50], 5, landmarks=0).save(tmp_path / "graph.npz")
    with pytest.raises(GeometryError, match="other lengths"):
        GeodesicGraph.load(tmp_path / "graph.npz", PullbackMetric(sphere))
    GeodesicGraph.build(PullbackMetric(sphere), NODES[:50], 5).save(tmp_path / "graph.npz")
    with np.load(tmp_path / "graph.npz") as archive:
        fields = dict(archive)
    for bad in (fields["origins"] * 0, fields["origins"] - 100):
        np.savez(tmp_path / "graph.npz", **(fields | {"origins": bad}))
        with pytest.raises(GeometryError, match="origins"):
            GeodesicGraph.load(tmp_path / "graph.npz", PullbackMetric(sphere))
