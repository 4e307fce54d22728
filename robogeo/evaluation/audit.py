"""An audit: fresh requests, run until they prove or refute that the present model is good enough.

Every request is drawn by itself, all pairs of places alike, and keyed by the audit, so that none was seen
before and the outcomes are independent given the model. Requests that the demonstrator refuses do not count.
They come in batches, each journalled, so an interrupted audit goes on where it was.
"""

from __future__ import annotations

from robogeo.evaluation.outcome import SuccessCriteria
from robogeo.evaluation.roll_out import roll_out, trials_for
from robogeo.learning.learner import Learner
from robogeo.learning.stopping import Audit, audit_of
from robogeo.motion.request import Request
from robogeo.motion.world import World
from robogeo.parallel import Workers
from robogeo.progress import Progress
from robogeo.randomness import derived_seed

_BATCH = 24  # requests between two looks: enough to keep several processes busy


def audit(learner: Learner, criteria: SuccessCriteria, workers: Workers, progress: Progress) -> Audit:
    """Audit the model of the last round, as far as the journal does not have it yet.

    It ends as soon as the success rate is proved to be above the configured target, or as that is not to be
    expected any more: the target is above the upper bound, or as many requests were run as are allowed.

    Args:
        learner: with a configured target, ``stop.success``.
        criteria: of success.
        workers: processes that share the work.
        progress: told about the work.
    """
    config, number = learner.config, learner.rounds - 1
    journal = learner.folder.journal
    known = {event["round"]: event["number"] for event in journal.of_kind("audit")}
    which = known.get(number, len(known) + 1)
    while True:
        found = audit_of(journal.events, number) or Audit(which, 0, 0)
        drawn = sum(event["requests"] for event in journal.of_kind("audit") if event["round"] == number)
        if _decided(found, drawn, learner):
            return found
        progress(f"round {number}: auditing", drawn, config.stop.most_requests)
        count = min(_BATCH, config.stop.most_requests - drawn)
        requests = [fresh_request(learner.world, config.seed, which, drawn + i) for i in range(count)]
        trials, _ = trials_for(learner.world, requests)
        outcomes = roll_out(learner.planner, trials, config.scene, config.robot, criteria, workers)
        successes = sum(outcome.success for outcome in outcomes)
        event = {"round": number, "number": which, "requests": count, "successes": successes}
        journal.append("audit", {**event, "failures": len(outcomes) - successes})


def fresh_request(world: World, seed: int, audit: int, index: int) -> Request:
    """Request ``index`` of an audit: between any two places, and never one of another stream.

    The first held-out request of a seed is a fair draw among all pairs of places; one seed a request makes
    the draws independent, where a longer stream would deal out every pair before any comes twice.
    """
    key = int.from_bytes(derived_seed(seed, audit, "audit", index)[:4], "big")
    return world.held_out(key | 1, 1)[0]  # odd: seed 0 gives the held-out requests of every round


def _decided(found: Audit, drawn: int, learner: Learner) -> bool:
    stop = learner.config.stop
    assert stop.success is not None
    if found.successes + found.failures >= stop.least_requests and found.proves(stop.success, stop.alpha):
        return True
    return drawn >= stop.most_requests or found.bounds(stop.alpha)[1] < stop.success
