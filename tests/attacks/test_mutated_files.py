"""Thousands of spoiled files of every kind that is read: taken, or refused in one line, and nothing else."""

from __future__ import annotations

import gzip
import importlib.util
import io
import resource
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from robogeo.data.amc import load_motion
from robogeo.data.asf import load_skeleton
from robogeo.data.data_set import Reading
from robogeo.data.demonstrations import Demonstration
from robogeo.data.formats import read_data_set, write_data_set
from robogeo.data.idx import load_idx
from robogeo.data.observation_file import load_observations
from robogeo.data.storage import save_demonstration
from robogeo.errors import InputError, RobogeoError
from robogeo.learning.journal import Journal, read_events
from robogeo.learning.record import Record
from robogeo.learning.verification import verified
from robogeo.models import IWAE, ModelConfig, load_model, save_model
from robogeo.motion import JointLimits, time_path
from robogeo.motion.exchange import ENDINGS, read_motion, write_motion
from robogeo.run.stored import open_run
from tests.attacks.data_sets import good
from tests.attacks.mutations import mutated
from tests.data.acclaim import AMC, ASF
from tests.envs.small_arm import write_arm

pytestmark = pytest.mark.long
CASES = 100
"""Of each kind."""
SECONDS, BYTES = 5, 2**30
Reader = Callable[[Path], Any]


