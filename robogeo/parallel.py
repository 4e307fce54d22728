"""The same work on one or several processes, with the same results.

Small networks train fastest with one torch thread a process and one process a core. Processes are spawned,
not forked: a fork would copy the locks of the numerical libraries in whatever state they are in. Since all
randomness is keyed (`robogeo.randomness`), results do not depend on which process does what.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import connection, get_context, parent_process
from types import TracebackType
from typing import TypeVar

from robogeo.errors import InputError, RobogeoError

Item = TypeVar("Item")
Result = TypeVar("Result")

_THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


class WorkError(RobogeoError):
    """A work item failed unexpectedly, or its process died; the line names the item."""


class Workers:
    """A group of worker processes, used as a context manager.

    This process and the workers get one numerical thread each, so that sums are made in the same order
    whatever the count.

    Example:
        >>> with Workers(1) as workers:
        ...     workers.map(abs, [-1, 2])
        [1, 2]

    Args:
        count: number of processes, >= 1. One means: in this process, one item after the other.

    Raises:
        InputError: `count` is below 1.
    """

    def __init__(self, count: int) -> None:
        if count < 1:
            raise InputError(f"workers: {count} processes asked for, expected at least 1")
        self.count = count
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Workers:
        """Return the group; its processes start when first needed."""
        use_one_thread()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the processes: after their work when all is well, at once when not."""
        self.close(at_once=kind is not None)

    def warm_up(self, *modules: str) -> None:
        """Start the processes and let them import `modules`, without waiting for either."""
        if self.count > 1:
            for _ in range(self.count):
                self._running_pool().submit(_import_all, modules)

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """Apply `function` to every item; results come in the order of the items.

        Args:
            function: takes one argument and can be imported by name (module level, or a partial of such).
            items: the arguments. They travel to the processes, so keep them small, and send no bare torch
                tensors: torch moves those into shared memory, under the feet of every array and k-d tree
                that views them. What holds tensors describes itself by arrays (see `Manifold.__reduce__`).

        Raises:
            RobogeoError: what the function raised on purpose; its `item_index` says for which item.
            WorkError: any other failure of an item; the cause is chained.
        """
        if self.count == 1:
            return [_call(function, item, index) for index, item in enumerate(items)]
        futures: list[Future[Result]] = []
        results: list[Result] = []
        try:
            for index, item in enumerate(items):
                with _naming_item(index):
                    futures.append(self._running_pool().submit(function, item))
            for index, future in enumerate(futures):
                with _naming_item(index):
                    results.append(future.result())
        except BaseException:
            for future in futures:
                future.cancel()
            raise
        return results

    def submit(self, function: Callable[[Item], Result], item: Item) -> Future[Result]:
        """Start one piece of work without waiting for it; with a count of 1 it is done on return.

        Args:
            function: as for `map`.
            item: its argument.

        Returns:
            A future, whose result raises what the function raised.
        """
        if self.count > 1:
            return self._running_pool().submit(function, item)
        future: Future[Result] = Future()
        try:
            future.set_result(function(item))
        except Exception as error:
            future.set_exception(error)
        return future

    def close(self, at_once: bool = False) -> None:
        """End the processes; with `at_once`, do not wait for the work they are doing."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        if at_once:
            # Before Python 3.14 an executor has no public way to stop running work.
            for process in list((getattr(pool, "_processes", None) or {}).values()):
                process.terminate()
        pool.shutdown(wait=True, cancel_futures=True)

    def _running_pool(self) -> ProcessPoolExecutor:
        if self._pool is None:
            context = get_context("spawn")
            self._pool = ProcessPoolExecutor(self.count, mp_context=context, initializer=_start_worker)
        return self._pool


def use_one_thread() -> None:
    """Give this process one numerical thread, in torch if it is loaded and in libraries still to come."""
    for variable in _THREAD_VARIABLES:
        os.environ[variable] = "1"
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)


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


def _import_all(modules: tuple[str, ...]) -> None:
    for module in modules:
        import_module(module)


def _call(function: Callable[[Item], Result], item: Item, index: int) -> Result:
    with _naming_item(index):
        return function(item)


@contextmanager
def _naming_item(index: int) -> Iterator[None]:
    """Make every failure inside say which work item it belongs to."""
    try:
        yield
    except RobogeoError as error:
        error.item_index = index
        raise
    except BrokenProcessPool as error:
        failure = WorkError(
            f"work item {index}: a worker process died, perhaps for lack of memory; use fewer"
        )
        failure.item_index = index
        raise failure from error
    except Exception as error:
        failure = WorkError(f"work item {index}: {type(error).__name__}: {error}")
        failure.item_index = index
        raise failure from error
