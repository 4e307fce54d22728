"""The learner: ask, tell, update, plan; all it does is journalled, so that it can be stopped anywhere.

Events, in the order of a round: ``fit`` (the model's weights are a blob), ``evaluate``, ``ask``, ``tell`` or
``cancel``; and ``attach`` for demonstrations that nobody asked for, the initial ones above all. Each step is
skipped when its event is there already. Random numbers are keyed by (seed, round, purpose), so a resumed run
goes on with the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from robogeo.config import ExperimentConfig
from robogeo.data.demonstrations import Demonstration, observations
from robogeo.data.storage import demonstration_bytes
from robogeo.errors import InputError
from robogeo.interruption import while_committing
from robogeo.learning.answers import Answer, Receipt, check_demonstration, compliance
from robogeo.learning.fitted import fit_model, planner_for
from robogeo.learning.ledger import rescored
from robogeo.learning.lifecycle import State, advanced
from robogeo.learning.permuted import strategy_of
from robogeo.learning.proposals import Proposals
from robogeo.learning.queries import Query
from robogeo.learning.record import Record, answer_payload, answer_state
from robogeo.learning.run_folder import RunFolder
from robogeo.learning.stopping import Verdict, rule_of, standing_of
from robogeo.learning.strategies import Strategy
from robogeo.models import IWAE, TrainingReport, load_model, save_model
from robogeo.motion.planner import Planner, Plans
from robogeo.motion.request import Refusal
from robogeo.motion.trajectory import Motion
from robogeo.motion.verified import planning_in
from robogeo.motion.world import World
from robogeo.parallel import Workers
from robogeo.stopwatch import Stopwatch

FloatArray = NDArray[np.float64]
Progress = Callable[[str, int, int], None]
_MANY_NODES = 100_000  # whose edges are worth sending to workers


class Learner:
    """Learns a manifold of motion from demonstrations and asks for those it lacks.

    Args:
        folder: the run's folder; what its journal holds is taken up. Opened for reading it serves to plan.
        config: of the experiment.
        world: limits, requests and names come from it.
        progress: told (what, done, of how many) during long work.
        strategy: chooses the next demonstration, instead of the one that the configuration names. It should
            pass `robogeo.learning.check_strategy`.
        workers: share what is long with very many demonstrations or candidates; the bits are the same.
    """

    def __init__(
        self,
        folder: RunFolder,
        config: ExperimentConfig,
        world: World,
        progress: Progress | None = None,
        strategy: Strategy | None = None,
        workers: Workers | None = None,
    ) -> None:
        self.folder, self.config, self.world = folder, config, world
        self._progress = progress or (lambda what, done, total: None)
        self.record = Record(folder.get_blob)
        self._workers = workers or Workers(1)
        strategy = strategy or strategy_of(config)
        self._proposals = Proposals(config, world, self.record, strategy, self._workers)
        for event in folder.events():
            self.record.take_up(event)
        self._planner: Planner | None = None
        self._plans: Plans | None = None

    @property
    def demonstrations(self) -> list[Demonstration]:
        """All demonstrations so far, in the order in which they came."""
        return self.record.demonstrations

    @property
    def queries(self) -> dict[str, Query]:
        """All queries so far by id, in the order in which they were asked."""
        return self.record.queries

    @property
    def rounds(self) -> int:
        """Number of times the model was fitted."""
        return len(self.record.fits)

    @property
    def pending(self) -> list[Query]:
        """Queries that wait for an answer, in the order in which they were asked."""
        return self.record.pending

    @property
    def planner(self) -> Planner:
        """The planner of the last fit.

        Raises:
            InputError: nothing was fitted yet.
        """
        if self._planner is None:
            if not self.record.fits:
                raise InputError(f"{self.folder.path}: nothing is learned yet; run 'robogeo learn' first")
            self._planner = self.planner_of(self.rounds - 1)
        return self._planner

    @property
    def plans(self) -> Plans:
        """What plans motions with the last fit in the world, verified where the configuration says so.

        Raises:
            InputError: nothing was fitted yet.
        """
        if self._plans is None:
            self._plans = planning_in(self.world, self.planner)
        return self._plans

    def planner_of(self, round: int) -> Planner:
        """The planner as it was after the fit of a round."""
        event = self.record.fits[round]
        x, groups = observations(self.demonstrations[: event["demonstrations"]], self.config.spacing)
        model = load_model(self.folder.get_blob(event["model"]))
        return self._planner_for(model, x, groups)

    def attach(self, demonstration: Demonstration) -> Receipt:
        """Take a demonstration that nobody asked for.

        Raises:
            InputError: as for `tell`.
        """
        check_demonstration(demonstration, self.world)
        self._keep("attach", {}, demonstration)
        return Receipt(True, State.ANSWERED)

    def ask(self, n: int = 1) -> list[Query]:
        """Queries to be answered: those pending, then new ones up to ``n``; the same when asked again.

        What failed in this round comes first again, as a new query, as often as the configuration says. Fewer
        than ``n`` come back where nothing else may be asked: it was refused nearby, or cannot be reached.

        Raises:
            InputError: nothing was fitted yet, so that nothing can be found wanting.
        """
        missing = n - len(self.pending)
        if missing > 0:
            watch = Stopwatch()
            for query in self._proposed(missing):
                self._log("ask", {"query": query.as_dict(), **watch.read()})
                watch = Stopwatch()
        return self.pending

    def tell(self, query_id: str, answer: Answer) -> Receipt:
        """Answer a query; never retrains, and telling twice changes nothing.

        Returns:
            The query's state, and how much of what was asked the demonstration covers. It is learned from
            even where it covers nothing.

        Raises:
            InputError: there is no such query, or the demonstration is not of this robot: another number of
                joints, or far outside their limits.
            TransitionError: the query has expired or was cancelled.
        """
        receipt = self.record.receipt(query_id)
        if receipt.state in (State.ANSWERED, State.REFUSED, State.FAILED):
            return replace(receipt, accepted=False)
        advanced(query_id, receipt.state, answer_state(answer))
        payload = {"query": query_id, **answer_payload(answer)}
        if isinstance(answer, Demonstration):
            check_demonstration(answer, self.world)
            covered = compliance(self.queries[query_id], answer, self.config.asking.tolerance)
            self._keep("tell", {**payload, "compliance": covered}, answer)
        else:
            self._log("tell", payload)
        return self.record.receipt(query_id)

    def cancel(self, query_id: str) -> Receipt:
        """Take a pending query back; cancelling twice changes nothing.

        Raises:
            InputError: there is no such query.
            TransitionError: it is no longer pending.
        """
        receipt = self.record.receipt(query_id)
        if receipt.state is State.CANCELLED:
            return replace(receipt, accepted=False)
        advanced(query_id, receipt.state, State.CANCELLED)
        self._log("cancel", {"query": query_id})
        return self.record.receipt(query_id)

    def update(self) -> TrainingReport:
        """Retrain on all demonstrations and rebuild the geometry: one round.

        Raises:
            InputError: there are no demonstrations.
        """
        watch = Stopwatch()
        number = self.rounds
        x, groups = observations(self.demonstrations, self.config.spacing)
        afresh = number == 0 or not self.config.training.warm
        last = None if afresh else self.folder.get_blob(self.record.fits[-1]["model"])
        fit = fit_model(self.config, self.world, last, x, groups, number, self._progress)
        self._planner, self._plans = self._planner_for(fit.model, x, groups), None
        event = {
            "round": number,
            "demonstrations": len(self.demonstrations),
            "observations": len(x),
            "model": self.folder.put_blob(save_model(fit.model)),
            "steps": fit.report.steps,
            "train_bound": fit.report.train_bound,
            "attempts": fit.attempts,
            "tear": fit.tear,
            "rescored": rescored(
                [self.queries[name] for name in self.record.since_fit], self._planner.manifold
            ),
            **watch.read(),
        }
        self._log("fit", event)
        return fit.report

    def stop(self) -> Verdict:
        """Whether to stop asking, by the configuration's conditions, and why; never while queries wait."""
        rule = rule_of(self.config.stop)
        if rule is None:
            return Verdict(False, "no condition to stop is configured")
        return rule(standing_of(self.folder.events(), len(self.pending), self._worst_score))

    def plan(self, start: ArrayLike, goal: ArrayLike) -> Motion | Refusal:
        """A motion between two configurations (dof,) rad, or a refusal with its reason.

        Raises:
            InputError: start or goal has the wrong shape, is outside the limits or in collision.
        """
        ends = [np.asarray(end, dtype=np.float64) for end in (start, goal)]
        plan = self.plans.plan(self.world.request_between(ends[0], ends[1]))
        return plan if isinstance(plan, Refusal) else plan.motion

    def _planner_for(self, model: IWAE, x: FloatArray, groups: NDArray[np.int64]) -> Planner:
        mapped = self._workers.map if len(x) >= _MANY_NODES else map
        return planner_for(self.config, self.world, model, x, groups, mapped)

    def _worst_score(self) -> float:
        """What is most wrong with any of this round's candidates, rad."""
        return self._proposals.worst_score(self.planner.manifold, self.rounds - 1)

    def _proposed(self, n: int) -> Iterator[Query]:
        """The next ``n`` queries: what failed and may be asked again, then new ones."""
        number = self.rounds - 1
        again = self.record.retries(number, self.config.asking.retries)[:n]
        yield from again
        if len(again) < n:
            yield from self._proposals.new(self.planner.manifold, number, n - len(again))

    def _keep(self, kind: str, payload: Mapping[str, Any], demonstration: Demonstration) -> None:
        """Store a demonstration, then log the event that brought it."""
        content = demonstration_bytes(demonstration)
        name = f"demonstrations/{len(self.demonstrations):04d}.npz"
        with while_committing():
            self.folder.write_bytes(name, content)
            sha = self.folder.put_blob(content)
            self._log(kind, {**payload, "file": name, "demonstration": sha})

    def _log(self, kind: str, payload: Mapping[str, Any]) -> None:
        """Write an event down, then bring the record up to date with it."""
        with while_committing():
            self.record.take_up(self.folder.journal.append(kind, payload))
