"""Graphs whose nodes are decoded and looked up part by part, in memory and in a file."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from surfaces import sphere

from robogeo.errors import GeometryError
from robogeo.geometry import GeodesicGraph, PullbackMetric, decoded_nodes, edges, neighbors

NODES = np.random.default_rng(0).normal(size=(300, 2))


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoded_nodes, "ROWS", 37)
    monkeypatch.setattr(neighbors, "ROWS", 41)
    monkeypatch.setattr(neighbors, "TURNED_ROWS", 43)


def built(scratch: Path | None = None) -> GeodesicGraph:
    return GeodesicGraph.build(PullbackMetric(sphere), NODES, 5, scratch=scratch)


def test_a_graph_made_part_by_part_is_the_same(small_parts: None) -> None:
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
    with pytest.raises(GeometryError, match=r"mine\.npy\x27: is there already; name a new file"):
        built(tmp_path / "mine.npy")
    assert (tmp_path / "mine.npy").read_text() == "mine"


def test_a_file_that_cannot_be_written_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(
        GeometryError, match=r"decoded nodes cannot be kept there \(.*No such file or directory"
    ):
        built(tmp_path / "nowhere" / "decoded.npy")


def test_nothing_is_left_of_a_file_that_failed_half_way(small_parts: None, tmp_path: Path) -> None:
    calls: list[int] = []

    def failing(z: torch.Tensor) -> torch.Tensor:
        calls.append(len(z))
        return sphere(z) if len(calls) < 4 else sphere(z) / 0.0

    with pytest.raises(GeometryError, match="decoder: returned NaN or infinite"):
        GeodesicGraph.build(PullbackMetric(failing), NODES, 5, scratch=tmp_path / "decoded.npy")
    assert not list(tmp_path.iterdir())


def test_a_build_that_fails_later_leaves_no_file_in_the_way(tmp_path: Path) -> None:
    def broken(function: object, pieces: object) -> list[np.ndarray]:
        raise GeometryError("no worker is left")

    def too_few(function: object, pieces: object) -> list[np.ndarray]:
        return []

    scratch = tmp_path / "decoded.npy"
    for mapped, why in ((broken, "no worker is left"), (too_few, "mapped: gave 0 lengths for")):
        with pytest.raises(GeometryError, match=why):
            GeodesicGraph.build(PullbackMetric(sphere), NODES, 5, mapped=mapped, scratch=scratch)  # type: ignore[arg-type]
        assert not scratch.exists()


@pytest.mark.parametrize("name", ["a\0b", ""])
def test_what_cannot_be_a_file_is_refused_by_name(name: str) -> None:
    with pytest.raises(GeometryError, match=r"^scratch '.*': decoded nodes cannot be kept there"):
        GeodesicGraph.build(PullbackMetric(sphere), NODES, 5, scratch=name)


@pytest.mark.parametrize("in_file", [False, True])
def test_a_decoder_that_changes_its_width_is_refused(
    small_parts: None, in_file: bool, tmp_path: Path
) -> None:
    def fickle(z: torch.Tensor) -> torch.Tensor:
        return sphere(z) if len(z) == decoded_nodes.ROWS else sphere(z)[:, :2]

    scratch = tmp_path / "decoded.npy" if in_file else None
    with pytest.raises(GeometryError, match=r"decoder: returned 3 numbers of .* a point, and then 2 of"):
        GeodesicGraph.build(PullbackMetric(fickle), NODES, 5, scratch=scratch)
    assert not list(tmp_path.iterdir())


def test_what_waits_for_a_worker_holds_no_nodes_of_its_own() -> None:
    nodes = np.arange(8.0).reshape(4, 2)
    piece = edges.Piece(nodes, nodes + 1.0, np.array([[1, 3]]))
    sent = pickle.loads(pickle.dumps(piece))
    assert sent.nodes.tolist() == nodes[[1, 3]].tolist() and sent.edges.tolist() == [[0, 1]]
    assert sent.gathered().embedded.tolist() == (nodes[[1, 3]] + 1.0).tolist()
