"""The strategies that there are: robogeo's own, and those that installed packages offer.

A package offers one by an entry point of the group ``robogeo.strategies`` in its pyproject.toml:

    [project.entry-points."robogeo.strategies"]
    mine = "my_package:my_strategy"
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points

import numpy as np
from numpy.typing import NDArray

from robogeo.errors import InputError, StrategyError
from robogeo.learning.candidates import Candidates
from robogeo.learning.strategies.by_model import combined, magnification, product, uncertainty
from robogeo.learning.strategies.promp import promp
from robogeo.learning.strategies.renyi import renyi
from robogeo.learning.strategies.space_filling import farthest, farthest_latent, novelty, random, sobol

FloatArray = NDArray[np.float64]
Strategy = Callable[[Candidates], FloatArray]
GROUP = "robogeo.strategies"

STRATEGIES: dict[str, Strategy] = {
    "combined": combined,
    "random": random,
    "sobol": sobol,
    "farthest": farthest,
    "farthest_latent": farthest_latent,
    "novelty": novelty,
    "uncertainty": uncertainty,
    "magnification": magnification,
    "product": product,
    "promp": promp,
    "renyi": renyi,
}


def find_strategy(name: str) -> Strategy:
    """The strategy of that name, robogeo's own or an installed package's.

    Raises:
        InputError: there is none, and it lists those there are; or an installed one cannot be loaded.
    """
    if name in STRATEGIES:
        return STRATEGIES[name]
    installed = _installed()
    if name not in installed:
        raise InputError(
            f"strategy: unknown strategy {name!r}; known: {', '.join([*STRATEGIES, *installed])}"
        )
    return _loaded(installed[name])


def strategies_found() -> dict[str, str]:
    """Names of all strategies with one line each, for people; an installed one is not loaded for it."""
    own = {name: (strategy.__doc__ or "").splitlines()[0] for name, strategy in STRATEGIES.items()}
    return own | {name: f"installed: {entry.value}" for name, entry in _installed().items()}


def name_of(strategy: Strategy) -> str:
    """What people call a strategy."""
    return str(getattr(strategy, "__name__", type(strategy).__name__))


def utilities(strategy: Strategy, candidates: Candidates) -> FloatArray:
    """Utilities (m,) that a strategy gives the candidates.

    Raises:
        StrategyError: they are not one finite number a candidate, or the strategy failed.
    """
    try:
        utility = np.array(strategy(candidates), dtype=np.float64)
    except Exception as error:
        raise StrategyError(
            f"strategy {name_of(strategy)}: failed with {type(error).__name__}: {error}"
        ) from error
    if complaint := misshapen(utility, len(candidates)) or not_finite(utility):
        raise StrategyError(f"strategy {name_of(strategy)}: {complaint}")
    return utility


def misshapen(utility: FloatArray, count: int) -> str:
    """What is wrong with the shape of utilities; empty if there is one for each candidate."""
    if utility.shape == (count,):
        return ""
    return f"gave utilities of shape {utility.shape} for {count} candidates; give one for each, ({count},)"


def not_finite(utility: FloatArray) -> str:
    """Which utility is not a finite number; empty if all are."""
    if np.isfinite(utility).all():
        return ""
    bad = int(np.argmin(np.isfinite(utility)))
    return f"the utility of candidate {bad} is {utility[bad]}; give finite numbers whatever the candidates"


def _installed() -> dict[str, EntryPoint]:
    """Entry points of installed packages by name; robogeo's own names cannot be taken."""
    found = sorted(entry_points(group=GROUP), key=lambda entry: entry.name)
    return {entry.name: entry for entry in found if entry.name not in STRATEGIES}


def _loaded(entry: EntryPoint) -> Strategy:
    try:
        strategy = entry.load()
    except Exception as error:
        raise InputError(
            f"strategy: {entry.name!r} ({entry.value}) cannot be loaded: {type(error).__name__}: {error}"
        ) from error
    if not callable(strategy):
        raise InputError(
            f"strategy: {entry.name!r} ({entry.value}) cannot be called; it must take Candidates"
        )
    return strategy
