"""What an experiment is, and which there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from robogeo.errors import InputError
from robogeo.evaluation.results import Results
from robogeo.progress import Progress
from robogeo.reproduction.kept import Kept
from robogeo.reproduction.measures import Measure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Record = Mapping[str, Any]
"""What one seed found, as plain data of JSON: measures for each pair, and curves worth a picture."""

# Name as typed, and the module of this room that is the experiment.
EXPERIMENTS = {
    "pendulum": "pendulum.experiment",
    "robot-circle": "circle.experiment",
    "fashion-mnist": "clothes.experiment",
    "human-motion": "human_motion.experiment",
    "chairs": "chairs.experiment",
    "graph-vs-neural": "race.experiment",
    "active-pendulum": "pendulum.active",
    "active-arm": "arm.experiment",
}


@dataclass(frozen=True, eq=False)
class Picture:
    """A figure with the name of its file (after ``reproduce_NAME_``) and its caption."""

    name: str
    figure: Figure
    caption: str


@dataclass(frozen=True, eq=False)
class Film:
    """An animation, likewise; frames (h, w, 3) uint8, so many a second."""

    name: str
    frames: Sequence[NDArray[np.uint8]]
    fps: float
    caption: str


class Experiment(Protocol):
    """What a module of an experiment offers.

    Attributes:
        SETTINGS: its settings, a `ReproductionSettings`.
        TITLE: heading of its section.
    """

    SETTINGS: Any
    TITLE: str

    def run_seed(self, settings: Any, seed: int, kept: Kept, progress: Progress) -> Record:
        """Run one seed; long stages are kept, equal settings and seed give equal bits."""
        ...

    def measures(self, settings: Any, records: Sequence[Record]) -> list[Measure]:
        """Rows of the table."""
        ...

    def targets(
        self, settings: Any, records: Sequence[Record], measures: Sequence[Measure], results: Results
    ) -> None:
        """Add the targets that are the experiment's own; that the default wins is added for all."""
        ...

    def draw(
        self, settings: Any, records: Sequence[Record], kept: Sequence[Kept]
    ) -> Sequence[Picture | Film]:
        """Pictures, from the records and from what each seed kept."""
        ...

    def words(self, settings: Any, records: Sequence[Record]) -> str:
        """What was done and how it differs from the paper, as Markdown above the table."""
        ...


def find_experiment(name: str) -> Experiment:
    """The experiment of that name.

    Raises:
        InputError: there is none; the line lists the names.
    """
    if name not in EXPERIMENTS:
        raise InputError(f"reproduce: no experiment is called {name[:80]!r}; known: {', '.join(EXPERIMENTS)}")
    return cast(Experiment, import_module(f"robogeo.reproduction.{EXPERIMENTS[name]}"))
