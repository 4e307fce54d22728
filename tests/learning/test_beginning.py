"""The initial demonstrations are the same, whoever shows them and however many at a time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from robogeo.config import ExperimentConfig
from robogeo.data.demonstrations import Demonstration
from robogeo.errors import RobogeoError
from robogeo.learning import beginning
from robogeo.learning.answers import Answer
from robogeo.learning.beginning import begin
from robogeo.learning.journal import read_events
from robogeo.learning.learner import Learner
from robogeo.learning.oracles import Oracle
from robogeo.learning.run_folder import RunFolder
from robogeo.motion.request import Refusal, Request
from robogeo.motion.world import World
from robogeo.parallel import Workers
from robogeo.progress import Silence

pytestmark = pytest.mark.sim


@dataclass
class Straight:
    """Shows the straight joint line, of every so many requests the last alone."""

    one_of: int = 1
    repeatable: bool = True

    def demonstrate(self, request: Request, seed: int) -> Answer:
        if (seed + 1) % self.one_of:
            return Refusal("busy", "not now")
        q = np.linspace(request.start, request.goal, 9)
        return Demonstration(q, np.linspace(0.0, 1.0, 9), "straight", request.name)


class Counted(Workers):
    """A group in this process that counts how often it is given work."""

    given = 0

    def stream(self, *work: Any) -> Any:
        self.given += 1
        return super().stream(*work)


def begun(
    oracle: Oracle, workers: Workers, config: ExperimentConfig, world: World, place: Path
) -> list[dict[str, Any]]:
    """The events of a beginning, without what differs by time."""
    with RunFolder.open(place, config.as_dict()) as folder:
        begin(Learner(folder, config, world), oracle, workers, Silence())
        return [{key: value for key, value in event.items() if key != "sha"} for event in folder.events()]


def with_initial(config: ExperimentConfig, count: int) -> ExperimentConfig:
    return config.model_copy(update={"initial_demonstrations": count})


@pytest.mark.long
def test_workers_show_the_same_as_one_process(tiny: ExperimentConfig, shelf: World, tmp_path: Path) -> None:
    config = with_initial(tiny, beginning._WORTH_SENDING + 1)
    alone = begun(Straight(3), Workers(1), config, shelf, tmp_path / "alone")
    with Workers(2) as workers:
        together = begun(Straight(3), workers, config, shelf, tmp_path / "together")
    assert together == alone
    kinds = [event["event"] for event in alone]
    assert kinds.count("attach") == config.initial_demonstrations
    assert kinds[:4] == ["skip", "skip", "attach", "skip"]


def test_a_beginning_that_was_stopped_goes_on(tiny: ExperimentConfig, shelf: World, tmp_path: Path) -> None:
    config = with_initial(tiny, 6)
    whole = begun(Straight(2), Workers(1), config, shelf, tmp_path / "whole")
    with RunFolder.open(tmp_path / "stopped", config.as_dict()) as folder:
        for blob in (tmp_path / "whole" / "blobs").iterdir():
            folder.put_blob(blob.read_bytes())
        for event in whole[:5]:
            payload = {key: value for key, value in event.items() if key not in ("n", "event")}
            folder.journal.append(event["event"], payload)
    assert begun(Straight(2), Workers(1), config, shelf, tmp_path / "stopped") == whole


@pytest.mark.parametrize(
    ("missing", "oracle", "given"),
    [
        (beginning._WORTH_SENDING, Straight(), 1),
        (beginning._WORTH_SENDING - 1, Straight(), 0),
        (beginning._WORTH_SENDING, Straight(repeatable=False), 0),
    ],
)
def test_workers_are_asked_for_much_that_can_be_repeated(
    missing: int, oracle: Oracle, given: int, tiny: ExperimentConfig, shelf: World, tmp_path: Path
) -> None:
    workers = Counted(1)
    begun(oracle, workers, with_initial(tiny, missing), shelf, tmp_path / "run")
    assert workers.given == given


def test_many_refusals_are_passed_over_but_not_too_many_in_a_row(
    tiny: ExperimentConfig, shelf: World, tmp_path: Path
) -> None:
    most = beginning._PATIENCE + 1
    events = begun(Straight(most), Workers(1), with_initial(tiny, 2), shelf, tmp_path / "patient")
    assert [event["event"] for event in events].count("skip") == 2 * most - 2
    place = tmp_path / "impatient"
    for asked in (most, most + 1):  # whoever tries once more is told after one more refusal
        with pytest.raises(RobogeoError, match=r"demonstrator refuses too much \(not now\)"):
            begun(Straight(10 * most), Workers(1), with_initial(tiny, 1), shelf, place)
        assert len(read_events(place / "journal.jsonl")) == asked


def test_a_world_that_cannot_be_sent_is_demonstrated_in_here(
    tiny: ExperimentConfig, shelf: World, tmp_path: Path
) -> None:
    workers = Counted(1)
    shelf.add_obstacle([0.05, 0.05, 0.05], [2.0, 2.0, 2.0])
    try:
        begun(Straight(), workers, with_initial(tiny, beginning._WORTH_SENDING), shelf, tmp_path / "run")
    finally:
        shelf.remove_obstacles()
    assert workers.given == 0
