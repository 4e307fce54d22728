"""What the sections of a run's report are written from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from robogeo.learning.learner import Learner
from robogeo.motion.request import Request
from robogeo.report import figure_png


@dataclass(frozen=True, eq=False)
class Run:
    """One run.

    Attributes:
        learner: with the folder, the models and the queries.
        rounds: as in ``summary.json``.
        evaluations: the journal's events of held-out evaluations, one a round.
        summary: what ``summary.json`` holds.
        held_out: the held-out requests, in the order of their indices.
        requests: those of them whose motions are shown.
        first_is_new: the first of them was not served before anything was asked.
    """

    learner: Learner
    rounds: Sequence[Mapping[str, Any]]
    evaluations: Sequence[Mapping[str, Any]]
    summary: Mapping[str, Any]
    held_out: Sequence[Request]
    requests: Sequence[Request]
    first_is_new: bool

    def figure(self, name: str, figure: Any) -> bytes:
        """PNG of a figure, written into the run's folder too."""
        png = figure_png(figure)
        self.learner.folder.write_bytes(f"figures/{name}.png", png)
        return png
