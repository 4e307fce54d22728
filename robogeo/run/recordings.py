"""Recordings of a run: read once, checked against the robot, kept in the run's folder, and asked.

The folder keeps what was read, after thinning, as ``recordings.npz``; its SHA-256 is in the journal. So a run
needs its source no more, and cannot change when that does.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from robogeo.config import ExperimentConfig
from robogeo.config.recordings import RecordingSettings
from robogeo.data.data_set import DataSet, Reading
from robogeo.data.folder import data_folder
from robogeo.data.formats import read_data_set
from robogeo.data.formats.npz import data_set_in, npz_of
from robogeo.data.inspection import Bounds, for_robot
from robogeo.data.thinning import thinned
from robogeo.errors import InputError
from robogeo.learning.answers import check_demonstration
from robogeo.learning.learner import Learner
from robogeo.learning.oracles import Oracle
from robogeo.learning.recorded_oracle import RecordedOracle
from robogeo.learning.run_folder import RunFolder
from robogeo.motion.free_tool import TOOLS
from robogeo.motion.recorded_world import RecordedWorld
from robogeo.motion.tool_recordings import for_tool
from robogeo.motion.world import World
from robogeo.motion.worlds import robot_limits
from robogeo.progress import Progress
from robogeo.randomness import numpy_generator

FILE = "recordings.npz"
EVENT = "recordings"


def recordings_for(config: ExperimentConfig, run: str | os.PathLike[str]) -> DataSet | None:
    """The recordings of a run: those that its folder keeps, else those that the configuration names.

    Raises:
        InputError: one line with file, recording, field and reason.
    """
    if config.recordings is None:
        return None
    if (Path(run) / FILE).is_file() and (Path(run) / "config.yaml").is_file():
        return kept(RunFolder.existing(run))
    return gathered(config.recordings, config.robot)


def as_begun(config: ExperimentConfig, run: str | os.PathLike[str]) -> ExperimentConfig:
    """The configuration with the run's own path to its recordings, where the one given leads nowhere now.

    A run keeps its recordings: their file may have been moved away, and then no full path to it is found.
    """
    if config.recordings is None or not (Path(run) / "config.yaml").is_file():
        return config
    stored = RunFolder.existing(run).config.get("recordings") or {}
    before, now = Path(str(stored.get("path", ""))), _place_of(config.recordings)
    if now.exists() or before.name != now.name:
        return config
    recordings = config.recordings.model_copy(update={"path": str(before)})
    return config.model_copy(update={"recordings": recordings})


def gathered(settings: RecordingSettings, robot: str) -> DataSet:
    """Read recordings, put them into a robot's coordinates, and thin them; what was changed is a remark.

    Raises:
        InputError: one line with file, recording, field and reason.
    """
    path = _place_of(settings)
    data = read_data_set(path, reading_of(settings))
    try:
        if robot in TOOLS:
            data = for_tool(data, robot)
        else:
            names, limits = robot_limits(robot)
            bounds = Bounds(names, limits.lower, limits.upper, limits.velocity)
            data = for_robot(data, bounds, settings.joints is not None)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    if not settings.thin:
        return data
    thin, report = thinned(data)
    told = (
        f"thinned: {report.samples_before} samples to {report.samples_after}; {report.rests} rests, "
        f"{report.repeated} repeated samples, {len(report.twins)} recordings that were there twice left out"
    )
    return replace(thin, remarks=(*thin.remarks, told))


def _place_of(settings: RecordingSettings) -> Path:
    """Where recordings are, or would be: as the path says, or among the public data sets."""
    place = Path(settings.path)
    return place if place.exists() or place.is_absolute() else data_folder() / place


def reading_of(settings: RecordingSettings) -> Reading:
    """How the settings have a file read."""
    names = ("units", "rate", "resample", "joints", "key", "unwrap", "trust_units", "leave_out")
    return Reading(**{name: getattr(settings, name) for name in names})


def keep(folder: RunFolder, data: DataSet, world: World, progress: Progress) -> None:
    """Write recordings into a run's folder, and into its journal what they are; once, and tell of them.

    Raises:
        InputError: what the folder keeps is missing, or not what the run began with.
    """
    if folder.journal.of_kind(EVENT):
        kept(folder)
        return
    content = npz_of(data)
    folder.write_bytes(FILE, content)
    digest = hashlib.sha256(content).hexdigest()
    event = {"file": FILE, "sha256": digest, **described(data, world)}
    for line in event["remarks"]:
        progress.say(line)
    folder.journal.append(EVENT, event)


def kept(folder: RunFolder) -> DataSet:
    """The recordings that a run's folder keeps.

    Raises:
        InputError: they are missing, or not what the run began with.
    """
    place = folder.path / FILE
    known = [event for event in folder.events() if event["event"] == EVENT]
    if not place.is_file():
        raise InputError(f"{place}: the run's recordings are missing; put the file back")
    if known and hashlib.sha256(place.read_bytes()).hexdigest() != known[0]["sha256"]:
        raise InputError(f"{place}: is not what the run began with; put that file back")
    return data_set_in(place)


def described(data: DataSet, world: World) -> dict[str, Any]:
    """What a run has of recordings: counts, who is held out, how near is near, and lines for people."""
    found: dict[str, Any] = {"recordings": len(data.demonstrations)}
    lines = [*data.remarks]
    touching = _touching(data, world)
    if touching:
        lines.append(f"self-collision: by its URDF the arm touches something in recordings {touching}")
    if isinstance(world, RecordedWorld):
        out = world.held_out_recordings
        found |= {"held_out": out, "tolerance_rad": world.tolerance}
        lines.append(
            f"recordings: {len(data.demonstrations)}, held out {', '.join(map(str, out))}; a motion has to "
            f"stay within {world.tolerance:.3f} {world.limits.unit} of them"
        )
    return {**found, "touching": touching, "remarks": lines}


def world_of(config: ExperimentConfig, data: DataSet | None) -> World:
    """The world of an experiment: a scene, or recordings in one.

    Args:
        config: of the experiment.
        data: its recordings; None where it has none.

    Raises:
        InputError: unknown scene or robot; recordings that are not of this robot, or too few.
    """
    metres = config.metres_per_radian
    if data is None or config.recordings is None or not config.recorded:
        world = World(config.scene, config.robot, metres)
    else:
        out = held_out_of(config.recordings, config.seed, len(data.demonstrations))
        tolerance = config.recordings.tolerance
        world = RecordedWorld(config.scene, config.robot, data.demonstrations, out, tolerance, metres)
    try:
        _check(config, data, world)
    except InputError:
        world.close()
        raise
    return world


def world_in(folder: RunFolder, config: ExperimentConfig) -> World:
    """The world of a run, from what its folder keeps."""
    return world_of(config, kept(folder) if config.recordings is not None else None)


def oracle_of(learner: Learner) -> Oracle:
    """The oracle of a recorded world: the recordings of its pool that were not given yet."""
    world = learner.world
    assert isinstance(world, RecordedWorld)
    pool = {index: world.recordings[index] for index in world.pool}
    return RecordedOracle(pool, given=learner.demonstrations)


def held_out_of(settings: RecordingSettings, seed: int, count: int) -> list[int]:
    """Numbers of the recordings that are held out, chosen by the seed."""
    number = max(1, round(settings.held_out * count))
    order = numpy_generator(seed, 0, "recordings held out").permutation(count)
    return sorted(int(index) for index in order[:number])


def _check(config: ExperimentConfig, data: DataSet | None, world: World) -> None:
    """Refuse recordings that the robot could not have made, and more initial ones than there are."""
    if data is None or config.recordings is None:
        return
    for index, each in enumerate(data.demonstrations):
        try:
            check_demonstration(each, world)
        except InputError as error:
            where = f"{config.recordings.path}: recording {index} ({each.source})"
            raise InputError(f"{where}: {error}; or leave it out (--leave-out)") from error
    if isinstance(world, RecordedWorld) and config.initial_demonstrations > len(world.pool):
        raise InputError(
            f"initial_demonstrations: {config.initial_demonstrations}, but beside those held out there are "
            f"{len(world.pool)} recordings; give fewer"
        )


def _touching(data: DataSet, world: World) -> list[int]:
    """Numbers of the recordings in which the robot's model touches itself or the scene."""
    paths: Sequence[Any] = [each.resampled(0.05) for each in data.demonstrations]
    inside = [np.clip(path, world.limits.lower, world.limits.upper) for path in paths]
    return [index for index, path in enumerate(inside) if world.first_collision(path) is not None]
