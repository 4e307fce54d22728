from __future__ import annotations

import numpy as np
import pytest

from robogeo.learning.candidates import Candidates
from robogeo.learning.formulation import formulated, infeasible
from robogeo.learning.gain import predicted_gain
from robogeo.learning.learner import Learner
from robogeo.learning.scoring import PARTS, score
from robogeo.motion.request import Request
from robogeo.motion.world import World

pytestmark = pytest.mark.sim


def test_ends_beyond_the_limits_or_touching_are_infeasible(shelf: World) -> None:
    request = shelf.request(0, 0)
    assert infeasible(shelf, request) is None
    beyond = Request(request.start, shelf.limits.upper + 0.1)
    assert "goal: joint 1 is" in (infeasible(shelf, beyond) or "")
    folded = shelf.rest.copy()
    folded[[1, 3, 5]] = shelf.limits.upper[1], shelf.limits.lower[3], shelf.limits.upper[5]
    assert "start: the arm collides with" in (infeasible(shelf, Request(folded, request.goal)) or "")


def test_an_obstacle_that_came_later_counts(shelf: World) -> None:
    request = shelf.request(0, 0)
    try:
        shelf.add_obstacle(np.full(3, 2.0), np.zeros(3))
        assert "collides with an obstacle" in (infeasible(shelf, request) or "")
    finally:
        shelf.remove_obstacles()


def test_a_query_holds_what_it_was_made_of(learner: Learner, shelf: World) -> None:
    manifold = learner.planner.manifold
    requests = [shelf.request(9, index) for index in range(6)]
    scores, utility = score(manifold, requests), np.arange(6.0)
    asked = np.zeros((0, 2, shelf.dof))
    candidates = Candidates(requests, scores, manifold, learner.demonstrations, asked)
    query = formulated(candidates, shelf, utility, 4, (2, 7), deadline=5)
    assert (query.id, query.round, query.score, query.deadline) == ("q2-7", 2, 4.0, 5)
    assert query.request is requests[4] and query.kind == scores.kind(4)
    assert query.parts == scores.parts(4) and query.wrong == pytest.approx(sum(scores.parts(4).values()))
    ends = np.array([[request.start, request.goal] for request in requests])
    wrong = np.array([sum(scores.parts(index)[part] for part in PARTS) for index in range(6)])
    assert query.predicted_gain == pytest.approx(predicted_gain(ends, wrong, 4))
