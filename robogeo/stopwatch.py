"""How long a piece of work took: on the clock, and on the processor."""

from __future__ import annotations

import time

TIMES = ("seconds", "cpu_seconds")
"""Fields of an event that differ from run to run."""


class Stopwatch:
    """Measures from the moment it is made.

    The clock is what a user waits for; the time on the processor is what a study costs, whatever else the
    machine does meanwhile. It is this process's own: work done in other processes does not count.
    """

    def __init__(self) -> None:
        self._clock, self._processor = time.perf_counter(), time.process_time()

    def read(self) -> dict[str, float]:
        """Seconds since the start, as the journal's events hold them."""
        return {
            "seconds": time.perf_counter() - self._clock,
            "cpu_seconds": time.process_time() - self._processor,
        }
