"""What all cells of a scene and seed begin with, worked out once: demonstrations, first fit, evaluation.

The first demonstrations, the first training and its evaluation happen before any question, so no strategy has
a part in them. They are a run of their own, whose events and blobs are copied into each cell: the same bits
that the cell would have worked out itself.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from robogeo.config import NOT_IDENTITY, ExperimentConfig
from robogeo.durable import make_folder
from robogeo.evaluation.roll_out import Trial
from robogeo.experiment import Loop, usual_oracle
from robogeo.learning.journal import payload_of
from robogeo.learning.learner import Learner
from robogeo.learning.run_folder import RunFolder
from robogeo.motion.world import World
from robogeo.parallel import Workers
from robogeo.progress import Silence


def begin(run: RunFolder, start: ExperimentConfig, path: Path, world: World, trials: Sequence[Trial]) -> None:
    """Fill a new run with what it has in common with others; whoever is first works it out, others wait.

    Args:
        run: empty, or not filled to the end when it was stopped.
        start: the configuration of the common beginning, without rounds.
        path: folder of the common beginning.
        world: of the scene.
        trials: the held-out requests.
    """
    with _waiting(path), RunFolder.open(path, start.as_dict(), NOT_IDENTITY) as common:
        with Workers(1) as workers:
            learner = Learner(common, start, world)
            Loop(learner, workers, Silence(), usual_oracle(learner), trials).run()
        _copy(common, run)


def _copy(common: RunFolder, run: RunFolder) -> None:
    """Copy the events that the run lacks, the blobs that each names before it."""
    for event in common.events()[len(run.journal) :]:
        for name in ("demonstration", "model"):
            if name in event:
                run.put_blob(common.get_blob(event[name]))
        if "demonstration" in event:
            run.write_bytes(event["file"], common.get_blob(event["demonstration"]))
        run.journal.append(event["event"], payload_of(event))


@contextmanager
def _waiting(path: Path) -> Iterator[None]:
    """Hold the folder alone, after waiting for any other process that does."""
    make_folder(path.parent)
    lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
