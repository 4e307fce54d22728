from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robogeo.motion.planner import Plan
from robogeo.motion.world import World
from robogeo.viewer.session import Session
from robogeo.viewer.wall import Hanging, Wall, column

pytestmark = pytest.mark.sim


def test_two_clicks_make_a_way_and_a_third_begins_anew(session: Session) -> None:
    nodes = session.map.projection.plane_nodes
    session.clear()
    session.choose(*nodes[3])
    assert session.start is not None and session.goal is None and session.lead() is None
    session.choose(*nodes[40])
    route = session.lead()
    assert route is not None and route.verdict.word == "looking" and route.film is None
    assert np.allclose(route.codes[[0, -1]], [route.start.code, route.goal.code], atol=1e-5)
    assert route.path.shape == (64, 7)
    session.choose(*nodes[10])
    assert session.goal is None and session.route is None


def test_after_a_swap_a_click_fills_the_end_that_is_missing(session: Session) -> None:
    nodes = session.map.projection.plane_nodes
    session.clear()
    session.choose(*nodes[3])
    first = session.start
    session.swap()
    session.choose(*nodes[40])
    assert first is not None and session.goal is first and session.start is not None


def test_a_judged_way_has_a_film_and_a_verdict(session: Session) -> None:
    request = session.held_out(1)[0]
    session.start, session.goal = session.end_at(request.start), session.end_at(request.goal)
    session.lead()
    route = session.judge()
    assert route is not None and route.film is not None
    assert route.verdict.word in ("safe", "unsafe") and "clearance" in route.verdict.reason
    film = route.film
    assert np.allclose(film.q[0], request.start, atol=1e-9) and np.allclose(
        film.q[-1], request.goal, atol=1e-9
    )
    assert film.speed[[0, -1]] == pytest.approx([0.0, 0.0], abs=1e-6)
    assert 0.0 < film.speed.max() <= session.learner.config.motion.derate + 1e-3
    # The verdict is the learner's own: the same request is planned the same way.
    plan = session.learner.plans.plan(request)
    assert isinstance(plan, Plan) and plan.motion.duration == pytest.approx(film.t[-1])


def test_an_end_in_an_obstacle_is_refused_with_its_reason(session: Session, shelf: World) -> None:
    rest = session.end_at(shelf.rest)
    low = shelf.rest.copy()
    low[1] = shelf.limits.upper[1]
    assert shelf.clearance(low) <= 0.0
    session.start, session.goal = rest, session.end_at(low)
    session.lead()
    route = session.judge()
    assert route is not None and route.verdict.word == "refused" and "goal" in route.verdict.reason
    assert route.film is not None and np.isnan(route.film.speed).all()
    session.swap()
    assert session.goal is rest


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_a_look_at_a_place_on_the_wall_falls_there(across: float, up: float) -> None:
    wall = Wall.facing(np.array([-0.66, -1.08, 1.24]), np.array([0.42, 0.0, 0.44]))
    for hanging in column(wall, (0.8, 0.6)):
        place = hanging.local(np.array([[across, up]]))[0]
        point = hanging.centre + place[0] * wall.right + place[1] * wall.up
        share = hanging.met_by(wall.eye, point - wall.eye)
        assert share is not None and np.allclose(share, [across, up], atol=1e-9)


def test_a_look_past_the_wall_or_away_from_it_meets_nothing() -> None:
    wall = Wall.facing(np.array([-1.0, -1.0, 1.0]), np.array([0.4, 0.0, 0.4]))
    card: Hanging = column(wall, (1.0,))[0]
    assert card.met_by(wall.eye, card.centre + 2.0 * wall.right - wall.eye) is None
    assert card.met_by(wall.eye, wall.eye - card.centre) is None
    assert card.met_by(wall.eye, wall.right) is None
