"""Motions and their files: bit-exact round trip, and one clear line for whatever is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from robogeo.errors import InputError, MotionError
from robogeo.motion import JointLimits, Motion, load_description, load_motion, save_motion, time_path

LIMITS = JointLimits([-3.0, -3.0], [3.0, 3.0], [1.0, 1.5], [4.0, 6.0], [40.0, 60.0], [87.0, 12.0])


def motion() -> Motion:
    return time_path([[0.0, 0.1], [0.5, -0.3], [1.0 / 3.0, 0.7]], LIMITS)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "motion.csv"
    save_motion(path, motion(), ["shoulder", "elbow"], LIMITS, "rack")
    return path


def test_duration_and_length():
    t = np.array([0.5, 1.0, 2.5])
    q = np.array([[0.0, 0.0], [3.0, 4.0], [3.0, 3.0]])
    zeros = np.zeros((3, 2))
    made = Motion(t, q, zeros, zeros, zeros)
    assert made.duration == 2.0 and made.path_length == pytest.approx(6.0) and made.dof == 2
    with pytest.raises(ValueError, match="read-only"):
        made.q[0, 0] = 1.0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("t", [0.0, 1.0, 1.0]),
        ("t", [0.0, 1.0]),
        ("q", np.zeros((3, 1))),
        ("q", np.zeros(3)),
        ("qd", np.zeros((2, 2))),
        ("qdd", np.full((3, 2), np.nan)),
        ("qddd", np.full((3, 2), np.inf)),
    ],
)
def test_bad_motions_are_refused(name, value):
    parts = {"t": [0.0, 1.0, 2.0]} | {key: np.zeros((3, 2)) for key in ("q", "qd", "qdd", "qddd")}
    with pytest.raises(MotionError, match="motion"):
        Motion(**{**parts, name: value})


def test_file_comes_back_bit_for_bit(saved):
    before, after = motion(), load_motion(saved)
    for name in ("t", "q", "qd", "qdd"):
        assert np.array_equal(getattr(before, name), getattr(after, name))
    assert np.abs(before.qddd - after.qddd).max() < 0.05 * LIMITS.jerk.max()
    assert LIMITS.satisfied(after)


def test_file_has_the_columns_and_the_side_car(saved):
    assert saved.read_text().splitlines()[0] == "t,q1,q2,qd1,qd2,qdd1,qdd2"
    data = json.loads(saved.with_suffix(".json").read_text())
    assert data["joints"] == ["shoulder", "elbow"] and data["scene"] == "rack"
    assert data["units"] == {"t": "s", "q": "rad", "qd": "rad/s", "qdd": "rad/s^2"}
    described = load_description(saved)
    assert described.joint_names == ("shoulder", "elbow") and described.scene == "rack"
    assert described.limits.to_dict() == LIMITS.to_dict()
    assert sorted(path.name for path in saved.parent.iterdir()) == ["motion.csv", "motion.json"]


def test_a_motion_without_side_car_loads(saved):
    saved.with_suffix(".json").unlink()
    assert load_motion(saved).dof == 2
    with pytest.raises(InputError, match="cannot be read"):
        load_description(saved)


def edit(path: Path, line: int, column: int, value: str) -> None:
    lines = path.read_text().splitlines()
    cells = lines[line].split(",")
    cells[column] = value
    lines[line] = ",".join(cells)
    path.write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize(
    ("line", "column", "value", "message"),
    [
        (0, 1, "a", "header"),
        (5, 2, "nan", "q2: line 6"),
        (5, 6, "inf", "qdd2: line 6"),
        (4, 3, "fast", "qd1: line 5: 'fast'"),
        (4, 0, "0.0", "t: line 5"),
        (4, 0, "0.0,1.0", "line 5: 8 columns"),
        (4, 1, "", "q1: line 5"),
    ],
)
def test_bad_cells_are_named_in_one_line(saved, line, column, value, message):
    edit(saved, line, column, value)
    with pytest.raises(InputError) as caught:
        load_motion(saved)
    text = str(caught.value)
    assert text.startswith(str(saved)) and message in text and "\n" not in text


@pytest.mark.parametrize(
    "content", ["", "\n", "t\n0\n", "t,q1,qd1,qdd1\n", "t,q1,qd1,qdd1\n0,0,0,0\n", "t,q1,qd1\n0,0,0\n1,0,0\n"]
)
def test_files_that_are_no_motion_are_refused(tmp_path, content):
    path = tmp_path / "motion.csv"
    path.write_text(content)
    with pytest.raises(InputError, match="motion\\.csv: "):
        load_motion(path)


def test_binary_missing_and_misnamed_files_are_refused(tmp_path):
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00\x81")
    for name, message in (("binary.csv", "text"), ("none.csv", "cannot be read"), ("motion.txt", r"\.csv")):
        with pytest.raises(InputError, match=message):
            load_motion(tmp_path / name)
    with pytest.raises(InputError, match="cannot be written"):
        save_motion(tmp_path / "nowhere" / "motion.csv", motion(), ["a", "b"], LIMITS, "rack")
    with pytest.raises(InputError, match="joints"):
        save_motion(tmp_path / "motion.csv", motion(), ["a"], LIMITS, "rack")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("format", "other", "format"),
        ("schema_version", 2, "schema_version"),
        ("joints", [], "joints"),
        ("joints", ["a", "b", "c"], "limits"),
        ("units", {"t": "ms"}, "units"),
        ("scene", 3, "scene"),
        ("limits", None, "limits"),
        ("limits", {"lower": [0.0]}, "limits"),
    ],
)
def test_bad_side_cars_are_named_in_one_line(saved, field, value, message):
    side_car = saved.with_suffix(".json")
    side_car.write_text(json.dumps({**json.loads(side_car.read_text()), field: value}))
    with pytest.raises(InputError) as caught:
        load_motion(saved)
    text = str(caught.value)
    assert text.startswith(str(side_car)) and message in text and "\n" not in text


def test_side_car_that_is_not_json_or_of_another_robot_is_refused(saved):
    side_car = saved.with_suffix(".json")
    side_car.write_text("{")
    with pytest.raises(InputError, match="not JSON"):
        load_motion(saved)
    other = saved.with_name("other.csv")
    save_motion(
        other,
        Motion(np.arange(2.0), *np.zeros((4, 2, 1))),
        ["a"],
        JointLimits(*np.array([[-1.0], [1.0], [1.0], [1.0], [1.0], [1.0]])),
        "x",
    )
    side_car.write_text(other.with_suffix(".json").read_text())
    with pytest.raises(InputError, match="1 names for 2 joints"):
        load_motion(saved)
