"""Progress of long work: a bar on a terminal, one plain line every ten seconds elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any, TextIO

_EVERY = 10.0  # s


class Progress:
    """Shows what is being done; call it with (what, done, of how many), and `say` lines that stay.

    Args:
        stream: where to write; standard error by default, so that results can be piped.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._terminal = self._stream.isatty()
        self._bar: Any = None
        self._what = ""
        self._spoken = time.monotonic()

    def __call__(self, what: str, done: int, total: int) -> None:
        """Report that ``done`` of ``total`` steps of ``what`` are done."""
        if self._terminal:
            self._draw(what, done, total)
        elif time.monotonic() - self._spoken >= _EVERY:
            self.say(f"{what}: {done} of {total}")

    def say(self, line: str) -> None:
        """Write one line that stays."""
        self._clear()
        print(line, file=self._stream, flush=True)
        self._spoken = time.monotonic()

    def __enter__(self) -> Progress:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        self._clear()

    def _draw(self, what: str, done: int, total: int) -> None:
        if what != self._what or self._bar is None:
            from tqdm import tqdm

            self._clear()
            layout = "{desc} {percentage:3.0f}% {bar:30} {elapsed}"
            self._bar = tqdm(total=total, desc=what, file=self._stream, leave=False, bar_format=layout)
            self._what = what
        self._bar.update(done - self._bar.n)

    def _clear(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


class Silence(Progress):
    """Progress that nobody watches: one of many pieces of work that go on at a time."""

    def __call__(self, what: str, done: int, total: int) -> None:
        """Report nothing."""

    def say(self, line: str) -> None:
        """Say nothing."""
