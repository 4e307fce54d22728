from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr

from robogeo.config import ExperimentConfig
from robogeo.learning.learner import Learner
from robogeo.learning.run_folder import RunFolder
from robogeo.learning.scoring import PARTS, Scores, outline, score
from robogeo.learning.strategy_check import made_up_candidates
from robogeo.motion.manifold import Manifold
from robogeo.motion.request import Request
from robogeo.motion.world import World

Look = Callable[[Manifold, Sequence[Request]], Scores]


@pytest.fixture(scope="module")
def learner(finished: Path, tiny: ExperimentConfig, shelf: World) -> Learner:
    return Learner(RunFolder.existing(finished), tiny, shelf)


@pytest.mark.parametrize("look", [score, outline])
def test_facts_are_finite_and_repeatable(look: Look, learner: Learner, shelf: World) -> None:
    requests = [shelf.request(9, index) for index in range(6)]
    scores, again = (look(learner.planner.manifold, requests) for _ in range(2))
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


@pytest.mark.parametrize("look", [score, outline])
def test_a_way_half_as_long_again_as_usual_is_no_detour_and_what_is_beyond_counts(look: Look) -> None:
    some = made_up_candidates(40)
    scores = look(some.manifold, some.requests)
    apart = np.linalg.norm(some.ends[:, 1] - some.ends[:, 0], axis=1)
    usual = some.manifold.usual_length(apart)
    expected = np.maximum(scores.length - 1.5 * usual, 0.0)
    np.testing.assert_allclose(scores.detour, expected, atol=1e-9)
    assert (scores.detour > 0.0).any() and (scores.detour == 0.0).any()


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


def test_an_outline_ranks_like_a_full_look() -> None:
    """Between configurations near the demonstrated ones, as most of life's requests are."""
    manifold, rng = made_up_candidates().manifold, np.random.default_rng(0)
    ends = rng.choice(manifold.shown, (200, 2)) + 0.05 * rng.normal(size=(200, 2, 3))
    requests = [Request(start, goal) for start, goal in ends]
    rough, full = outline(manifold, requests), score(manifold, requests)
    for name in ("unsupported", "length", "uncertainty", "magnification", "jump"):
        agreement = spearmanr(getattr(rough, name), getattr(full, name)).statistic
        assert agreement > 0.8, (name, agreement)
    np.testing.assert_array_equal(rough.gap, full.gap)


def test_noise_is_told_apart_from_what_demonstrations_mend() -> None:
    """More observation noise leaves the ensemble's disagreement as it is."""
    some = made_up_candidates(10)
    before = score(some.manifold, some.requests)
    level = some.manifold.model.noise_level
    assert level is not None
    level.data += 1.0
    after = score(some.manifold, some.requests)
    assert (after.noise > before.noise).all()
    np.testing.assert_array_equal(after.uncertainty, before.uncertainty)


def test_rows_can_be_exchanged() -> None:
    some = made_up_candidates(5)
    assert set(some.scores.columns()) == {field.name for field in fields(Scores)}
    full = score(some.manifold, some.requests[1:3])
    mixed = some.scores.with_rows(np.array([1, 2]), full)
    np.testing.assert_array_equal(mixed.jump[[1, 2]], full.jump)
    np.testing.assert_array_equal(mixed.jump[[0, 3, 4]], some.scores.jump[[0, 3, 4]])
    assert len(mixed) == 5


def test_a_request_that_stands_still_is_scored_alone() -> None:
    some = made_up_candidates(1)
    q = some.demonstrations[0].q[5]
    for look in (score, outline):
        still = look(some.manifold, [Request(q, q)])
        assert still.length[0] < 0.5 and still.jump[0] < 0.5 and np.isfinite(still.magnification[0])
