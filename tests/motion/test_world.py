from __future__ import annotations

import pickle
import sys
from typing import Any

import numpy as np
import pytest
import torch

from robogeo.errors import InputError, RobogeoError
from robogeo.motion.opened import arrived, opened
from robogeo.motion.path import smooth_path
from robogeo.motion.request import Refusal, Request
from robogeo.motion.timing import time_path
from robogeo.motion.world import World
from robogeo.motion.worlds import robot_names, scene_names

pytestmark = pytest.mark.sim

IN_THE_RACK = np.array([0.0, 0.6, 0.0, -1.2, 0.0, 0.6, 0.0])
IN_ITSELF = np.array([0.0, 0.0, 0.0, -2.09, 0.0, -2.09, 0.0])


def key(request: Request) -> tuple[float, ...]:
    return (*request.start.tolist(), *request.goal.tolist())


def test_names_are_known() -> None:
    assert {"ShelfReach", "ReachDetour", "TwoSkills", "PotsAndNiches", "Strokes", "Pendulum"} <= set(
        scene_names()
    )
    with pytest.raises(InputError, match="the scene Pendulum has one alone: pendulum"):
        World("Pendulum", "iiwa")
    assert "iiwa" in robot_names()


@pytest.mark.parametrize(
    ("scene", "robot", "told"),
    [
        ("Nowhere", "iiwa", r"unknown scene 'Nowhere'; known: .*ShelfReach"),
        ("ShelfReach-v0", "iiwa", "unknown scene"),
        ("../ShelfReach", "iiwa", "unknown scene"),
        ("ShelfReach", "nobody", r"nobody.*iiwa"),
    ],
)
def test_unknown_names_are_told_with_the_known_ones(scene: str, robot: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        World(scene, robot)


def test_a_world_describes_its_arm(shelf: World) -> None:
    assert shelf.dof == len(shelf.joint_names) == shelf.rest.size == 7
    assert shelf.limits.check_positions(shelf.rest[None]) is None
    assert "home" in shelf.place_names
    assert shelf.clearance(shelf.rest) > 0.0


def test_streams_are_keyed_and_never_meet(shelf: World) -> None:
    life = [shelf.request(5, index) for index in range(12)]
    again = [shelf.request(5, index) for index in reversed(range(12))]
    assert [key(request) for request in life] == [key(request) for request in reversed(again)]
    held_out = {key(request) for request in shelf.held_out(5, 12)}
    other = {key(shelf.request(6, index)) for index in range(12)}
    assert len({key(request) for request in life} | held_out | other) == 36


def test_held_out_requests_weigh_all_pairs_alike(shelf: World) -> None:
    pairs = [(request.start_place, request.goal_place) for request in shelf.held_out(1, 42)]
    assert len(set(pairs)) == 42


def test_requests_keep_to_the_named_places(shelf: World) -> None:
    places = ("home", "left low")
    for index in range(5):
        request = shelf.request(0, index, places)
        assert {request.start_place, request.goal_place} == set(places)
        assert request.name == f"{request.start_place} to {request.goal_place}"
    with pytest.raises(InputError, match=r"no place 'attic'; known: .*home"):
        shelf.request(0, 0, ("attic", "home"))
    with pytest.raises(InputError, match="no request joins"):
        shelf.request(0, 0, ("home",))
    with pytest.raises(InputError, match="negative"):
        shelf.request(0, -1)


def test_a_persons_request_gets_its_places(shelf: World) -> None:
    given = shelf.request(0, 0)
    request = shelf.request_between(given.start, given.goal)
    assert request.name == given.name
    assert shelf.request_between(shelf.rest, given.goal).goal_place == given.goal_place


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"start": np.zeros(6)}, "start: 6 joint values, the robot iiwa has 7 joints"),
        ({"goal": np.zeros((7, 1))}, "goal: 7 joint values"),
        ({"goal": np.array([0, 0, np.nan, 0, 0, 0, 0])}, "goal: joint 3 is not a finite number"),
        ({"start": np.array([0, 0, 0, 0, 0, 0, 45.0])}, r"start: joint 7 is 45 rad.*radians"),
        ({"goal": IN_THE_RACK}, r"goal: the arm collides with an obstacle there, .* mm deep"),
        ({"goal": IN_ITSELF}, r"goal: the arm collides with itself there, .* mm deep"),
    ],
)
def test_an_impossible_request_is_told(shelf: World, change: dict[str, Any], told: str) -> None:
    ends = {"start": shelf.rest, "goal": shelf.rest, **change}
    with pytest.raises(InputError, match=told):
        shelf.request_between(ends["start"], ends["goal"])


