"""From a chosen candidate to a query: what is to be shown, why, and whether it can be."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from robogeo.errors import InputError
from robogeo.learning.candidates import Candidates
from robogeo.learning.gain import predicted_gain
from robogeo.learning.queries import Query
from robogeo.learning.stretch import worst_stretch
from robogeo.motion.request import Request
from robogeo.motion.world import World

FloatArray = NDArray[np.float64]


def infeasible(world: World, request: Request) -> str | None:
    """Why nobody could show a request: an end outside the limits or in collision; None if they are free.

    The way between them is not looked at: whether there is one is for the oracle to find out.
    """
    try:
        world.request_between(request.start, request.goal)
    except InputError as error:
        return str(error)
    return None


def formulated(
    candidates: Candidates,
    world: World,
    utility: FloatArray,
    index: int,
    name: tuple[int, int],
    deadline: int | None = None,
) -> Query:
    """Make a query of one candidate.

    Args:
        candidates: all m, in the order in which life brought them.
        world: for limits and clearances.
        utility: (m,) that the strategy gave them.
        index: of the candidate to ask about; it should be feasible.
        name: round, and number of the query within it.
        deadline: last round in which it waits for an answer.
    """
    scores, request = candidates.scores, candidates.requests[index]
    kind = scores.kind(index)
    stretch = worst_stretch(candidates.manifold, request, kind)
    via = np.clip(stretch.middle, world.limits.lower, world.limits.upper)
    places = {"start": request.start, "goal": request.goal, "via": via}
    return Query(
        id=f"q{name[0]}-{name[1]}",
        round=name[0],
        request=request,
        kind=kind,
        score=float(utility[index]),
        parts=scores.parts(index),
        via=via,
        stretch=stretch.codes,
        motion=stretch.motion,
        clearances_m={place: world.clearance(q) for place, q in places.items()},
        predicted_gain=predicted_gain(candidates.ends, scores.wrong, index),
        deadline=deadline,
    )
