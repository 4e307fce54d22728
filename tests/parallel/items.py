"""Pieces of work, in a module that a worker imports quickly; some note every time they were begun."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from pathlib import Path
from uuid import uuid4

import numpy as np

from robogeo.errors import MotionError
from robogeo.randomness import numpy_generator


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
    time.sleep(0.05)  # so that a busy machine has the time to take back what has not begun
    return index


def slow_square(index: int, folder: Path) -> int:
    note(index, folder)
    time.sleep(1.0)
    return index**2


def draw(index: int) -> bytes:
    return numpy_generator(0, 0, "draw", index).standard_normal(1000).tobytes()


def where_and_how(_: int) -> tuple[str, str, bool]:
    import ray

    time.sleep(0.3)
    array = np.zeros(2)
    return ray.get_runtime_context().get_node_id(), os.environ["OMP_NUM_THREADS"], array.flags.writeable


def write_into(array: np.ndarray) -> float:
    array[0] = 7.0  # as in a process of one's own; Ray would have marked it read-only
    return float(array.sum())


def fail_at_one(index: int) -> int:
    return 1 // (1 - index)


def die(_: int) -> None:
    os._exit(3)
