"""How far the points of an arm can travel between two configurations, at most.

Between configurations that differ by dq, no point of a link moves farther than ``sum_j |dq_j| reach_j`` over
the joints that carry it, where reach_j bounds its distance from the axis of joint j: the chain of joint
origins up to the link, whose lengths no motion changes, and the radius of the link's shapes about its own
origin. Two links move against each other by the joints between them alone. So links that are farther apart
than the bound stay apart, and need no exact check (Schwarzer, Saha and Latombe 2005, IEEE T-RO 21:338,
"Adaptive dynamic collision checking").
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from envs.robots import FloatArray
from envs.simulation import Simulation

_LOOK = 0.5  # m: how far is looked, so that the next looks may be spared
_FAR_STEP = 0.1  # m: a step by which a pair may travel so far spares none
_ROUNDING = 1e-4  # m: of distances, and of what held joints give way
_DISTANCE = 8  # field of a point that PyBullet returns


def pair_reaches(simulation: Simulation, pairs: Sequence[tuple[int, int]]) -> FloatArray:
    """Reach (P, dof) m of every joint as to the distance between the links of every pair."""
    reaches = _link_reaches(simulation)
    still = np.zeros(len(simulation.joints))
    rows = []
    for a, b in pairs:
        first, second = reaches.get(a, still), reaches.get(b, still)
        rows.append(np.where((first > 0.0) != (second > 0.0), first + second, 0.0))
    return np.array(rows).reshape(len(pairs), len(still))


class PairWatch:
    """Watches pairs of links along a path, and looks only at those that may have come near since last time.

    Args:
        simulation: the arm.
        pairs: the links.
        reaches: their reaches (P, dof), see `pair_reaches`.
        path: configurations (n, dof), rad, at which the arm is going to stand one by one.
        margin: least distance, m.
    """

    def __init__(
        self,
        simulation: Simulation,
        pairs: Sequence[tuple[int, int]],
        reaches: FloatArray,
        path: FloatArray,
        margin: float,
    ) -> None:
        self._simulation, self._pairs, self._margin = simulation, pairs, margin
        steps = np.abs(np.diff(path, axis=0)) @ reaches.T
        # Where the next configuration is far, to know more than whether this one is free gains nothing.
        self._look = [*np.where(steps.max(axis=1, initial=0.0) < _FAR_STEP, _LOOK, margin).tolist(), margin]
        self._travelled = np.vstack([np.zeros(len(pairs)), np.cumsum(steps, axis=0)]).tolist()
        self._apart_until = [0.0] * len(pairs)

    def near(self, i: int) -> bool:
        """Whether a pair is nearer than the margin at configuration i, where the arm stands now."""
        for k, travelled in enumerate(self._travelled[i]):
            if travelled < self._apart_until[k]:
                continue
            nearest = min(self._distances(k, self._look[i]), default=self._look[i])
            if nearest <= self._margin + _ROUNDING and self._distances(k, self._margin):
                return True
            self._apart_until[k] = travelled + nearest - self._margin - _ROUNDING
        return False

    def _distances(self, k: int, reach: float) -> list[float]:
        """Distances (m) of the closest points of a pair, none if they are all beyond ``reach`` m."""
        a, b = self._pairs[k]
        arm, call = self._simulation.arm, self._simulation.call
        return [p[_DISTANCE] for p in call("getClosestPoints", arm, arm, reach, linkIndexA=a, linkIndexB=b)]


class StandingWatch:
    """Watches pairs of links of an arm that moves on, and looks only at those that may have met since.

    Args:
        simulation: the arm.
        pairs: the links.
    """

    def __init__(self, simulation: Simulation, pairs: Sequence[tuple[int, int]]) -> None:
        self._look = simulation.bound("getClosestPoints", simulation.arm, simulation.arm, _LOOK)
        self._pairs = pairs
        self._reaches = pair_reaches(simulation, pairs)
        self._seen_at = np.zeros_like(self._reaches)
        self._apart = np.zeros(len(pairs))

    def touching(self, q: FloatArray) -> bool:
        """Whether links touch, as they are now, at q (dof,) rad."""
        travelled = (np.abs(q - self._seen_at) * self._reaches).sum(axis=1)
        doubtful = travelled >= self._apart
        if not doubtful.any():
            return False
        touching = False
        for k in np.flatnonzero(doubtful).tolist():
            a, b = self._pairs[k]
            nearest = min((p[_DISTANCE] for p in self._look(linkIndexA=a, linkIndexB=b)), default=_LOOK)
            touching = touching or nearest <= 0.0
            self._seen_at[k], self._apart[k] = q, nearest - _ROUNDING
        return touching


def _link_reaches(simulation: Simulation) -> dict[int, FloatArray]:
    """Farthest (dof,) m that points of each link can lie from the axis of each joint; 0 if not carried."""
    arm, call = simulation.arm, simulation.call
    parents = {link: call("getJointInfo", arm, link)[16] for link in range(call("getNumJoints", arm))}
    origins = {link: np.array(call("getLinkState", arm, link)[4]) for link in parents}
    reaches = {}
    for link in parents:
        box = np.array(call("getAABB", arm, link))
        far = float(np.linalg.norm(np.abs(box - origins[link]).max(axis=0)))
        carried, at = {link: far}, link
        while parents[at] >= 0:
            far += float(np.linalg.norm(origins[at] - origins[parents[at]]))
            at = parents[at]
            carried[at] = far
        reaches[link] = np.array([carried.get(joint, 0.0) for joint in simulation.joints])
    return reaches
