from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from robogeo.config.asking import StopSettings
from robogeo.learning.stopping import (
    Audit,
    DemonstrationBudget,
    Plateau,
    RoundBudget,
    ScoresBelow,
    Standing,
    SuccessProved,
    Verdict,
    rule_of,
    standing_of,
)

NOW = Standing(4, 12, 0, (0.2, 0.5, 0.6, 0.6), lambda: 1.5)


@pytest.mark.parametrize(
    ("rule", "stop", "reason"),
    [
        (DemonstrationBudget(12), True, "12 of 12 demonstrations were given"),
        (DemonstrationBudget(13), False, "12 of 13 demonstrations were given"),
        (RoundBudget(3), True, "3 of 3 rounds are done"),
        (RoundBudget(4), False, "3 of 4 rounds are done"),
        (Plateau(1), True, "success rose by +0.0% in 1 rounds (plateau: at most 0.0%)"),
        (Plateau(2), False, "success rose by +10.0% in 2 rounds (plateau: at most 0.0%)"),
        (Plateau(2, 0.15), True, "success rose by +10.0% in 2 rounds (plateau: at most 15.0%)"),
        (Plateau(4), False, "4 evaluations: too few for a plateau of 4 rounds"),
        (ScoresBelow(1.6), True, "the worst candidate scores 1.50 of 1.60 rad"),
        (ScoresBelow(1.5), False, "the worst candidate scores 1.50 of 1.50 rad"),
        (SuccessProved(0.9), False, "success of 90% is not proved: this round was not audited"),
    ],
)
def test_a_rule_says_why(rule: DemonstrationBudget, stop: bool, reason: str) -> None:
    assert rule(NOW) == Verdict(stop, reason)


@pytest.mark.parametrize(
    "rule",
    [
        DemonstrationBudget(1),
        DemonstrationBudget(1) | RoundBudget(1),
        DemonstrationBudget(1) & RoundBudget(1),
    ],
)
def test_all_rules_are_silent_while_queries_are_pending(rule: DemonstrationBudget) -> None:
    assert rule(NOW).stop
    assert rule(replace(NOW, pending=2)) == Verdict(False, "2 queries are pending")


def test_rules_combine_with_their_reasons() -> None:
    yes, no = DemonstrationBudget(12), RoundBudget(9)
    assert (yes & no)(NOW) == Verdict(False, "3 of 9 rounds are done")
    assert (yes | no)(NOW) == Verdict(True, "12 of 12 demonstrations were given")
    both = (yes & RoundBudget(1))(NOW)
    assert both == Verdict(True, "12 of 12 demonstrations were given and 3 of 1 rounds are done")
    neither = (no | DemonstrationBudget(99))(NOW)
    assert neither == Verdict(False, "3 of 9 rounds are done; 12 of 99 demonstrations were given")
    assert not (no & no | no)(NOW).stop and (no & no | yes)(NOW).stop


def test_the_worst_score_is_only_worked_out_where_it_is_asked_for() -> None:
    def never() -> float:
        raise AssertionError("worked out in vain")

    assert (DemonstrationBudget(12) | RoundBudget(9))(replace(NOW, worst_score=never)).stop


def test_success_is_proved_by_enough_fresh_requests() -> None:
    rule = SuccessProved(0.9, 0.05, least=30)
    proved = rule(replace(NOW, audit=Audit(1, 60, 0)))
    assert proved.stop and proved.reason.startswith("60 of 60 fresh requests succeeded: at least 9")
    assert not rule(replace(NOW, audit=Audit(1, 20, 0))).stop
    assert not rule(replace(NOW, audit=Audit(1, 90, 10))).stop
    assert not SuccessProved(0.9, 0.05, least=61)(replace(NOW, audit=Audit(1, 60, 0))).stop
    later = replace(NOW, audit=Audit(9, 60, 0))  # the ninth audit has little of alpha left
    assert not rule(later).stop


def test_the_levels_of_all_audits_add_up_to_alpha() -> None:
    levels = [Audit(number, 0, 0).level(0.05) for number in range(1, 10_001)]
    assert sum(levels) == pytest.approx(0.05 * (1 - 1 / 10_001))


def test_a_run_hardly_ever_stops_at_a_worse_model() -> None:
    # Every round's model is just not good enough, and audited: the worst case for the promise.
    rng, wrong = np.random.default_rng(3), 0
    for _ in range(300):
        for number in range(1, 4):
            hits = (rng.random(100) < 0.8).cumsum()
            looks = (Audit(number, int(hits[n - 1]), int(n - hits[n - 1])) for n in range(5, 101, 5))
            if any(look.proves(0.8, 0.2) for look in looks):
                wrong += 1
                break
    assert 0 < wrong <= 300 * 0.2


def test_configured_conditions_are_alternatives_after_the_least_rounds() -> None:
    assert rule_of(StopSettings()) is None
    rule = rule_of(StopSettings(demonstrations=12, plateau_rounds=2, score=0.1, success=0.9))
    assert rule is not None and rule(NOW).reason == "12 of 12 demonstrations were given"
    late = rule_of(StopSettings(demonstrations=12, least_rounds=4))
    assert late is not None and late(NOW) == Verdict(False, "3 of 4 rounds are done")


def test_a_standing_is_read_from_the_journal() -> None:
    def audited(round: int, number: int, successes: int) -> dict[str, object]:
        counts = {"requests": 5, "successes": successes, "failures": 5 - successes}
        return {"event": "audit", "round": round, "number": number, **counts}

    events = [
        {"event": "fit", "demonstrations": 2},
        {"event": "evaluate", "summary": {"success_rate": 0.5}},
        audited(0, 1, 5),
        {"event": "fit", "demonstrations": 3},
        {"event": "evaluate", "summary": {"success_rate": 0.7}},
    ]
    standing = standing_of(events, 1, lambda: 0.0)
    assert (standing.rounds, standing.demonstrations, standing.pending) == (2, 3, 1)
    assert list(standing.success) == [0.5, 0.7] and standing.audit is None
    again = standing_of([*events, audited(1, 2, 4), audited(1, 2, 3)], 0, lambda: 0.0)
    assert again.audit == Audit(2, 7, 3)
