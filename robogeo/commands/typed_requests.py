"""Requests as people type them: two configurations, or a table of them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from robogeo.errors import InputError, one_line
from robogeo.reading import read_text

if TYPE_CHECKING:
    from robogeo.commands.options import Generate
    from robogeo.motion.request import Request
    from robogeo.motion.world import World

FloatArray = NDArray[np.float64]
_MOST_BYTES = 64 * 1024 * 1024


def requests_of(command: Generate, world: World) -> Iterator[Request]:
    """The requests that the command names, checked."""
    if command.requests is not None:
        if command.start is not None or command.goal is not None:
            raise InputError("generate: give either --requests or --start and --goal, not both")
        yield from _requests_in(command.requests, world)
    elif command.start is None or command.goal is None:
        raise InputError("generate: give --start and --goal, or --requests FILE")
    else:
        yield world.request_between(
            _configuration("--start", command.start), _configuration("--goal", command.goal)
        )


def _requests_in(path: Path, world: World) -> Iterator[Request]:
    header = [f"{end}{joint + 1}" for end in ("s", "g") for joint in range(world.dof)]
    try:
        rows = list(csv.reader(read_text(path, _MOST_BYTES, "a table of requests").splitlines()))
    except csv.Error as error:
        raise InputError(f"{path}: cannot be read as CSV ({one_line(error)})") from error
    if not rows or [name.strip() for name in rows[0]] != header:
        raise InputError(f"{path}: header: expected {header[0]},..,{header[-1]} ({len(header)} columns)")
    if not any(rows[1:]):
        raise InputError(f"{path}: holds no request below its header")
    for number, row in enumerate(rows[1:], start=2):
        if not row:
            continue
        values = _configuration(f"{path}: line {number}", ",".join(row))
        if len(values) != len(header):
            raise InputError(f"{path}: line {number}: {len(values)} values, expected {len(header)}")
        try:
            yield world.request_between(values[: world.dof], values[world.dof :])
        except InputError as error:
            raise InputError(f"{path}: line {number}: {error}") from error


def _configuration(field: str, text: str) -> FloatArray:
    try:
        return np.array([float(part) for part in text.split(",")])
    except ValueError as error:
        raise InputError(f"{field}: {text[:80]!r} is not a list of numbers q1,..,qn in rad") from error
