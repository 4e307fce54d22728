"""The records of a study as a table: for every scene and contender, one run a seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robogeo.evaluation.efficiency import area, carried_forward, demonstrations_to
from robogeo.study.cells import Cell
from robogeo.study.records import Record

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Run:
    """One finished cell.

    Attributes:
        cell: which one.
        record: its line in the file of records.
    """

    cell: Cell
    record: Record

    @property
    def budget(self) -> int:
        """Most demonstrations that the cell could be given, the initial ones among them."""
        config = self.cell.config
        return config.initial_demonstrations + config.rounds * config.queries_per_round

    @property
    def success(self) -> FloatArray:
        """Success rates (R,) of its evaluations."""
        return np.asarray(self.record["successes"], dtype=np.float64) / self.record["requests"]

    @cached_property
    def needed(self) -> int | None:
        """Demonstrations to the target, the initial ones among them; None: more than the budget."""
        return demonstrations_to(self.record["demonstrations"], self.success, self.cell.target)

    @property
    def counted(self) -> int:
        """As `needed`, a censored count standing as one more than the budget."""
        return self.budget + 1 if self.needed is None else self.needed

    @property
    def asked(self) -> int:
        """As `counted`, without the initial demonstrations, which nobody asked for; one at least."""
        return max(self.counted - int(self.record["demonstrations"][0]), 1)

    @cached_property
    def area(self) -> float:
        """Mean success up to the budget."""
        return area(self.record["demonstrations"], self.success, self.budget)

    def curve(self, counts: FloatArray) -> FloatArray:
        """Success (C,) at counts (C,) of demonstrations."""
        return carried_forward(self.record["demonstrations"], self.success, counts)

    def auroc(self, predictor: str) -> list[float]:
        """How well failures were predicted, of all rounds in which some failed and some succeeded."""
        rounds: list[float | None] = self.record["auroc"][predictor]["rounds"]
        return [value for value in rounds if value is not None]


class Table:
    """All finished runs of a study.

    Args:
        cells: of the study.
        records: finished cells by key.
    """

    def __init__(self, cells: Sequence[Cell], records: Mapping[str, Record]) -> None:
        labels = _labels(cells)
        self._runs: dict[tuple[str, str], dict[int, Run]] = {}
        for cell in cells:
            scene = labels[cell.config.scene, cell.config.robot]
            runs = self._runs.setdefault((scene, cell.contender.name), {})
            if cell.key in records:
                runs[cell.config.seed] = Run(cell, records[cell.key])

    @property
    def scenes(self) -> list[str]:
        """Names of the scenes, in the order of the study."""
        return list(dict.fromkeys(scene for scene, _ in self._runs))

    def contenders(self, scene: str) -> list[str]:
        """Those that are run on a scene, finished or not."""
        return [name for where, name in self._runs if where == scene]

    def runs(self, scene: str, contender: str) -> list[Run]:
        """The finished runs by rising seed."""
        found = self._runs.get((scene, contender), {})
        return [found[seed] for seed in sorted(found)]

    def together(self, scene: str, contenders: Sequence[str]) -> list[dict[str, Run]]:
        """The runs of all these contenders by name, one group a seed that each of them has met."""
        runs = {name: self._runs.get((scene, name), {}) for name in contenders}
        seeds = set.intersection(*(set(of_one) for of_one in runs.values()))
        return [{name: of_one[seed] for name, of_one in runs.items()} for seed in sorted(seeds)]

    def pairs(self, scenes: Sequence[str], ours: str, theirs: str) -> Pairs:
        """The runs of two contenders with the same scene and seed."""
        found = []
        for scene in scenes:
            mine, other = (self._runs.get((scene, name), {}) for name in (ours, theirs))
            found += [(scene, mine[seed], other[seed]) for seed in sorted(mine.keys() & other.keys())]
        return Pairs(found)


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of runs that differ in the contender alone.

    Attributes:
        found: scene, our run, their run.
    """

    found: Sequence[tuple[str, Run, Run]]

    def __len__(self) -> int:
        """Number of pairs."""
        return len(self.found)

    @property
    def scenes(self) -> list[str]:
        """The scene of each pair: its stratum."""
        return [scene for scene, _, _ in self.found]

    def both(self, measure: str) -> tuple[list[Any], list[Any]]:
        """One attribute of all our runs, and of all theirs."""
        return (
            [getattr(ours, measure) for _, ours, _ in self.found],
            [getattr(theirs, measure) for _, _, theirs in self.found],
        )


def _labels(cells: Sequence[Cell]) -> dict[tuple[str, str], str]:
    """Names of the scenes; the robot is said where a study has several on one scene."""
    places = list(dict.fromkeys((cell.config.scene, cell.config.robot) for cell in cells))
    scenes = [scene for scene, _ in places]
    return {
        (scene, robot): scene
        if scenes.count(scene) == 1
        else f"{scene}, {robot.rpartition('/')[2].removesuffix('.yaml')}"
        for scene, robot in places
    }
