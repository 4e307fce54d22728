"""The commands of the viewer: a run opened, for teaching where nobody else writes into it, and shown."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from robogeo.config_file import validated
from robogeo.errors import InputError
from robogeo.experiment import update_experiment
from robogeo.learning.learner import Learner
from robogeo.learning.manifest import kept_sealed
from robogeo.learning.run_folder import RunFolder
from robogeo.recordings import world_in
from robogeo.stored_run import criteria_of
from robogeo.viewer.recording import record
from robogeo.viewer.server import Viewer
from robogeo.viewer.session import Session
from robogeo.viewer.teaching import Teaching

_RECORDED = 4  # requests whose motions a replay shows


@contextmanager
def viewed(run: str | os.PathLike[str], port: int | None = None) -> Iterator[Viewer]:
    """A run on a page that is being served.

    Args:
        run: the run's folder; locked meanwhile, unless another process writes into it: then nothing can be
            taught.
        port: as for `Viewer`.

    Raises:
        InputError: not a run's folder, one of another version, nothing learned yet, or no such port.
    """
    folder, writable = _opened(run)
    with folder, kept_sealed(folder) if writable else nullcontext():
        config = validated(folder.config, str(Path(run) / "config.yaml"))
        with world_in(folder, config) as world:
            if not world.has_arm:
                raise InputError(
                    f"{run}: scene {config.scene} has no arm to be shown; 'robogeo map' draws its map"
                )
            learner = Learner(folder, config, world)
            session = Session(learner, criteria_of(config))
            with Viewer(session, Teaching(learner, update_experiment, writable), port) as viewer:
                yield viewer


def view_run(run: str | os.PathLike[str], port: int | None, say: Callable[[str], None]) -> None:
    """Serve a run until interrupted."""
    with viewed(run, port) as viewer:
        say(f"{viewer.address} (this machine only; stop with Ctrl-C)")
        if not viewer.page.teaching.writable:
            say("another process writes into this run: it can be looked at, but not taught")
        viewer.wait()


def record_run(run: str | os.PathLike[str], path: Path, say: Callable[[str], None]) -> None:
    """Write a replay of motions of a run as one HTML file.

    Raises:
        InputError: as for `viewed`, or the file cannot be written.
    """
    with viewed(run) as viewer:
        page = viewer.page
        requests = page.session.ways_of_life(_RECORDED)
        config = page.session.learner.config
        title = f"robogeo: {config.scene}, {page.session.world.robot_name}"
        for route in record(page, requests, path, title):
            say(f"{route.title}: {route.verdict.reason}")


def _opened(run: str | os.PathLike[str]) -> tuple[RunFolder, bool]:
    """A run's folder, and whether it may be written into."""
    RunFolder.existing(run)  # says what is wrong with a folder that is no run
    try:
        return RunFolder.existing(run, exclusive=True), True
    except InputError:
        return RunFolder.existing(run), False
