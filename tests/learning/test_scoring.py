from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from robogeo.config import ExperimentConfig
from robogeo.learning.learner import Learner
from robogeo.learning.run_folder import RunFolder
from robogeo.learning.scoring import PARTS, Scores, score
from robogeo.motion.world import Request, World


@pytest.fixture(scope="module")
def learner(finished: Path, tiny: ExperimentConfig, shelf: World) -> Learner:
    return Learner(RunFolder.existing(finished), tiny, shelf)


def test_facts_are_finite_and_repeatable(learner: Learner, shelf: World) -> None:
    requests = [shelf.request(9, index) for index in range(6)]
    scores, again = (score(learner.planner.manifold, requests) for _ in range(2))
    for field in fields(Scores):
        fact = getattr(scores, field.name)
        assert fact.shape == (6,) and np.isfinite(fact).all(), field.name
        assert (fact == getattr(again, field.name)).all(), field.name
    assert all((getattr(scores, part) >= 0.0).all() for part in PARTS)
    assert ((scores.bridged >= 0.0) & (scores.bridged <= 1.0 + 1e-6)).all()


def test_what_was_shown_is_supported_better_than_what_was_not(learner: Learner) -> None:
    shown = learner.demonstrations[0]
    far = np.clip(-2.0 * shown.q[[0, -1]] + 1.0, learner.world.limits.lower, learner.world.limits.upper)
    scores = score(learner.planner.manifold, [Request(shown.q[0], shown.q[-1]), Request(far[0], far[1])])
    assert scores.gap[0] < scores.gap[1]


def made(**facts: float) -> Scores:
    return Scores(**{field.name: np.array([facts.get(field.name, 0.0)]) for field in fields(Scores)})


def test_parts_are_named() -> None:
    assert made(gap=0.25).parts(0) == {**dict.fromkeys(PARTS, 0.0), "gap": 0.25}


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("bridge", {"bridged": 0.5, "jump": 3.0}),
        ("smooth", {"bridged": 0.01, "jump": 1.0, "gap": 0.5}),
        ("cover", {"jump": 0.5, "gap": 1.0}),
    ],
)
def test_the_kind_names_what_a_demonstration_would_mend(kind: str, facts: dict[str, float]) -> None:
    assert made(**facts).kind(0) == kind
