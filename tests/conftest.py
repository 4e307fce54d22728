from __future__ import annotations

import os

# Before any numerical library is loaded: one thread a process is faster here, and the same bits every time.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from robogeo.config import ExperimentConfig
    from robogeo.motion.world import World

# No deadlines: a busy machine is no fault. Derandomised: a run that passes here passes everywhere.
settings.register_profile(
    "robogeo",
    max_examples=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("robogeo")

# The smallest experiment that goes through everything. It learns next to nothing, so any gap at the end
# points may be closed: motions exist, though bad ones.
TINY = """
scene: ShelfReach
initial_demonstrations: 2
initial_places: [home, centre low]
rounds: 1
candidates: 8
held_out: 4
workers: 1
model: {hidden: [16, 16], heads: 2}
training: {steps: 60, warm_steps: 60, passes: 0}
motion: {correction_limit: 10.0}
success: {margin_m: 0.0, goal_tolerance_m: 0.05, length_ratio: 100.0, abruptness: 1.0e+6}
output: {video: false}
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with long tests first: the last one to end decides how long all take."""
    long = {item.path for item in items if item.get_closest_marker("long")}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(scope="session")
def tiny_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The configuration of a tiny experiment, as a file."""
    file = tmp_path_factory.mktemp("config") / "tiny.yaml"
    file.write_text(TINY)
    return file


@pytest.fixture(scope="session")
def tiny(tiny_file: Path) -> ExperimentConfig:
    """The configuration of a tiny experiment."""
    from robogeo.config import load_config

    return load_config(tiny_file)


@pytest.fixture(scope="session")
def finished(tiny_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny experiment that ran to its end; only to be read."""
    from robogeo.cli import main

    run = tmp_path_factory.mktemp("runs") / "tiny"
    assert main(["learn", str(tiny_file), "--out", str(run)]) == 0
    return run


@pytest.fixture(scope="session")
def arcs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of six recordings of an iiwa."""
    from tests.recorded_arcs import write_arcs

    return write_arcs(tmp_path_factory.mktemp("recorded") / "arcs.npz")


@pytest.fixture(scope="session")
def recorded(arcs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny run on recordings that came to its end; only to be read."""
    from tests.recorded_arcs import learn_from

    run = tmp_path_factory.mktemp("runs") / "arcs"
    assert learn_from(arcs, run) == 0
    return run


@pytest.fixture(scope="session")
def shelf() -> Iterator[World]:
    """One world for everybody: making one costs more than most tests."""
    from robogeo.motion.world import World

    with World("ShelfReach", "iiwa") as world:
        yield world


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, shelf: World) -> None:
    """One world for all runs of a test, and no report: neither has to do with the loop."""
    from contextlib import nullcontext

    monkeypatch.setattr("robogeo.experiment.world_of", lambda config, data: nullcontext(shelf))
    monkeypatch.setattr("robogeo.run.report.write_run_report", lambda *_: None)
