"""Plays a film: moves the arm, the mark on the map and the cursor of the curves with the time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
_FRAME = 1.0 / 25.0  # s between two frames that are sent
_REST = 0.5  # s at the goal before it begins anew


@dataclass(frozen=True, eq=False)
class Reel:
    """What a player needs of a film: times (T,) s, and how frame k is shown."""

    t: FloatArray
    show: Callable[[int], None]


class Player:
    """Shows one frame at a time, by hand or by the clock, over and over.

    Args:
        told: told the time whenever the clock has moved it, s.
    """

    def __init__(self, told: Callable[[float], None]) -> None:
        self._told = told
        self._lock = threading.Lock()
        self._reel: Reel | None = None
        self._now = 0.0
        self._playing = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="robogeo-player", daemon=True)
        self._thread.start()

    @property
    def playing(self) -> bool:
        """Whether the clock runs."""
        return self._playing.is_set()

    @property
    def now(self) -> float:
        """The film's time, s."""
        return self._now

    def load(self, reel: Reel | None) -> None:
        """Take another film, from its beginning; None: there is nothing to play."""
        with self._lock:
            self._reel, self._now = reel, 0.0
        if reel is None:
            self._playing.clear()
        else:
            self.seek(0.0)

    def toggle(self) -> bool:
        """Play, or pause; tells whether it plays now."""
        if self.playing or self._reel is None:
            self._playing.clear()
        else:
            self._playing.set()
        return self.playing

    def seek(self, now: float) -> None:
        """Show the frame at a time, s."""
        with self._lock:
            self._now = max(0.0, now)
            self._show()

    def close(self) -> None:
        """End the thread."""
        self._ended.set()
        self._playing.set()
        self._thread.join(timeout=2.0)

    def _run(self) -> None:
        while not self._ended.is_set():
            self._playing.wait()
            started = time.monotonic()
            self._step()
            self._ended.wait(max(0.0, _FRAME - (time.monotonic() - started)))

    def _step(self) -> None:
        with self._lock:
            if self._reel is None or self._ended.is_set():
                return
            end = float(self._reel.t[-1])
            following = self._now + _FRAME
            self._now = following if following <= end + _REST else 0.0
            self._show()
            now = min(self._now, end)
        self._told(now)

    def _show(self) -> None:
        if self._reel is not None:
            self._reel.show(int(np.argmin(np.abs(self._reel.t - self._now))))
