from __future__ import annotations

import json

import numpy as np

from robogeo.learning.queries import Query
from robogeo.motion.world import Request


def test_a_query_survives_the_journal_bit_for_bit() -> None:
    start, goal = np.array([0.1, 1 / 3]), np.array([np.pi, -1e-17])
    query = Query("q3-0", 3, Request(start, goal, "home", "left low"), "bridge", 0.7, {"gap": 0.1})
    again = Query.from_dict(json.loads(json.dumps(query.as_dict())))
    assert (again.request.start == start).all() and (again.request.goal == goal).all()
    assert again.as_dict() == query.as_dict()
    assert again.request.name == "home to left low"