def test_a_demonstration_runs_without_collision(shelf: World) -> None:
    request = shelf.request(0, 0)
    path = shelf.demonstrate(request, 0)
    assert not isinstance(path, Refusal)
    np.testing.assert_allclose(path[[0, -1]], [request.start, request.goal])
    motion = time_path(smooth_path(path, limits=shelf.limits), shelf.limits)
    runs = [shelf.execute(motion) for _ in range(2)]
    assert not runs[0].collision and runs[0].min_clearance_m > 0.0
    assert runs[0].goal_error_m < 0.005
    assert (runs[0].q == runs[1].q).all()  # a freshly loaded world each time
    assert runs[0].q.shape == motion.q.shape


def test_a_demonstrator_that_finds_nothing_refuses(shelf: World) -> None:
    shown = shelf.demonstrate(Request(IN_THE_RACK, shelf.rest), 0)
    assert isinstance(shown, Refusal) and shown.kind == "no-demonstration" and shown.reason


def test_an_added_obstacle_is_met_by_checks_and_motions_until_it_is_removed(shelf: World) -> None:
    path = shelf.demonstrate(shelf.request(0, 0), 0)
    assert not isinstance(path, Refusal) and shelf.free(path, 0.0).all()
    motion = time_path(smooth_path(path, limits=shelf.limits), shelf.limits)
    _, tool = shelf.chain.tool(torch.tensor(path[len(path) // 2 :][:1]))
    changes = shelf.changes
    shelf.add_obstacle([0.05, 0.05, 0.05], tool[0].numpy())
    try:
        assert shelf.changes > changes
        assert not shelf.free(path, 0.0).all() and shelf.execute(motion).collision
        with pytest.raises(RobogeoError, match="obstacles of its own stays in its process"):
            pickle.dumps(shelf)
    finally:
        shelf.remove_obstacles()
    assert shelf.free(path, 0.0).all() and not shelf.execute(motion).collision
    with pytest.raises(InputError, match="three positive half extents"):
        shelf.add_obstacle([0.0, 0.1, 0.1], [0.5, 0.0, 0.5])
    with pytest.raises(InputError, match=r"\(n, 7\)"):
        shelf.free(np.zeros((2, 6)), 0.0)


def test_a_world_travels_by_its_names_and_a_process_has_one_of_a_kind(shelf: World) -> None:
    sent = pickle.loads(pickle.dumps(shelf))
    try:
        assert sent is not shelf and (sent.scene, sent.robot_name) == (shelf.scene, shelf.robot_name)
        assert pickle.loads(pickle.dumps(shelf)) is sent is opened("ShelfReach", "iiwa", None)
        assert key(sent.request(3, 1)) == key(shelf.request(3, 1))
    finally:
        opened.cache_clear()
        sent.close()


def test_a_world_that_cannot_be_opened_where_it_arrives_says_why() -> None:
    world = arrived("ShelfReach", "nowhere.yaml", None)
    with pytest.raises(InputError, match=r"nowhere\.yaml"):
        world.request(0, 0)


def test_films_have_the_wanted_size(shelf: World) -> None:
    frames = shelf.appearance.film(np.tile(shelf.rest, (120, 1)), 4.0, (64, 48))
    assert frames.dtype == np.uint8 and frames.shape[1:] == (48, 64, 3)
    assert 2 <= len(frames) <= 4


def test_the_library_knows_no_simulator() -> None:
    import subprocess

    code = (
        "import sys, robogeo.motion.world, robogeo.learning.learner, robogeo.run.stored; "
        "print([m for m in sys.modules if m == 'pybullet' or m.split('.')[0] == 'envs'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
