"""Work on a Ray cluster: on the machines that a lab already has, with the same results.

Every call is a Ray task of one processor, which Ray does wherever there is room: a cluster may shrink, grow
and be shared. Ray itself repeats nothing here; `robogeo.parallel.workers` does, for all engines alike.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from typing import Any

from robogeo.errors import one_line
from robogeo.parallel.engine import Item, Result
from robogeo.parallel.failure import ClusterError, LossError, WorkError
from robogeo.parallel.one_thread import THREAD_VARIABLES
from robogeo.parallel.versions import versions

_PATIENCE = 5.0  # s that a cluster's head may take to answer a knock, and cancelled work to end
_SETTINGS = b"\x04"  # type of the frame with which HTTP/2 begins, which a head speaks (RFC 9113, 3.4 and 4.1)
_GREETING = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0" + _SETTINGS + bytes(5)
_STORE = 256 * 2**20  # bytes of shared memory of a cluster that is started here: items are small
# Of a cluster that is started here: no reports to anyone, no port but on the loopback interface, and a token.
PRIVATE = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # the name notwithstanding: listen on 127.0.0.1 alone
    "RAY_AUTH_MODE": "token",
    "RAY_AUTH_TOKEN": secrets.token_hex(32),  # this process's own; otherwise Ray looks for a file in the home
}


class RayCluster:
    """An engine of tasks on a Ray cluster.

    Args:
        address: ``HOST:PORT`` of the head, ``auto``, or ``local`` to start one here.
        count: processors of a cluster that is started here; None: all of this machine.

    Attributes:
        workers: processors of the whole cluster.

    Raises:
        ClusterError: Ray is not installed, or the cluster cannot be reached or has another version of it.
    """

    def __init__(self, address: str, count: int | None) -> None:
        self._scratch: str | None = None
        self._lock = threading.Condition()
        self._open: set[Any] = set()
        self._closed = False
        wanted = PRIVATE if address == "local" else {"RAY_USAGE_STATS_ENABLED": "0"}
        self._added = [name for name in wanted if name not in os.environ]
        os.environ.update({name: wanted[name] for name in self._added})  # read when Ray is imported
        try:
            self._ray = _imported()
            self._own = not self._ray.is_initialized()
            if self._own:
                self._connect(address, count)
        except BaseException:
            self._restore_environment()
            raise
        self.workers = max(1, int(self._ray.cluster_resources().get("CPU", 1)))
        from robogeo.parallel.ray_worker import answer

        self._task = self._ray.remote(num_cpus=1, max_retries=0)(answer)

    def call(self, function: Callable[[Item], Result], item: Item) -> Result:
        """Call the function in a task and wait for it; see `Engine`."""
        work = self._ray.put((function, item))
        with self._lock:
            if self._closed:
                raise LossError("the workers are closed")
            task = self._task.remote([work], versions())
            self._open.add(task)
        try:
            found, returned, trace = self._ray.get(task)
        except self._ray.exceptions.RayTaskError as error:
            if isinstance(error.cause, self._ray.exceptions.RayError):  # the item was lost on its way
                raise LossError(f"an item was lost ({_reason(error.cause)})") from error
            raise not_startable(error) from error
        except self._ray.exceptions.RayError as error:
            raise LossError(f"a worker process died ({_reason(error)})") from error
        finally:
            with self._lock:
                self._open.discard(task)
                self._lock.notify_all()
        if returned:
            return deepcopy(
                found
            )  # Ray marks arrays read-only, which those of a process of one's own are not
        raise found from WorkError(trace)

    def close(self, at_once: bool) -> None:
        """Leave the cluster; one that was started here ends."""
        with self._lock:
            self._closed = True
            for task in self._open if at_once else ():
                with suppress(Exception):  # it may have ended meanwhile
                    self._ray.cancel(task, force=True)
            self._lock.wait_for(lambda: not self._open, _PATIENCE)
        if self._own:
            self._leave()
        self._restore_environment()

    def _leave(self) -> None:
        self._ray.shutdown()
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def _restore_environment(self) -> None:
        for name in self._added:
            os.environ.pop(name, None)

    def _connect(self, address: str, count: int | None) -> None:
        options: dict[str, Any] = {"address": address}
        if address == "local":
            # Paths of sockets are short; a folder of one's own does not clash with another user's.
            self._scratch = tempfile.mkdtemp(prefix="robogeo-ray-", dir="/tmp")
            options |= {"num_cpus": count, "include_dashboard": False, "object_store_memory": _STORE}
            options |= {"_node_ip_address": "127.0.0.1", "_temp_dir": self._scratch}
            options["_system_config"] = {"worker_niceness": 0}
        else:
            _knock(_own_address() if address == "auto" else address)
        threads = {"env_vars": dict.fromkeys(THREAD_VARIABLES, "1")}
        quiet = {"log_to_driver": False, "configure_logging": False}
        try:
            with _signals_kept():
                self._ray.init(**options, **quiet, runtime_env=threads)
        except (ConnectionError, RuntimeError, ValueError, OSError, self._ray.exceptions.RayError) as error:
            self._leave()
            raise ClusterError(
                f"cluster {address}: {one_line(error)}; this machine has to be part of it, and where it has "
                "a token RAY_AUTH_MODE=token has to be set: see docs/scale.md"
            ) from error
        except BaseException:  # interrupted
            self._leave()
            raise


def _imported() -> Any:
    try:
        import ray
    except ImportError as error:
        raise ClusterError("cluster: needs Ray, which is missing; pip install 'robogeo[ray]'") from error
    return ray


def _own_address() -> str:
    """The head of the cluster that this machine belongs to, as Ray finds it.

    Raises:
        ClusterError: it belongs to none.
    """
    from ray._private.services import get_ray_address_from_environment

    with suppress(ConnectionError):
        found = get_ray_address_from_environment("auto", None)
        if found not in (None, "auto"):
            return str(found)
    raise ClusterError(
        "cluster auto: this machine belongs to none; start it with ray start, or name its HOST:PORT"
    )


def _knock(address: str) -> None:
    """Find out at once whether a cluster's head listens there; Ray itself would try for long."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or "://" in address:
        raise ClusterError(f"cluster {address!r}: expected HOST:PORT of the cluster's head, auto or local")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), _PATIENCE) as caller:
            answers = _is_encrypted() or _greets(caller)
    except (OSError, OverflowError) as error:
        raise ClusterError(
            f"cluster {address}: cannot be reached ({one_line(error)}); start it with ray start, or name "
            "another address"
        ) from error
    if not answers:
        raise ClusterError(f"cluster {address}: something else than a cluster's head listens there")


def _is_encrypted() -> bool:
    return os.environ.get("RAY_USE_TLS", "0").lower() in ("1", "true")


def _greets(caller: socket.socket) -> bool:
    """Whether the other side begins as HTTP/2 has to, with a frame of settings."""
    caller.sendall(_GREETING)
    header = b""
    while len(header) < 4 and (more := caller.recv(4 - len(header))):
        header += more
    return header[3:] == _SETTINGS


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Ray takes the signals of whoever calls it; give them back."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def not_startable(error: Exception) -> Exception:
    """Why a worker could not even begin: most likely it does not have robogeo."""
    said = str(error)
    if "No module named" in said:
        missing = said.split("No module named", 1)[1].split("\n", 1)[0].strip(" '\".")
        return ClusterError(f"cluster: a machine lacks {missing}; install the same robogeo on all")
    return WorkError(f"a worker of the cluster failed: {one_line(error)}")


def _reason(error: Exception) -> str:
    return type(error).__name__.removesuffix("Error")
