"""Tables of numbers with a header line, CSV, as a recorder or a spreadsheet writes them.

They are looked through line by line, so that a large one takes no more memory than its numbers.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from robogeo.data.demonstrations import MOST_JOINTS, MOST_SAMPLES, Demonstration
from robogeo.errors import InputError

_MOST_BYTES = 64 * 1024 * 1024
_LONGEST_HEAD = 64 * 1024


class Head(NamedTuple):
    """What a table has: the names of its columns, and how many lines of samples."""

    names: list[str]
    samples: int


def load_table(path: str | os.PathLike[str]) -> Demonstration:
    """Read a demonstration from a CSV file with the header t,q1..qn, in s and rad.

    Columns after those, such as the velocities of a motion file, are not read.

    Raises:
        InputError: one line that names the file, the line and the reason.
    """
    file = Path(path)
    head = table_head(file, _MOST_BYTES)
    joints = 0
    while joints < MOST_JOINTS and head.names[1 + joints : 2 + joints] == [f"q{joints + 1}"]:
        joints += 1
    if joints == 0 or head.names[0] != "t":
        raise InputError(f"{file}: header: expected t,q1,..,qn, got {','.join(head.names)[:80]!r}")
    if head.samples > MOST_SAMPLES:
        raise InputError(f"{file}: {head.samples} samples, more than the {MOST_SAMPLES} allowed")
    table = table_numbers(file, head, range(1 + joints))
    try:
        return Demonstration(table[:, 1:], table[:, 0], file.name[:100])
    except InputError as error:
        raise InputError(f"{file}: {error}") from error


def table_head(path: Path, most: int) -> Head:
    """The head of a table of at most ``most`` bytes, after every line was seen to have as many values as it.

    Raises:
        InputError: it cannot be read, is larger, is not UTF-8, or a line has more or fewer values.
    """
    try:
        if path.stat().st_size > most:
            raise InputError(f"{path}: larger than {most} bytes; split the data set")
        with open(path, "rb") as stream:
            first = stream.readline(_LONGEST_HEAD)
            names = [name.strip().strip('"') for name in first.decode("utf-8-sig").strip().split(",")]
            samples = 0
            for number, line in enumerate(stream, start=2):
                values = line.count(b",") + 1
                if line.strip() and values != len(names):
                    raise InputError(f"{path}: line {number}: {values} values, the header names {len(names)}")
                samples += bool(line.strip())
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    return Head(names, samples)


def table_numbers(path: Path, head: Head, columns: Sequence[int]) -> NDArray[np.float64]:
    """The columns (samples, c) of a table whose head was read.

    Raises:
        InputError: there is no sample, or something in these columns is no number; it says in which line.
    """
    if not head.samples:
        raise InputError(f"{path}: holds no sample below its header")
    with open(path, encoding="utf-8", errors="replace") as stream:
        stream.readline()
        try:
            table = np.loadtxt(stream, delimiter=",", usecols=columns, ndmin=2, comments=None)
        except ValueError as error:
            raise InputError(f"{path}: {_first_fault(path, columns) or error}") from error
    return np.asarray(table, dtype=np.float64)


def is_number(text: str) -> bool:
    """Whether a text is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def _first_fault(path: Path, columns: Sequence[int]) -> str:
    """Which line holds what is no number; only asked once something is."""
    with open(path, encoding="utf-8", errors="replace") as stream:
        for number, line in enumerate(stream, start=1):
            values = line.split(",")
            for column in columns if number > 1 and line.strip() else ():
                if not is_number(values[column]):
                    return f"line {number}: {values[column].strip()[:40]!r} is no number"
    return ""
