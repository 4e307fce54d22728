"""Distances against closed forms; clearances never larger than the simulator's exact ones."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from robogeo.errors import MotionError
from robogeo.motion.kinematic_chain import KinematicChain
from robogeo.motion.sphere_model import Obstacle, SphereModel, _distance
from robogeo.motion.world import World


def at(x: float = 0.0, y: float = 0.0, z: float = 0.0, turn: Rotation | None = None) -> np.ndarray:
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = (turn or Rotation.identity()).as_matrix(), (x, y, z)
    return pose


def distance(obstacle: Obstacle, *point: float) -> float:
    return float(_distance([obstacle], torch.tensor(point, dtype=torch.float64)[:, None])[0])


BOX = Obstacle("box", np.array([1.0, 2.0, 3.0]), at(10.0))
POLE = Obstacle("cylinder", np.array([0.5, 2.0]), at(0.0, 5.0))
BALL = Obstacle("sphere", np.array([2.0]), at(0.0, 0.0, 7.0))
FLOOR = Obstacle("plane", np.zeros(0), at(0.0, 0.0, -1.0))


@pytest.mark.parametrize(
    ("obstacle", "point", "expected"),
    [
        (BOX, (12.0, 0.0, 0.0), 1.0),
        (BOX, (14.0, 6.0, 0.0), 5.0),
        (BOX, (10.2, 0.0, 0.0), -0.8),
        (BOX, (13.0, 4.0, 4.0), 3.0),
        (POLE, (1.5, 5.0, 1.0), 1.0),
        (POLE, (3.5, 5.0, 6.0), 5.0),
        (POLE, (0.0, 5.3, 0.0), -0.2),
        (POLE, (0.0, 5.0, 1.9), -0.1),
        (BALL, (0.0, 3.0, 7.0), 1.0),
        (BALL, (0.0, 0.5, 7.0), -1.5),
        (FLOOR, (3.0, -2.0, 0.5), 1.5),
        (FLOOR, (3.0, -2.0, -1.5), -0.5),
    ],
)
def test_distances_are_those_of_geometry(
    obstacle: Obstacle, point: tuple[float, ...], expected: float
) -> None:
    assert distance(obstacle, *point) == pytest.approx(expected, abs=1e-9)


@given(seed=st.integers(0, 10_000))
def test_distances_do_not_depend_on_where_one_looks_from(seed: int) -> None:
    rng = np.random.default_rng(seed)
    turn, shift = Rotation.random(random_state=seed), rng.normal(size=3)
    points = rng.uniform(-4, 4, (20, 3))
    for obstacle in (BOX, POLE, BALL, FLOOR):
        moved = at(*shift, turn) @ obstacle.pose
        there = torch.tensor((turn.as_matrix() @ points.T) + shift[:, None])
        here = _distance([obstacle], torch.tensor(points.T))
        torch.testing.assert_close(_distance([Obstacle(obstacle.kind, obstacle.size, moved)], there), here)


def test_of_several_obstacles_the_nearest_counts() -> None:
    points = torch.tensor(np.random.default_rng(0).uniform(-8, 12, (3, 500)))
    single = torch.stack([_distance([obstacle], points) for obstacle in (BOX, POLE, BALL, FLOOR)])
    torch.testing.assert_close(_distance([BOX, POLE, BALL, FLOOR], points), single.amin(dim=0))
    torch.testing.assert_close(_distance([], points), torch.full_like(points[0], 1e3))


def swinging(*obstacles: Obstacle) -> SphereModel:
    """A ball of 0.1 m, 1 m from an axis along z, and one of 0.2 m on it."""
    chain = KinematicChain(np.eye(4)[None], [[0, 0, 1]], np.eye(4))
    return SphereModel(chain, [0, 0], [[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [0.1, 0.2], obstacles)


def test_clearance_is_that_of_the_nearest_sphere_and_obstacle() -> None:
    model = swinging(Obstacle("sphere", np.array([0.3]), at(0.0, 2.0)), FLOOR)
    q = torch.tensor([[np.pi / 2], [-np.pi / 2]], dtype=torch.float64)
    torch.testing.assert_close(model.clearance(q), torch.tensor([0.6, 0.8], dtype=torch.float64))


def test_clearance_is_differentiable() -> None:
    model = swinging(Obstacle("box", np.array([0.3, 0.2, 0.4]), at(0.3, 1.6)), POLE, FLOOR)
    q = torch.tensor(np.random.default_rng(3).uniform(-3, 3, (20, 1)), requires_grad=True)
    assert torch.autograd.gradcheck(model.clearance, q)
    torch.testing.assert_close(model.clearance(q).detach(), model.clearance(q.detach()))


@pytest.mark.sim
@pytest.mark.parametrize("robot", ["iiwa", "panda"])
@pytest.mark.parametrize("scene", ["ShelfReach", "ReachDetour", "TwoSkills", "PotsAndNiches", "Strokes"])
@pytest.mark.long
def test_clearance_is_never_larger_than_the_exact_one(scene: str, robot: str) -> None:
    rng = np.random.default_rng(4)
    with World(scene, robot) as world:
        model, limits = world.sphere_model(), world.limits
        anywhere = rng.uniform(limits.lower, limits.upper, (400, world.dof))
        shown = np.concatenate([world.demonstrate(r, 0) for r in world.held_out(3, 4)])
        near = np.clip(shown + rng.normal(0, 0.03, shown.shape), limits.lower, limits.upper)
        q = np.concatenate([anywhere, near, contacts(world, near, anywhere)])
        exact = np.array([world.clearance(row) for row in q])
        mine = model.clearance(torch.tensor(q)).numpy()
        single = model.clearance(torch.tensor(q, dtype=torch.float32)).numpy()
    np.testing.assert_allclose(mine, single, atol=5e-6)
    free = exact > 0.0
    assert np.all(np.minimum(mine, 0.2)[free] <= exact[free] + 1e-9)
    assert np.all(mine[~free] <= 0.0)
    below_cap = free & (exact < 0.2)
    assert below_cap.sum() > 200
    assert np.median(exact[below_cap] - mine[below_cap]) < 0.025
    assert np.sum(np.abs(exact) < 1e-3) > 20


def contacts(world: World, free: np.ndarray, anywhere: np.ndarray) -> np.ndarray:
    """Configurations within a millimetre of contact, halved for between free and colliding ones."""
    hit = [q for q in anywhere if world.clearance(q) < 0.0]
    found = []
    for good, bad in zip(free[::7], hit, strict=False):
        if world.clearance(good) <= 0.0:
            continue
        for _ in range(12):
            middle = 0.5 * (good + bad)
            good, bad = (good, middle) if world.clearance(middle) <= 0.0 else (middle, bad)
        found += [good, bad]
    return np.stack(found)


@pytest.mark.parametrize(
    ("kind", "size", "pose", "said"),
    [
        ("cone", [1.0], np.eye(4), "unknown kind of obstacle 'cone'; known: box, sphere, cylinder, plane"),
        ("box", [1.0], np.eye(4), r"the size of a box needs \(3,\) finite numbers"),
        ("box", [1.0, 1.0, np.nan], np.eye(4), r"the size of a box needs \(3,\) finite numbers"),
        ("sphere", [-1.0], np.eye(4), "the size of a sphere must be positive"),
        ("sphere", [1.0], np.eye(3), r"the pose of a sphere needs \(4, 4\) finite numbers"),
    ],
)
def test_obstacles_that_are_none_are_refused(
    kind: str, size: list[float], pose: np.ndarray, said: str
) -> None:
    with pytest.raises(MotionError, match=said):
        Obstacle(kind, np.array(size), pose)


@pytest.mark.parametrize(
    ("joints", "centres", "radii", "said"),
    [
        ([0], [[0.0, 0.0]], [0.1], r"got shapes \(1,\), \(1, 2\) and \(1,\)"),
        ([], np.zeros((0, 3)), [], r"spheres need joints \(n,\)"),
        ([0], [[0.0, 0.0, 0.0]], [0.0], "positive radii"),
        ([1], [[0.0, 0.0, 0.0]], [0.1], r"moved by joints 0 to 0, got \[1\]"),
    ],
)
def test_spheres_that_fit_no_arm_are_refused(joints, centres, radii, said: str) -> None:  # type: ignore[no-untyped-def]
    chain = KinematicChain(np.eye(4)[None], [[0, 0, 1]], np.eye(4))
    with pytest.raises(MotionError, match=said):
        SphereModel(chain, joints, centres, radii, [])
