"""Motions of Acclaim motion files (.amc): for every frame one line a bone, in any order.

Our own strict reader, for the reason given in `asf.py`.
"""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import NoReturn

import numpy as np

from robogeo.data.skeleton import MOVES, FloatArray, Skeleton
from robogeo.errors import InputError
from robogeo.reading import read_text

MOST_BYTES = 256 * 1024 * 1024
MOST_FRAMES = 1_000_000
LARGEST = 1e6
"""Degrees or units of length beyond which a number is rubbish."""


def load_motion(path: str | os.PathLike[str], skeleton: Skeleton) -> FloatArray:
    """Read the motion of a .amc file.

    Args:
        path: the file.
        skeleton: of the person who moves; its channels are what every frame must hold.

    Returns:
        (T, C) channels in the order of `Skeleton.channels`, rad and m.

    Raises:
        InputError: one line that names the file, the line and the reason.
    """
    file = Path(path)
    return _Reader(file, skeleton).motion(read_text(file, MOST_BYTES, "a motion"))


class _Reader:
    """Reads one file, frame by frame."""

    def __init__(self, file: Path, skeleton: Skeleton) -> None:
        self._file = file
        self._skeleton = skeleton
        self._places = {name: place for name, place in skeleton.slices.items() if place.start < place.stop}
        self._frames: list[list[float]] = []
        self._missing: set[str] = set()
        self._number = 0  # of the frame that is being read
        self._began = 0  # the line in which it began
        self._degrees = True

    def motion(self, text: str) -> FloatArray:
        lines = 0
        for lines, line in enumerate(text.splitlines(), start=1):
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            if words[0].startswith(":"):
                self._flag(lines, words)
            elif len(words) == 1 and words[0].isdecimal():
                self._begin(lines, words[0])
            else:
                self._bone(lines, words)
        if not self._frames:
            raise InputError(f"{self._file}: holds no frame; is it an .amc file?")
        self._complete(lines)
        return np.array(self._frames) * self._units()

    def _flag(self, line: int, words: list[str]) -> None:
        if self._frames:
            self._refuse(line, f"{words[0][:40]!r} stands behind the first frame")
        if words[0] in (":DEGREES", ":RADIANS"):
            self._degrees = words[0] == ":DEGREES"

    def _begin(self, line: int, word: str) -> None:
        if self._frames:
            self._complete(line)
        if len(word) > 9:
            self._refuse(line, f"frame number {word[:20]!r} is too large")
        number = int(word)
        if self._frames and number != self._number + 1:
            self._refuse(line, f"frame {number} follows frame {self._number}; a frame is lost or repeated")
        if len(self._frames) >= MOST_FRAMES:
            self._refuse(line, f"more than the {MOST_FRAMES} frames allowed")
        self._number, self._began = number, line
        self._missing = set(self._places)
        self._frames.append([0.0] * len(self._skeleton.channels))

    def _bone(self, line: int, words: list[str]) -> None:
        name = words[0]
        place = self._places.get(name)
        if not self._frames:
            self._refuse(line, f"expected the number of a frame, got {' '.join(words)[:60]!r}")
        if place is None:
            self._refuse(line, f"{name[:40]!r} is no bone of the skeleton that moves")
        if name not in self._missing:
            self._refuse(line, f"frame {self._number} has {name!r} twice")
        count = place.stop - place.start
        if len(words) - 1 != count:
            self._refuse(line, f"{name!r} has {len(words) - 1} channels, the skeleton says {count}")
        try:
            values = [float(word) for word in words[1:]]
        except ValueError:
            self._refuse(line, f"{' '.join(words)[:60]!r} holds something that is no number")
        if not all(math.isfinite(value) and abs(value) <= LARGEST for value in values):
            self._refuse(line, f"{name!r} has a value that is not finite or is huge: {' '.join(words)[:60]}")
        self._frames[-1][place] = values
        self._missing.discard(name)

    def _complete(self, line: int) -> None:
        """Refuse the frame that ends at this line if it lacks a bone."""
        if self._missing:
            lacking = ", ".join(name for name in self._places if name in self._missing)
            self._refuse(
                line,
                f"frame {self._number}, begun in line {self._began}, lacks {lacking:.60}; "
                "is the file truncated, or of another skeleton?",
            )

    def _units(self) -> FloatArray:
        """(C,) what turns the file's numbers into rad and m."""
        angle = math.pi / 180.0 if self._degrees else 1.0
        kinds = [name.rsplit(".", 1)[1] for name in self._skeleton.channels]
        return np.array([self._skeleton.metre if kind in MOVES else angle for kind in kinds])

    def _refuse(self, line: int, reason: str) -> NoReturn:
        raise InputError(f"{self._file}: line {line}: {reason}")
