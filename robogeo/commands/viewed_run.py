"""The commands of the viewer: a run opened, for teaching where nobody else writes into it, and shown."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from robogeo.errors import InputError
from robogeo.experiment import update_experiment, usual_oracle
from robogeo.learning.learner import Learner
from robogeo.learning.run_folder import LockError, RunFolder
from robogeo.progress import Progress
from robogeo.run.stored import criteria_of
from robogeo.run.taught import learner_in, learner_of
from robogeo.viewer.recording import record
from robogeo.viewer.reports import Reports
from robogeo.viewer.server import Viewer
from robogeo.viewer.session import Session
from robogeo.viewer.teaching import Teaching

_RECORDED = 4  # requests whose motions a replay shows


@contextmanager
def viewed(run: str | os.PathLike[str], port: int | None = None, barred: str = "") -> Iterator[Viewer]:
    """A run on a page that is being served.

    Args:
        run: the run's folder; locked meanwhile, so that it can be taught, where that is possible.
        port: as for `Viewer`.
        barred: why nothing is to be taught, so that the folder is only read; empty: it may be taught.

    Raises:
        InputError: not a run's folder, one of another version, nothing learned yet, or no such port.
    """
    reports = Reports()
    with _opened(run, reports, barred) as (learner, reason):
        config = learner.config
        if not learner.world.appearance.has_arm:
            raise InputError(
                f"{run}: scene {config.scene} has no arm to be shown; 'robogeo map' draws its map"
            )
        session = Session(learner, criteria_of(config))
        teaching = Teaching(learner, update_experiment, usual_oracle, reports, reason)
        with Viewer(session, teaching, port) as viewer:
            yield viewer


def view_run(run: str | os.PathLike[str], port: int | None, say: Callable[[str], None]) -> None:
    """Serve a run until interrupted."""
    with viewed(run, port) as viewer:
        say(f"{viewer.address} (this machine only; stop with Ctrl-C)")
        if not viewer.page.teaching.writable:
            say(f"it can be looked at, but not taught: {viewer.page.teaching.barred}")
        viewer.wait()


def record_run(run: str | os.PathLike[str], path: Path, say: Callable[[str], None]) -> None:
    """Write a replay of motions of a run, which is only read, as one HTML file.

    Raises:
        InputError: as for `viewed`, or the file cannot be written.
    """
    with viewed(run, barred="a replay is being written") as viewer:
        page = viewer.page
        requests = page.session.held_out(_RECORDED)
        config = page.session.learner.config
        title = f"robogeo: {config.scene}, {page.session.world.robot_name}"
        for route in record(page, requests, path, title):
            say(f"{route.title}: {route.verdict.reason}")


@contextmanager
def _opened(run: str | os.PathLike[str], progress: Progress, barred: str) -> Iterator[tuple[Learner, str]]:
    """A run's learner, and why it cannot be taught; empty: it can."""
    with ExitStack() as stack:
        learner = None
        if not barred:
            try:
                learner = stack.enter_context(learner_of(run, progress))
            except LockError as error:
                barred = str(error)
        if learner is None:
            folder = stack.enter_context(RunFolder.existing(run))
            learner = stack.enter_context(learner_in(folder, progress))
        yield learner, barred
