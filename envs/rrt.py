"""RRT-Connect with shortcuts (Kuffner and LaValle, ICRA 2000): the way out where practised routes fail."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import make_interp_spline

from envs.collision import CollisionChecker, sampled, segment
from envs.robots import FloatArray, RobotSpec

_RESOLUTION = 0.05  # rad: between two checks of an edge


class _Tree:
    """A growing tree of configurations."""

    def __init__(self, root: FloatArray, capacity: int) -> None:
        self.points = np.empty((capacity, len(root)))
        self.points[0] = root
        self.parents = [-1]

    def nearest(self, q: FloatArray) -> int:
        return int(np.argmin(((self.points[: len(self.parents)] - q) ** 2).sum(axis=1)))

    def add(self, q: FloatArray, parent: int) -> int:
        self.points[len(self.parents)] = q
        self.parents.append(parent)
        return len(self.parents) - 1

    def branch(self, leaf: int) -> list[FloatArray]:
        """Configurations from ``leaf`` back to the root."""
        path = []
        while leaf >= 0:
            path.append(self.points[leaf].copy())
            leaf = self.parents[leaf]
        return path


def plan(
    checker: CollisionChecker,
    robot: RobotSpec,
    start: FloatArray,
    goal: FloatArray,
    margin: float,
    rng: np.random.Generator,
    iterations: int = 4000,
    step: float = 0.2,
) -> FloatArray | None:
    """Collision-free path (n, dof) rad from start to goal, shortened and smoothed, or None.

    It begins and ends exactly at ``start`` and ``goal``; rows are at most 0.06 rad (largest joint) apart.

    Args:
        checker: tells which configurations keep ``margin`` m.
        robot: its position limits bound the search.
        start: configuration (dof,) rad.
        goal: configuration (dof,) rad.
        margin: clearance kept along the returned, sampled spline, m.
        rng: source of all randomness.
        iterations: samples before giving up.
        step: length of a tree edge, rad.
    """
    if not (checker.is_free(start, margin) and checker.is_free(goal, margin)):
        return None
    if _clear(start, goal, checker, margin):
        return sampled(np.stack([start, goal]), _RESOLUTION)[0]
    trees = [_Tree(start, 40 * iterations), _Tree(goal, 40 * iterations)]
    for _ in range(iterations):
        sample = _sample(trees[0].points[0], robot, rng)
        reached = _extend(trees[0], sample, checker, margin, step, greedy=False)
        if reached is not None:
            other = _extend(trees[1], trees[0].points[reached], checker, margin, step, greedy=True)
            if other is not None and np.allclose(trees[1].points[other], trees[0].points[reached]):
                joined = trees[0].branch(reached)[::-1] + trees[1].branch(other)[1:]
                path = np.stack(joined if np.array_equal(joined[0], start) else joined[::-1])
                return _smooth(_shortcut(path, checker, margin, rng), checker, robot, margin)
        trees.reverse()
    return None


def _sample(root: FloatArray, robot: RobotSpec, rng: np.random.Generator) -> FloatArray:
    """A configuration: anywhere, or as often near the root, where compartments leave narrow ways out."""
    if rng.random() < 0.5:
        return rng.uniform(robot.lower, robot.upper)
    return np.clip(root + rng.normal(0.0, 0.4, robot.dof), robot.lower, robot.upper)


def _extend(
    tree: _Tree, target: FloatArray, checker: CollisionChecker, margin: float, step: float, *, greedy: bool
) -> int | None:
    """Grow the tree towards ``target`` by one step, or until blocked; the last new node, if any."""
    node = tree.nearest(target)
    added = None
    while len(tree.parents) < len(tree.points):
        gap = target - tree.points[node]
        distance = float(np.linalg.norm(gap))
        if distance < 1e-9:
            return node
        q = target if distance <= step else tree.points[node] + gap * (step / distance)
        if not _clear(tree.points[node], q, checker, margin):
            return added
        node = added = tree.add(q, node)
        if not greedy:
            return added
    return added


def _clear(a: FloatArray, b: FloatArray, checker: CollisionChecker, margin: float) -> bool:
    return all(checker.is_free(q, margin) for q in segment(a, b, _RESOLUTION)[1:])


def _shortcut(
    path: FloatArray, checker: CollisionChecker, margin: float, rng: np.random.Generator, tries: int = 100
) -> FloatArray:
    """Replace random stretches by straight ones where those are free."""
    for _ in range(tries):
        if len(path) < 3:
            break
        i, j = sorted(rng.choice(len(path), size=2, replace=False))
        if j - i > 1 and _clear(path[i], path[j], checker, margin):
            path = np.concatenate([path[: i + 1], path[j:]])
    return path


def _smooth(path: FloatArray, checker: CollisionChecker, robot: RobotSpec, margin: float) -> FloatArray:
    """A cubic spline through the path where it stays free, with way-points added until it does.

    The spline cuts corners between checked way-points, so it is checked itself. If none is free, the
    polyline itself is sampled, whose segments the search has checked.
    """
    for spacing in (0.5, 0.25, 0.12):
        dense = sampled(path, spacing)[0]
        if len(dense) < 4:
            continue
        arc = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(dense, axis=0), axis=1))])
        spline = make_interp_spline(arc, dense, k=3, bc_type="natural")
        curve = np.asarray(spline(np.linspace(0.0, arc[-1], max(20, int(arc[-1] / 0.03)))))
        curve[0], curve[-1] = path[0], path[-1]
        inside = bool(np.all((curve >= robot.lower) & (curve <= robot.upper)))
        if (
            inside
            and np.abs(np.diff(curve, axis=0)).max() <= 0.06
            and checker.path_is_free(curve, margin, _RESOLUTION)
        ):
            return curve
    return sampled(path, _RESOLUTION)[0]
