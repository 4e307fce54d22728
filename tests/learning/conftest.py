from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from robogeo.config import ExperimentConfig
from robogeo.learning.learner import Learner
from robogeo.learning.run_folder import RunFolder
from robogeo.motion.world import World


@pytest.fixture
def folder(finished: Path, tmp_path: Path) -> Iterator[RunFolder]:
    """A finished run of one's own, open for writing."""
    shutil.copytree(finished, tmp_path / "run")
    with RunFolder.existing(tmp_path / "run", exclusive=True) as opened:
        yield opened


@pytest.fixture
def learner(folder: RunFolder, tiny: ExperimentConfig, shelf: World) -> Learner:
    """The learner of that run."""
    return Learner(folder, tiny, shelf)
