"""Pieces of work that leave a trace of every time they were begun."""

from __future__ import annotations

import os
import signal
from collections import Counter
from pathlib import Path
from uuid import uuid4

from robogeo.errors import MotionError


def began(folder: Path) -> dict[int, int]:
    """How often each item was begun."""
    return dict(sorted(Counter(int(file.name.split("-")[0]) for file in folder.iterdir()).items()))


def note(index: int, folder: Path) -> None:
    (folder / f"{index}-{uuid4().hex}").touch()


def die_once_at_two(index: int, folder: Path) -> int:
    """The square; the first worker that begins item 2 is killed, as for lack of memory."""
    note(index, folder)
    if index == 2 and began(folder)[2] == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return index**2


def note_and_refuse_at_one(index: int, folder: Path) -> int:
    note(index, folder)
    if index == 1:
        raise MotionError("no way through")
    return index
