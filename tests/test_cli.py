"""The command line: what is typed, what is said, and the exit status."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from robogeo import cli
from robogeo.cli import main
from robogeo.config import NOT_IDENTITY, ExperimentConfig
from robogeo.errors import InputError, RobogeoError
from robogeo.learning.run_folder import RunFolder
from robogeo.learning.verification import verified


def test_fields_can_be_set_in_every_way(
    tiny_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[ExperimentConfig] = []

    def remembered(
        config: ExperimentConfig, out: Path, progress: object, cluster: str | None
    ) -> dict[str, None]:
        seen.append(config)
        assert cluster == "10.0.0.1:6379" and out == Path("runs") / "tiny-random-s3"
        return {"demonstrations_to_90": None}

    monkeypatch.setattr("robogeo.experiment.run_experiment", remembered)
    monkeypatch.chdir(tmp_path)
    for sets in (
        ["--set", "seed=3", "strategy=random", "model.hidden=[8, 8]"],
        ["--set", "seed=3", "--set", "strategy=random", "--set", "model.hidden=[8, 8]"],
        ["--set=seed=3", "--set=strategy=random", "--set=model.hidden=[8, 8]"],
    ):
        assert main(["learn", str(tiny_file), "--cluster", "10.0.0.1:6379", *sets]) == 0
    assert all(config == seen[0] for config in seen)
    assert (seen[0].seed, seen[0].strategy, seen[0].model.hidden) == (3, "random", (8, 8))


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (InputError("field: two\nlines"), 2, "robogeo: field: two lines\n"),
        (RobogeoError("the work failed"), 1, "robogeo: the work failed\n"),
        (KeyboardInterrupt(), 130, "robogeo: interrupted; nothing is lost, repeat the command to go on\n"),
        (
            MemoryError(),
            1,
            "robogeo: out of memory; use fewer workers, a smaller model or batch, or a larger machine; "
            "nothing is lost, repeat the command to go on\n",
        ),
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


@pytest.mark.long
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
@pytest.mark.long
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
