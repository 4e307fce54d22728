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
    """Watches pairs of links of an arm that moves on, and looks only at those that may have come near.

    Args:
        simulation: the arm.
        pairs: the links.
        reaches: their reaches (P, dof), see `pair_reaches`.
        margin: least distance, m.
    """

    def __init__(
        self, simulation: Simulation, pairs: Sequence[tuple[int, int]], reaches: FloatArray, margin: float
    ) -> None:
        self._distances = simulation.bound("getClosestPoints", simulation.arm, simulation.arm)
        self._pairs, self._reaches, self._margin = pairs, reaches, margin
        self._seen_at = np.zeros_like(reaches)
        self._apart = np.zeros(len(pairs))  # m beyond the margin, when last looked at; nothing is known yet

    def near(self, q: FloatArray, following: FloatArray | None = None) -> bool:
        """Whether a pair is nearer than the margin, where the arm stands now.

        Args:
            q: where it stands (dof,), rad.
            following: where it is going to stand next (dof,), rad; None where nobody asks again.
        """
        travelled = np.einsum("pj,pj->p", np.abs(q - self._seen_at), self._reaches)
        doubtful = (travelled >= self._apart).nonzero()[0].tolist()
        if not doubtful:
            return False
        # Where the next configuration is far, to know more than whether this one is free gains nothing.
        steps = None if following is None else self._reaches @ np.abs(following - q)
        look = _LOOK if steps is not None and steps.max() < _FAR_STEP else self._margin
        for k in doubtful:
            nearest = min(self._distances_of(k, look), default=look)
            self._seen_at[k], self._apart[k] = q, nearest - self._margin - _ROUNDING
            if nearest <= self._margin + _ROUNDING and self._distances_of(k, self._margin):
                return True
        return False

    def _distances_of(self, k: int, reach: float) -> list[float]:
        """Distances (m) of the closest points of a pair, none if they are all beyond ``reach`` m."""
        a, b = self._pairs[k]
        return [p[_DISTANCE] for p in self._distances(reach, linkIndexA=a, linkIndexB=b)]


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
