"""Robot files: the shipped one, and what is said of broken ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from envs import robots
from envs.errors import WorldError
from envs.robots import load_robot, robot_names

_SHIPPED = Path(__file__).resolve().parents[2] / "configs" / "robots" / "iiwa.yaml"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(robots, "_CHECKOUT", tmp_path)
    return tmp_path


def write(folder: Path, **changes: Any) -> Path:
    """A robot file like the shipped one with changed fields (``a__b``: b in section a); None removes one."""
    raw = yaml.safe_load(_SHIPPED.read_text())
    for field, value in changes.items():
        *sections, last = field.split("__")
        section = raw
        for name in sections:
            section = section[name]
        if value is None:
            del section[last]
        else:
            section[last] = value
    path = folder / "mine.yaml"
    path.write_text(yaml.safe_dump(raw))
    return path


def test_every_shipped_robot_loads() -> None:
    assert "iiwa" in robot_names()
    for name in robot_names():
        robot = load_robot(name)
        assert robot.name == name
        assert np.all(robot.lower < robot.rest)
        assert np.all(robot.rest < robot.upper)
        assert robot.urdf.is_file()


def test_limits_are_read_in_radians() -> None:
    robot = load_robot("iiwa")
    assert robot.dof == 7
    np.testing.assert_allclose(robot.upper[:2], [2.96705973, 2.09439510])
    np.testing.assert_allclose(robot.velocity[0], 1.48352986)
    np.testing.assert_allclose(robot.torque, [320, 320, 176, 176, 110, 40, 40])


def test_limits_that_are_not_symmetric_are_pairs_and_may_be_in_radians() -> None:
    robot = load_robot("panda")
    np.testing.assert_array_equal(robot.lower[3:], [-3.0718, -2.8973, -0.0175, -2.8973])
    np.testing.assert_array_equal(robot.upper[3:], [-0.0698, 2.8973, 3.7525, 2.8973])
    np.testing.assert_array_equal(robot.velocity[[0, 6]], [2.175, 2.61])


def test_an_arm_may_work_otherwise_when_its_tool_points_forward() -> None:
    robot = load_robot("panda")
    forward = robot.facing("forward")
    assert forward.lift > robot.lift == 0.0
    assert forward.reach < robot.reach
    assert not np.array_equal(forward.rest, robot.rest)
    assert robot.facing("down") is robot


def test_an_unknown_robot_is_refused_with_the_known_ones(folder: Path) -> None:
    write(folder)
    with pytest.raises(WorldError, match=r"unknown robot '\.\./x'; known: mine"):
        load_robot("../x")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("limits__velocity_deg_s", [85, 85], "field 'velocity_deg_s' needs 7 finite numbers, got [85, 85]"),
        ("limits__torque_nm", None, "field 'torque_nm' is missing"),
        ("limits__jerk_deg_s3", "fast", "field 'jerk_deg_s3' needs 7 finite numbers, got 'fast'"),
        ("limits__position_deg", [170, 120, 170, 120, 170, 120, -1], "field 'position_deg' needs positive"),
        ("limits", 3, "field 'limits' needs named values"),
        ("tool__offset_m", [0, 0], "field 'offset_m' needs 3 finite numbers"),
        ("tool", None, "field 'tool' is missing"),
        (
            "limits__position_deg",
            [[-170, 170], 120, 170, 120, 170, 120],
            "field 'position_deg' needs 7 numbers or",
        ),
        (
            "limits__position_deg",
            [[9, -9], 1, 1, 1, 1, 1, 1],
            "field 'position_deg' has lower >= upper at joint 1",
        ),
        (
            "limits__position_deg",
            [[-1, 1, 1] for _ in range(7)],
            "field 'position_deg' needs 7 numbers or pairs",
        ),
        ("tool__width_m", 0.0, "field 'width_m' needs positive numbers"),
        ("tool__rpy_deg", [0, 0], "field 'rpy_deg' needs 3 finite numbers"),
        ("reach_m", 10**400, "field 'reach_m' needs 1 finite numbers"),
        ("reach_m", 1e300, "field 'reach_m' needs 1 finite numbers"),
        ("reach", 1.0, "the file has an unknown field 'reach'; did you mean 'reach_m'?"),
        ("tool__rpy", [0, 0, 0], "field 'tool' has an unknown field 'rpy'; did you mean 'rpy_deg'?"),
        ("limits__speed", 3, "field 'limits' has an unknown field 'speed'; known: position_deg"),
        ("limits__velocity_rad_s", [1], "fields 'velocity_rad_s' and 'velocity_deg_s' state the same"),
        ("stances", {"down": {"limits": 1}}, "field 'stances.down' has an unknown field 'limits'"),
        ("name", ["mine"], "field 'name' needs a letter"),
        ("reach_m", "far", "field 'reach_m' needs 1 finite numbers"),
        ("held", {"finger": "open"}, "field 'held.finger' needs 1 finite numbers"),
        ("stances", {"up": {}}, "field 'stances' has no 'up'; known: forward, down"),
        ("stances", {"down": {"rest_rad": [0]}}, "field 'rest_rad' needs 7 finite numbers"),
        ("rest_rad", [0, 0, 0, float("nan"), 0, 0, 0], "field 'rest_rad' needs 7 finite numbers"),
        ("rest_rad", [0, 0, 0, -3.0, 0, 0, 0], "field 'rest_rad' lies outside the field 'position_deg'"),
        ("joints", "all", "field 'joints' needs a list"),
        ("urdf", "nowhere.urdf", "field 'urdf' names 'nowhere.urdf', which is not a file"),
        ("self_collision_pairs", [[1]], "field 'self_collision_pairs' needs pairs"),
    ],
)
def test_a_broken_field_is_named_with_its_file_in_one_line(
    folder: Path, field: str, value: Any, said: str
) -> None:
    path = write(folder, **{field: value})
    with pytest.raises(WorldError) as caught:
        load_robot("mine")
    message = str(caught.value)
    assert message.startswith(f"{path}: {said}")
    assert "\n" not in message


@pytest.mark.parametrize(
    "text", ["joints: [", "", "- 1", "a: !!python/object:os.system {}", "a: &a [1]\nb: *a", "#" * 200_000]
)
def test_a_file_that_is_no_robot_is_refused_in_one_line(folder: Path, text: str) -> None:
    (folder / "mine.yaml").write_text(text)
    with pytest.raises(WorldError, match=r"mine\.yaml: ") as caught:
        load_robot("mine")
    assert "\n" not in str(caught.value)
