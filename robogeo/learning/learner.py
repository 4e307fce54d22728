"""The learner: ask, tell, update, plan; all it does is journalled, so that it can be stopped anywhere.

Events, in the order of a round: ``fit`` (the model's weights are a blob), ``evaluate``, ``ask``, ``tell``;
and ``attach`` for demonstrations that nobody asked for, the initial ones above all. Each step is skipped when
its event is there already. Random numbers are keyed by (seed, round, purpose), so a resumed run goes on with
the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from robogeo.config import ExperimentConfig
from robogeo.data.demonstrations import Demonstration, observations
from robogeo.data.storage import demonstration_bytes, parse_demonstration
from robogeo.errors import InputError
from robogeo.learning.permuted import strategy_of
from robogeo.learning.queries import Query
from robogeo.learning.run_folder import RunFolder
from robogeo.learning.screening import first_look, screened
from robogeo.learning.selection import choose
from robogeo.learning.strategies import Candidates, Strategy
from robogeo.models import IWAE, ModelConfig, TrainingConfig, TrainingReport, fit, load_model, save_model
from robogeo.motion.manifold import GeometryOptions, Manifold
from robogeo.motion.planner import MotionOptions, Planner, Plans
from robogeo.motion.trajectory import Motion
from robogeo.motion.verified import planning_in
from robogeo.motion.world import Refusal, Request, World
from robogeo.randomness import derived_seed, torch_generator
from robogeo.stopwatch import Stopwatch

FloatArray = NDArray[np.float64]
Progress = Callable[[str, int, int], None]
_SLACK = 0.05  # rad: a recorded demonstration may leave the limits by as much


def stream_seed(seed: int, purpose: str) -> int:
    """Seed of a stream of requests, derived from the experiment's seed and what the stream is for."""
    return int.from_bytes(derived_seed(seed, 0, purpose)[:4], "big")


def _ends_of(requests: Sequence[Request]) -> FloatArray:
    """End points (n, 2, dof) of requests, (0, 2, 0) of none."""
    ends = [np.stack([request.start, request.goal]) for request in requests]
    return np.stack(ends) if ends else np.zeros((0, 2, 0))


