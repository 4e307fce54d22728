"""When to stop asking: rules that say why, and combine with ``&`` and ``|``.

A rule looks at the `Standing` of a run and gives a `Verdict`. It says nothing while queries wait for an
answer (as Ax's global stopping does): what they bring may change everything.

    rule = SuccessProved(0.9, alpha=0.05) | DemonstrationBudget(40) & RoundBudget(5)
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any, Protocol

from robogeo.config.asking import StopSettings
from robogeo.learning.confidence_sequence import log_capital, lower_bound, upper_bound


@dataclass(frozen=True)
class Verdict:
    """Whether to stop, and why, or why not."""

    stop: bool
    reason: str


@dataclass(frozen=True)
class Audit:
    """Fresh requests run with the model of one round, none of them used before.

    Attributes:
        number: 1 for the first audit of a run.
        successes, failures: so far.
    """

    number: int
    successes: int
    failures: int

    def level(self, alpha: float) -> float:
        """This audit's part of ``alpha``; the parts of all audits, however many, add up to ``alpha``."""
        return alpha / (self.number * (self.number + 1))

    def proves(self, rate: float, alpha: float) -> bool:
        """Whether the model's success rate is proved to be above ``rate``."""
        return float(log_capital(self.successes, self.failures, rate)) >= -log(self.level(alpha))

    def bounds(self, alpha: float) -> tuple[float, float]:
        """Lower and upper bound of the model's success rate; each holds by itself, at any time."""
        counts, level = (self.successes, self.failures), self.level(alpha)
        return lower_bound(*counts, level), upper_bound(*counts, level)


@dataclass(frozen=True)
class Standing:
    """What rules look at, all of it known before this round's first question.

    Attributes:
        rounds: fits so far.
        demonstrations: that the last fit learned from.
        pending: queries that wait for an answer.
        success: rate on the held-out requests after each fit.
        worst_score: what is most wrong with any of this round's candidates, rad; it is only worked out when
            a rule asks for it.
        audit: of this round's model, if there was one.
    """

    rounds: int
    demonstrations: int
    pending: int
    success: Sequence[float]
    worst_score: Callable[[], float]
    audit: Audit | None = None


def standing_of(
    events: Sequence[Mapping[str, Any]], pending: int, worst_score: Callable[[], float]
) -> Standing:
    """Where a run stands after its last evaluation, from the events of its journal."""
    fits = [event for event in events if event["event"] == "fit"]
    return Standing(
        rounds=len(fits),
        demonstrations=fits[-1]["demonstrations"] if fits else 0,
        pending=pending,
        success=[e["summary"]["success_rate"] for e in events if e["event"] == "evaluate"],
        worst_score=worst_score,
        audit=audit_of(events, len(fits) - 1),
    )


def audit_of(events: Sequence[Mapping[str, Any]], round: int) -> Audit | None:
    """The audit of a round as far as the journal has it; None where there was none."""
    parts = [event for event in events if event["event"] == "audit" and event["round"] == round]
    if not parts:
        return None
    return Audit(
        parts[0]["number"], *(sum(part[name] for part in parts) for name in ("successes", "failures"))
    )


class Rule(Protocol):
    """Anything that gives a verdict."""

    def __call__(self, standing: Standing) -> Verdict:
        """Whether to stop asking."""
        ...


class StoppingRule(ABC):
    """Base of all rules: silent while queries are pending, and combined by ``&`` and ``|``."""

    def __call__(self, standing: Standing) -> Verdict:
        """Whether to stop asking."""
        if standing.pending:
            return Verdict(False, f"{standing.pending} queries are pending")
        return self.judge(standing)

    @abstractmethod
    def judge(self, standing: Standing) -> Verdict:
        """The verdict when nothing is pending."""

    def __and__(self, other: Rule) -> StoppingRule:
        """Stop when both say so."""
        return Both(self, other)

    def __or__(self, other: Rule) -> StoppingRule:
        """Stop when one says so."""
        return Either(self, other)


@dataclass(frozen=True)
class Both(StoppingRule):
    """Stops when both rules do."""

    first: Rule
    second: Rule

    def judge(self, standing: Standing) -> Verdict:
        """Both reasons to stop, or the first reason not to."""
        verdicts = [self.first(standing), self.second(standing)]
        against = [verdict for verdict in verdicts if not verdict.stop]
        return against[0] if against else Verdict(True, " and ".join(v.reason for v in verdicts))


