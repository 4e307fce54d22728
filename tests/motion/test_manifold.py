from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import torch

from robogeo.config import ExperimentConfig
from robogeo.geometry import Geodesic, GeodesicGraph
from robogeo.learning.learner import Learner
from robogeo.learning.run_folder import RunFolder
from robogeo.motion.manifold import Manifold
from robogeo.motion.world import World
from robogeo.parallel import Workers

pytestmark = pytest.mark.sim


@pytest.fixture(scope="module")
def learner(finished: Path, tiny: ExperimentConfig, shelf: World) -> Learner:
    return Learner(RunFolder.existing(finished), tiny, shelf)


@pytest.fixture(scope="module")
def manifold(learner: Learner) -> Manifold:
    return learner.planner.manifold


@pytest.fixture(scope="module")
def ends(learner: Learner) -> tuple[np.ndarray, np.ndarray]:
    shown = learner.demonstrations
    return np.stack([d.q[0] for d in shown]), np.stack([d.q[-1] for d in shown])


def test_codes_and_configurations_have_their_shapes(manifold: Manifold, ends: tuple) -> None:
    codes = manifold.encode(ends[0])
    assert codes.shape == (3, 4) and not codes.requires_grad
    decoded = manifold.decode(codes)
    assert decoded.shape == (3, 7) and decoded.dtype == np.float64
    np.testing.assert_allclose(manifold.gap(ends[0]), np.linalg.norm(decoded - ends[0], axis=1))


def test_the_usual_length_is_a_line_through_what_was_shown(manifold: Manifold) -> None:
    """Out, across and in: what leaves and enters takes 1 rad, what lies between as long as it is."""

    def shown(across: float) -> np.ndarray:
        path = np.zeros((301, 7))
        path[:, 0] = np.interp(np.linspace(0, 1, 301), [0, 1 / 3, 2 / 3, 1], [0.0, 0.5, 0.5, 0.0])
        path[:, 1] = np.interp(np.linspace(0, 1, 301), [0, 1 / 3, 2 / 3, 1], [0.0, 0.0, across, across])
        return path

    paths = [shown(across) for across in (0.3, 0.6, 1.2)]
    made = Manifold(manifold.model, np.concatenate(paths), np.repeat([0, 1, 2], 301), manifold.options)
    np.testing.assert_allclose(made.usual_length(np.array([0.0, 1.0, 2.0])), [1.0, 2.0, 3.0], rtol=1e-9)


def test_what_was_shown_supports_the_manifold(manifold: Manifold) -> None:
    lack = manifold.support.lack(manifold.nodes)
    far = manifold.support.lack(manifold.nodes.mean(dim=0, keepdim=True) + 1000.0)
    assert float(lack.max()) < 1e-3
    assert float(far) == pytest.approx(1.0)


def test_geodesics_join_the_codes_and_are_no_longer_than_the_graphs(manifold: Manifold, ends: tuple) -> None:
    rough = manifold.graph_geodesics(*ends)
    relaxed = manifold.geodesics(*ends)
    for graph, curve, start, goal in zip(rough, relaxed, *map(manifold.encode, ends), strict=True):
        assert curve.length <= graph.length * (1 + 1e-6)
        np.testing.assert_allclose(curve.points[[0, -1]], torch.stack([start, goal]), atol=1e-5)


def test_a_path_along_a_geodesic_has_as_many_points_as_wanted(manifold: Manifold, ends: tuple) -> None:
    path = manifold.path_along(manifold.geodesics(*ends)[0], 16)
    assert path.shape == (16, 7) and np.isfinite(path).all()


def test_paths_are_mended_by_what_the_decoder_misses_of_what_was_shown(manifold: Manifold) -> None:
    decoded, mended = manifold.decode(manifold.graph.nodes), manifold.path_at(manifold.graph.nodes)
    missed, left = (np.linalg.norm(path - manifold.shown, axis=1).mean() for path in (decoded, mended))
    assert left < 0.5 * missed


def test_points_along_a_polyline_are_evenly_spaced(manifold: Manifold) -> None:
    corner = torch.tensor([[0.0, 0.0, 0, 0], [3.0, 0.0, 0, 0], [3.0, 1.0, 0, 0]])
    points = manifold.along([Geodesic(corner, 4.0, 0)], 9)[0]
    assert points.shape == (9, 4)
    wanted = [[0.5 * i, 0.0] for i in range(7)] + [[3.0, 0.5], [3.0, 1.0]]
    np.testing.assert_allclose(points[:, :2], wanted, atol=1e-6)


def test_a_point_without_length_is_repeated(manifold: Manifold) -> None:
    points = manifold.along([Geodesic(torch.ones(2, 4), 0.0, 0)], 5)
    assert (points == 1.0).all() and points.shape == (1, 5, 4)


def test_the_same_model_makes_the_same_geometry(learner: Learner, manifold: Manifold, ends: tuple) -> None:
    again = learner.planner_of(learner.rounds - 1).manifold
    assert (again.graph.lengths == manifold.graph.lengths).all()
    for a, b in zip(again.geodesics(*ends), manifold.geodesics(*ends), strict=True):
        assert torch.equal(a.points, b.points)


def gaps_and_lengths(work: tuple[Manifold, np.ndarray, np.ndarray]) -> tuple[np.ndarray, list[float]]:
    manifold, starts, goals = work
    return manifold.gap(starts), [geodesic.length for geodesic in manifold.geodesics(starts, goals)]


def test_travels_to_a_process_as_it_is_and_stays_sound_here(manifold: Manifold, ends: tuple) -> None:
    before = gaps_and_lengths((manifold, *ends))
    with Workers(2) as workers:
        there = workers.map(gaps_and_lengths, [(manifold, *ends)])[0]
    np.testing.assert_array_equal(there[0], before[0])
    assert there[1] == before[1]
    assert not manifold.nodes.is_shared()
    assert gaps_and_lengths((manifold, *ends))[1] == before[1]


def test_a_copy_has_the_same_graph_without_building_it(
    manifold: Manifold, ends: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = pickle.dumps(manifold)
    monkeypatch.setattr(GeodesicGraph, "build", None)
    copy = pickle.loads(sent)
    for name in ("edges", "lengths", "bridges", "origins"):
        np.testing.assert_array_equal(getattr(copy.graph, name), getattr(manifold.graph, name), err_msg=name)
    assert torch.equal(copy.graph.nodes, manifold.graph.nodes)
    ways = [each.graph_geodesics(*ends) for each in (copy, manifold)]
    for one, other in zip(*ways, strict=True):
        assert one.length == other.length and torch.equal(one.points, other.points)
