"""Swings: requests to turn the pendulum from one angle to another, and how they are shown.

Angles repeat every turn. A request names both ends in [0, 2 pi); a swing that ends a turn further ends in
the same place. The places are eight directions; the life-like stream favours the lower ones, as a pendulum
does, the held-out stream weighs all pairs alike.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from envs.demonstrator import DemonstratedPath
from envs.errors import WorldError
from envs.requests import HELD_OUT, LIFELIKE, Request, require_natural

FloatArray = NDArray[np.float64]

PLACES = ("down", "down right", "right", "up right", "up", "up left", "left", "down left")
_FREQUENCY = (8.0, 4.0, 2.0, 1.0, 1.0, 1.0, 2.0, 4.0)
_WIDTH = 2.0 * np.pi / len(PLACES)
_STEP = 0.02  # rad between the samples of a demonstrated swing


def place_of(angle: float) -> str:
    """Direction in which the weight hangs at an angle, rad."""
    return PLACES[round(angle / _WIDTH) % len(PLACES)]


def lifelike(seed: int, index: int, places: tuple[str, ...] = ()) -> Request:
    """Request ``index`` of the stream ``seed``, only between ``places`` if any are named.

    Raises:
        WorldError: an unknown place, or a negative seed or index.
    """
    require_natural(seed, index)
    for name in places:
        if name not in PLACES:
            raise WorldError(f"scene Pendulum has no place {name!r}; known: {', '.join(PLACES)}")
    among = [i for i, name in enumerate(PLACES) if not places or name in places]
    weights = np.array([_FREQUENCY[i] for i in among])
    rng = np.random.default_rng([LIFELIKE, seed, index])
    start = among[rng.choice(len(among), p=weights / weights.sum())]
    others = [i for i in among if i != start] or among
    weights = np.array([_FREQUENCY[i] for i in others])
    return _draw(start, others[rng.choice(len(others), p=weights / weights.sum())], rng)


def held_out(seed: int, index: int) -> Request:
    """Held-out request ``index``: every pair of places comes once before any comes twice."""
    require_natural(seed, index)
    pairs = [(a, b) for a in range(len(PLACES)) for b in range(len(PLACES)) if a != b]
    lap, place = divmod(index, len(pairs))
    order = np.random.default_rng([HELD_OUT, seed, lap, 0]).permutation(len(pairs))
    start, goal = pairs[order[place]]
    return _draw(start, goal, np.random.default_rng([HELD_OUT, seed, lap, 1 + place]))


def demonstrate(start: float, goal: float) -> DemonstratedPath:
    """The swing (n, 1) rad by the shorter way; it ends at the goal or a turn away from it."""
    turn = float(np.angle(np.exp(1j * (goal - start))))
    count = max(2, int(np.ceil(abs(turn) / _STEP)) + 1)
    return DemonstratedPath((start + np.linspace(0.0, turn, count))[:, None], "swing")


def _draw(start: int, goal: int, rng: np.random.Generator) -> Request:
    angles = [(place + rng.uniform(-0.5, 0.5)) * _WIDTH % (2.0 * np.pi) for place in (start, goal)]
    return Request(np.array(angles[:1]), np.array(angles[1:]), PLACES[start], PLACES[goal])
