"""Graphs whose nodes are decoded and looked up part by part, in memory and in a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from surfaces import sphere

from robogeo.errors import GeometryError
from robogeo.geometry import GeodesicGraph, PullbackMetric, decoded_nodes, neighbors

NODES = np.random.default_rng(0).normal(size=(300, 2))


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoded_nodes, "ROWS", 37)
    monkeypatch.setattr(neighbors, "ROWS", 41)
    monkeypatch.setattr(neighbors, "TURNED_ROWS", 43)


def built(scratch: Path | None = None) -> GeodesicGraph:
    return GeodesicGraph.build(PullbackMetric(sphere), NODES, 5, scratch=scratch)


def test_a_graph_made_part_by_part_is_the_same(small_parts: None, request: pytest.FixtureRequest) -> None:
    parted = built()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decoded_nodes, "ROWS", 10**6)
        patch.setattr(neighbors, "ROWS", 10**6)
        patch.setattr(neighbors, "TURNED_ROWS", 10**6)
        whole = built()
    assert parted.edges.tolist() == whole.edges.tolist()
    assert torch.equal(parted.embedded, whole.embedded)
    np.testing.assert_allclose(parted.lengths, whole.lengths, rtol=1e-12)


def test_decoded_nodes_kept_in_a_file_change_nothing(small_parts: None, tmp_path: Path) -> None:
    held, kept = built(), built(tmp_path / "decoded.npy")
    assert kept.lengths.tobytes() == held.lengths.tobytes()
    assert torch.equal(kept.embedded, held.embedded)
    on_disk = np.load(tmp_path / "decoded.npy")
    np.testing.assert_array_equal(on_disk, held.embedded.numpy())
    kept.embedded[0] = 0.0
    np.testing.assert_array_equal(np.load(tmp_path / "decoded.npy"), on_disk)
    again = built(tmp_path / "decoded again.npy")
    ends = torch.from_numpy(NODES[:9]), torch.from_numpy(NODES[9:18] + 0.01)
    assert again.distances(*ends).tolist() == held.distances(*ends).tolist()


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.npy").write_text("mine")
    with pytest.raises(GeometryError, match=r"mine\.npy: is there already; name a new file"):
        built(tmp_path / "mine.npy")
    assert (tmp_path / "mine.npy").read_text() == "mine"


def test_a_file_that_cannot_be_written_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(GeometryError, match=r"decoded nodes cannot be written \(No such file or directory\)"):
        built(tmp_path / "nowhere" / "decoded.npy")


def test_nothing_is_left_of_a_file_that_failed_half_way(small_parts: None, tmp_path: Path) -> None:
    calls: list[int] = []

    def failing(z: torch.Tensor) -> torch.Tensor:
        calls.append(len(z))
        return sphere(z) if len(calls) < 4 else sphere(z) / 0.0

    with pytest.raises(GeometryError, match="decoder: returned NaN or infinite"):
        GeodesicGraph.build(PullbackMetric(failing), NODES, 5, scratch=tmp_path / "decoded.npy")
    assert not list(tmp_path.iterdir())
