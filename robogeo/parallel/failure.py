"""What goes wrong with a piece of work, said in one line that names the item."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from robogeo.errors import InputError, RobogeoError


class WorkError(RobogeoError):
    """A work item failed unexpectedly; the line names the item."""


class WorkerLostError(WorkError):
    """The workers that did a piece of work were lost one after the other: killed, or their machine was."""


class ClusterError(InputError):
    """A cluster cannot be reached or used; no item is to blame, and every other would meet the same."""


class LossError(Exception):
    """A worker was lost in the middle of its work, which another may do; never leaves `robogeo.parallel`."""


_UNSENT = re.compile(r"can(no|')t pickle", re.IGNORECASE)


@contextmanager
def naming_item(index: int) -> Iterator[None]:
    """Make every failure inside say which work item it belongs to."""
    try:
        yield
    except WorkerLostError as error:
        lost = WorkerLostError(f"work item {index}: {error}")
        lost.item_index = index
        raise lost from error
    except RobogeoError as error:
        error.item_index = index
        raise
    except Exception as error:
        failure = WorkError(f"work item {index}: {_told(error)}")
        failure.item_index = index
        raise failure from error


def _told(error: Exception) -> str:
    if _UNSENT.search(str(error)):
        return f"cannot be sent to another process ({error}); give what can be imported by name"
    return f"{type(error).__name__}: {error}"
