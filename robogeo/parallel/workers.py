"""The one door to work in parallel: `Workers`."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from functools import partial
from importlib import import_module
from itertools import islice
from types import TracebackType

from robogeo.errors import InputError
from robogeo.parallel.engine import Engine, Item, Result
from robogeo.parallel.failure import LossError, WorkerLostError, naming_item
from robogeo.parallel.one_thread import use_one_thread

ENGINES = ("serial", "processes", "ray")
_AHEAD = 32  # items a worker that wait in line; those of a long series need not exist all at once
_TRIES = 3  # of an item whose workers are lost, before it is given up


class Workers:
    """A group of workers, used as a context manager.

    This process and the workers get one numerical thread each, so that sums are made in the same order
    whatever the engine and the count. An item whose worker is lost is done again by another one, up to
    three times; what a function raises is final.

    Example:
        >>> with Workers(1) as workers:
        ...     workers.map(abs, [-1, 2])
        [1, 2]

    Args:
        count: number of workers, >= 1: items done at a time. None: 2, or all processors of the cluster.
        cluster: a Ray cluster: ``HOST:PORT`` of its head, ``auto`` for the one that this machine belongs to,
            ``local`` for one that is started here, and ended afterwards. None: this machine alone.
        engine: one of `ENGINES`. None: ``ray`` with a cluster; without, ``processes``, but for one worker
            ``serial``: in this process, one item after the other.

    Raises:
        InputError: `count` is below 1, an unknown engine; on entering, Ray is not installed, or the cluster
            cannot be reached.
    """

    def __init__(
        self, count: int | None = None, cluster: str | None = None, engine: str | None = None
    ) -> None:
        if count is not None and count < 1:
            raise InputError(f"workers: {count} processes asked for, expected at least 1")
        self.engine = engine or ("ray" if cluster is not None else "serial" if count == 1 else "processes")
        if self.engine not in ENGINES:
            raise InputError(f"engine: {engine!r} is unknown; known: {', '.join(ENGINES)}")
        self._wanted, self._cluster = count, cluster
        self._engine: Engine | None = None
        self._threads: ThreadPoolExecutor | None = None
        self._closed = False

    @property
    def count(self) -> int:
        """Items done at a time; that of a whole cluster is known once it is reached."""
        if self.engine == "serial":
            return 1
        if self._wanted is None:
            self._wanted = self._running_engine().workers
        return self._wanted

    def __enter__(self) -> Workers:
        """Return the group; its processes start when first needed, a cluster is reached now."""
        use_one_thread()
        if self.engine == "ray":
            self._running_engine()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the workers: after their work when all is well, at once when not."""
        self.close(at_once=kind is not None)

    def warm_up(self, *modules: str) -> None:
        """Start the workers and let them import `modules`, without waiting for either."""
        if self.engine != "serial":
            for _ in range(self.count):
                self.submit(_import_all, modules)

    def map(
        self,
        function: Callable[[Item], Result],
        items: Iterable[Item],
        progress: Callable[[int], object] | None = None,
    ) -> list[Result]:
        """Apply `function` to every item; results come in the order of the items.

        Args:
            function: takes one argument and can be imported by name (module level, or a partial of such).
            items: the arguments. They travel to the workers, so keep them small, and send no bare torch
                tensors: torch moves those into shared memory, under the feet of every array and k-d tree
                that views them. What holds tensors describes itself by arrays (see `Manifold.__reduce__`).
            progress: told how many items from the first one on are done.

        Raises:
            RobogeoError: what the function raised on purpose; its `item_index` says for which item.
            WorkerLostError: an item's workers were lost again and again.
            WorkError: any other failure of an item; the cause is chained.
        """
        tell = progress or (lambda done: None)
        results: list[Result] = []
        with closing(self.stream(function, items)) as stream:
            for result in stream:
                results.append(result)
                tell(len(results))
        return results

    def stream(
        self, function: Callable[[Item], Result], items: Iterable[Item]
    ) -> Generator[Result, None, None]:
        """As `map`, but each result is given as soon as it is its turn, so that items need never end.

        Whoever has enough closes the generator: what is not begun then is left.
        """
        with closing(self._begun(function, items)) as begun:
            for index, result in enumerate(begun):
                with naming_item(index):
                    found = result()
                yield found

    def _begun(
        self, function: Callable[[Item], Result], items: Iterable[Item]
    ) -> Generator[Callable[[], Result], None, None]:
        """What gives the result of each item: the wait for it; with the serial engine the work itself."""
        if self.engine == "serial":
            yield from (partial(function, item) for item in items)
            return
        waiting, begun = iter(items), deque[Future[Result]]()
        try:
            begun.extend(self.submit(function, item) for item in islice(waiting, _AHEAD * self.count))
            while begun:
                yield begun[0].result
                begun.popleft()
                begun.extend(self.submit(function, item) for item in islice(waiting, 1))
        finally:
            for future in begun:
                future.cancel()

    def submit(self, function: Callable[[Item], Result], item: Item) -> Future[Result]:
        """Start one piece of work without waiting for it; with the serial engine it is done on return.

        Args:
            function: as for `map`.
            item: its argument.

        Returns:
            A future, whose result raises what the function raised, or `WorkerLostError`.
        """
        if self.engine != "serial":
            engine, threads = self._running()
            return threads.submit(self._persist, engine, function, item)
        future: Future[Result] = Future()
        try:
            future.set_result(function(item))
        except Exception as error:
            future.set_exception(error)
        return future

    def close(self, at_once: bool = False) -> None:
        """End the workers; with `at_once`, do not wait for the work they are doing."""
        threads, self._threads = self._threads, None
        engine, self._engine = self._engine, None
        self._closed = at_once
        if threads is not None and not at_once:
            threads.shutdown(wait=True, cancel_futures=True)
        if engine is not None:
            engine.close(at_once)
        if threads is not None:
            threads.shutdown(wait=True, cancel_futures=True)

    def _persist(self, engine: Engine, function: Callable[[Item], Result], item: Item) -> Result:
        """Call the function, again where its worker is lost: its work is keyed, so no bit will change."""
        for tried in range(1, _TRIES + 1):
            try:
                return engine.call(function, item)
            except LossError as error:
                if tried == _TRIES or self._closed:
                    raise WorkerLostError(
                        f"{error}, {tried} times over, perhaps for lack of memory; use fewer workers"
                    ) from error
        raise AssertionError("unreachable")

    def _running(self) -> tuple[Engine, ThreadPoolExecutor]:
        engine = self._running_engine()
        if self._threads is None:
            self._closed = False
            self._threads = ThreadPoolExecutor(self.count, thread_name_prefix="robogeo-worker")
        return engine, self._threads

    def _running_engine(self) -> Engine:
        if self._engine is None:
            self._engine = _started(self.engine, self._wanted, self._cluster)
        return self._engine


def _started(engine: str, count: int | None, cluster: str | None) -> Engine:
    if engine == "ray":
        from robogeo.parallel.ray_cluster import RayCluster

        return RayCluster("local" if cluster is None else cluster, count)
    from robogeo.parallel.processes import Processes

    return Processes()


def _import_all(modules: tuple[str, ...]) -> None:
    for module in modules:
        import_module(module)
