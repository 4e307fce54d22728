"""What one seed of an experiment has finished: models and records under keys of all that they depend on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from robogeo.durable import make_folder, write_atomically
from robogeo.errors import InputError, ModelError
from robogeo.models import IWAE, load_model, save_model
from robogeo.reading import read_bounded

_MOST_BYTES = 1 << 30


class Kept:
    """The folder of one seed.

    Args:
        folder: made when missing.
        seed: counts into every key.

    Raises:
        InputError: the folder cannot be made.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.seed = folder, seed
        make_folder(folder)

    def model(self, stage: str, inputs: object, make: Callable[[], IWAE]) -> IWAE:
        """The model of a stage: read if the same inputs were fitted before, else made and kept.

        Args:
            stage: name of the stage, for people.
            inputs: settings and plain data that decide the result.
            make: fits it.

        Raises:
            InputError: the file that was kept is damaged.
        """
        path = self._path(stage, inputs, "safetensors")
        if not path.is_file():
            write_atomically(path, save_model(make()))
        try:
            return load_model(read_bounded(path, _MOST_BYTES, "a model"))
        except ModelError as error:
            raise InputError(f"{path}: {error}; delete the file to fit it again") from error

    def record(self, stage: str, inputs: object, make: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
        """The record of a stage, likewise; it has been through JSON, whether new or read.

        Raises:
            InputError: the file that was kept is damaged.
        """
        path = self._path(stage, inputs, "json")
        if not path.is_file():
            write_atomically(path, (json.dumps(make(), allow_nan=False) + "\n").encode())
        try:
            found = json.loads(read_bounded(path, _MOST_BYTES, "a record"))
        except ValueError as error:
            raise InputError(f"{path}: not valid JSON ({error}); delete the file to run it again") from error
        if not isinstance(found, dict):
            raise InputError(f"{path}: holds no record; delete the file to run it again")
        return found

    def _path(self, stage: str, inputs: object, ending: str) -> Path:
        text = json.dumps([self.seed, stage, inputs], default=_plain, sort_keys=True)
        return self.folder / f"{stage}-{hashlib.sha256(text.encode()).hexdigest()[:12]}.{ending}"


def _plain(value: object) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    raise TypeError(f"{type(value).__name__} cannot be part of a key; give settings or plain data")