class Learner:
    """Learns a manifold of motion from demonstrations and asks for those it lacks.

    Args:
        folder: the run's folder; what its journal holds is taken up. Opened for reading it serves to plan.
        config: of the experiment.
        world: limits, requests and names come from it.
        progress: told (what, done, of how many) during long work.
        strategy: chooses the next demonstration, instead of the one that the configuration names. It should
            pass `robogeo.learning.check_strategy`.
    """

    def __init__(
        self,
        folder: RunFolder,
        config: ExperimentConfig,
        world: World,
        progress: Progress | None = None,
        strategy: Strategy | None = None,
    ) -> None:
        self.folder, self.config, self.world = folder, config, world
        self._progress = progress or (lambda what, done, total: None)
        self._strategy = strategy or strategy_of(config)
        self.demonstrations: list[Demonstration] = []
        self.queries: dict[str, Query] = {}
        self._answered: set[str] = set()
        self._fits: list[dict[str, Any]] = []
        for event in folder.events():
            self._take_up(event)
        self._planner: Planner | None = None
        self._plans: Plans | None = None

    @property
    def rounds(self) -> int:
        """Number of times the model was fitted."""
        return len(self._fits)

    @property
    def pending(self) -> list[Query]:
        """Queries that wait for an answer, in the order in which they were asked."""
        return [query for name, query in self.queries.items() if name not in self._answered]

    @property
    def planner(self) -> Planner:
        """The planner of the last fit.

        Raises:
            InputError: nothing was fitted yet.
        """
        if self._planner is None:
            if not self._fits:
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
        event = self._fits[round]
        x, groups = observations(self.demonstrations[: event["demonstrations"]], self.config.spacing)
        return self._planner_for(load_model(self.folder.get_blob(event["model"])), x, groups)

    def attach(self, demonstration: Demonstration) -> None:
        """Take a demonstration that nobody asked for."""
        self._record("attach", {}, demonstration)

    def ask(self, n: int = 1) -> list[Query]:
        """Queries to be answered: those pending, then new ones up to ``n``; the same when asked again.

        Raises:
            InputError: nothing was fitted yet, so that nothing can be found wanting.
        """
        missing = n - len(self.pending)
        if missing > 0:
            watch = Stopwatch()
            for query in self._choose(missing):
                event = {"query": query.as_dict(), **watch.read()}
                self._take_up(self.folder.journal.append("ask", event))
                watch = Stopwatch()
        return self.pending

    def tell(self, query_id: str, answer: Demonstration | Refusal) -> None:
        """Answer a query; never retrains, and telling twice changes nothing.

        Raises:
            InputError: there is no such query, or the demonstration is not of this robot: another number of
                joints, or far outside their limits.
        """
        if query_id not in self.queries:
            raise InputError(
                f"query: there is no query {query_id!r}; pending: {', '.join(q.id for q in self.pending)}"
            )
        if query_id in self._answered:
            return
        if isinstance(answer, Refusal):
            payload = {"query": query_id, "refusal": answer.kind, "reason": answer.reason}
            self._take_up(self.folder.journal.append("tell", payload))
        else:
            self._record("tell", {"query": query_id}, answer)

    def update(self) -> TrainingReport:
        """Retrain on all demonstrations, from the last fit's weights, and rebuild the geometry: one round.

        Raises:
            InputError: there are no demonstrations.
        """
        watch = Stopwatch()
        number = self.rounds
        x, groups = observations(self.demonstrations, self.config.spacing)
        model = self._model(number)
        settings = self.config.training
        fields = settings.model_dump(exclude={"steps", "warm_steps", "passes"})
        training = TrainingConfig(steps=settings.steps_for(len(x), first=number == 0), **fields)
        report = fit(
            model,
            self.world.observation.observe(x),
            groups,
            training,
            torch_generator(self.config.seed, number, "training"),
            lambda step, steps, _: self._progress(f"round {number}: training", step, steps),
        )
        self._planner, self._plans = self._planner_for(model, x, groups), None
        event = {
            "round": number,
            "demonstrations": len(self.demonstrations),
            "observations": len(x),
            "model": self.folder.put_blob(save_model(model)),
            "steps": report.steps,
            "train_bound": report.train_bound,
            **watch.read(),
        }
        self._take_up(self.folder.journal.append("fit", event))
        return report

    def plan(self, start: ArrayLike, goal: ArrayLike) -> Motion | Refusal:
        """A motion between two configurations (dof,) rad, or a refusal with its reason.

        Raises:
            InputError: start or goal has the wrong shape, is outside the limits or in collision.
        """
        ends = [np.asarray(end, dtype=np.float64) for end in (start, goal)]
        plan = self.plans.plan(self.world.request_between(ends[0], ends[1]))
        return plan if isinstance(plan, Refusal) else plan.motion

    def _model(self, round: int) -> IWAE:
        """The model to train: that of the last fit, or a fresh one."""
        if round > 0:
            return load_model(self.folder.get_blob(self._fits[-1]["model"]))
        config, seen = ModelConfig(**self.config.model.model_dump()), self.world.observation
        generator = torch_generator(self.config.seed, 0, "weights")
        return IWAE(len(seen.offset), config, seen.offset, seen.scale, generator)

    def _planner_for(self, model: IWAE, x: FloatArray, groups: NDArray[np.int64]) -> Planner:
        geometry = GeometryOptions(**self.config.geometry.model_dump())
        motion = MotionOptions(**self.config.motion.model_dump())
        manifold = Manifold(model, x, groups, geometry, self.world.observation)
        return Planner(manifold, self.world.limits, motion)

    def _choose(self, n: int) -> list[Query]:
        """The next ``n`` of this round's candidates, in an order that the round's fit alone decides.

        What was asked or told since the fit must not change the order: a loop that was stopped between two
        questions goes on to ask what it would have asked.
        """
        candidates = self._candidates()
        utility, candidates = screened(candidates, self._strategy)
        number, scores = candidates.round, candidates.scores
        opened = [q for q in self.queries.values() if q.round == number or q.id not in self._answered]
        chosen = choose(utility, candidates.ends, n, _ends_of([query.request for query in opened]))
        taken = sum(query.round == number for query in opened)
        return [
            Query(
                id=f"q{number}-{taken + k}",
                round=number,
                request=candidates.requests[index],
                kind=scores.kind(index),
                score=float(utility[index]),
                parts=scores.parts(index),
            )
            for k, index in enumerate(chosen)
        ]

    def _candidates(self) -> Candidates:
        """The candidates of this round, with what a first look tells of them."""
        manifold = self.planner.manifold
        number, config = self.rounds - 1, self.config
        seed, first = stream_seed(config.seed, "candidates"), number * config.candidates
        requests = [self.world.request(seed, first + i) for i in range(config.candidates)]
        fitted = self.demonstrations[: self._fits[-1]["demonstrations"]]
        shown = [Request(demonstration.q[0], demonstration.q[-1]) for demonstration in fitted]
        asked = _ends_of([*shown, *(q.request for q in self.queries.values() if q.round < number)])
        scores = first_look(manifold, requests)
        return Candidates(requests, scores, manifold, fitted, asked, config.seed, number)

    def _record(self, kind: str, payload: Mapping[str, Any], demonstration: Demonstration) -> None:
        self._check(demonstration)
        content = demonstration_bytes(demonstration)
        name = f"demonstrations/{len(self.demonstrations):04d}.npz"
        self.folder.write_bytes(name, content)
        sha = self.folder.put_blob(content)
        self._take_up(self.folder.journal.append(kind, {**payload, "file": name, "demonstration": sha}))

    def _check(self, demonstration: Demonstration) -> None:
        """Raise InputError unless the demonstration can be one of this robot."""
        robot, limits = self.world.robot_name, self.world.limits
        if demonstration.dof != limits.dof:
            raise InputError(
                f"demonstration: has {demonstration.dof} joints, the robot {robot} has {limits.dof}"
            )
        excess = np.maximum(limits.lower - demonstration.q, demonstration.q - limits.upper)
        if excess.max() > _SLACK:
            row, joint = np.unravel_index(int(np.argmax(excess)), excess.shape)
            raise InputError(
                f"demonstration: joint {joint + 1} is {demonstration.q[row, joint]:.4g} rad at sample {row}, "
                f"outside its limits [{limits.lower[joint]:.4g}, {limits.upper[joint]:.4g}]; "
                "angles are in radians"
            )

    def _take_up(self, event: Mapping[str, Any]) -> None:
        """Bring the state up to date with one event; the only place where it changes."""
        if "demonstration" in event:
            content = self.folder.get_blob(event["demonstration"])
            self.demonstrations.append(parse_demonstration(content, event["file"]))
        if event["event"] == "ask":
            query = Query.from_dict(event["query"])
            self.queries[query.id] = query
        elif event["event"] == "tell":
            self._answered.add(event["query"])
        elif event["event"] == "fit":
            self._fits.append(dict(event))
