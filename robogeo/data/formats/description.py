"""What robogeo notes in formats that have no place for it: joint names, units, rate, robot; as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from robogeo.data.data_set import DataSet
from robogeo.errors import InputError, shortly
from robogeo.reading import read_json

KEY = "robogeo"
_MOST_BYTES = 64 * 1024 * 1024
_LARGEST = 1e30  # of numbers that are looked at; a whole number of JSON may be larger than any float


def described(data: DataSet) -> dict[str, Any]:
    """The note for a data set."""
    return {
        "joints": list(data.joints),
        "units": list(data.units),
        "rate": data.rate,
        "robot": data.facts.get("robot", ""),
    }


def read_metadata(path: Path) -> Any:
    """What a JSON file beside the data says of them.

    Raises:
        InputError: it cannot be read, or is none.
    """
    return read_json(path, _MOST_BYTES, "a description")


def description(content: Any, path: Path) -> dict[str, Any]:
    """The note in what a file says of itself, as arguments of `Recordings`; empty where there is none.

    Raises:
        InputError: it is not as robogeo writes it.
    """
    note = content.get(KEY) if isinstance(content, Mapping) else None
    if note is None:
        return {}
    if not isinstance(note, Mapping):
        raise InputError(f"{path}: {KEY}: expected a mapping with joints, units and rate")
    told: dict[str, Any] = {}
    for name in ("joints", "units"):
        texts = note.get(name)
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise InputError(f"{path}: {KEY}.{name}: expected a list of texts")
        told[name] = tuple(texts)
    told["rate"] = positive(note.get("rate"), f"{path}: {KEY}.rate")
    told["facts"] = {"robot": str(note["robot"])} if note.get("robot") else {}
    return told


def positive(value: Any, where: str) -> float:
    """A number that is finite and positive.

    Raises:
        InputError: it is not.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0.0 < value <= _LARGEST:
        raise InputError(f"{where}: {shortly(value)}, expected a positive number")
    return float(value)
