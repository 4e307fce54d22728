"""Recordings before they are learned from: read, fitted to a robot, held out, and refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from robogeo.cli import main
from robogeo.config import load_config
from robogeo.data.data_set import DataSet, Reading
from robogeo.data.demonstrations import Demonstration
from robogeo.data.folder import data_folder
from robogeo.data.formats import read_data_set, write_data_set
from robogeo.errors import InputError
from robogeo.motion.recorded_world import RecordedWorld
from robogeo.motion.request import Refusal
from robogeo.motion.tool_recordings import for_tool
from robogeo.run.recordings import gathered, held_out_of, world_of
from tests.recorded_arcs import made


def world_for(arcs: Path, **changes: Any) -> RecordedWorld:
    config = load_config("recordings", (f"recordings.path={arcs}", *(f"{k}={v}" for k, v in changes.items())))
    assert config.recordings is not None
    world = world_of(config, gathered(config.recordings, config.robot))
    assert isinstance(world, RecordedWorld)
    return world


def test_all_recordings_are_asked_for_once_and_then_ways_between_them(arcs: Path) -> None:
    with world_for(arcs) as world:
        given: list[Demonstration] = []
        asked = []
        while not world.exhausted(given):
            request = world.candidates(0, len(given), 10, given)[0]
            (number,) = [i for i in world.left(given) if np.array_equal(world.whole(i).start, request.start)]
            asked.append(number)
            given.append(world.recordings[number])
        assert sorted(asked) == world.pool
        crossing = world.candidates(0, 9, 10, given)
        assert crossing and all(isinstance(world.demonstrate(each, 0), Refusal) for each in crossing)
        turned = Demonstration(given[0].q[::-1], given[0].t, "", "")
        assert world.left([turned]) == world.left(given[:1])


def test_held_out_requests_come_from_held_out_recordings_whole_and_in_part(arcs: Path) -> None:
    with world_for(arcs) as world:
        out, requests = world.held_out_recordings, world.held_out(0, 9)
        assert not set(out) & set(world.pool)
        whole = {request.name for request in requests[: len(out)]}
        assert whole == {f"start of recording {number} to its end" for number in out}
        for request in requests:
            shown = world.demonstrate(request, 0)
            assert isinstance(shown, np.ndarray)
            np.testing.assert_array_equal(shown[[0, -1]], [request.start, request.goal])
            held = world.reference(request, shown)
            assert held is not None and held.deviation(shown) == 0.0
        for length in (
            np.linalg.norm(np.diff(world.demonstrate(r, 0), axis=0), axis=1).sum() for r in requests
        ):
            assert length > 0.3
        again = [request.name for request in world.held_out(0, 9)]
        assert again == [request.name for request in requests]
        assert again != [request.name for request in world.held_out(5, 9)]


def test_the_seed_chooses_who_is_held_out() -> None:
    config = load_config("recordings")
    assert config.recordings is not None
    chosen = {tuple(held_out_of(config.recordings, seed, 8)) for seed in range(10)}
    assert len(chosen) > 3 and all(len(out) == 2 for out in chosen)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "--robot: whose recordings are"),
        (["--robot", "iiwa", "--rate", "0"], "rate: 0.0 Hz, expected 0.001 to"),
        (["--robot", "iiwa", "--resample", "0"], "resample: 0.0 Hz, expected 0.001 to"),
        (["--robot", "panda", "--joints", "lbr_iiwa_joint_1"], "1 columns"),
        (["--robot", "tool-xyz"], "a tool-xyz needs m, m, m"),
        (["--robot", "iiwa", "--leave-out", "17"], "there is no episode '17'"),
        (["--robot", "iiwa", "--leave-out", "0,1,2,3,4,5"], "all 6 episodes are left out"),
        (["--robot", "iiwa", "--leave-out", "0,1,2,3,4"], "too few to give some and to hold some out"),
        (["--robot", "iiwa", "--set", "initial_demonstrations=9"], "initial_demonstrations: 9, but"),
        (["--robot", "iiwa", "--set", "stop.success=0.9"], "stop.success needs fresh requests"),
        (["--robot", "iiwa", "--set", "initial_places=[home]"], "recordings know no places"),
    ],
)
def test_what_is_wrong_is_one_line_and_nothing_is_written(
    arcs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    run = tmp_path / "run"
    assert main(["learn", str(arcs), "--out", str(run), *arguments]) == 2
    complaint = capsys.readouterr().err
    assert told in complaint and complaint.count("\n") == 1
    assert not run.exists()


def test_options_of_recordings_do_not_go_with_a_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["learn", "quickstart", "--units", "deg"]) == 2
    assert "--units: is for recordings; quickstart is a configuration" in capsys.readouterr().err


def test_a_recording_beyond_the_limits_is_named_with_what_to_do(tmp_path: Path) -> None:
    wild = made()
    q = wild[3].q.copy()
    q[:, 1] += 2.0
    wild[3] = Demonstration(q, wild[3].t, "too far")
    write_data_set(tmp_path / "wild.npz", DataSet(tuple(wild), tuple(f"q{i + 1}" for i in range(7))))
    with pytest.raises(InputError, match=r"recording 3 \(too far\).*outside its limits.*--leave-out"):
        world_for(tmp_path / "wild.npz")
    with world_for(tmp_path / "wild.npz", **{"recordings.leave_out": "['3']"}) as world:
        assert len(world.recordings) == 5


def test_episodes_are_left_out_by_name_or_number(arcs: Path) -> None:
    assert len(read_data_set(arcs, Reading(leave_out=("1", "5"))).demonstrations) == 4
    data = read_data_set(arcs, Reading(leave_out=("2",)))
    assert "left out: 2" in data.remarks
    assert "arc 2" not in [each.source for each in data.demonstrations]


def test_poses_become_decimetres_and_rotation_vectors_about_their_mean() -> None:
    t = np.linspace(0.0, 1.0, 50)
    half = 0.5 * (np.pi + 0.4 * t)  # a tool that points down: about half a turn, where rotation vectors jump
    quaternion = np.stack([np.cos(half), np.sin(half), 0.0 * t, 0.0 * t], axis=1)
    pose = np.concatenate([0.1 * np.stack([t, t, t], axis=1), -quaternion], axis=1)
    units = ("m", "m", "m", "1", "1", "1", "1")
    data = DataSet((Demonstration(pose, t, "p"),), tuple("xyzabcd"), units)
    found = for_tool(data, "tool-pose")
    q = found.demonstrations[0].q
    np.testing.assert_allclose(q[-1, :3] - q[0, :3], 1.0)  # 1 dm
    assert np.linalg.norm(q[-1, 3:] - q[0, 3:]) == pytest.approx(0.4, abs=1e-6)
    assert np.abs(q[:, 3:]).max() < 0.3
    assert any("mean rotation, quaternion" in remark for remark in found.remarks)
    bad = DataSet((Demonstration(2.0 * pose, t, "p"),), data.joints, units)
    with pytest.raises(InputError, match="the quaternion w, x, y, z at sample 0 has the length 2"):
        for_tool(bad, "tool-pose")


@pytest.mark.data
@pytest.mark.parametrize(
    "file", sorted((Path(__file__).parents[2] / "configs" / "real").glob("*.yaml")), ids=lambda f: f.stem
)
def test_every_configuration_of_real_data_fits_it(file: Path) -> None:
    config = load_config(file)
    assert config.recordings is not None
    if not (data_folder() / config.recordings.path).is_file():
        pytest.skip(f"{config.recordings.path} is not under ROBOGEO_DATA")
    data = gathered(config.recordings, config.robot)
    with world_of(config, data) as world:
        assert isinstance(world, RecordedWorld)
        assert 0.02 < world.tolerance < 0.6
        seen = world.observation
        path = data.demonstrations[0].resampled(0.1)
        np.testing.assert_allclose(seen.configurations(seen.observe(path)), path, atol=1e-6)
