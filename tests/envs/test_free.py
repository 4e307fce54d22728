"""An arm with nothing round it, and the KUKA LWR 4+, of which there are recordings."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from envs.arm_world import ArmWorld
from envs.demonstrator import DemonstratedPath, NoDemonstration
from envs.errors import WorldError
from envs.kinematics import Kinematics
from envs.robots import load_robot, robot_names
from robogeo.data.folder import data_folder

pytestmark = pytest.mark.sim
TASKS = ("pour_no_obst", "pour_obst", "foot", "fore_hand", "back_hand")


@pytest.fixture(scope="module", params=robot_names())
def free(request: pytest.FixtureRequest) -> Iterator[ArmWorld]:
    world = ArmWorld("Free", request.param)
    yield world
    world.close()


def test_requests_are_free_and_shown_within_limits(free: ArmWorld) -> None:
    shown = []
    for index in range(4):
        request = free.held_out_request(0, index)
        assert free.clearance(request.start).itself > 0.0
        assert free.clearance(request.start).surroundings == 0.2  # nothing is near
        path = free.demonstrate(request.start, request.goal)
        if isinstance(path, DemonstratedPath):
            shown.append(path.q)
            np.testing.assert_array_equal(path.q[[0, -1]], [request.start, request.goal])
            assert free.first_collision(path.q) is None
            assert np.all((path.q >= free.robot.lower) & (path.q <= free.robot.upper))
    assert shown
    assert free.place_of(free.robot.rest) == free.place_names()[0]


def test_streams_are_pure_functions_and_never_meet(free: ArmWorld) -> None:
    again = free.request(3, 1)
    np.testing.assert_array_equal(again.start, free.request(3, 1).start)
    assert not np.array_equal(again.start, free.held_out_request(3, 1).start)
    with pytest.raises(WorldError, match="no place 'shelf'"):
        free.request(0, 0, ("shelf",))


def test_an_arm_that_folds_into_itself_is_told() -> None:
    world = ArmWorld("Free", "iiwa")
    folded = np.array([0.0, 2.0, 0.0, 2.0, 0.0, -2.0, 0.0])
    assert isinstance(world.demonstrate(folded, world.robot.rest), NoDemonstration)
    assert world.clearance(folded).itself <= 0.0
    assert world.first_collision(np.stack([world.robot.rest, folded])) is not None
    assert isinstance(world.demonstrate(world.robot.upper + 0.1, world.robot.rest), NoDemonstration)
    world.close()


@pytest.mark.data
@pytest.mark.parametrize("task", TASKS)
def test_the_lwr_is_where_the_real_one_said_it_was(task: str) -> None:
    file = data_folder() / "kuka_lwr_demos" / f"{task}.npz"
    if not file.is_file():
        pytest.skip(f"{file.name} is not under ROBOGEO_DATA")
    robot = load_robot("kuka_lwr")
    kinematics = Kinematics(robot)
    with np.load(file) as content:
        for key in (name for name in content.files if name.startswith("q_")):
            q, t = content[key], content[key.replace("q_", "t_")]
            pose, at = content[key.replace("q_", "pose_")], content[key.replace("q_", "tpose_")]
            assert np.all((q >= robot.lower) & (q <= robot.upper))
            logged = np.stack([np.interp(t[::50], at, column) for column in pose[:, :3].T], axis=1)
            off = np.linalg.norm(kinematics.tool_path(q[::50]) - logged, axis=1)
            assert np.median(off) < 1e-4  # m; at some samples the two clocks are apart
