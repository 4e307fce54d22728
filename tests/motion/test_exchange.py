"""Motions in other formats: what was written comes back, and one clear line for whatever is wrong."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from robogeo.errors import InputError
from robogeo.motion import JointLimits, Motion, time_path
from robogeo.motion.exchange import ENDINGS, check_joints, format_of, read_motion, write_motion

LIMITS = JointLimits([-3.0, -3.0], [3.0, 3.0], [1.0, 1.5], [4.0, 6.0], [40.0, 60.0], [87.0, 12.0])
NAMES = ("shoulder", "elbow")
MOTION = time_path([[0.0, 0.1], [0.5, -0.3], [1.0 / 3.0, 0.7]], LIMITS, rate=60.0)


@pytest.fixture(params=list(ENDINGS.values()))
def saved(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"motion{request.param}"
    write_motion(path, MOTION, NAMES, LIMITS, "rack")
    return path


def assert_same(before: Motion, after: Motion) -> None:
    np.testing.assert_allclose(after.t, before.t, rtol=0.0, atol=1e-9)
    for name in ("q", "qd", "qdd"):
        assert np.array_equal(getattr(before, name), getattr(after, name))


def test_every_format_comes_back_and_keeps_its_limits(saved: Path) -> None:
    after, names = read_motion(saved)
    assert names == NAMES
    assert_same(MOTION, after)
    assert LIMITS.satisfied(after)


@given(seed=st.integers(0, 2**32 - 1), scale=st.floats(1e-12, 1e12))
def test_any_numbers_come_back(seed: int, scale: float, tmp_path_factory: pytest.TempPathFactory) -> None:
    rng = np.random.default_rng(seed)
    t = np.cumsum(rng.uniform(1e-3, 5.0, 4)) * np.array([1.0])
    motion = Motion(t - t[0], *(scale * rng.normal(size=(4, 4, 2))))
    folder = tmp_path_factory.mktemp("motions")
    for ending in ENDINGS.values():
        write_motion(folder / f"m{ending}", motion, NAMES, LIMITS, "rack")
        assert_same(motion, read_motion(folder / f"m{ending}")[0])


def test_a_ros_message_has_its_fields(tmp_path: Path) -> None:
    messages = []
    for ending, parse in ((".json", json.loads), (".yaml", yaml.safe_load)):
        write_motion(tmp_path / f"m{ending}", MOTION, NAMES, LIMITS, "rack")
        messages.append(parse((tmp_path / f"m{ending}").read_text()))
    assert messages[0] == messages[1]
    assert set(messages[0]) == {"header", "joint_names", "points"}
    fields = {"positions", "velocities", "accelerations", "effort", "time_from_start"}
    assert set(messages[0]["points"][0]) == fields
    last = messages[0]["points"][-1]["time_from_start"]
    assert last["sec"] + last["nanosec"] * 1e-9 == pytest.approx(MOTION.duration)


def test_the_ending_and_the_format_must_fit() -> None:
    assert format_of(Path("a.yml")) == "ros-yaml" and format_of(Path("a.NPZ"), "npz") == "npz"
    for path, kind, told in (
        ("a.txt", None, r"must end in \.csv"),
        ("a.csv", "npz", r"must end in \.npz"),
        ("a.csv", "bag", "known: csv"),
    ):
        with pytest.raises(InputError, match=told):
            format_of(Path(path), kind)


def message() -> dict[str, Any]:
    point = {name: [0.0, 0.0] for name in ("positions", "velocities", "accelerations")}
    times = [{"sec": 0, "nanosec": 0}, {"sec": 1, "nanosec": 0}, {"sec": 2, "nanosec": 5}]
    points = [{**copy.deepcopy(point), "time_from_start": time} for time in times]
    return {"joint_names": list(NAMES), "points": points}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda m: m.pop("points"), "points: expected a list"),
        (lambda m: m.update(points=m["points"][:1]), "points: a motion needs at least two, found 1"),
        (lambda m: m.update(joint_names=[]), "joint_names: expected a list of names"),
        (lambda m: m.update(joint_names=["a"]), r"points\[0\]\.positions: 2 values for 1 joints"),
        (lambda m: m["points"][1].pop("velocities"), r"points\[1\]\.velocities: no values for 2 joints"),
        (lambda m: m["points"][1].update(positions=[0.0, "x"]), r"points\[1\]\.positions: .* not a finite"),
        (lambda m: m["points"][1].update(positions=[0.0, 10**400]), r"points\[1\]\.positions: .* not a fin"),
        (lambda m: m["points"][1].update(positions=[0.0, np.inf]), r"points\[1\]\.positions: .* not a fin"),
        (lambda m: m["points"][2].update(time_from_start={"sec": 1}), r"points\[2\].*1 s does not follow 1"),
        (lambda m: m["points"][2].update(time_from_start={"sec": 0.5}), r"points\[2\]\.time_from_start: exp"),
        (lambda m: m["points"][2].pop("time_from_start"), r"points\[2\]\.time_from_start: expected"),
        (lambda m: m["points"].append(3), r"points\[3\]\.time_from_start"),
    ],
)
@pytest.mark.parametrize("ending", [".json", ".yaml"])
def test_bad_messages_are_told_in_one_line(change: Any, told: str, ending: str, tmp_path: Path) -> None:
    bad = message()
    change(bad)
    path = tmp_path / f"bad{ending}"
    path.write_text(json.dumps(bad) if ending == ".json" else yaml.safe_dump(bad))
    with pytest.raises(InputError, match=told) as caught:
        read_motion(path)
    assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.json", b"{", "not JSON"),
        ("a.json", b"[1]", "points"),
        ("a.yaml", b"a: [", "not YAML"),
        ("a.yaml", b"a: &x [1]\nb: *x\n", "aliases"),
        ("a.yaml", b"!!python/object/apply:os.getcwd []\n", "tags"),
        ("a.json", b"\xff\xfe", "not a text file"),
        ("a.json", b'{"points": [' + b"9" * 5000 + b"]}", "not JSON"),
        ("a.yaml", b"points: 2001-99-99\n", "not YAML"),
        ("a.npz", b"PK", "not a readable npz archive"),
        ("a.npz", b"", "not a readable npz archive"),
    ],
)
def test_files_that_are_no_motion(name: str, content: bytes, told: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=told):
        read_motion(tmp_path / name)
    with pytest.raises(InputError, match="cannot be read"):
        read_motion(tmp_path / "none.npz")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"t": np.array([0.0, 1.0, 1.0])}, "increasing"),
        ({"q": np.zeros((3, 1))}, "shape"),
        ({"q": np.full((3, 2), np.nan)}, "finite"),
        ({"qd": np.array(["a"])}, "qd: holds"),
        ({"joint_names": np.array(["a"])}, "joint_names: expected 2 names"),
        ({"joint_names": np.array([None, None])}, "has type object, expected numbers or text"),
        ({"qdd": None}, "holds no array 'qdd'"),
    ],
)
def test_bad_arrays_are_told(change: dict[str, Any], told: str, tmp_path: Path) -> None:
    arrays: dict[str, Any] = {"t": np.arange(3.0), "joint_names": np.array(NAMES)}
    arrays |= {name: np.zeros((3, 2)) for name in ("q", "qd", "qdd", "qddd")}
    arrays = {name: array for name, array in {**arrays, **change}.items() if array is not None}
    np.savez(tmp_path / "bad.npz", **arrays)
    with pytest.raises(InputError, match=told):
        read_motion(tmp_path / "bad.npz")


def test_joints_of_another_robot_are_told() -> None:
    check_joints(Path("m.csv"), MOTION, (), NAMES)
    with pytest.raises(InputError, match=r"m\.csv: joints: has 2, the robot has 3"):
        check_joints(Path("m.csv"), MOTION, NAMES, ("a", "b", "c"))
    with pytest.raises(InputError, match=r"joint 2 is 'elbow', the robot's is 'knee'"):
        check_joints(Path("m.csv"), MOTION, NAMES, ("shoulder", "knee"))
