from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from robogeo.config.file import validated
from robogeo.experiment import usual_oracle
from robogeo.learning.learner import Learner
from robogeo.learning.run_folder import RunFolder
from robogeo.motion.world import World
from robogeo.progress import Progress
from robogeo.run.stored import criteria_of
from robogeo.viewer.reports import Reports
from robogeo.viewer.session import Session
from robogeo.viewer.teaching import Teaching


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    """A run of one's own, to be written into."""
    shutil.copytree(finished, tmp_path / "run")
    return tmp_path / "run"


@pytest.fixture(scope="module")
def session(finished: Path, shelf: World) -> Session:
    """A look at a run that is only read."""
    folder = RunFolder.existing(finished)
    config = validated(folder.config, "config.yaml")
    return Session(Learner(folder, config, shelf), criteria_of(config))


@pytest.fixture
def teaching(run: Path, shelf: World) -> Iterator[Teaching]:
    """Teaching of a run, whose updates only retrain."""
    with RunFolder.existing(run, exclusive=True) as folder:
        learner = Learner(folder, validated(folder.config, "config.yaml"), shelf)
        yield Teaching(learner, _retrain, usual_oracle, Reports())


def _retrain(learner: Learner, progress: Progress) -> None:
    learner.update()
