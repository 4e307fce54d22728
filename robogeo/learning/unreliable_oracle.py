"""An oracle as people are: it shakes, stops half way, refuses or fails. Learners are tested with it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robogeo.data.demonstrations import Demonstration
from robogeo.learning.answers import Answer, Failure
from robogeo.learning.oracles import Oracle
from robogeo.motion.request import Refusal, Request
from robogeo.randomness import numpy_generator

FloatArray = NDArray[np.float64]
_WAVES = 4  # slow waves that a shaking hand is made of


@dataclass(frozen=True)
class UnreliableOracle:
    """Spoils the answers of another oracle, the same way whenever the same is asked.

    Attributes:
        oracle: whose answers.
        seed: of what goes wrong.
        noise: standard deviation of a smooth error in each joint, rad; the ends stay exact.
        lazy: probability to stop part-way.
        refusing: probability to refuse.
        failing: probability to fail.
    """

    oracle: Oracle
    seed: int = 0
    noise: float = 0.0
    lazy: float = 0.0
    refusing: float = 0.0
    failing: float = 0.0

    @property
    def repeatable(self) -> bool:
        """Whether the other oracle is."""
        return bool(getattr(self.oracle, "repeatable", False))

    def demonstrate(self, request: Request, seed: int) -> Answer:
        """The other oracle's answer, or less."""
        asked = hashlib.sha256(request.start.tobytes() + request.goal.tobytes()).digest()
        rng = numpy_generator(self.seed, seed, "unreliable oracle", int.from_bytes(asked[:4], "big"))
        refuses, fails, tires = rng.random(3) < (self.refusing, self.failing, self.lazy)
        if refuses:
            return Refusal("unwilling", "does not want to")
        if fails:
            return Failure("tried in vain")
        answer = self.oracle.demonstrate(request, seed)
        if not isinstance(answer, Demonstration):
            return answer
        q, t = answer.q + self.noise * _shaking(answer.q.shape, rng), answer.t
        if tires:
            kept = max(2, int(rng.uniform(0.2, 0.8) * len(t)))
            q, t = q[:kept], t[:kept]
        return Demonstration(q, t, answer.source, answer.note)


def _shaking(shape: tuple[int, ...], rng: np.random.Generator) -> FloatArray:
    """Smooth errors (T, dof) of about unit standard deviation in the middle, none at both ends."""
    phase = np.pi * np.outer(np.linspace(0.0, 1.0, shape[0]), np.arange(1, _WAVES + 1))
    waves = np.sin(phase)
    waves[[0, -1]] = 0.0
    return waves @ rng.normal(scale=np.sqrt(2.0 / _WAVES), size=(_WAVES, shape[1]))
