"""One worker for all that the simulator and the model have to do, in the order in which it was asked for.

The browser's events come on many threads; a simulator and a learner serve one. Of events that come faster
than they can be served (a tool being dragged) only the latest counts.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

Work = Callable[[], Any]


class Desk:
    """The worker.

    Args:
        complain: told of what a piece of work raised.
    """

    def __init__(self, complain: Callable[[BaseException], None]) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="robogeo-desk")
        self._complain = complain
        self._latest: dict[str, Work] = {}
        self._lock = threading.Lock()

    def submit(self, work: Work) -> Future[None]:
        """Do something when all that came before is done."""
        return self._pool.submit(self._guarded, work)

    def latest(self, what: str, work: Work) -> None:
        """The same, unless the like is asked for again before its turn comes: then only that is done."""
        with self._lock:
            waiting = what in self._latest
            self._latest[what] = work
        if not waiting:
            self.submit(lambda: self._take(what)())

    def close(self) -> None:
        """Let the present work end, and begin no other."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _take(self, what: str) -> Work:
        with self._lock:
            return self._latest.pop(what)

    def _guarded(self, work: Work) -> None:
        try:
            work()
        except Exception as error:
            self._complain(error)
