"""Learning from recordings: read, held out, asked one by one, held against, and taken up again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from robogeo.cli import main
from robogeo.config_file import load_config
from robogeo.data.data_set import DataSet, Reading
from robogeo.data.demonstrations import Demonstration
from robogeo.data.folder import data_folder
from robogeo.data.formats import read_data_set, write_data_set
from robogeo.dialogue import ask_run, tell_run
from robogeo.errors import InputError
from robogeo.experiment import run_experiment
from robogeo.learning.journal import read_events
from robogeo.learning.verification import verified
from robogeo.motion.recorded_world import RecordedWorld
from robogeo.motion.request import Refusal
from robogeo.motion.tool_recordings import for_tool
from robogeo.progress import Silence
from robogeo.recomputation import recomputed
from robogeo.recordings import FILE, as_begun, gathered, held_out_of, world_of
from robogeo.stored_run import evaluate_run

REST = np.array([0.0, 0.2, 0.0, -1.8, 0.0, -0.4292, 0.0])
# As small as runs get; any gap at the end points may be closed.
TINY = (
    "rounds=2",
    "held_out=3",
    "workers=1",
    "model={hidden: [16, 16], heads: 2, latent_dim: 2}",
    "training={steps: 60, warm_steps: 60, passes: 0}",
    "motion={correction_limit: 10.0}",
    "success={abruptness: 1.0e+6, length_ratio: 100.0}",
    "recordings.tolerance=1.0",
    "output.video=false",
)


def made(count: int = 6) -> list[Demonstration]:
    """Arcs of the shoulder and elbow of different height, 2 s long, with a rest at the end."""
    t = np.arange(150) / 50.0
    share = np.clip(t / 2.0, 0.0, 1.0)
    arcs = []
    for number in range(count):
        q = np.tile(REST, (len(t), 1))
        q[:, 0] += -0.6 + 1.2 * share + 0.02 * number
        q[:, 1] += (0.2 + 0.03 * number) * np.sin(np.pi * share)
        arcs.append(Demonstration(q, t, f"arc {number}"))
    return arcs


@pytest.fixture(scope="session")
def arcs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("recorded") / "arcs.npz"
    write_data_set(file, DataSet(tuple(made()), tuple(f"lbr_iiwa_joint_{i}" for i in range(1, 8))))
    return file


@pytest.fixture(scope="session")
def learned(arcs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("runs") / "arcs"
    assert main(["learn", str(arcs), "--robot", "iiwa", "--out", str(run), "--set", *TINY]) == 0
    return run


def world_for(arcs: Path, **changes: Any) -> RecordedWorld:
    config = load_config("recordings", (f"recordings.path={arcs}", *(f"{k}={v}" for k, v in changes.items())))
    assert config.recordings is not None
    world = world_of(config, gathered(config.recordings, config.robot))
    assert isinstance(world, RecordedWorld)
    return world


def test_one_command_gives_a_report_of_a_users_file(learned: Path) -> None:
    summary = json.loads((learned / "summary.json").read_text())
    assert (summary["scene"], summary["robot"]) == ("Free", "iiwa")
    assert [r["demonstrations"] for r in summary["rounds"]] == [2, 3, 4]
    assert summary["recordings"]["recordings"] == 6 and len(summary["recordings"]["held_out"]) == 2
    page = (learned / "report.html").read_text()
    for told in ("Which recordings were needed", "Beside what was recorded", "held out", "thinned: "):
        assert told in page
    assert len(list((learned / "demonstrations").glob("*.npz"))) == 4
    for event in read_events(learned / "journal.jsonl"):
        if event["event"] == "evaluate":
            assert event["summary"]["deviation_rad"] < 1.0


def test_a_run_needs_its_source_no_more_and_is_taken_up_to_the_bit(
    arcs: Path, learned: Path, tmp_path: Path
) -> None:
    source, run = tmp_path / "mine.npz", tmp_path / "run"
    source.write_bytes(arcs.read_bytes())
    command = ["learn", str(source), "--robot", "iiwa", "--out", str(run), "--set", *TINY]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("robogeo.experiment.Loop._ask", interrupted)
        assert main(command) == 130
    content = source.read_bytes()
    source.write_bytes(b"changed")  # the run has its own copy
    assert main(command) == 0
    source.write_bytes(content)
    first, second = (read_events(place / "journal.jsonl") for place in (learned, run))
    assert [e.get("model") for e in first] == [e.get("model") for e in second]
    held = evaluate_run(run, 4, 1, 1, Silence())
    assert held["requests"] == 4 and "deviation_rad" in held
    (run / FILE).write_bytes(b"changed too")
    with pytest.raises(InputError, match="is not what the run began with"):
        evaluate_run(run, 4, 1, 1, Silence())


def interrupted(loop: Any) -> None:
    raise KeyboardInterrupt


def test_a_run_goes_on_where_its_source_was_moved_away(
    arcs: Path, learned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.npz").write_bytes(arcs.read_bytes())
    command = ["learn", "mine.npz", "--robot", "iiwa", "--out", "run", "--set", *TINY]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("robogeo.experiment.Loop._ask", interrupted)
        assert main(command) == 130
    begun = read_events(Path("run/journal.jsonl"))
    Path("mine.npz").unlink()
    config = load_config("run/config.yaml")
    assert as_begun(config, "run").as_dict() == config.as_dict()
    assert config.recordings is not None
    moved = config.recordings.model_copy(update={"path": "mine.npz"})
    config = config.model_copy(update={"recordings": moved})
    run_experiment(as_begun(config, "run"), Path("run"), Silence())
    events = read_events(Path("run/journal.jsonl"))
    assert events[: len(begun)] == begun and len(events) > len(begun)


def test_a_run_on_recordings_is_computed_again(learned: Path) -> None:
    found = recomputed(learned, Silence())
    assert found.difference is None
    assert found.events == len(read_events(learned / "journal.jsonl"))


def test_recordings_that_changed_are_found_without_a_manifest(learned: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(learned, run)
    (run / "manifest.json").unlink()
    assert verified(run).faults == ()
    content = bytearray((run / FILE).read_bytes())
    content[len(content) // 2] ^= 1
    (run / FILE).write_bytes(content)
    assert any(fault.startswith(f"{FILE}: is missing, or not what event") for fault in verified(run).faults)


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


def test_recordings_may_come_before_a_simulated_demonstrator(arcs: Path, tmp_path: Path) -> None:
    file = tmp_path / "mixed.yaml"
    text = f"scene: ReachDetour\nrecordings: {{path: {arcs}, oracle: simulator}}\n"
    file.write_text(text)
    settings = [line for line in TINY if not line.startswith(("recordings", "rounds"))]
    run = tmp_path / "run"
    assert main(["learn", str(file), "--out", str(run), "--set", "rounds=1", "candidates=8", *settings]) == 0
    events = read_events(run / "journal.jsonl")
    kinds = [event["event"] for event in events]
    assert kinds.count("attach") == 6  # all recordings are given, and thereafter the demonstrator is asked
    (told,) = (event for event in events if event["event"] == "tell" and "demonstration" in event)
    assert told["query"] == "q0-0"


def test_ask_and_tell_go_on_where_recordings_end(learned: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(learned, run)
    (query, file), *_ = ask_run(run, 1)
    question = json.loads(file.read_text())
    assert question["start_place"].startswith("start of recording") and query.id in file.name
    t = np.arange(50) / 25.0
    q = np.linspace(question["start"], question["goal"], 50)
    write_data_set(tmp_path / "shown.csv", DataSet((Demonstration(q, t, "me"),), tuple("abcdefg")))
    receipt = tell_run(run, query.id, tmp_path / "shown.csv", Silence())
    assert receipt.compliance is not None and receipt.compliance >= 0.5


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


def test_letters_of_a_tool_are_learned_without_an_arm(tmp_path: Path) -> None:
    t = np.linspace(0.0, 1.0, 60)
    letters = np.stack(
        [np.stack([10.0 * t, 5.0 * np.sin(np.pi * t) + k], axis=1) for k in np.linspace(0.0, 1.0, 5)]
    )
    np.save(tmp_path / "letters.npy", letters)
    run = tmp_path / "run"
    options = ["--robot", "tool-xy", "--units", "cm", "--rate", "50", "--out", str(run)]
    assert main(["learn", str(tmp_path / "letters.npy"), *options, "--set", *TINY]) == 0
    summary = json.loads((run / "summary.json").read_text())
    assert summary["robot"] == "tool-xy" and summary["rounds"][-1]["collision_rate"] == 0.0
    motion = (run / "motions" / "held-out-0.csv").read_text().splitlines()
    assert motion[0].startswith("t,q1,q2,qd1")


@pytest.mark.data
@pytest.mark.parametrize(
    "file", sorted((Path(__file__).parents[1] / "configs" / "real").glob("*.yaml")), ids=lambda f: f.stem
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
