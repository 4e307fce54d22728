"""Bounds on how far an arm's points travel, and checks that are spared by them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from envs.arm import ArmEnv
from envs.collision import segment
from envs.travel import pair_reaches


@pytest.fixture(scope="module", params=["iiwa", "panda"])
def environment(request: pytest.FixtureRequest) -> Iterator[ArmEnv]:
    made = ArmEnv("TwoSkills", request.param)
    yield made
    made.close()


def distance(environment: ArmEnv, a: int, b: int, q: np.ndarray) -> float:
    simulation = environment._simulation
    simulation.pose(q)
    points = simulation.call(
        "getClosestPoints", simulation.arm, simulation.arm, 3.0, linkIndexA=a, linkIndexB=b
    )
    return min(point[8] for point in points)


def test_no_pair_changes_its_distance_by_more_than_the_bound(environment: ArmEnv) -> None:
    rng, robot = np.random.default_rng(0), environment.robot
    pairs = environment._checker.pairs
    reaches = pair_reaches(environment._simulation, pairs)
    tightest = 0.0
    for _ in range(60):
        q = rng.uniform(robot.lower, robot.upper)
        step = rng.normal(scale=rng.choice([0.01, 0.1]), size=robot.dof) * (rng.random(robot.dof) < 0.3)
        after = np.clip(q + step, robot.lower, robot.upper)
        for (a, b), reach in zip(pairs, reaches, strict=True):
            moved = abs(distance(environment, a, b, after) - distance(environment, a, b, q))
            bound = float(np.abs(after - q) @ reach)
            assert moved <= bound + 1e-4
            tightest = max(tightest, moved / bound if bound > 1e-3 else 0.0)
    assert tightest > 0.3  # a bound a hundred times too large would spare nothing


def test_spared_looks_change_no_verdict(environment: ArmEnv) -> None:
    rng, robot = np.random.default_rng(1), environment.robot
    for margin in (0.0, 0.008, 0.03):
        ends = rng.uniform(robot.lower, robot.upper, size=(6, 2, robot.dof))
        for start, goal in ends:
            path = segment(start, goal, 0.02)
            alone = [environment._checker.is_free(q, margin) for q in path]
            assert environment.free(path, margin).tolist() == alone


def test_whoever_moves_on_is_told_of_every_touch(environment: ArmEnv) -> None:
    """From anywhere to anywhere, in small steps and large ones, as the plain check tells."""
    rng, robot, simulation = np.random.default_rng(2), environment.robot, environment._simulation
    watch = environment._checker.self_watch()
    told = []
    ends = rng.uniform(robot.lower, robot.upper, size=(4000, robot.dof))
    folded = next(q for q in ends if environment.clearance(q).itself < 0.0)
    for start, goal in [(robot.rest, folded), (folded, ends[0]), *itertools.pairwise(ends[:7])]:
        for q in segment(start, goal, 0.05):
            simulation.pose(q)
            told.append(watch.near(q, q))
            assert told[-1] == environment._checker.touches_itself()
    assert any(told) and not all(told)


def test_a_look_is_spared_where_nothing_can_be_near(
    environment: ArmEnv, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulation, looks = environment._simulation, []
    bound = simulation.bound

    def counted(*args: object) -> Callable[..., object]:
        closest = bound(*args)

        def look(*args: object, **kwargs: object) -> object:
            looks.append("linkIndexA" in kwargs)
            return closest(*args, **kwargs)

        return look

    path = environment.robot.rest + np.linspace(0.0, 0.4, 41)[:, None] * np.eye(environment.robot.dof)[0]
    monkeypatch.setattr(simulation, "bound", counted)
    environment.free(path, 0.008)
    assert 0 < sum(looks) < 0.5 * len(path) * len(environment._checker.pairs)
