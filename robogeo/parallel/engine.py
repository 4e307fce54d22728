"""What an engine is: a place where functions are called, one call a thread at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Engine(Protocol):
    """Calls functions in its workers; every thread that calls has a worker to itself meanwhile.

    Attributes:
        workers: how many are used unless the user says.
    """

    workers: int

    def call(self, function: Callable[[Item], Result], item: Item) -> Result:
        """Call the function in a worker and wait for its result.

        Raises:
            LossError: the worker was lost before it was done; the engine is as good as before.
        """
        ...

    def close(self, at_once: bool) -> None:
        """End the workers; with `at_once`, in the middle of their work."""
        ...
