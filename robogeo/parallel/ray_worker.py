"""What runs on a worker of a Ray cluster: one call, and everything that came of it."""

from __future__ import annotations

import pickle
import platform
import traceback

from ray import cloudpickle

from robogeo.parallel.failure import ClusterError, WorkError
from robogeo.parallel.one_thread import use_one_thread
from robogeo.parallel.versions import difference, versions


def answer(work: bytes, versions_here: dict[str, str]) -> tuple[bool, bytes, str]:
    """Call a function; returns whether it returned, what it returned or raised, and where it was raised.

    Ray shares arrays among processes and marks them read-only, which those of a process of one's own are
    not. So function, item and result travel as bytes.

    Args:
        work: the pair of a function and its argument.
        versions_here: of the machine that asks; it is not served with others.
    """
    try:
        use_one_thread()
        _check(versions_here)
        function, item = pickle.loads(work)
        return True, cloudpickle.dumps(function(item)), ""
    except Exception as error:
        return False, _portable(error), traceback.format_exc()


def _check(versions_here: dict[str, str]) -> None:
    found = difference(versions(), versions_here)
    if found is not None:
        raise ClusterError(
            f"cluster: machine {platform.node()} has other versions than this one, so results could differ: "
            f"{found}; install the same on all"
        )


def _portable(error: Exception) -> bytes:
    """The error; one that does not travel becomes one that does."""
    try:
        packed: bytes = cloudpickle.dumps(error)
        pickle.loads(packed)
    except Exception:
        packed = cloudpickle.dumps(WorkError(f"{type(error).__name__}: {error}"))
    return packed
