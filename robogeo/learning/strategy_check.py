"""The rules that every strategy keeps, and a checker for a strategy of one's own.

In a test of one's own project:

    from robogeo.learning import check_strategy

    def test_my_strategy_keeps_the_rules():
        check_strategy(my_strategy)

The checker makes up a small arm's demonstrations, an untrained model of them and candidates, all real objects
as a run has them, so it takes about a second and needs no simulator.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray

from robogeo.data.demonstrations import Demonstration, observations
from robogeo.errors import StrategyError
from robogeo.learning.candidates import Candidates
from robogeo.learning.pairs import alike
from robogeo.learning.scoring import Scores, outline
from robogeo.learning.screening import screened
from robogeo.learning.selection import choose
from robogeo.learning.strategies import Strategy, is_order_based, misshapen, name_of, not_finite, utilities
from robogeo.models import IWAE, ModelConfig
from robogeo.motion.manifold import GeometryOptions, Manifold
from robogeo.motion.request import Request
from robogeo.randomness import numpy_generator, torch_generator

FloatArray = NDArray[np.float64]
_DOF, _COUNT, _SEED = 3, 40, 20
_CLOSE = 1e-9  # relative: sums in another order round otherwise


def check_strategy(strategy: Strategy) -> None:
    """Check that a strategy keeps every rule; see the module's `RULES`.

    Args:
        strategy: a function, or an object that is called like one, from `Candidates` to utilities (m,).

    Raises:
        StrategyError: naming the first rule that it breaks, and how.
    """
    for name, rule in RULES.items():
        try:
            complaint = rule(strategy, made_up_candidates())
        except Exception as error:
            complaint = f"it failed with {type(error).__name__}: {error}"
        if complaint:
            raise StrategyError(f"strategy {name_of(strategy)}: rule {name}: {complaint}")


def made_up_candidates(count: int = _COUNT, demonstrations: int = 4, seed: int = _SEED) -> Candidates:
    """Candidates of an arm with three joints, from an untrained model of curved demonstrations.

    Args:
        count: of candidates, all different.
        demonstrations: that are given.
        seed: of everything.
    """
    shown = [_curve(seed, index) for index in range(demonstrations)]
    x, groups = observations(shown, 0.1)
    config = ModelConfig(latent_dim=2, hidden=(8,), heads=3)
    model = IWAE(_DOF, config, np.zeros(_DOF), np.ones(_DOF), torch_generator(seed, 0, "weights"))
    manifold = Manifold(model, x, groups, GeometryOptions(neighbors=4))
    ends = numpy_generator(seed, 0, "candidates").uniform(-1.5, 1.5, (count, 2, _DOF))
    requests = [Request(start, goal) for start, goal in ends]
    asked = np.stack([demonstration.ends for demonstration in shown])
    return Candidates(requests, outline(manifold, requests), manifold, shown, asked, seed, 1)


def _curve(seed: int, index: int) -> Demonstration:
    """A bent path between two drawn configurations."""
    start, goal, bend = numpy_generator(seed, 0, "demonstration", index).uniform(-1.0, 1.0, (3, _DOF))
    t = np.linspace(0.0, 1.0, 25)[:, None]
    return Demonstration((1 - t) * start + t * goal + t * (1 - t) * bend, 2.0 * t[:, 0], "made up")


def _shape(strategy: Strategy, candidates: Candidates) -> str:
    """One utility for each candidate."""
    return misshapen(np.array(strategy(candidates), dtype=np.float64), len(candidates))


def _finite(strategy: Strategy, candidates: Candidates) -> str:
    """Finite numbers."""
    return not_finite(np.array(strategy(candidates), dtype=np.float64))


def _one(strategy: Strategy, candidates: Candidates) -> str:
    """The same for a single candidate."""
    return _complaint(strategy, candidates.reordered(np.array([0])))


def _repeated(strategy: Strategy, candidates: Candidates) -> str:
    """The same for candidates that are all equal, and for some equal to a demonstration."""
    equal = candidates.reordered(np.zeros(5, dtype=np.int64))
    known = [Request(*shown.ends) for shown in candidates.demonstrations]
    shown = replace(candidates, requests=known, scores=outline(candidates.manifold, known))
    return _complaint(strategy, equal) or _complaint(strategy, shown)


def _nothing_shown(strategy: Strategy, candidates: Candidates) -> str:
    """The same while nothing was demonstrated or asked."""
    nothing = np.zeros((0, 2, candidates.ends.shape[2]))
    return _complaint(strategy, replace(candidates, demonstrations=[], asked=nothing))


def _one_shown(strategy: Strategy, candidates: Candidates) -> str:
    """The same with one demonstration that stands still."""
    still = Demonstration(np.zeros((2, _DOF)), np.array([0.0, 1.0]), "made up")
    return _complaint(strategy, replace(candidates, demonstrations=[still], asked=np.zeros((1, 2, _DOF))))


def _extreme_scores(strategy: Strategy, candidates: Candidates) -> str:
    """The same with all scores zero, and with huge ones."""
    count = len(candidates)
    for value in (0.0, 1e12):
        scores = Scores(**{field.name: np.full(count, value) for field in fields(Scores)})
        if complaint := _complaint(strategy, replace(candidates, scores=scores)):
            return f"with all scores {value:g}: {complaint}"
    return ""


def _deterministic(strategy: Strategy, candidates: Candidates) -> str:
    """The same utilities whenever it is called."""
    first = utilities(strategy, candidates)
    utilities(strategy, candidates.reordered(np.arange(3)))  # what was seen between must not matter
    if not np.array_equal(first, utilities(strategy, candidates)):
        return (
            "two calls gave different utilities for the same candidates; draw from candidates.generator(...)"
        )
    return ""


def _pure(strategy: Strategy, candidates: Candidates) -> str:
    """Nothing that it is given is changed."""
    utility = strategy(candidates)
    before, after = _contents(made_up_candidates()), _contents(candidates)
    for name, content in before.items():
        if not np.array_equal(content, after[name]):
            return f"it changed {name} of the candidates; work on a copy"
    for name, content in after.items():
        if np.shares_memory(np.asarray(utility), content):
            return f"it returned {name} of the candidates itself; return a copy"
    return ""


def _equivariant(strategy: Strategy, candidates: Candidates) -> str:
    """Candidates in another order get the same utilities in that order, unless it is marked `order_based`."""
    if is_order_based(strategy):
        return ""
    order = numpy_generator(_SEED, 0, "order").permutation(len(candidates))
    expected = utilities(strategy, candidates)[order]
    found = utilities(strategy, candidates.reordered(order))
    scale = max(1.0, float(np.abs(expected).max()))
    if np.abs(found - expected).max() > _CLOSE * scale:
        return "utilities depend on the order of the candidates; mark it with @order_based if that is meant"
    return ""


def _cycle(strategy: Strategy, candidates: Candidates) -> str:
    """Asked again and again, it asks for different things, and for none that is pending or refused."""
    opened = np.zeros((0, 2, _DOF))
    refused, radius = candidates.ends[:1], 0.5
    askable = np.logical_not(alike(candidates.ends, refused, radius)[:, 0])
    for round in range(3):
        utility, known = screened(replace(candidates, round=round, asked=opened), strategy, leaders=8, full=0)
        chosen = choose(utility, known.ends, 2, opened, askable)
        if len(chosen) != 2 or not askable[chosen].all():
            return f"round {round}: of {int(askable.sum())} candidates that may be asked, it got {chosen}"
        again = choose(utility, known.ends, 1, opened, askable)
        again += choose(utility, known.ends, 1, np.concatenate([opened, known.ends[again]]), askable)
        if again != chosen:
            return f"round {round}: asked for two it got {chosen}, asked twice for one {again}"
        opened = np.concatenate([opened, known.ends[chosen]])
    if len(np.unique(opened.reshape(len(opened), -1), axis=0)) != len(opened):
        return "it asked for the same thing twice"
    return ""


RULES: dict[str, Callable[[Strategy, Candidates], str]] = {
    "shape": _shape,
    "finite": _finite,
    "deterministic": _deterministic,
    "pure": _pure,
    "equivariant": _equivariant,
    "one candidate": _one,
    "equal candidates": _repeated,
    "nothing demonstrated": _nothing_shown,
    "one still demonstration": _one_shown,
    "extreme scores": _extreme_scores,
    "ask cycle": _cycle,
}
"""Each rule by name: its docstring says what it asks for; it returns what is wrong, or nothing."""


def _complaint(strategy: Strategy, candidates: Candidates) -> str:
    """Why a strategy does not give one finite number for each candidate; empty if it does."""
    utility = np.array(strategy(candidates), dtype=np.float64)
    return misshapen(utility, len(candidates)) or not_finite(utility)


def _contents(candidates: Candidates) -> dict[str, FloatArray]:
    """All arrays that a strategy can reach, by name."""
    found = {f"scores.{name}": column for name, column in candidates.scores.columns().items()}
    found |= {"asked": candidates.asked, "ends": candidates.ends, "codes": candidates.codes}
    found |= {f"requests[{i}].start": each.start for i, each in enumerate(candidates.requests)}
    found |= {f"requests[{i}].goal": each.goal for i, each in enumerate(candidates.requests)}
    found["manifold.shown"] = candidates.manifold.shown
    return found
