"""What runs on a worker of a Ray cluster: one call, and everything that came of it."""

from __future__ import annotations

import platform
import traceback
from copy import deepcopy
from typing import Any

import ray

from robogeo.parallel.failure import ClusterError, WorkError
from robogeo.parallel.one_thread import use_one_thread
from robogeo.parallel.versions import difference, versions


def answer(work: list[Any], versions_here: dict[str, str]) -> tuple[Any, bool, str]:
    """Call a function; returns what it returned or raised, whether it returned, and where it was raised.

    Ray shares arrays among processes and marks them read-only, which those of a process of one's own are
    not: so function and item are copied first.

    Args:
        work: one reference to the pair of a function and its argument; within a list, so that Ray does not
            fetch it before versions are checked.
        versions_here: of the machine that asks; it is not served with others.
    """
    try:
        use_one_thread()
        _check(versions_here)
    except ClusterError as error:
        return error, False, ""
    function, item = deepcopy(ray.get(work[0]))  # where this fails the item is not to blame
    try:
        return function(item), True, ""
    except Exception as error:
        return _portable(error), False, traceback.format_exc()


def _check(versions_here: dict[str, str]) -> None:
    found = difference(versions(), versions_here)
    if found is not None:
        raise ClusterError(
            f"cluster: machine {platform.node()} has other versions than this one, so results could differ: "
            f"{found}; install the same on all"
        )


def _portable(error: Exception) -> Exception:
    """The error; one that cannot be made again elsewhere becomes one that can."""
    try:
        return deepcopy(error)
    except Exception:
        return WorkError(f"{type(error).__name__}: {error}")
