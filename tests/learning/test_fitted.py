from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch

from robogeo.config import ExperimentConfig
from robogeo.data.demonstrations import observations
from robogeo.learning.fitted import Fit, fit_model
from robogeo.learning.learner import Learner
from robogeo.models import save_model
from robogeo.motion.world import World

pytestmark = pytest.mark.sim
Fitted = Callable[..., tuple[Fit, list[str]]]


def found_torn(monkeypatch: pytest.MonkeyPatch, *tears: float) -> None:
    """What is found torn in one fit after another."""
    found: Iterator[float] = iter(tears)
    monkeypatch.setattr("robogeo.learning.fitted.tear", lambda *_: next(found))


@pytest.fixture
def fit(learner: Learner, tiny: ExperimentConfig, shelf: World) -> Fitted:
    x, groups = observations(learner.demonstrations, tiny.spacing)
    last = save_model(learner.planner.manifold.model)

    def fitted(restarts: int, warm: bool = True) -> tuple[Fit, list[str]]:
        training = tiny.training.model_copy(update={"restarts": restarts})
        told: list[str] = []
        config = tiny.model_copy(update={"training": training})
        given = config, shelf, last if warm else None, x, groups, 1
        return fit_model(*given, lambda what, step, steps: told.append(what)), told

    return fitted


def test_a_whole_chart_is_kept_as_it_is(fit: Fitted, monkeypatch: pytest.MonkeyPatch) -> None:
    found_torn(monkeypatch, 2.0, 2.0)
    (first, told), (alone, _) = fit(2), fit(0)
    assert (first.attempts, first.tear) == (1, 2.0) and set(told) == {"round 1: training"}
    assert save_model(first.model) == save_model(alone.model)


def test_a_torn_chart_is_fitted_afresh(fit: Fitted, monkeypatch: pytest.MonkeyPatch) -> None:
    found_torn(monkeypatch, 20.0, 2.0)
    kept, told = fit(2)
    assert (kept.attempts, kept.tear) == (2, 2.0)
    assert told[-1] == "round 1: training afresh, because what was shown is torn"


def test_of_torn_charts_the_least_torn_is_kept(fit: Fitted, monkeypatch: pytest.MonkeyPatch) -> None:
    found_torn(monkeypatch, 20.0, 7.0, 9.0, 20.0, 7.0)
    kept, _ = fit(2)
    again, _ = fit(1)
    assert (kept.attempts, kept.tear) == (3, 7.0) and (again.attempts, again.tear) == (2, 7.0)
    assert save_model(kept.model) == save_model(again.model)


def test_every_attempt_begins_with_weights_of_its_own(fit: Fitted, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = []
    for restarts in range(3):
        found_torn(monkeypatch, *[9.0 - k for k in range(restarts + 1)])
        kept, _ = fit(restarts, warm=False)
        weights.append(next(kept.model.encoder.parameters()).detach())
    assert not any(torch.equal(a, b) for a, b in ((weights[0], weights[1]), (weights[1], weights[2])))


def test_the_journal_tells_how_torn_a_fit_is(learner: Learner) -> None:
    report = learner.update()
    event = learner.record.fits[-1]
    assert event["attempts"] >= 1 and np.isfinite(event["tear"]) and event["tear"] >= 1.0
    assert event["steps"] == report.steps
