"""RRT-Connect on arms and on a wall of straight lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from envs import rrt
from envs.collision import CollisionChecker
from envs.robots import load_robot
from envs.simulation import Simulation

pytestmark = pytest.mark.sim
MARGIN = 0.006
LEFT, RIGHT = (np.array([turn, 1.2, 0.0, -0.3, 0.0, 0.0, 0.0]) for turn in (0.8, -0.8))


@pytest.fixture(scope="module")
def checker() -> Iterator[CollisionChecker]:
    """An arm with a pole before it."""
    simulation = Simulation(load_robot("iiwa"))
    simulation.add_cylinder(0.03, 1.0, (0.5, 0.0, 0.0), (0.5, 0.5, 0.5, 1.0))
    yield CollisionChecker(simulation)
    simulation.close()


def check(path: np.ndarray, checker: CollisionChecker) -> None:
    robot = load_robot("iiwa")
    np.testing.assert_array_equal(path[[0, -1]], [LEFT, RIGHT])
    assert np.abs(np.diff(path, axis=0)).max() <= 0.06
    assert np.all((path >= robot.lower) & (path <= robot.upper))
    assert min(checker.clearance(q).smallest for q in path) >= MARGIN
    assert checker.path_is_free(path, MARGIN)


@pytest.mark.parametrize("seed", range(4))
def test_a_way_round_the_pole_is_found_and_kept_clear(checker: CollisionChecker, seed: int) -> None:
    assert not checker.path_is_free(np.stack([LEFT, RIGHT]))
    found = rrt.plan(checker, load_robot("iiwa"), LEFT, RIGHT, MARGIN, np.random.default_rng(seed))
    assert found is not None
    check(found, checker)


def test_where_no_spline_is_free_the_polyline_is_sampled(
    checker: CollisionChecker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CollisionChecker, "path_is_free", lambda *_, **__: False)
    found = rrt.plan(checker, load_robot("iiwa"), LEFT, RIGHT, MARGIN, np.random.default_rng(0))
    monkeypatch.undo()
    assert found is not None
    check(found, checker)


def test_a_free_straight_line_is_taken(checker: CollisionChecker) -> None:
    goal = LEFT + 0.3
    found = rrt.plan(checker, load_robot("iiwa"), LEFT, goal, MARGIN, np.random.default_rng(0))
    assert found is not None
    share = (found - LEFT)[:, 0] / 0.3
    np.testing.assert_allclose(found, LEFT + share[:, None] * 0.3, atol=1e-12)
    same = rrt.plan(checker, load_robot("iiwa"), LEFT, LEFT, MARGIN, np.random.default_rng(0))
    assert same is not None
    np.testing.assert_array_equal(same, [LEFT, LEFT])


class _Halves:
    """Two halves of joint space with a wall between."""

    is_free: Callable[..., bool] = staticmethod(lambda q, margin: abs(q[0]) > 0.1)

    def path_is_free(self, path: np.ndarray, margin: float, resolution: float) -> bool:
        return True


def test_a_goal_walled_in_is_given_up() -> None:
    found = rrt.plan(_Halves(), load_robot("iiwa"), LEFT, RIGHT, 0.0, np.random.default_rng(0), iterations=60)
    assert found is None


def test_an_end_without_margin_is_refused(checker: CollisionChecker) -> None:
    middle = 0.5 * (LEFT + RIGHT)
    assert rrt.plan(checker, load_robot("iiwa"), LEFT, middle, MARGIN, np.random.default_rng(0)) is None
