"""Work in processes of this machine.

They are spawned, not forked: a fork would copy the locks of the numerical libraries in whatever state they
are in. Every worker is a pool of its own, for a pool in which one process dies gives up all of them.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, get_context, parent_process

from robogeo.parallel.engine import Item, Result
from robogeo.parallel.failure import LossError
from robogeo.parallel.one_thread import use_one_thread


class Processes:
    """An engine of one spawned process for every thread that calls."""

    workers = 2

    def __init__(self) -> None:
        self._mine = threading.local()
        self._lock = threading.Lock()
        self._pools: set[ProcessPoolExecutor] = set()
        self._closed = False

    def call(self, function: Callable[[Item], Result], item: Item) -> Result:
        """Call the function in this thread's process; see `Engine`."""
        pool = self._pool()
        try:
            return pool.submit(function, item).result()
        except BrokenProcessPool as error:
            self._give_up(pool)
            raise LossError("a worker process died") from error

    def close(self, at_once: bool) -> None:
        """End the processes."""
        with self._lock:
            self._closed = True
            pools, self._pools = self._pools, set()
        for pool in pools:
            if at_once:
                _kill(pool)
            else:
                pool.shutdown(wait=True, cancel_futures=True)

    def _pool(self) -> ProcessPoolExecutor:
        pool: ProcessPoolExecutor | None = getattr(self._mine, "pool", None)
        if pool is not None:
            return pool
        with self._lock:
            if self._closed:
                raise LossError("the workers are closed")
            pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_start_worker)
            self._pools.add(pool)
        self._mine.pool = pool
        return pool

    def _give_up(self, pool: ProcessPoolExecutor) -> None:
        self._mine.pool = None
        with self._lock:
            self._pools.discard(pool)
        pool.shutdown(wait=True, cancel_futures=True)


def _kill(pool: ProcessPoolExecutor) -> None:
    # Before Python 3.14 an executor has no public way to stop running work. After the shutdown it starts no
    # process any more, so none is missed.
    processes = getattr(pool, "_processes", None) or {}
    pool.shutdown(wait=False, cancel_futures=True)
    for process in list(processes.values()):
        process.terminate()


def _start_worker() -> None:
    # Ctrl-C reaches the whole process group; the parent alone decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    use_one_thread()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Wait for the parent to end, however it does, and end too: a killed parent cannot say goodbye."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
