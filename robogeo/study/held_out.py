"""The held-out requests of a scene and the demonstrator's lengths: worked out once for all cells."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from robogeo.config import ExperimentConfig
from robogeo.durable import make_folder, write_atomically
from robogeo.errors import InputError
from robogeo.evaluation.roll_out import HELD_OUT_SEED, Trial
from robogeo.experiment import held_out_trials
from robogeo.motion.world import World


def cached_trials(world: World, config: ExperimentConfig, folder: Path) -> list[Trial]:
    """What `held_out_trials` gives, the demonstrator's lengths from the folder where they are known.

    The requests themselves name the file, so that another arm or a changed scene is worked out anew.
    """
    requests = world.held_out(HELD_OUT_SEED, config.held_out)
    ends = b"".join(request.start.tobytes() + request.goal.tobytes() for request in requests)
    name = hashlib.sha256(f"{config.scene} {config.robot} ".encode() + ends).hexdigest()[:16]
    file = folder / f"{config.scene}-{config.held_out}-{name}.json"
    if not file.is_file():
        trials = held_out_trials(world, config)
        make_folder(folder)
        lengths = {str(trial.index): trial.reference_length for trial in trials}
        write_atomically(file, (json.dumps(lengths) + "\n").encode())
    return [Trial(index, requests[index], length) for index, length in _lengths(file).items()]


def _lengths(file: Path) -> dict[int, float]:
    try:
        return {int(index): float(length) for index, length in json.loads(file.read_bytes()).items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise InputError(f"{file}: is damaged; delete it, it will be worked out again") from error
