from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from robogeo.cli import main
from robogeo.data.data_set import DataSet, Reading
from robogeo.data.demonstrations import Demonstration
from robogeo.data.folder import data_folder
from robogeo.data.formats import read_data_set, write_data_set
from robogeo.data.inspection import Bounds, for_robot, inspected
from robogeo.errors import InputError

T = np.arange(101) / 100.0
LINE = T[:, None] * [1.0, -0.5]
BOUNDS = Bounds(("a", "b"), np.array([-1.0, -0.25]), np.array([1.0, 1.0]), np.array([0.5, 2.0]))


def lines(*offsets: float) -> DataSet:
    return DataSet(tuple(Demonstration(LINE + np.array([0.0, each]), T, "x") for each in offsets), ("a", "b"))


def test_ranges_limits_and_speeds() -> None:
    seen = inspected(lines(0.0), BOUNDS)
    a, b = seen.joints
    assert (
        (a.lowest, a.highest, a.beyond) == (0.0, 1.0, 0)
        and a.too_fast == 100
        and a.fastest == pytest.approx(1.0)
    )
    assert b.beyond == 50 and b.too_fast == 0 and seen.beyond == seen.too_fast == (0,)
    assert a.visited == pytest.approx(0.5)
    assert seen.path_lengths[0] == pytest.approx(np.hypot(1.0, 0.5)) and seen.durations == (1.0,)
    assert seen.apart == () and seen.variances[0] == pytest.approx(1.0)


def test_parallel_lines_are_as_far_apart_as_they_are() -> None:
    apart = inspected(lines(0.0, 0.1, 0.4)).apart
    # The distance of two lines of this slope is their offset times the cosine of their angle.
    assert np.allclose(apart, np.array([0.1, 0.1, 0.3]) * 2.0 / np.sqrt(5.0), rtol=0.05)


def test_a_gap_is_told_and_a_twin_is_at_no_distance() -> None:
    t = np.where(T > 0.5, T + 0.3, T)
    seen = inspected(DataSet((Demonstration(LINE, t, "x"), Demonstration(LINE, T, "y")), ("a", "b")))
    ((index, at, length),) = seen.gaps
    assert index == 0 and at == pytest.approx(0.5) and length == pytest.approx(0.31)
    assert seen.apart == (0.0, 0.0) and seen.thinning.twins == ((1, 0),)


def test_columns_are_put_into_the_robots_order() -> None:
    data = DataSet((Demonstration(LINE, T, "x"),), ("b", "a"))
    turned = for_robot(data, BOUNDS)
    assert turned.joints == ("a", "b") and (turned.demonstrations[0].q == LINE[:, ::-1]).all()
    other = DataSet(data.demonstrations, ("left", "right"))
    assert (for_robot(other, BOUNDS, chosen=True).demonstrations[0].q == LINE).all()
    with pytest.raises(InputError, match=r"joints: 'left' is none of the robot's joints, a, b; choose"):
        for_robot(other, BOUNDS)
    with pytest.raises(InputError, match=r"units: columns in m, m, the robot's joints are angles"):
        for_robot(DataSet(data.demonstrations, ("a", "b"), ("m", "m")), BOUNDS)


def test_the_command_tells_draws_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = tuple(f"lbr_iiwa_joint_{joint}" for joint in range(1, 8))
    shown = Demonstration(np.linspace(-0.1, 2.5, 101)[:, None] * np.eye(7)[1], T, "x")
    write_data_set(tmp_path / "set.npz", DataSet((shown,), names))
    file, out = tmp_path / "seen.json", tmp_path / "out"
    arguments = [
        "inspect",
        str(tmp_path / "set.npz"),
        "--robot",
        "iiwa",
        "--out",
        str(out),
        "--json",
        str(file),
    ]
    assert main(arguments) == 0
    said = capsys.readouterr().out
    assert "lbr_iiwa_joint_2     -5.73 to   143.24 deg of [-120, 120]" in said
    assert "BEYOND LIMITS in 16 samples" in said and "TOO FAST in 100 steps (limit 85)" in said
    assert (out / "data_set.png").read_bytes().startswith(b"\x89PNG")
    seen = json.loads(file.read_text())
    assert seen["joints"][1]["beyond"] == 16 and seen["beyond"] == [0] and seen["recordings"] == 1


def test_degrees_and_other_rates_are_converted_when_said_so(tmp_path: Path) -> None:
    np.savez(tmp_path / "deg.npz", q_0=np.rad2deg(LINE), t_0=T)
    data = read_data_set(tmp_path / "deg.npz", Reading(units=("deg",), resample=50.0))
    assert data.rate == 50.0 and np.abs(data.demonstrations[0].q - LINE[::2]).max() < 1e-9
    turns = np.where(LINE > 0.4, LINE - 2.0 * np.pi, LINE)
    np.savez(tmp_path / "turns.npz", q_0=turns, t_0=T, units="rad")
    again = read_data_set(tmp_path / "turns.npz", Reading(unwrap=True))
    assert np.abs(again.demonstrations[0].q - LINE).max() < 1e-9


@pytest.mark.data
def test_real_recordings_are_read_as_they_are() -> None:
    folder = data_folder()
    if not (folder / "kuka_lwr_demos").is_dir() or not (folder / "panda_robottasks").is_dir():
        pytest.skip(
            f"kuka_lwr_demos and panda_robottasks are not in {folder}; ROBOGEO_DATA names another folder"
        )
    counts = {"back_hand": 9, "foot": 6, "fore_hand": 9, "pour_no_obst": 8, "pour_obst": 8}
    for name, count in counts.items():
        data = read_data_set(folder / f"kuka_lwr_demos/{name}.npz")
        assert len(data.demonstrations) == count and data.dof == 7
        assert data.rate == pytest.approx(50.0 if name == "foot" else 500.0, rel=0.01)
    tasks = folder / "panda_robottasks/openbox.npy"
    with pytest.raises(InputError, match=r"units: not stated, but a value reaches 58.02"):
        read_data_set(tasks, Reading(rate=100.0))
    poses = read_data_set(tasks, Reading(units=("cm",) * 3 + ("1",) * 4, rate=100.0))
    assert (
        poses.units == ("m",) * 3 + ("1",) * 4 and 0.1 < np.abs(poses.demonstrations[0].q[:, :3]).max() < 1.0
    )
