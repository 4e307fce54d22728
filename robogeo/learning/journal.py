"""The journal of a run: an append-only list of events that survives any crash.

One event a line of JSON: {"n": index, "event": kind, ...payload, "sha": checksum}. The checksum covers the
line and the checksum before it, so a torn, changed, repeated, reordered or foreign line is noticed. An event
is synced to the disk before `append` returns. Opening replays the good lines and cuts off what follows
*before* anything is appended: text glued to a torn line would make both unreadable.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from robogeo.durable import sync_folder, write_atomically, write_error
from robogeo.errors import InputError
from robogeo.interruption import while_committing

Event = dict[str, Any]

MOST_BYTES = 512 * 1024 * 1024
_RESERVED = ("n", "event", "sha")
_FIRST_LINK = "0" * 32


def payload_of(event: Event) -> dict[str, Any]:
    """What an event says, without what the journal itself adds to it."""
    return {name: value for name, value in event.items() if name not in _RESERVED}


class Journal:
    """The journal file at `path`, open for appending; made when missing. One writer at a time.

    Attributes:
        path: the file.
        events: all good events so far, oldest first; do not change them.
        dropped: bytes cut off on opening, because they were not good lines. When they were more than one
            torn last line, they are kept beside the journal, in a file whose name ends in ".damaged".

    Raises:
        InputError: the path is unusable.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        content = _content(path) if path.exists() else b""
        self.events, good = _replay(content)
        self.dropped = len(content) - good
        self._link = self.events[-1]["sha"] if self.events else _FIRST_LINK
        self._end = good
        if b"\n" in content[good:]:
            write_atomically(path.with_name(f"{path.name}.{good}.damaged"), content[good:])
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                os.ftruncate(self._file, good)
                os.fsync(self._file)
                sync_folder(path.parent)
            except OSError:
                os.close(self._file)
                raise
        except OSError as error:
            raise write_error(path, error) from error

    def append(self, kind: str, payload: Mapping[str, Any] | None = None) -> Event:
        """Add an event and sync it to the disk.

        Args:
            kind: what happened, for example "ask".
            payload: plain data (text, numbers, lists, mappings with text keys); not the keys n, event, sha.

        Returns:
            The event as it will be read back.

        Raises:
            InputError: the payload is not plain finite data. The journal is unchanged.
            RobogeoError: the disk failed. The journal is unchanged.
        """
        event, line = _sealed(len(self.events), kind, payload or {}, self._link)
        with while_committing():
            try:
                _write_all(self._file, line, self._end)
                os.fsync(self._file)
            except OSError as error:
                self._undo()
                raise write_error(self.path, error) from error
            self._end += len(line)
            self._link = event["sha"]
            self.events.append(event)
        return event

    def of_kind(self, kind: str) -> list[Event]:
        """Return the events of one kind, oldest first."""
        return [event for event in self.events if event["event"] == kind]

    def __len__(self) -> int:
        """Return the number of events."""
        return len(self.events)

    def __iter__(self) -> Iterator[Event]:
        """Iterate over the events, oldest first."""
        return iter(self.events)

    def close(self) -> None:
        """Close the file; closing twice is harmless."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Journal:
        """Return the journal."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()

    def _undo(self) -> None:
        """Take back a half-written line. If even that fails, the next opening does it."""
        try:
            os.ftruncate(self._file, self._end)
        except OSError:
            self.close()


def read_events(path: Path) -> list[Event]:
    """Read the good events of a journal without changing the file.

    Raises:
        InputError: the file cannot be read.
    """
    return _replay(_content(path))[0]


def unread_bytes(path: Path) -> int:
    """Count the bytes after the last good line: 0 for a sound journal.

    Raises:
        InputError: the file cannot be read.
    """
    content = _content(path)
    return len(content) - _replay(content)[1]


def _content(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise InputError(f"{path}: {size} bytes, more than the {MOST_BYTES} allowed for a journal")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error


def _replay(content: bytes) -> tuple[list[Event], int]:
    """Return the good events from the start, and the length of their lines in bytes."""
    events: list[Event] = []
    good, link = 0, _FIRST_LINK
    for line in content.splitlines(keepends=True):
        event = _opened(line, len(events), link)
        if event is None:
            break
        events.append(event)
        good += len(line)
        link = event["sha"]
    return events, good


def _opened(line: bytes, index: int, link: str) -> Event | None:
    """Return the event of a line, or None unless the line is exactly what sealing that event gives."""
    try:
        event = json.loads(line)
        payload = {key: value for key, value in event.items() if key not in _RESERVED}
        again, sealed = _sealed(index, event["event"], payload, link)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return again if sealed == line else None


def _sealed(index: int, kind: str, payload: Mapping[str, Any], link: str) -> tuple[Event, bytes]:
    """Return an event with its checksum, and its line."""
    if not isinstance(kind, str) or not kind:
        raise InputError("journal: an event needs a kind, for example 'ask'")
    for key in _RESERVED:
        if key in payload:
            raise InputError(f"journal: event '{kind}' uses the reserved field '{key}'")
    try:
        text = json.dumps({"n": index, "event": kind, **payload}, allow_nan=False)
        # Parsed back, so that the writer sees what a reader will see: lists for tuples, texts for keys.
        event: Event = json.loads(text)
        body = _compact(event)
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"journal: event '{kind}' is not plain finite data ({error})") from error
    event["sha"] = hashlib.sha256(f"{link}{body}".encode()).hexdigest()[: len(_FIRST_LINK)]
    return event, _compact(event).encode() + b"\n"


def _compact(event: Event) -> str:
    return json.dumps(event, separators=(",", ":"))


def _write_all(file: int, line: bytes, offset: int) -> None:
    """Write a line at an offset; a write may be short when the disk is nearly full."""
    done = 0
    while done < len(line):
        written = os.pwrite(file, line[done:], offset + done)
        if written == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        done += written
