"""Progress of learning, told to a page."""

from __future__ import annotations

from typing import Protocol

from robogeo.progress import Progress


class Watcher(Protocol):
    """Where progress is shown."""

    def show_progress(self, what: str, share: float) -> None:
        """Show that a share in [0, 1] of something is done."""
        ...

    def say(self, text: str) -> None:
        """Show a line."""
        ...


class Reports(Progress):
    """Progress for a learner that is opened before there is a page to show it.

    Attributes:
        watcher: the page, once it is there.
    """

    def __init__(self) -> None:
        super().__init__()
        self.watcher: Watcher | None = None

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show it on the page."""
        if self.watcher is not None:
            self.watcher.show_progress(what, done / max(total, 1))

    def say(self, line: str) -> None:
        """Show a line on the page, and write it as commands do."""
        super().say(line)
        if self.watcher is not None:
            self.watcher.say(line)
