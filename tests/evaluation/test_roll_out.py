from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from robogeo.config import ExperimentConfig
from robogeo.evaluation.roll_out import roll_out, trials_for
from robogeo.learning.learner import Learner
from robogeo.learning.run_folder import RunFolder
from robogeo.motion.request import Refusal, Request
from robogeo.motion.world import World
from robogeo.parallel import Workers
from robogeo.run.stored import criteria_of

pytestmark = pytest.mark.sim


@pytest.mark.parametrize("mode", ["implicit", "verified"])
@pytest.mark.long
def test_results_do_not_depend_on_the_number_of_processes(
    mode: str, finished: Path, tiny: ExperimentConfig, shelf: World
) -> None:
    chosen = tiny.model_copy(update={"motion": tiny.motion.model_copy(update={"mode": mode})})
    planner = Learner(RunFolder.existing(finished), chosen, shelf).planner
    trials, _ = trials_for(shelf, shelf.held_out(3, 8))
    told = []
    for count in (1, 2):
        with Workers(count) as workers:
            outcomes = roll_out(planner, trials, "ShelfReach", "iiwa", criteria_of(tiny), workers)
        told.append([repr(outcome) for outcome in outcomes])
    assert told[0] == told[1]
    assert mode == "verified" or any("refused=False" in line for line in told[0])
    assert mode == "implicit" or not any("collision=True" in line for line in told[0])


def test_trials_know_the_demonstrators_length(shelf: World) -> None:
    requests = shelf.held_out(0, 2)
    trials, refusals = trials_for(shelf, requests)
    assert [trial.index for trial in trials] == [0, 1] and not refusals
    for trial in trials:
        straight = np.linalg.norm(trial.request.goal - trial.request.start)
        assert trial.reference_length >= straight


def test_what_the_demonstrator_refuses_is_no_trial(shelf: World, monkeypatch: pytest.MonkeyPatch) -> None:
    requests = shelf.held_out(0, 3)
    honest = shelf.demonstrate

    def choosy(request: Request, seed: int) -> object:
        return Refusal("no-demonstration", "no") if request is requests[1] else honest(request, seed)

    monkeypatch.setattr(shelf, "demonstrate", choosy)
    trials, refusals = trials_for(shelf, requests)
    assert [trial.index for trial in trials] == [0, 2]
    assert [refusal.reason for refusal in refusals] == ["no"]
