"""A run opened to be taught: its folder locked and unsealed, with its world and its learner."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from robogeo.config.file import validated
from robogeo.learning.learner import Learner
from robogeo.learning.manifest import kept_sealed
from robogeo.learning.run_folder import RunFolder
from robogeo.progress import Progress
from robogeo.run.recordings import world_in


@contextmanager
def learner_of(run: str | os.PathLike[str], progress: Progress | None = None) -> Iterator[Learner]:
    """The learner of a run, whose folder is locked meanwhile and sealed again afterwards.

    Raises:
        LockError: another process writes into the run, or its folder cannot be written.
        InputError: not a run's folder, or its configuration or its recordings are damaged.
    """
    with (
        RunFolder.existing(run, exclusive=True) as folder,
        kept_sealed(folder),
        learner_in(folder, progress) as learner,
    ):
        yield learner


@contextmanager
def learner_in(folder: RunFolder, progress: Progress | None = None) -> Iterator[Learner]:
    """The learner of a run whose folder is open; of one that is open for reading it serves to plan.

    Raises:
        InputError: its configuration or its recordings are damaged.
    """
    config = validated(folder.config, str(folder.path / "config.yaml"))
    with world_in(folder, config) as world:
        yield Learner(folder, config, world, progress)
