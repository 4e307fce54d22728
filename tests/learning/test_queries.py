from __future__ import annotations

import json

import numpy as np

from robogeo.learning.queries import Query
from robogeo.motion.request import Request


def test_a_query_survives_the_journal_bit_for_bit() -> None:
    start, goal = np.array([0.1, 1 / 3]), np.array([np.pi, -1e-17])
    facts = {
        "via": goal / 3,
        "stretch": np.eye(2, 3) / 7,
        "motion": np.eye(2) / 3,
        "attempt": 2,
        "deadline": 9,
    }
    request = Request(start, goal, "home", "left low")
    query = Query("q3-0", 3, request, "bridge", 0.7, {"gap": 0.1, "jump": 0.2}, predicted_gain=0.4, **facts)
    again = Query.from_dict(json.loads(json.dumps(query.as_dict())))
    assert (again.request.start == start).all() and (again.request.goal == goal).all()
    assert again.as_dict() == query.as_dict()
    assert again.via is not None and (again.via == query.via).all()
    assert (again.stretch == query.stretch).all() and (again.motion == query.motion).all()
    assert again.wrong == 0.1 + 0.2
    assert again.request.name == "home to left low"


def test_a_query_of_an_older_journal_is_read() -> None:
    query = Query("q3-0", 3, Request(np.zeros(2), np.ones(2)), "cover", 0.7, {"gap": 0.1})
    old = {
        name: value
        for name, value in query.as_dict().items()
        if name in ("id", "round", "start", "goal", "start_place", "goal_place", "kind", "score", "parts")
    }
    again = Query.from_dict(json.loads(json.dumps(old)))
    assert again.as_dict() == query.as_dict() and again.via is None and again.predicted_gain == 0.0


def test_a_query_keeps_its_recording_and_says_nothing_of_one_where_there_is_none() -> None:
    part = (1 / 3, 0.9)
    request = Request(np.zeros(2), np.ones(2), "start of recording 5", "its end", 5, part)
    query = Query("q3-0", 3, request, "cover", 0.7, {"gap": 0.1})
    again = Query.from_dict(json.loads(json.dumps(query.as_dict())))
    assert (again.request.recording, again.request.part) == (5, part)
    told = Query("q3-0", 3, Request(np.zeros(2), np.ones(2)), "cover", 0.7, {}).as_dict()
    assert not {"recording", "part"} & set(told)
