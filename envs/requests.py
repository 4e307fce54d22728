"""Motion requests: who wants to go from where to where.

Two streams, each a pure function of (seed, index): the *life-like* one favours some places as life does,
the *held-out* one weighs all pairs of places alike. They are keyed apart, so that whoever learns from the
first never sees the second.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from envs.collision import CollisionChecker
from envs.errors import WorldError
from envs.kinematics import Kinematics
from envs.robots import FloatArray
from envs.scenes.scene import Place, Scene

LIFELIKE, HELD_OUT = 0, 1
MARGIN = 0.02  # m: clearance of every requested end point
TRIES = 200


@dataclass(frozen=True)
class Request:
    """A motion that somebody wants.

    Attributes:
        start, goal: configurations (dof,) rad.
        start_place, goal_place: names of the places they lie in.
    """

    start: FloatArray
    goal: FloatArray
    start_place: str
    goal_place: str


class RequestSampler:
    """Draws requests that are within limits and free at both ends."""

    def __init__(self, scene: Scene, kinematics: Kinematics, checker: CollisionChecker) -> None:
        self._scene, self._kinematics, self._checker = scene, kinematics, checker
        self._pairs = scene.pairs()

    def check_places(self) -> None:
        """Refuse a scene with a place that this arm cannot reach or has no room in.

        Raises:
            WorldError: it names the place.
        """
        for place in self._scene.places:
            self._configuration(place, np.random.default_rng(0))

    def place_names(self) -> list[str]:
        """Names of the scene's places."""
        return [place.name for place in self._scene.places]

    def place_of(self, q: FloatArray) -> str:
        """Name of the place in which the tool lies at q (dof,) rad, or ``elsewhere``."""
        place = self._scene.place_of(self._kinematics.tool_pose(q).position)
        return "elsewhere" if place is None else place.name

    def lifelike(self, seed: int, index: int, places: tuple[str, ...] = ()) -> Request:
        """Request ``index`` of the stream ``seed``; only between ``places`` if any are named.

        Where the named places belong to several skills, the skills come in turn, index by index, and no
        request joins two of them: who names places wants each skill shown, not the way between them.

        Raises:
            WorldError: a named place is unknown, or no pair of the named places can be requested.
        """
        require_natural(seed, index)
        pairs = self._pairs_within(places, index)
        rng = np.random.default_rng([LIFELIKE, seed, index])
        weights = np.array([a.frequency * b.frequency for a, b in pairs])
        start, goal = pairs[rng.choice(len(pairs), p=weights / weights.sum())]
        return self._draw(start, goal, rng)

    def held_out(self, seed: int, index: int) -> Request:
        """Held-out request ``index``: every pair of places comes once before any comes twice."""
        require_natural(seed, index)
        lap, place = divmod(index, len(self._pairs))
        # NumPy pads keys with zeros, so a shorter key would equal a longer one: all keys are equally long.
        order = np.random.default_rng([HELD_OUT, seed, lap, 0]).permutation(len(self._pairs))
        start, goal = self._pairs[order[place]]
        return self._draw(start, goal, np.random.default_rng([HELD_OUT, seed, lap, 1 + place]))

    def _pairs_within(self, places: tuple[str, ...], index: int) -> list[tuple[Place, Place]]:
        known = [place.name for place in self._scene.places]
        for name in places:
            if name not in known:
                raise WorldError(f"scene {self._scene.name} has no place {name!r}; known: {', '.join(known)}")
        if not places:
            return self._pairs
        skills = list(dict.fromkeys(place.skill for place in self._scene.places if place.name in places))
        skill = skills[index % len(skills)]
        pairs = [
            (a, b)
            for a, b in self._pairs
            if a.name in places and b.name in places and a.skill == b.skill == skill
        ]
        if not pairs:
            raise WorldError(
                f"scene {self._scene.name}: no request joins two of the places {', '.join(places)}"
            )
        return pairs

    def _draw(self, start: Place, goal: Place, rng: np.random.Generator) -> Request:
        ends = [self._configuration(place, rng) for place in (start, goal)]
        return Request(ends[0], ends[1], start.name, goal.name)

    def _configuration(self, place: Place, rng: np.random.Generator) -> FloatArray:
        """A free configuration whose tool lies in the place, reached as the arm would reach it.

        The arm is led there from the scene's anchor along the scene's route, so that the same tool pose
        always gives the same posture.
        """
        reached = False
        for _ in range(TRIES):
            q = self._reach(place.sample(rng))
            reached = reached or q is not None
            if q is not None and self._checker.is_free(q, MARGIN):
                return q
        scene, arm = self._scene.name, self._kinematics.robot.name
        if reached:
            room = f"{1000 * MARGIN:g} mm of room"
            raise WorldError(f"scene {scene}: the {arm} has no {room} in place {place.name!r}")
        raise WorldError(
            f"scene {scene}: place {place.name!r} is out of reach of the {arm}; "
            "state a smaller reach_m or another lift_m in its file, or use another scene"
        )

    def _reach(self, point: FloatArray) -> FloatArray | None:
        """The configuration at a point (3,) in place coordinates, led there from the anchor, or None."""
        anchor, goal = (self._scene.tool_pose(at) for at in (self._scene.anchor, point))
        route = self._scene.route(anchor, goal, spacing=0.05)
        path = self._kinematics.follow(route, self._kinematics.robot.rest)
        return None if path is None else path[-1]


def require_natural(seed: int, index: int) -> None:
    """Refuse numbers of requests that are negative."""
    for name, value in (("seed", seed), ("index", index)):
        if value < 0:
            raise WorldError(f"the {name} of a request must not be negative, got {value}")
