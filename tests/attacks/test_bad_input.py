"""Every bad input is told in one line, with exit status 2, before anything is written."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from robogeo.cli import main
from robogeo.config import NOT_IDENTITY, load_config
from robogeo.learning.run_folder import RunFolder
from robogeo.motion.world import World

REST = "0.0,0.2,0.0,-1.8,0.0,-0.4292,0.0"
HEADER = ",".join([f"s{i}" for i in range(1, 8)] + [f"g{i}" for i in range(1, 8)])


def files(folder: Path) -> dict[str, bytes | None]:
    return {str(file): file.read_bytes() if file.is_file() else None for file in sorted(folder.rglob("*"))}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in."""
    place = tmp_path / "here"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


def refused(arguments: list[str], place: Path, capfd: pytest.CaptureFixture[str]) -> str:
    """The one line that a command says when it refuses its input."""
    before = files(place)
    capfd.readouterr()
    status = main(arguments)
    captured = capfd.readouterr()
    assert status == 2, captured.err
    assert captured.out == ""
    assert captured.err.count("\n") == 1 and captured.err.startswith("robogeo: ")
    assert files(place) == before
    return captured.err


@pytest.mark.parametrize(
    ("sets", "told"),
    [
        (
            "training.step=5",
            "--set training.step=5: unknown field 'training.step'; did you mean 'training.steps'?",
        ),
        ("sede=5", "did you mean 'seed'?"),
        ("seed=many", "field 'seed' is 'many', expected a valid integer"),
        (f"seed=0x{'f' * 5000}", "field 'seed' is 'a huge number'"),
        ("recordings.units=[rad]", "field 'recordings.path', field required"),
        ("seed=-1", "field 'seed' is '-1', expected greater than or equal to 0"),
        ("model.hidden=wide", "field 'model.hidden'"),
        ("training.learning_rate=.nan", "field 'training.learning_rate'"),
        ("seed", "expected field=value"),
        ("seed=[1", "not valid YAML"),
        ("scene=Attic", "scene: unknown scene 'Attic'; known: Free, Pendulum, PotsAndNiches"),
        ("robot=nobody", "nobody"),
        ("robot=nobody.yaml", "nobody.yaml: no such robot file; known robots: iiwa, kuka_lwr, panda"),
        ("strategy=best", "strategy: unknown strategy 'best'; known: combined"),
        ("initial_places=[attic, home]", "no place 'attic'; known: left low"),
        ("initial_places=[home]", "no request joins two of the places home"),
    ],
)
def test_a_bad_field(
    sets: str, told: str, tiny_file: Path, place: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert told in refused(["learn", str(tiny_file), "--out", "run", "--set", sets], place, capfd)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "no such file; configurations that come with robogeo: "),
        ("sede: 1\n", "bad.yaml: unknown field 'sede'; did you mean 'seed'?"),
        ("seed: [\n", "bad.yaml: not valid YAML, line 2"),
        ("- 1\n", "bad.yaml: holds a list"),
        ("training: {steps: fast}\n", "bad.yaml: field 'training.steps' is 'fast'"),
    ],
)
def test_a_bad_configuration_file(
    content: str | None, told: str, place: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        Path("bad.yaml").write_text(content)
    assert told in refused(["learn", "bad.yaml", "--out", "run"], place, capfd)


def test_a_run_of_another_configuration(
    finished: Path, tiny_file: Path, place: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(finished, "run")
    line = refused(["learn", str(tiny_file), "--out", "run", "--set", "seed=9"], place, capfd)
    assert "another configuration: seed is 0 there, 9 now" in line


def test_a_folder_of_something_else(tiny_file: Path, place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    Path("run").mkdir()
    Path("run/thesis.tex").write_text("years of work")
    assert "holds 'thesis.tex' but no run" in refused(["learn", str(tiny_file), "--out", "run"], place, capfd)
    Path("file").write_text("")
    assert "is a file" in refused(["learn", str(tiny_file), "--out", "file"], place, capfd)


def test_a_run_that_another_process_writes(
    finished: Path, tiny_file: Path, place: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(finished, "run")
    with RunFolder.existing("run", exclusive=True):
        line = refused(["learn", str(tiny_file), "--out", "run"], place, capfd)
    assert "another process is writing" in line


def use(command: str, run: str) -> list[str]:
    return [command, run] + (["--start", REST, "--goal", REST] if command == "generate" else [])


@pytest.mark.parametrize("command", ["generate", "evaluate"])
def test_what_is_no_run(
    command: str, tiny_file: Path, place: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert "there is no such folder" in refused(use(command, "nowhere"), place, capfd)
    Path("empty").mkdir()
    assert "it has no config.yaml" in refused(use(command, "empty"), place, capfd)
    RunFolder.open("young", load_config(tiny_file).as_dict(), NOT_IDENTITY).close()
    assert "nothing is learned yet; run 'robogeo learn' first" in refused(use(command, "young"), place, capfd)
    Path("young/config.yaml").write_text("sede: 1\n")
    assert "config.yaml: unknown field 'sede'" in refused(use(command, "young"), place, capfd)


@pytest.mark.parametrize("command", ["generate", "evaluate"])
def test_a_damaged_run(command: str, finished: Path, place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(finished, "run")
    for blob in Path("run/blobs").iterdir():
        blob.write_bytes(blob.read_bytes()[:-1])
    assert "blob is damaged" in refused(use(command, "run"), place, capfd)
    shutil.rmtree("run/blobs")
    assert "blob cannot be read" in refused(use(command, "run"), place, capfd)


@pytest.mark.parametrize(
    ("start", "told"),
    [
        ("0,0,0", "start: 3 joint values, the robot iiwa has 7 joints"),
        ("0,0,0,0,0,0,here", "--start: '0,0,0,0,0,0,here' is not a list of numbers"),
        ("", "--start: '' is not a list of numbers"),
        ("0,0,nan,0,0,0,0", "start: joint 3 is not a finite number"),
        (
            "-45,0,0,0,0,0,0",
            "start: joint 1 is -45 rad, outside its limits [-2.967, 2.967]; angles are in radians",
        ),
        ("0,0.6,0,-1.2,0,0.6,0", "start: the arm collides with an obstacle there"),
        ("0,0,0,-2.09,0,-2.09,0", "start: the arm collides with itself there"),
    ],
)
def test_a_bad_start(
    start: str, told: str, finished: Path, place: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert told in refused(["generate", str(finished), "--start", start, "--goal", REST], place, capfd)
    line = refused(["generate", str(finished), f"--goal={start}", "--start", REST], place, capfd)
    assert told.replace("start", "goal") in line


@pytest.mark.parametrize(
    ("out", "told"),
    [
        ("motion.txt", "motion.txt: a motion file must end in .csv"),
        ("nowhere/motion.csv", "there is no folder nowhere"),
        (".csv", "must end in .csv"),
        ("folder.csv", "is a folder"),
    ],
)
def test_a_bad_place_to_write(
    out: str, told: str, finished: Path, place: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    Path("folder.csv").mkdir()
    ends = ["--start", REST, "--goal", REST]
    assert told in refused(["generate", str(finished), *ends, "--out", out], place, capfd)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "requests.csv: cannot be read"),
        (b"", "header: expected s1,..,g7 (14 columns)"),
        (b"a,b\n", "header: expected s1,..,g7"),
        (b"\xff\xfe\x00", "not UTF-8 text"),
        (f"{HEADER}\n".encode(), "holds no request"),
        (f"{HEADER}\n\n1,2\n".encode(), "line 3: 2 values, expected 14"),
        (f"{HEADER}\n{REST},{REST},1\n".encode(), "line 2: 15 values, expected 14"),
        (f"{HEADER}\n{REST},0,0,0,0,0,0,x\n".encode(), "line 2: "),
        (f"{HEADER}\n{REST},{REST}\n{REST},0,0,0,0,0,0,99\n".encode(), "line 3: goal: joint 7 is 99 rad"),
    ],
)
def test_a_bad_file_of_requests(
    content: bytes | None, told: str, finished: Path, place: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        Path("requests.csv").write_bytes(content)
    assert told in refused(["generate", str(finished), "--requests", "requests.csv"], place, capfd)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["generate", "RUN"], "give --start and --goal, or --requests FILE"),
        (["generate", "RUN", "--start", REST], "give --start and --goal"),
        (["generate", "RUN", "--start", REST, "--requests", "r.csv"], "not both"),
        (["evaluate", "RUN", "--requests", "0"], "--requests must be at least 1"),
        (["evaluate", "RUN", "--requests", "-3"], "--requests must be at least 1"),
        (["evaluate", "RUN", "--seed", "-1"], "--seed at least 0"),
        (["evaluate", "RUN", "--workers", "0"], "0 processes asked for, expected at least 1"),
        (["evaluate", "RUN", "--json", "nowhere/x.json"], "there is no folder nowhere"),
        (["evaluate", "RUN", "--requests", "many"], "many"),
        (["evaluate"], "Missing"),
        (["evaluate", "RUN", "--frob"], "Unrecognized options: --frob"),
        (["frob"], "frob"),
        ([], "learn, generate, evaluate, ask, tell, inspect"),
    ],
)
def test_a_bad_option(
    arguments: list[str], told: str, finished: Path, place: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    given = [str(finished) if argument == "RUN" else argument for argument in arguments]
    assert told in refused(given, place, capfd)


def test_the_configuration_used_as_good_is_good(shelf: World) -> None:
    q = np.array([float(part) for part in REST.split(",")])
    assert shelf.request_between(q, q).start_place


@pytest.mark.parametrize("command", ["inspect", "learn", "verify", "evaluate", "map"])
def test_a_name_that_no_file_can_have(command: str, place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    line = refused([command, f"{'a' * 300}.npz"], place, capfd)
    assert "aaa" in line and len(line) < 1000


def test_a_file_of_requests_without_end(
    finished: Path, place: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    line = refused(
        ["generate", str(finished), "--requests", "/dev/zero", "--out", "motions.csv"], place, capfd
    )
    assert "/dev/zero: larger than" in line
