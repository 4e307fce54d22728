"""A control of every comparison: the same utilities, given to the wrong candidates.

Whatever a strategy gains by its *judgement* is lost when its utilities are dealt out anew at random, and
whatever remains (more computing, another order of questions) is no merit of the judgement. Permuted `random`
is random asking with another key: the two sides of an A/A test.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from robogeo.config import ExperimentConfig
from robogeo.learning.strategies import Candidates, Strategy, find_strategy
from robogeo.randomness import numpy_generator

FloatArray = NDArray[np.float64]


def strategy_of(config: ExperimentConfig) -> Strategy:
    """The strategy that a configuration names, permuted where it says so.

    Raises:
        InputError: there is no such strategy.
    """
    strategy = find_strategy(config.strategy)
    return strategy if config.permutation is None else permuted(strategy, config.seed, config.permutation)


def permuted(strategy: Strategy, seed: int, key: int) -> Strategy:
    """A strategy that deals another's utilities out at random.

    Args:
        strategy: whose utilities are permuted.
        seed: of the experiment.
        key: another key is another permutation of the same candidates.
    """

    def deal(candidates: Candidates) -> FloatArray:
        """Utilities dealt out at random (control)."""
        utility = strategy(candidates)
        # The candidates themselves name the draw: the same ones are dealt the same, in a resumed run too.
        drawn = int.from_bytes(hashlib.sha256(candidates.ends.tobytes()).digest()[:8], "big")
        return utility[numpy_generator(seed, 0, f"permutation {key}", drawn).permutation(len(utility))]

    return deal
