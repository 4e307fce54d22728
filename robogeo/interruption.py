"""Ctrl-C and SIGTERM stop a command at once, except while it commits something to the disk.

A torn commit would be mended when the run is taken up, but what was answered a moment ago would have to be
answered again. So signals that arrive `while_committing` wait until the commit is done.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Terminated(KeyboardInterrupt):
    """The process was asked to end by SIGTERM; like Ctrl-C, but another exit status."""


class _Commits:
    """How many commits are under way in the main thread, and what waits for their end."""

    under_way = 0
    waiting: KeyboardInterrupt | None = None


@contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGINT and SIGTERM raise KeyboardInterrupt and `Terminated`; no other thread than the main can."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _raise) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def while_committing() -> Iterator[None]:
    """Make signals wait until the block is done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _Commits.under_way += 1
    try:
        yield
    finally:
        _Commits.under_way -= 1
        if not _Commits.under_way and _Commits.waiting is not None:
            waiting, _Commits.waiting = _Commits.waiting, None
            raise waiting


def _raise(number: int, frame: FrameType | None) -> None:
    error = Terminated() if number == signal.SIGTERM else KeyboardInterrupt()
    if _Commits.under_way:
        _Commits.waiting = error
    else:
        raise error
