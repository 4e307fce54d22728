"""What is promised of a scene holds for every shipped arm, not only for the one it was laid out for."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from envs.arm import ArmEnv
from envs.demonstrator import DemonstratedPath
from envs.robots import load_robot, robot_names
from envs.scenes import SCENES, Layout

pytestmark = pytest.mark.sim
# The LWR's bare flange is too short for the scenes; it comes for the sake of recordings, see test_free.py.
OTHERS = [name for name in robot_names() if name not in ("iiwa", "kuka_lwr")]


@pytest.fixture(scope="module", params=[(scene, robot) for scene in SCENES for robot in OTHERS])
def other(request: pytest.FixtureRequest) -> Iterator[ArmEnv]:
    made = ArmEnv(*request.param)
    yield made
    made.close()


@pytest.mark.long
def test_requests_are_drawn_in_every_place_and_demonstrated_by_route(other: ArmEnv) -> None:
    seen = set()
    for i in range(len(other.scene.pairs())):
        request = other.held_out_request(7, i)
        seen.add(request.start_place)
        assert other.place_of(request.start) == request.start_place
        assert other.clearance(request.start).surroundings >= 0.02
        shown = other.demonstrate(request.start, request.goal)
        assert isinstance(shown, DemonstratedPath)
        assert shown.method == "route"
        assert np.all((shown.q >= other.robot.lower) & (shown.q <= other.robot.upper))
    assert seen == set(other.place_names())


def test_a_demonstration_runs_without_contact_and_moves_no_finger(other: ArmEnv) -> None:
    request = other.held_out_request(7, 1)
    shown = other.demonstrate(request.start, request.goal)
    assert isinstance(shown, DemonstratedPath)
    slow = np.linspace(0, len(shown.q) - 1, 1200)
    q = np.stack([np.interp(slow, np.arange(len(shown.q)), joint) for joint in shown.q.T], axis=1)
    seen = other.execute(q, np.gradient(q, 1 / 240.0, axis=0))
    assert not seen.collision
    assert seen.min_clearance_m > 0.01
    assert seen.goal_error_m < 2e-3
    simulation = other._simulation
    for joint, position in simulation._held.items():
        assert simulation.call("getJointState", simulation.arm, joint)[0] == pytest.approx(position, abs=1e-3)


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("robot", OTHERS)
@pytest.mark.long
def test_check_env_passes_without_a_warning(scene: str, robot: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        env = gymnasium.make(f"envs:robogeo/{scene}-v0", robot=robot)
        check_env(env.unwrapped)
        env.close()


def test_scenes_stand_as_they_were_laid_out_for_the_first_arm() -> None:
    assert Layout.for_arm(load_robot("iiwa")) == Layout()


def test_a_wide_tool_gets_wide_openings_and_a_short_arm_near_ones() -> None:
    wide, near = Layout(room=0.1), Layout(stretch=0.5)
    shelf = SCENES["ShelfReach"]
    assert shelf(wide).places[0].lower[1] == pytest.approx(shelf().places[0].lower[1] + 0.1)
    assert shelf(near).anchor[0] == pytest.approx(0.5 * shelf().anchor[0])
    trays = SCENES["ReachDetour"]
    azimuths = [[place.lower[0] for place in trays(layout).places[:3]] for layout in (Layout(), wide)]
    assert np.diff(azimuths[1]).min() > 1.4 * np.diff(azimuths[0]).max()