@dataclass(frozen=True)
class Either(StoppingRule):
    """Stops when one of two rules does."""

    first: Rule
    second: Rule

    def judge(self, standing: Standing) -> Verdict:
        """The first reason to stop, or both reasons not to."""
        verdicts = [self.first(standing), self.second(standing)]
        found = [verdict for verdict in verdicts if verdict.stop]
        return found[0] if found else Verdict(False, "; ".join(v.reason for v in verdicts))


@dataclass(frozen=True)
class DemonstrationBudget(StoppingRule):
    """Stops when that many demonstrations were given."""

    most: int

    def judge(self, standing: Standing) -> Verdict:
        """Compare with the budget."""
        given = standing.demonstrations
        return Verdict(given >= self.most, f"{given} of {self.most} demonstrations were given")


@dataclass(frozen=True)
class RoundBudget(StoppingRule):
    """Stops after that many rounds of asking."""

    most: int

    def judge(self, standing: Standing) -> Verdict:
        """Compare with the budget; the first fit precedes all asking."""
        done = standing.rounds - 1
        return Verdict(done >= self.most, f"{done} of {self.most} rounds are done")


@dataclass(frozen=True)
class Plateau(StoppingRule):
    """Stops when held-out success has not risen for some rounds.

    Attributes:
        rounds: that many of the last rounds brought
        gain: no more than this over the best before them.
    """

    rounds: int
    gain: float = 0.0

    def judge(self, standing: Standing) -> Verdict:
        """Compare the best of the last rounds with the best before them."""
        before, last = standing.success[: -self.rounds], standing.success[-self.rounds :]
        if not before:
            return Verdict(False, f"{len(last)} evaluations: too few for a plateau of {self.rounds} rounds")
        risen = max(last) - max(before)
        return Verdict(
            risen <= self.gain,
            f"success rose by {risen:+.1%} in {self.rounds} rounds (plateau: at most {self.gain:.1%})",
        )


@dataclass(frozen=True)
class ScoresBelow(StoppingRule):
    """Stops when nothing is very wrong with any candidate: there is nothing left worth asking."""

    level: float

    def judge(self, standing: Standing) -> Verdict:
        """Compare the worst candidate with the level, rad."""
        worst = standing.worst_score()
        return Verdict(worst < self.level, f"the worst candidate scores {worst:.2f} of {self.level:.2f} rad")


@dataclass(frozen=True)
class SuccessProved(StoppingRule):
    """Stops when fresh requests prove that the present model succeeds often enough.

    Whatever the strategy does, however many rounds there are and however often one looks: with probability at
    least ``1 - alpha`` a run never stops by this rule at a model whose success rate is below the target. For
    every round has another model and is audited with its own fresh requests, so each audit's bound is valid
    by itself at its level (`confidence_sequence`); the levels add up to at most ``alpha`` (union bound). The
    held-out requests, which every round sees again, are no part of the proof.

    Attributes:
        target: success rate, in (0, 1).
        alpha: probability of a wrong stop, in (0, 1).
        least: requests that an audit takes at least.
    """

    target: float
    alpha: float = 0.05
    least: int = 1

    def judge(self, standing: Standing) -> Verdict:
        """Compare the lower bound with the target."""
        audit = standing.audit
        if audit is None:
            return Verdict(False, f"success of {self.target:.0%} is not proved: this round was not audited")
        count = audit.successes + audit.failures
        low, _ = audit.bounds(self.alpha)
        told = f"{audit.successes} of {count} fresh requests succeeded: at least {low:.1%}"
        proved = count >= self.least and audit.proves(self.target, self.alpha)
        return Verdict(proved, f"{told} (target {self.target:.0%}, alpha {self.alpha:g})")


def rule_of(settings: StopSettings) -> StoppingRule | None:
    """The rule that a configuration describes: any one of its conditions; None without conditions."""
    rules: list[StoppingRule] = []
    if settings.success is not None:
        rules.append(SuccessProved(settings.success, settings.alpha, settings.least_requests))
    if settings.demonstrations is not None:
        rules.append(DemonstrationBudget(settings.demonstrations))
    if settings.plateau_rounds is not None:
        rules.append(Plateau(settings.plateau_rounds, settings.plateau_gain))
    if settings.score is not None:
        rules.append(ScoresBelow(settings.score))
    if not rules:
        return None
    any_of = rules[0]
    for rule in rules[1:]:
        any_of = any_of | rule
    return any_of & RoundBudget(settings.least_rounds) if settings.least_rounds else any_of
