"""What a run foretold of its failures, from evaluations made by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from robogeo.evaluation.foretelling import areas_by_round, pooled_area, prediction_summary

FAILED = "collision"


def evaluation(wrong: list[float], failed: list[bool]) -> dict[str, Any]:
    return {
        "outcomes": [
            {"failure": FAILED if bad else None, "foretold": {"wrong": said, "uncertainty": -said}}
            for said, bad in zip(wrong, failed, strict=True)
        ]
    }


def test_areas_tell_how_each_round_was_ranked() -> None:
    rounds = [
        evaluation([1.0, 2.0, 3.0], [False, True, True]),
        evaluation([1.0, 2.0], [False, False]),
        evaluation([1.0, 2.0, 3.0], [True, False, False]),
    ]
    assert areas_by_round(rounds, "wrong") == [1.0, None, 0.0]
    assert areas_by_round(rounds, "uncertainty") == [0.0, None, 1.0]
    # Failures 2, 3, 1 against successes 1, 1, 2, 2, 3: 3, 4.5 and 1 of 5 pairs each.
    assert pooled_area(rounds, "wrong") == pytest.approx((3.0 + 4.5 + 1.0) / 15.0)


def test_the_first_round_is_not_judged_and_no_round_judges_itself() -> None:
    first = evaluation([1.0] * 10 + [3.0] * 10, [False] * 10 + [True] * 10)
    second = evaluation([1.0] * 5 + [3.0] * 5, [True] * 5 + [False] * 5)
    found = prediction_summary([first, second])
    assert found is not None
    assert found["auroc"] == 0.0 and (found["failures"], found["successes"]) == (5, 5)
    # The first round taught the contrary of what came: probabilities 1/12 and 11/12 (Platt), wrong each time.
    assert found["brier"] == pytest.approx((11 / 12) ** 2)
    assert found["brier_without"] == pytest.approx(0.25)
    assert [(one["observed"], one["count"]) for one in found["reliability"]] == [(1.0, 5), (0.0, 5)]


def test_true_probabilities_lie_on_the_diagonal() -> None:
    rng = np.random.default_rng(0)

    def made() -> dict[str, Any]:
        said = rng.uniform(0.0, 1.0, 4000)
        return evaluation(said.tolist(), (rng.uniform(size=4000) < said).tolist())

    found = prediction_summary([made(), made()])
    assert found is not None
    assert found["brier"] == pytest.approx(1 / 6, abs=0.01) and found["brier_without"] > 0.24
    assert all(abs(one["observed"] - one["predicted"]) < 0.05 for one in found["reliability"])


@pytest.mark.parametrize(
    "rounds",
    [
        [],
        [evaluation([1.0, 2.0], [True, False])],
        [evaluation([1.0, 2.0], [True, False]), evaluation([1.0], [False])],
        [{"outcomes": [{"failure": None}]}] * 2,
    ],
    ids=["none", "one round", "nothing to tell apart", "an older run"],
)
def test_where_nothing_can_be_judged_nothing_is_said(rounds: list[dict[str, Any]]) -> None:
    assert prediction_summary(rounds) is None
