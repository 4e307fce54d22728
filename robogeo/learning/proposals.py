"""The questions that a model raises: candidates, judged by a strategy, the best of them as queries."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from robogeo.config import ExperimentConfig
from robogeo.data.demonstrations import Demonstration
from robogeo.learning.candidates import Candidates
from robogeo.learning.formulation import formulated, infeasible
from robogeo.learning.pairs import stacked
from robogeo.learning.queries import Query
from robogeo.learning.record import Record
from robogeo.learning.screening import first_look, screened
from robogeo.learning.selection import choose
from robogeo.learning.strategies import Strategy
from robogeo.motion.manifold import Manifold
from robogeo.motion.request import Request
from robogeo.motion.world import World
from robogeo.parallel import Workers
from robogeo.randomness import stream_seed

FloatArray = NDArray[np.float64]


class Proposals:
    """Chooses what to ask.

    Args:
        config: of the experiment.
        world: requests come from it.
        record: what was shown and asked so far; it is only read.
        strategy: judges candidates.
        workers: look at very many candidates together.
    """

    def __init__(
        self,
        config: ExperimentConfig,
        world: World,
        record: Record,
        strategy: Strategy,
        workers: Workers,
    ) -> None:
        self._config, self._world, self._record, self._strategy = config, world, record, strategy
        self._workers = workers

    def new(self, manifold: Manifold, round: int, n: int) -> list[Query]:
        """The next ``n`` of a round's candidates, in an order that the round's fit alone decides.

        What was asked or told since the fit must not change the order, only leave out what may no longer be
        asked: a loop that was stopped between two questions goes on to ask what it would have asked.

        Args:
            manifold: of the last fit.
            round: in which it was fitted.
            n: how many are wanted.
        """
        utility, candidates = screened(self.candidates(manifold, round), self._strategy)
        record, asking, requests = self._record, self._config.asking, candidates.requests
        opened = [query for query in record.queries.values() if query.round == round]
        opened += [query for query in record.pending if query.round != round]
        chosen = choose(
            utility,
            candidates.ends,
            n,
            stacked([query.request.ends for query in opened]),
            askable=record.askable(requests, round, asking.retries, asking.refusal_radius),
            feasible=lambda index: infeasible(self._world, requests[index]) is None,
            apart=np.array([request.recording is not None for request in requests]),
        )
        taken = sum(query.round == round for query in opened)
        deadline = None if asking.expires_after is None else round + asking.expires_after
        return [
            formulated(candidates, self._world, utility, index, (round, taken + k), deadline)
            for k, index in enumerate(chosen)
        ]

    def candidates(self, manifold: Manifold, round: int) -> Candidates:
        """The candidates of a round, with what a first look at them tells."""
        record = self._record
        fitted = record.demonstrations[: record.fits[-1]["demonstrations"]]
        requests = self._requests(round, fitted)
        shown = [demonstration.ends for demonstration in fitted]
        earlier = [query.request.ends for query in record.queries.values() if query.round < round]
        asked = stacked([*shown, *earlier])
        scores = first_look(manifold, requests, self._workers)
        return Candidates(requests, scores, manifold, fitted, asked, self._config.seed, round)

    def worst_score(self, manifold: Manifold, round: int) -> float:
        """What is most wrong with any of a round's candidates, rad."""
        fitted = self._record.demonstrations[: self._record.fits[-1]["demonstrations"]]
        return float(first_look(manifold, self._requests(round, fitted), self._workers).wrong.max())

    def _requests(self, round: int, fitted: Sequence[Demonstration]) -> list[Request]:
        """A round's part of the stream of requests that life brings."""
        count, seed = self._config.candidates, stream_seed(self._config.seed, "candidates")
        self._world.draw_ahead(seed, round, count, self._workers)
        return self._world.candidates(seed, round, count, fitted)
