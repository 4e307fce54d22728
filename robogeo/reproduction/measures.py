"""Rows of an experiment's table: what the paper says, what each contender reached, and who wins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from robogeo.evaluation.paired import Estimate
from robogeo.evaluation.results import Results
from robogeo.reproduction.intervals import FloatArray, Statistic, difference, mean, over_seeds

RECIPE, RECIPE_LINE = "recipe", "recipe_line"
DEFAULT, DEFAULT_LINE = "default", "default_line"
TITLES = {
    RECIPE: "paper's recipe, our run",
    RECIPE_LINE: "straight line, recipe's model",
    DEFAULT: "robogeo's default",
    DEFAULT_LINE: "straight line, default's model",
}
Better = Literal["smaller", "larger"]


@dataclass(frozen=True)
class Reached:
    """What one contender reached: mean over seeds with its 95 % interval, and each seed's own value."""

    mean: Estimate
    seeds: Sequence[float]


@dataclass(frozen=True)
class Measure:
    """One row.

    Attributes:
        name: of the measure.
        unit: or empty.
        paper: what the paper says, in words; empty where it says nothing.
        reached: by contender, in the order of the columns.
        better: which side is better, where contenders are compared.
        gaps: by rival, the default less the rival on the same pairs; the default has to win.
    """

    name: str
    unit: str
    paper: str
    reached: Mapping[str, Reached]
    better: Better | None = None
    gaps: Mapping[str, Estimate] = field(default_factory=dict)

    def as_row(self) -> dict[str, Any]:
        """The row as plain data."""
        row: dict[str, Any] = {"measure": self.name, "unit": self.unit, "paper": self.paper or None}
        for contender, reached in self.reached.items():
            row[contender] = reached.mean.value
            row[f"{contender}_ci95"] = [reached.mean.low, reached.mean.high]
            row[f"{contender}_seeds"] = list(reached.seeds)
        for rival, gap in self.gaps.items():
            row[f"default_minus_{rival}"] = gap.value
            row[f"default_minus_{rival}_ci95"] = [gap.low, gap.high]
        return row


def measured(
    name: str,
    samples: Mapping[str, Sequence[FloatArray]],
    *,
    unit: str = "",
    paper: str = "",
    statistic: Statistic = mean,
    better: Better | None = None,
    rivals: Sequence[str] = (),
) -> Measure:
    """A row from the values of every pair.

    Args:
        name: of the measure.
        samples: by contender, for each seed (n, ...), a row a pair.
        unit: for people.
        paper: what the paper says.
        statistic: of a seed's pairs.
        better: which side is better, with rivals.
        rivals: contenders that the default has to beat on the same pairs.
    """
    reached = {contender: Reached(*over_seeds(values, statistic)) for contender, values in samples.items()}
    gaps = {rival: difference(samples[DEFAULT], samples[rival], statistic) for rival in rivals}
    return Measure(name, unit, paper, reached, better, gaps)


def add_victories(measures: Sequence[Measure], results: Results) -> None:
    """Add to the targets, for each rival, that the whole interval of the difference is on the good side."""
    for measure in measures:
        for rival, gap in measure.gaps.items():
            name = f"{measure.name}: default less {TITLES.get(rival, rival)}, end of the 95 % interval"
            if measure.better == "smaller":
                results.target(name, gap.high, "<=", 0.0)
            else:
                results.target(name, gap.low, ">=", 0.0)
