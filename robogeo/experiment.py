"""One experiment, from configuration to report: learn, evaluate, ask, be told, and again.

Everything is journalled by the learner, so running the same command again takes a stopped experiment up where
it was, and a finished one only writes its report anew.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from robogeo.config import NOT_IDENTITY, ExperimentConfig
from robogeo.data.demonstrations import Demonstration
from robogeo.errors import RobogeoError
from robogeo.evaluation.audit import audit
from robogeo.evaluation.foretelling import foretold
from robogeo.evaluation.roll_out import HELD_OUT_SEED, Trial, roll_out, trials_for
from robogeo.evaluation.statistics import summarise
from robogeo.learning.beginning import begin
from robogeo.learning.journal import Event
from robogeo.learning.learner import Learner
from robogeo.learning.manifest import kept_sealed
from robogeo.learning.oracles import Oracle, SimulatedOracle
from robogeo.learning.run_folder import RunFolder
from robogeo.learning.scoring import score
from robogeo.learning.strategies import find_strategy
from robogeo.motion.world import World
from robogeo.parallel import Workers
from robogeo.progress import Progress
from robogeo.run.recordings import as_begun, keep, oracle_of, recordings_for, world_of
from robogeo.run.stored import criteria_of, summary_of
from robogeo.stopwatch import Stopwatch

_TRIES = 20  # askings of one round after which the oracle is not asked any further


def usual_oracle(learner: Learner) -> Oracle:
    """The oracle that experiments ask unless they are told of another: recordings, or the demonstrator."""
    if learner.config.recorded:
        return oracle_of(learner)
    return SimulatedOracle(learner.world, learner.config.motion.derate)


def run_experiment(
    config: ExperimentConfig,
    out: str | os.PathLike[str],
    progress: Progress,
    oracle: Callable[[Learner], Oracle] = usual_oracle,
    cluster: str | None = None,
) -> dict[str, Any]:
    """Run, or take up, an experiment in the folder ``out``; returns what `summary.json` holds.

    Args:
        config: of the experiment.
        out: folder of the run.
        progress: told about the work.
        oracle: makes whom to ask, given the learner with all that it knows from before.
        cluster: where what is long is done, as for `Workers`, on all its processors; None: on as many
            processes of this machine as configured.

    Raises:
        InputError: unknown scene, robot, strategy or place; a folder of another configuration.
        RobogeoError: the oracle refuses everything.
    """
    find_strategy(config.strategy)
    config = as_begun(config, out)
    data = recordings_for(config, out)
    with world_of(config, data) as world, Workers(None if cluster else config.workers, cluster) as workers:
        if config.initial_places:
            world.request(0, 0, config.initial_places)  # says now whether the places exist
        with RunFolder.open(out, config.as_dict(), NOT_IDENTITY) as folder, kept_sealed(folder):
            if data is not None:
                keep(folder, data, world, progress)
            workers.warm_up("robogeo.evaluation.roll_out")
            learner = Learner(folder, config, world, progress, workers=workers)
            given = () if data is None or config.recorded else data.demonstrations
            Loop(learner, workers, progress, oracle(learner), given=given).run()
            summary = summary_of(folder)
            folder.write_json("summary.json", summary)
            from robogeo.run.report import write_run_report

            started = time.perf_counter()
            held_out = world.held_out(HELD_OUT_SEED, config.held_out)
            write_run_report(learner, summary, held_out, progress)
            summary["seconds_report"] = time.perf_counter() - started
            folder.write_json("summary.json", summary)
            return summary


def update_experiment(learner: Learner, progress: Progress) -> None:
    """One update with its evaluation, if there is anything new to learn; ``summary.json`` tells of it."""
    with Workers(learner.config.workers) as workers:
        Loop(learner, workers, progress, usual_oracle(learner)).update()
    learner.folder.write_json("summary.json", summary_of(learner.folder))


def held_out_trials(world: World, config: ExperimentConfig) -> list[Trial]:
    """The held-out requests of an experiment that the demonstrator can serve.

    Raises:
        RobogeoError: it serves none.
    """
    trials, refusals = trials_for(world, world.held_out(HELD_OUT_SEED, config.held_out))
    if not trials:
        raise RobogeoError(
            f"scene {config.scene}: the demonstrator refuses every request ({refusals[0].reason})"
        )
    return trials


class Loop:
    """The loop over rounds; each step is skipped when the journal has it.

    Args:
        learner: of the run.
        workers: processes that share the evaluation, and what else is long.
        progress: told about the work.
        oracle: whom to ask.
        trials: the held-out requests, where they are known already; None works them out.
        enough: told all evaluations so far, whether the loop may end before its last round.
        given: demonstrations to begin with; none: the oracle is asked for them.
    """

    def __init__(
        self,
        learner: Learner,
        workers: Workers,
        progress: Progress,
        oracle: Oracle,
        trials: Sequence[Trial] | None = None,
        enough: Callable[[Sequence[Event]], bool] = lambda evaluations: False,
        given: Sequence[Demonstration] = (),
    ) -> None:
        self._learner, self._workers, self._progress, self._oracle = learner, workers, progress, oracle
        self._trials = trials
        self._enough, self._given = enough, given

    def run(self) -> None:
        """All rounds that are missing, and the initial demonstrations before them."""
        learner = self._learner
        if self._ended() or learner.folder.journal.of_kind("stop"):
            return
        self._begin()
        while not self._ended():
            if learner.rounds == self._evaluated():
                if learner.rounds > 0:
                    if self.stops():
                        return
                    self._ask()
                learner.update()
            self.evaluate()

    def update(self) -> None:
        """Learn what was told since the last update, and evaluate it; each only where it is missing."""
        learner = self._learner
        self._begin()
        learned = learner.record.fits[-1]["demonstrations"] if learner.rounds else 0
        if learner.rounds == self._evaluated() and len(learner.demonstrations) > learned:
            learner.update()
        if learner.rounds > self._evaluated():
            self.evaluate()

    def _evaluated(self) -> int:
        return len(self._learner.folder.journal.of_kind("evaluate"))

    def _ended(self) -> bool:
        evaluations = self._learner.folder.journal.of_kind("evaluate")
        done = len(evaluations) > self._learner.config.rounds or self._enough(evaluations)
        return done or (0 < self._learner.rounds == len(evaluations) and self._exhausted())

    def _exhausted(self) -> bool:
        """Whether the oracle has nothing more to show."""
        return self._learner.world.exhausted(self._learner.demonstrations)

    def _begin(self) -> None:
        """Prepare the held-out requests and gather the initial demonstrations."""
        self.prepare()
        if not self._learner.rounds:
            self._gather()

    def prepare(self) -> None:
        """Prepare the held-out requests; the journal tells how many of them the demonstrator can serve."""
        learner, config = self._learner, self._learner.config
        if self._trials is None:
            self._trials = held_out_trials(learner.world, config)
        if not learner.folder.journal.of_kind("begin"):
            rate = len(self._trials) / config.held_out
            learner.folder.journal.append("begin", {"demonstrator_answer_rate": rate})

    def _gather(self) -> None:
        """The initial demonstrations: those that were given, or what the oracle shows."""
        learner = self._learner
        for demonstration in self._given[len(learner.demonstrations) :]:
            learner.attach(demonstration)
        if not self._given:
            begin(learner, self._oracle, self._workers, self._progress)

    def stops(self) -> bool:
        """Whether a condition of the configuration to stop early holds; says and records why.

        A proof is tried only where the held-out requests promise that it succeeds.
        """
        learner, journal = self._learner, self._learner.folder.journal
        target = learner.config.stop.success
        if target is not None and journal.of_kind("evaluate")[-1]["summary"]["success_rate"] >= target:
            audit(learner, criteria_of(learner.config), self._workers, self._progress)
        verdict = learner.stop()
        if verdict.stop:
            journal.append("stop", {"round": learner.rounds - 1, "reason": verdict.reason})
            self._progress.say(f"round {learner.rounds - 1}: stopped: {verdict.reason}")
        return verdict.stop

    def _ask(self) -> None:
        """Ask until as many demonstrations were given as the round wants."""
        learner, wanted = self._learner, self._learner.config.queries_per_round
        number = learner.rounds - 1
        given = sum(
            "demonstration" in event and event["query"].startswith(f"q{number}-")
            for event in learner.folder.journal.of_kind("tell")
        )
        tries = 0
        while not (given >= wanted or (given and self._exhausted())):
            queries = learner.ask(wanted - given) if tries < _TRIES else []
            if not queries:
                raise RobogeoError(
                    f"round {number}: too few answers after {tries} askings; nothing more can be learned here"
                )
            tries += 1
            for query in queries:
                answer = self._oracle.demonstrate(query.request, number)
                receipt = learner.tell(query.id, answer)
                if isinstance(answer, Demonstration):
                    given, told = given + 1, "shown"
                else:
                    told = f"{receipt.state.value}: {answer.reason}"
                self._progress.say(f"round {number}: asked to {query.kind}: {query.request.name} ({told})")

    def evaluate(self) -> None:
        """Foretell how the held-out requests fare with the present planner, then roll them out."""
        learner, config = self._learner, self._learner.config
        number, watch, trials = learner.rounds - 1, Stopwatch(), self._trials or ()
        tell = partial(self._progress, f"round {number}: evaluating", total=len(trials))
        tell(0)
        scores = score(learner.planner.manifold, [trial.request for trial in trials])
        outcomes = roll_out(
            learner.planner,
            trials,
            config.scene,
            config.robot,
            criteria_of(config),
            self._workers,
            progress=tell,
        )
        summary = summarise(outcomes)
        event = {
            "round": number,
            "summary": summary,
            "outcomes": [
                {
                    "index": trial.index,
                    "start": trial.request.start_place,
                    "goal": trial.request.goal_place,
                    "failure": outcome.failure,
                    "foretold": foretold(scores, place),
                    **({} if np.isnan(outcome.deviation_rad) else {"deviation_rad": outcome.deviation_rad}),
                }
                for place, (trial, outcome) in enumerate(zip(trials, outcomes, strict=True))
            ],
            **watch.read(),
        }
        learner.folder.journal.append("evaluate", event)
        low, high = summary["success_rate_ci95"]
        self._progress.say(
            f"round {number}: {len(learner.demonstrations)} demonstrations, "
            f"success {summary['success_rate']:.0%} [{low:.0%}, {high:.0%}] "
            f"of {len(outcomes)} held-out requests"
        )
