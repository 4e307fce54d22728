"""The memory of a study: a file with one line of JSON for every finished cell.

The lines may be gathered on many days and machines: their order means nothing, the first of a key counts.
A line is synced before the cell counts as done; one torn by a crash is cut off when the file is opened next.
"""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any

from robogeo.durable import make_folder, sync_folder, write_error
from robogeo.errors import InputError

Record = dict[str, Any]
FIELDS = ("key", "scene", "robot", "contender", "seed", "demonstrations", "successes", "requests")


def read_records(path: Path) -> dict[str, Record]:
    """The finished cells of a file by key; none where there is no file. A torn last line is passed over.

    Raises:
        InputError: the file cannot be read, or a line is no record; it says which.
    """
    if not path.exists():
        return {}
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error
    records: dict[str, Record] = {}
    for number, line in enumerate(content.split(b"\n")[:-1], start=1):
        if line.strip():
            record = _parsed(path, number, line)
            records.setdefault(record["key"], record)
    return records


class RecordFile:
    """A file of records, open for appending by one process at a time; a context manager.

    Args:
        path: the file; made when missing.

    Attributes:
        records: the finished cells by key.

    Raises:
        InputError: a line is no record, another process writes into the file, or it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        make_folder(path.parent)
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise write_error(path, error) from error
        try:
            self._lock()
            self.records = read_records(path)
            self._cut_torn_line()
        except BaseException:
            self.close()
            raise

    def append(self, record: Record) -> None:
        """Add a finished cell and sync it to the disk.

        Raises:
            RobogeoError: the disk failed; a part of the line is cut off at the next opening.
        """
        line = json.dumps(record, allow_nan=False, separators=(",", ":")).encode() + b"\n"
        try:
            with open(os.dup(self._file), "ab") as stream:
                stream.write(line)
                stream.flush()
                os.fsync(self._file)
        except OSError as error:
            raise write_error(self.path, error) from error
        self.records.setdefault(record["key"], record)

    def close(self) -> None:
        """Close the file, which releases it; closing twice is harmless."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> RecordFile:
        """Return the file."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError(
                f"{self.path}: another process is writing into this study; wait for it to end"
            ) from error

    def _cut_torn_line(self) -> None:
        content = self.path.read_bytes()
        os.ftruncate(self._file, content.rfind(b"\n") + 1)
        os.fsync(self._file)
        sync_folder(self.path.parent)


def _parsed(path: Path, number: int, line: bytes) -> Record:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise InputError(f"{path}: line {number}: not valid JSON ({error}); delete the line") from error
    missing = [name for name in FIELDS if not isinstance(record, dict) or name not in record]
    if missing:
        raise InputError(f"{path}: line {number}: has no field '{missing[0]}'; delete the line")
    counts = (record["demonstrations"], record["successes"])
    if not all(isinstance(count, list) and count for count in counts) or len({*map(len, counts)}) > 1:
        raise InputError(f"{path}: line {number}: demonstrations and successes differ in length")
    return record
