from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from robogeo import cli
from robogeo.cli import main
from robogeo.config import NOT_IDENTITY, ExperimentConfig
from robogeo.errors import InputError, RobogeoError
from robogeo.learning.run_folder import RunFolder
from robogeo.learning.verification import verified
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


def listed(q: np.ndarray) -> str:
    return ",".join(map(repr, q.tolist()))


@pytest.fixture(scope="module")
def ends(shelf: World) -> tuple[str, str]:
    """Start and goal as text, the start beginning with a minus sign."""
    found = (shelf.request(0, index) for index in range(200))
    request = next(r for r in found if r.start[0] < 0.0)
    return listed(request.start), listed(request.goal)


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    found = sorted(file for file in folder.rglob("*") if file.is_file())
    return {str(file): (file.read_bytes(), file.stat().st_mtime_ns) for file in found}


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


def test_fields_can_be_set_in_every_way(
    tiny_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[ExperimentConfig] = []

    def remembered(config: ExperimentConfig, out: Path, progress: object) -> dict[str, None]:
        seen.append(config)
        assert out == Path("runs") / "tiny-random-s3"
        return {"demonstrations_to_90": None}

    monkeypatch.setattr("robogeo.experiment.run_experiment", remembered)
    monkeypatch.chdir(tmp_path)
    for sets in (
        ["--set", "seed=3", "strategy=random", "model.hidden=[8, 8]"],
        ["--set", "seed=3", "--set", "strategy=random", "--set", "model.hidden=[8, 8]"],
        ["--set=seed=3", "--set=strategy=random", "--set=model.hidden=[8, 8]"],
    ):
        assert main(["learn", str(tiny_file), *sets]) == 0
    assert all(config == seen[0] for config in seen)
    assert (seen[0].seed, seen[0].strategy, seen[0].model.hidden) == (3, "random", (8, 8))


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (InputError("field: two\nlines"), 2, "robogeo: field: two lines\n"),
        (RobogeoError("the work failed"), 1, "robogeo: the work failed\n"),
        (KeyboardInterrupt(), 130, "robogeo: interrupted; nothing is lost, repeat the command to go on\n"),
    ],
)
def test_errors_become_one_line_and_a_status(
    error: BaseException,
    status: int,
    line: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def failing(_: object) -> None:
        raise error

    monkeypatch.setattr(cli, "_run", failing)
    assert main(["info"]) == status
    assert capsys.readouterr().err == line


def test_an_interrupt_is_one_whatever_a_library_makes_of_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def failing(_: object) -> None:
        try:
            raise SystemError("returned a result with an exception set") from KeyboardInterrupt()
        except SystemError as error:
            raise RobogeoError("work item 0: SystemError") from error

    monkeypatch.setattr(cli, "_run", failing)
    assert main(["info"]) == 130
    assert capsys.readouterr().err.startswith("robogeo: interrupted")


def test_a_defect_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(cli, "_run", failing)
    with pytest.raises(ZeroDivisionError):
        main(["info"])


def test_info_tells_what_is_here(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info"]) == 0
    out = capsys.readouterr().out
    for word in ("ShelfReach", "iiwa", "combined", "quickstart", "torch"):
        assert word in out


def test_info_knows_every_field(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", "--fields"]) == 0
    told = capsys.readouterr().out
    assert "model.latent_dim = 4\n    dimension d of the latent space\n" in told


def test_output_that_nobody_reads_is_no_error() -> None:
    command = f"'{sys.executable}' -m robogeo.cli info | head -n 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout.startswith("robogeo ")


def test_help_is_light_and_quick() -> None:
    code = (
        "import sys\nfrom robogeo.cli import main\nstatus = main(['--help'])\n"
        "heavy = {'torch', 'pybullet', 'matplotlib', 'scipy', 'numba', 'gymnasium'} & set(sys.modules)\n"
        "sys.exit(status or (f'imported {heavy}' if heavy else 0))"
    )
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        seconds.append(time.perf_counter() - started)
        assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in ("learn", "generate", "evaluate", "info"))
    assert min(seconds) < 1.5  # about 0.2 s; a heavy import would cost seconds


@pytest.mark.parametrize(
    ("number", "status", "word"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_stopped_by_a_signal_it_loses_nothing(
    number: int, status: int, word: str, tiny_file: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    command = [sys.executable, "-m", "robogeo.cli", "learn", str(tiny_file), "--out", str(run)]
    learning = subprocess.Popen(
        [*command, "--set", "rounds=500"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    journal = run / "journal.jsonl"
    deadline = time.monotonic() + 60.0
    while time.monotonic() < deadline and not (journal.exists() and b'"evaluate"' in journal.read_bytes()):
        time.sleep(0.05)
    os.kill(learning.pid, number)
    _, stderr = learning.communicate(timeout=60)
    assert learning.returncode == status, stderr
    assert "Traceback" not in stderr
    assert stderr.splitlines()[-1] == f"robogeo: {word}; nothing is lost, repeat the command to go on"
    with RunFolder.existing(run, exclusive=True) as folder:  # the lock is free again
        assert verified(folder.path).faults == () and folder.events()


def test_the_identity_of_a_run_leaves_out_what_changes_no_result() -> None:
    assert set(NOT_IDENTITY) <= set(ExperimentConfig.model_fields)


@pytest.mark.parametrize("kind", ["csv", "npz", "ros-json", "ros-yaml"])
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
