"""The commands that plan, evaluate and replay motions."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from robogeo.cli import main
from robogeo.learning.run_folder import RunFolder
from robogeo.motion.exchange import ENDINGS, read_motion
from robogeo.motion.trajectory import load_description, load_motion
from robogeo.motion.world import World

RATES = ("success_rate", "collision_rate", "limit_violation_rate", "refusal_rate")
MEANS = (
    "goal_error_m",
    "tracking_rmse_rad",
    "min_clearance_m",
    "duration_s",
    "path_length_rad",
    "abruptness",
    "sparc",
    "ldlj",
    "peak_torque_fraction",
)


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    found = sorted(file for file in folder.rglob("*") if file.is_file())
    return {str(file): (file.read_bytes(), file.stat().st_mtime_ns) for file in found}


def listed(q: np.ndarray) -> str:
    return ",".join(map(repr, q.tolist()))


@pytest.fixture(scope="module")
def ends(shelf: World) -> tuple[str, str]:
    """Start and goal as text, the start beginning with a minus sign."""
    found = (shelf.request(0, index) for index in range(200))
    request = next(r for r in found if r.start[0] < 0.0)
    return listed(request.start), listed(request.goal)


@pytest.mark.parametrize("joined", [False, True], ids=["--start -0.1,..", "--start=-0.1,.."])
def test_generate_writes_a_motion_with_exact_ends(
    joined: bool, finished: Path, ends: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ends[0].startswith("-")
    out = tmp_path / "motion.csv"
    given = [f"--start={ends[0]}", f"--goal={ends[1]}"] if joined else ["--start", ends[0], "--goal", ends[1]]
    before = files(finished)
    assert main(["generate", str(finished), *given, "--out", str(out)]) == 0
    motion = load_motion(out)
    assert listed(motion.q[0]) == ends[0] and listed(motion.q[-1]) == ends[1]
    description = load_description(out)
    assert description.scene == "ShelfReach" and len(description.joint_names) == 7
    assert {file.name for file in tmp_path.iterdir()} == {"motion.csv", "motion.json"}
    assert out.read_text().splitlines()[0].startswith("t,q1,q2")
    assert "simulated:" in capsys.readouterr().out
    assert files(finished) == before


def test_generate_serves_a_file_of_requests(finished: Path, ends: tuple[str, str], tmp_path: Path) -> None:
    header = ",".join([f"s{i}" for i in range(1, 8)] + [f"g{i}" for i in range(1, 8)])
    table = tmp_path / "requests.csv"
    table.write_text(f"\ufeff{header}\n{ends[0]},{ends[1]}\n\n{ends[1]},{ends[0]}\n")
    out = tmp_path / "motion.csv"
    given = ["--requests", str(table), "--out", str(out), "--no-simulate"]
    assert main(["generate", str(finished), *given]) == 0
    there, back = (load_motion(tmp_path / f"motion-{number}.csv") for number in range(2))
    assert (there.q[0] == back.q[-1]).all() and (there.q[-1] == back.q[0]).all()


def test_a_refused_request_is_failed_work(
    finished: Path, ends: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    shutil.copytree(finished, run)
    text = (run / "config.yaml").read_text()
    (run / "config.yaml").write_text(text.replace("correction_limit: 10.0", "correction_limit: 1.0e-6"))
    out = tmp_path / "motion.csv"
    assert main(["generate", str(run), "--start", ends[0], "--goal", ends[1], "--out", str(out)]) == 1
    captured = capsys.readouterr()
    assert "refused" in captured.out and "1 of 1 requests were refused" in captured.err
    assert not out.exists()


def test_evaluate_keeps_its_contract(
    finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(finished)
    told = []
    for name in ("a.json", "b.json"):
        given = ["--requests", "3", "--seed", "5", "--json", str(tmp_path / name)]
        assert main(["evaluate", str(finished), *given]) == 0
        told.append(json.loads((tmp_path / name).read_text()))
    assert told[0] == told[1]
    assert {*RATES, *(f"{rate}_ci95" for rate in RATES), *MEANS} <= set(told[0])
    for rate in RATES:
        low, high = told[0][f"{rate}_ci95"]
        assert 0.0 <= low <= told[0][rate] <= high <= 1.0
    assert told[0]["requests"] == 3 and told[0]["seed"] == 5
    table = capsys.readouterr().out
    assert all(name in table for name in (*RATES, *MEANS))
    assert files(finished) == before


@pytest.mark.parametrize("kind", ["csv", "npz", "ros-json", "ros-yaml"])
@pytest.mark.long
def test_motions_of_every_format_run_again(
    kind: str, finished: Path, ends: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / f"motion{ENDINGS[kind]}"
    given = ["--start", ends[0], "--goal", ends[1], "--no-simulate", "--format", kind, "--out", str(out)]
    assert main(["generate", str(finished), *given]) == 0
    motion, names = read_motion(out)
    assert len(names) == 7 and listed(motion.q[0]) == ends[0]
    capsys.readouterr()
    status = main(["replay", str(out), "--scene", "ShelfReach"])
    told = capsys.readouterr()
    assert "shares of the limits: position" in told.out and "pybullet: " in told.out
    assert status == ("COLLISION" in told.out)


def test_a_motion_of_another_robot_or_with_bad_times_is_told(
    finished: Path, ends: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "motion.json"
    given = ["--start", ends[0], "--goal", ends[1], "--no-simulate", "--out", str(out)]
    assert main(["generate", str(finished), *given]) == 0
    for change, told in (
        (lambda m: m["joint_names"].reverse(), "joints: joint 1 is 'lbr_iiwa_joint_7', the robot's is"),
        (lambda m: m["points"].reverse(), "points[1].time_from_start: "),
        (lambda m: m["joint_names"].append("an_eighth"), "points[0].positions: 7 values for 8 joints"),
    ):
        message = json.loads(out.read_text())
        change(message)
        bad = tmp_path / "bad.json"
        bad.write_text(json.dumps(message))
        capsys.readouterr()
        assert main(["replay", str(bad), "--scene", "ShelfReach"]) == 2
        complaint = capsys.readouterr().err
        assert complaint.count("\n") == 1 and told in complaint


def test_verified_motions_are_evaluated_with_a_second_opinion(finished: Path, tmp_path: Path) -> None:
    pytest.importorskip("mujoco", reason="MuJoCo is not installed: pip install 'robogeo[mujoco]'")
    out = tmp_path / "measures.json"
    given = ["--requests", "3", "--workers", "1", "--mode", "verified", "--engine", "mujoco"]
    assert main(["evaluate", str(finished), *given, "--json", str(out)]) == 0
    measures = json.loads(out.read_text())
    assert measures["mode"] == "verified" and measures["collision_rate"] == 0.0
    if measures["refusal_rate"] < 1.0:
        assert measures["second_opinion"]["agreement_rate"] == 1.0


def test_a_run_that_is_still_learning_can_be_used(
    finished: Path, ends: tuple[str, str], tmp_path: Path
) -> None:
    run = tmp_path / "run"
    shutil.copytree(finished, run)
    with RunFolder.existing(run, exclusive=True):  # as the learning process has it
        with open(run / "journal.jsonl", "ab") as journal:
            journal.write(b'{"n": 99, "event": "as')  # and in the middle of writing a line
        before = files(run)
        out = str(tmp_path / "motion.csv")
        assert main(["generate", str(run), "--start", ends[0], "--goal", ends[1], "--out", out]) == 0
        assert main(["evaluate", str(run), "--requests", "1"]) == 0
        assert files(run) == before
