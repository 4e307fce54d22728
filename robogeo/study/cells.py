"""The cells of a study: every contender on every scene with every seed, in the order in which they are run.

A cell is one run of one experiment. Everything but the contender is keyed by the seed: initial
demonstrations, candidate pools, held-out requests, initial weights. The order has the seeds outermost, so
that whenever a study is stopped, all contenders have met (nearly) the same seeds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from robogeo.config import NOT_IDENTITY, ExperimentConfig, load_config
from robogeo.config.output import OutputSettings
from robogeo.errors import InputError
from robogeo.study.settings import SceneSettings, StudyConfig

_AGAIN = 1  # key of the permutations of the controls


@dataclass(frozen=True)
class Contender:
    """A strategy, or a control: the same with permuted utilities, or with another pool.

    Attributes:
        name: as the options of the command and the tables call it.
        strategy: name of the strategy.
        permutation: key by which its utilities are dealt out at random; None leaves them.
        pool: candidates a question; None means as many as the experiment says.
    """

    name: str
    strategy: str
    permutation: int | None = None
    pool: int | None = None

    @property
    def is_control(self) -> bool:
        """Whether it is there to check the study, not to compete."""
        return self.name != self.strategy


@dataclass(frozen=True)
class Cell:
    """One run of a study.

    Attributes:
        contender: who asks.
        experiment: name of the experiment in the study's configuration.
        config: the experiment, resolved.
        target: success rate; a cell may end once two evaluations in a row reach it.
        edition: of the study.
    """

    contender: Contender
    experiment: str
    config: ExperimentConfig
    target: float
    edition: int

    @cached_property
    def key(self) -> str:
        """Names all that the cell's result depends on; equal cells have equal keys."""
        return _digest({"target": self.target, "edition": self.edition, "config": _identity(self.config)})

    @cached_property
    def start(self) -> ExperimentConfig:
        """The run of what all cells of a scene and seed begin with: demonstrations, fit, evaluation."""
        neutral = ExperimentConfig()
        names = ("strategy", "permutation", "queries_per_round", "candidates")
        return self.config.model_copy(
            update={"rounds": 0, **{name: getattr(neutral, name) for name in names}}
        )

    @property
    def start_key(self) -> str:
        """Equal for cells that begin alike."""
        return _digest({"edition": self.edition, "config": _identity(self.start)})

    @property
    def name(self) -> str:
        """The cell for people; the key makes it unique."""
        robot = "" if self.config.robot == "iiwa" else f"-{self.config.robot.rpartition('/')[2]}"
        return f"{self.config.scene}{robot}-{self.contender.name}-s{self.config.seed}-{self.key}"


def contenders(config: StudyConfig) -> list[Contender]:
    """The strategies, then the controls of `StudyConfig.controls`."""
    proposed, baseline, controls = config.proposed, config.baseline, config.controls
    found = [Contender(name, name) for name in config.strategies]
    if controls.experiments:
        found.append(Contender(f"{baseline}-again", baseline, permutation=_AGAIN))
        found.append(Contender(f"{proposed}-permuted", proposed, permutation=_AGAIN))
        found += [
            Contender(f"{proposed}-pool{ratio}", proposed, pool=ratio * controls.pool_base)
            for ratio in controls.pool_ratios
        ]
    return found


def cells(config: StudyConfig) -> list[Cell]:
    """All cells of a study, in the order in which they are run.

    Raises:
        InputError: an experiment cannot be read, or is on recordings, or two are of the same scene and robot.
    """
    experiments = {scene.experiment: load_config(scene.experiment) for scene in config.scenes}
    recorded = [name for name, experiment in experiments.items() if experiment.recordings is not None]
    if recorded:
        raise InputError(f"scenes: {recorded[0]} learns from recordings; a study asks in scenes")
    places = [(experiment.scene, experiment.robot) for experiment in experiments.values()]
    twice = [name for name, place in zip(experiments, places, strict=True) if places.count(place) > 1]
    if twice:
        raise InputError(f"scenes: {' and '.join(twice)} are of the same scene and robot; leave one")
    found: list[Cell] = []
    for number in range(max(scene.seeds for scene in config.scenes)):
        for contender in contenders(config):
            for scene in _scenes_of(contender, config):
                if number < _seeds(contender, scene, config):
                    seed = config.first_seed + number
                    found.append(_cell(config, scene, experiments[scene.experiment], contender, seed))
    return found


def chosen(
    cells: Sequence[Cell],
    seeds: int | None = None,
    contenders: Sequence[str] = (),
    scenes: Sequence[str] = (),
) -> list[Cell]:
    """The cells that are wanted now.

    Args:
        cells: of a study.
        seeds: how many of each scene at most.
        contenders: names; empty means all.
        scenes: names of scenes or experiments; empty means all.

    Raises:
        InputError: a name that no cell has.
    """
    _check("--strategies", contenders, {cell.contender.name for cell in cells})
    _check("--scenes", scenes, {name for cell in cells for name in (cell.config.scene, cell.experiment)})
    first = min((cell.config.seed for cell in cells), default=0)
    return [
        cell
        for cell in cells
        if (seeds is None or cell.config.seed < first + seeds)
        and (not contenders or cell.contender.name in contenders)
        and (not scenes or {cell.config.scene, cell.experiment} & set(scenes))
    ]


def _scenes_of(contender: Contender, config: StudyConfig) -> Iterator[SceneSettings]:
    for scene in config.scenes:
        if not contender.is_control or scene.experiment in config.controls.experiments:
            yield scene


def _seeds(contender: Contender, scene: SceneSettings, config: StudyConfig) -> int:
    return min(scene.seeds, config.controls.seeds) if contender.is_control else scene.seeds


def _cell(
    study: StudyConfig, scene: SceneSettings, experiment: ExperimentConfig, contender: Contender, seed: int
) -> Cell:
    changes: dict[str, Any] = {
        "seed": seed,
        "rounds": scene.rounds,
        "strategy": contender.strategy,
        "permutation": contender.permutation,
        "workers": 1,
        "output": OutputSettings(video=False),
    }
    if scene.held_out is not None:
        changes["held_out"] = scene.held_out
    if contender.pool is not None:
        changes["candidates"] = contender.pool * experiment.queries_per_round
    config = experiment.model_copy(update=changes)
    return Cell(contender, scene.experiment, config, study.target, study.edition)


def _identity(config: ExperimentConfig) -> dict[str, Any]:
    """What decides a run's results. Absent and null are the same, so that a new option changes no key."""
    tree = {name: value for name, value in config.as_dict().items() if name not in NOT_IDENTITY}
    return _without_nulls(tree)


def _without_nulls(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    return {name: _without_nulls(value) for name, value in tree.items() if value is not None}


def _digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def _check(option: str, names: Sequence[str], known: set[str]) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        raise InputError(f"{option}: the study has no {unknown[0]!r}; it has {', '.join(sorted(known))}")
