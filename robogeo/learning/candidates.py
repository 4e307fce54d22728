"""Candidates: requests that could be asked about, with all that a strategy may know of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from robogeo.data.demonstrations import Demonstration
from robogeo.geometry.points import IntArray
from robogeo.learning.pairs import stacked
from robogeo.learning.scoring import Scores
from robogeo.motion.manifold import Manifold
from robogeo.motion.request import Request
from robogeo.randomness import numpy_generator

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Candidates:
    """Requests that could be asked about, in the order in which life brought them; never a held-out one.

    Attributes:
        requests: m candidates, one at least.
        scores: facts about them (`robogeo.learning.scoring`).
        manifold: the model that was fitted last, and its geometry.
        demonstrations: those that it was fitted to.
        asked: ends (k, 2, dof), start and goal, of these demonstrations and of all that was asked in earlier
            rounds, answered or not.
        seed: of the experiment.
        round: of the loop.
    """

    requests: Sequence[Request]
    scores: Scores
    manifold: Manifold
    demonstrations: Sequence[Demonstration]
    asked: FloatArray
    seed: int = 0
    round: int = 0

    def __len__(self) -> int:
        """Return the number of candidates."""
        return len(self.requests)

    @cached_property
    def ends(self) -> FloatArray:
        """End points (m, 2, dof) of the candidates, rad."""
        return np.stack([request.ends for request in self.requests])

    @cached_property
    def shown(self) -> FloatArray:
        """First and last configurations (k, 2, dof) of the demonstrations, rad; (0, 2, 0) of none."""
        return stacked([demonstration.ends for demonstration in self.demonstrations])

    @cached_property
    def codes(self) -> FloatArray:
        """Latent codes (m, 2, d) of the candidates' ends."""
        return self.manifold.encode(self.ends).double().numpy()

    @cached_property
    def asked_codes(self) -> FloatArray:
        """Latent codes (k, 2, d) of the ends that were asked."""
        return self.manifold.encode(self.asked).double().numpy()

    def generator(self, purpose: str) -> np.random.Generator:
        """A generator keyed by the experiment's seed and what it is for: the same in every round."""
        return numpy_generator(self.seed, 0, f"strategy {purpose}")

    def reordered(self, order: IntArray) -> Candidates:
        """The candidates `order` (n,) alone, in that order."""
        scores = Scores(**{f.name: getattr(self.scores, f.name)[order] for f in fields(Scores)})
        return replace(self, requests=[self.requests[i] for i in order], scores=scores)
