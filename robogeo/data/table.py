"""Demonstrations as CSV tables, as a recorder or a spreadsheet writes them: t,q1..qn in s and rad.

Columns after those, such as the velocities of a motion file, are not read.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from robogeo.data.demonstrations import MOST_JOINTS, MOST_SAMPLES, Demonstration
from robogeo.errors import InputError
from robogeo.reading import read_text

_MOST_BYTES = 64 * 1024 * 1024


def load_table(path: str | os.PathLike[str]) -> Demonstration:
    """Read a demonstration from a CSV file.

    Raises:
        InputError: one line that names the file, the line and the reason.
    """
    file = Path(path)
    lines = read_text(file, _MOST_BYTES, "one demonstration").splitlines()
    names = [name.strip() for name in lines[0].split(",")] if lines else []
    joints = 0
    while joints < MOST_JOINTS and names[1 + joints : 2 + joints] == [f"q{joints + 1}"]:
        joints += 1
    if joints == 0 or names[0] != "t":
        raise InputError(f"{file}: header: expected t,q1,..,qn, got {','.join(names)[:80]!r}")
    rows = [(number, line) for number, line in enumerate(lines[1:], start=2) if line.strip()]
    if len(rows) > MOST_SAMPLES:
        raise InputError(f"{file}: {len(rows)} samples, more than the {MOST_SAMPLES} allowed")
    table = np.array([_row(file, number, line, len(names), joints) for number, line in rows])
    if not len(table):
        raise InputError(f"{file}: holds no sample below its header")
    try:
        return Demonstration(table[:, 1:], table[:, 0], file.name[:100])
    except InputError as error:
        raise InputError(f"{file}: {error}") from error


def _row(file: Path, number: int, line: str, columns: int, joints: int) -> list[float]:
    values = line.split(",")
    if len(values) != columns:
        raise InputError(f"{file}: line {number}: {len(values)} values, the header names {columns}")
    try:
        return [float(value) for value in values[: 1 + joints]]
    except ValueError as error:
        raise InputError(f"{file}: line {number}: {line[:80]!r} holds something that is no number") from error