@contextmanager
def within_bounds() -> Iterator[None]:
    """At most so many seconds and so much more memory."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    limits = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (used + BYTES, limits[1]))
    started = time.perf_counter()
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)
    assert time.perf_counter() - started < SECONDS


def attack(good: dict[str, bytes], victim: str, read: Reader, place: Path, cases: int = CASES) -> int:
    """Read a folder with one spoiled file, many times; how often it was refused.

    Args:
        good: content of the files, by name.
        victim: the one that is spoiled.
        read: reads the folder.
        place: an empty folder to work in.
        cases: how many times.
    """
    refused = 0
    for case in range(cases):
        folder = place / str(case)
        for name, content in good.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        spoiled = mutated(good[victim], np.random.default_rng([case, len(victim)]))
        (folder / victim).write_bytes(spoiled)
        before = {file: file.read_bytes() for file in place.rglob("*") if file.is_file()}
        try:
            with within_bounds():
                read(folder)
        except RobogeoError as error:
            refused += 1
            assert str(error).strip(), f"case {case}: an empty complaint"
            assert "\n" not in str(error) and len(str(error)) < 2000, f"case {case}: {error!r}"
        except BaseException as error:
            (place / "spoiled").write_bytes(spoiled)
            raise AssertionError(
                f"case {case}: {type(error).__name__}: {error}; see {place / 'spoiled'}"
            ) from error
        after = {file: file.read_bytes() for file in place.rglob("*") if file.is_file()}
        assert after == before, f"case {case}: files have changed"
        for name in good:
            (folder / name).unlink()
    return refused


def read_answers(folder: Path) -> None:
    from robogeo.learning.question_file import read_answer

    for file in sorted(folder.iterdir()):
        read_answer(file)


SHOWN = Demonstration(np.linspace(0, 1, 60)[:, None] * np.ones(7), np.arange(60) / 20.0, "a person")


@pytest.mark.parametrize("ending", [".npz", ".csv", ".json"])
def test_answers(ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"answer{ending}"
    if ending == ".npz":
        save_demonstration(file, SHOWN)
    elif ending == ".csv":
        rows = [",".join(f"{value:.6g}" for value in (t, *q)) for t, q in zip(SHOWN.t, SHOWN.q, strict=True)]
        file.write_text("\n".join(["t,q1,q2,q3,q4,q5,q6,q7", *rows]) + "\n")
    else:
        file.write_text('{"refusal": "the cable is too short"}\n')
    content = file.read_bytes()
    file.unlink()
    assert attack({file.name: content}, file.name, read_answers, tmp_path) > CASES // 4


@pytest.mark.parametrize("ros", [1, 2])
def test_bags(ros: int, tmp_path: Path) -> None:
    pytest.importorskip("rosbags", reason="rosbags is not installed")
    from tests.data.formats.test_rosbag import NAMES, write_bag

    whole = write_bag(tmp_path / "arm.bag", ros, {"/joint_states": NAMES})
    files = [whole] if ros == 1 else sorted(whole.iterdir())
    content = {file.name: file.read_bytes() for file in files}
    work = tmp_path / "work"
    work.mkdir()

    def read(folder: Path) -> None:
        read_data_set(folder / "arm.bag" if ros == 1 else folder, Reading())

    for name in content:
        assert attack(content, name, read, work / name, 2 * CASES) > CASES // 2


@pytest.mark.parametrize("format", ["npz", "csv", "robomimic", "lerobot", "minari"])
def test_data_sets(format: str, tmp_path: Path) -> None:
    needed = {"robomimic": "h5py", "minari": "h5py", "lerobot": "pyarrow"}.get(format)
    if needed and importlib.util.find_spec(needed) is None:
        pytest.skip(f"{needed} is not installed")
    ending = {"npz": ".npz", "csv": ".csv", "robomimic": ".hdf5"}.get(format, "")
    whole = tmp_path / f"whole{ending}"
    write_data_set(whole, good(), format)
    files = [whole] if whole.is_file() else [file for file in whole.rglob("*") if file.is_file()]
    base = whole.parent if whole.is_file() else whole
    content = {str(file.relative_to(base)): file.read_bytes() for file in files}
    work = tmp_path / "work"
    work.mkdir()

    def read(folder: Path) -> None:
        place = folder / whole.name if ending else folder
        read_data_set(place, Reading())

    each = CASES // len(content)
    refused = [attack(content, name, read, work / str(k), each) for k, name in enumerate(content)]
    assert sum(refused) > CASES // 4


def test_configurations(tmp_path: Path) -> None:
    from robogeo.config import load_config

    content = (Path(__file__).parents[2] / "configs" / "experiments" / "shelf_reach.yaml").read_bytes()
    content += b"model: {hidden: [64, 64], heads: 5}\ntraining: {steps: 100, learning_rate: 0.01}\n"
    assert attack({"c.yaml": content}, "c.yaml", lambda at: load_config(at / "c.yaml"), tmp_path) > CASES // 4


@pytest.mark.parametrize("victim", ["small.yaml", "small.urdf", "cube.obj"])
def test_robots(victim: str, tmp_path: Path) -> None:
    from envs.errors import WorldError
    from envs.robot_check import check_robot
    from envs.robots import load_robot

    def read(folder: Path) -> None:
        try:
            check_robot(load_robot(str(folder / "small.yaml")))
        except WorldError as error:  # the library makes this of it
            raise InputError(str(error)) from error

    write_arm(tmp_path)
    content = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    for name in content:
        (tmp_path / name).unlink()
    assert attack(content, victim, read, tmp_path) >= (0 if victim == "cube.obj" else CASES // 4)


@pytest.mark.parametrize("ending", sorted(ENDINGS.values()))
def test_motions(ending: str, tmp_path: Path) -> None:
    limits = JointLimits([-3.0] * 2, [3.0] * 2, [1.0] * 2, [4.0] * 2, [40.0] * 2, [87.0] * 2)
    whole = tmp_path / "whole"
    whole.mkdir()
    write_motion(whole / f"m{ending}", time_path([[0, 0], [1, 1]], limits, rate=60.0), "ab", limits, "rack")
    content = {file.name: file.read_bytes() for file in whole.iterdir()}
    work = tmp_path / "work"
    work.mkdir()
    for victim in content:
        assert attack(content, victim, lambda at: read_motion(at / f"m{ending}"), work / victim) > CASES // 10


def test_models(tmp_path: Path) -> None:
    shape = ModelConfig(latent_dim=2, hidden=(8,), heads=2)
    content = save_model(IWAE(3, shape, np.zeros(3), np.ones(3), torch.Generator()))
    refused = attack({"m": content}, "m", lambda at: load_model((at / "m").read_bytes()), tmp_path)
    assert refused > CASES // 4


def test_journals_are_read_as_far_as_they_are_good(tmp_path: Path) -> None:
    with Journal(tmp_path / "whole.jsonl") as journal:
        for number in range(12):
            journal.append("fit", {"round": number, "bound": number / 3.0, "name": "é"})
    content, events = (tmp_path / "whole.jsonl").read_bytes(), journal.events

    def read(folder: Path) -> None:
        read = read_events(folder / "j.jsonl")
        assert read == events[: len(read)] and len(read) < len(events)

    (tmp_path / "whole.jsonl").unlink()
    assert attack({"j.jsonl": content}, "j.jsonl", read, tmp_path) == 0


@pytest.mark.parametrize(
    "victim", ["config.yaml", "journal.jsonl", "provenance.json", "demonstrations/0000.npz", "blobs"]
)
@pytest.mark.sim
def test_runs(victim: str, finished: Path, tmp_path: Path) -> None:
    """Opened and verified; a spoiled run is always noticed by `verify`, and never trips it."""
    held = [file for file in finished.rglob("*") if file.is_file() and file.suffix not in (".png", ".html")]
    content = {str(file.relative_to(finished)): file.read_bytes() for file in held if file.name != ".lock"}
    content.pop("manifest.json")  # its pictures are left out
    name = victim if victim in content else min(name for name in content if name.startswith(victim))

    def read(folder: Path) -> None:
        found = verified(folder)
        assert found.faults or victim == "provenance.json"
        run, _ = open_run(folder)
        with run:
            record = Record(run.get_blob)
            for event in run.events():
                record.take_up(event)

    attack(content, name, read, tmp_path)


def test_pictures_in_idx_files(tmp_path: Path) -> None:
    pictures = np.arange(600, dtype=np.uint8).reshape(6, 10, 10)
    content = struct.pack(">HBB3I", 0, 8, 3, *pictures.shape) + pictures.tobytes()
    assert attack({"x": content}, "x", lambda at: load_idx(at / "x"), tmp_path) > 0
    packed = gzip.compress(content, mtime=0)
    assert attack({"y.gz": packed}, "y.gz", lambda at: load_idx(at / "y.gz"), tmp_path) > CASES // 2


@pytest.mark.parametrize("victim", ["a.asf", "a.amc"])
def test_captured_motions(victim: str, tmp_path: Path) -> None:
    content = {"a.asf": ASF.encode(), "a.amc": AMC.encode()}
    read = lambda at: load_motion(at / "a.amc", load_skeleton(at / "a.asf"))  # noqa: E731
    assert attack(content, victim, read, tmp_path) > CASES // 4


def test_observations_read_and_mapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = io.BytesIO()
    np.save(buffer, np.arange(120.0).reshape(20, 6))
    for mapped_from in (0, 1 << 40):
        monkeypatch.setattr("robogeo.data.observation_file.MAPPED_BYTES", mapped_from)
        read = lambda at: load_observations(at / "x.npy").values.sum()  # noqa: E731
        assert attack({"x.npy": buffer.getvalue()}, "x.npy", read, tmp_path) > CASES // 10
