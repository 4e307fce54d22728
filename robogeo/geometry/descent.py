"""Levenberg-Marquardt descent of the energy of many curves at once, ends fixed.

Each round gives every unfinished curve one trial step from its own damped Gauss-Newton model (Nocedal and
Wright 2006, section 10.3). The damping follows the ratio of achieved to promised decrease: the support cost
has kinks, at which a damping that always falls after a success would be rejected every other time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from robogeo.geometry.banded import solve_block_tridiagonal
from robogeo.geometry.energy import Model, State, evaluate, linearize
from robogeo.geometry.points import FloatArray

if TYPE_CHECKING:
    from robogeo.geometry.metric import Metric

MAX_TRIES = 8
DAMPING, LEAST_DAMPING, SETTLED_DAMPING = 1e-3, 1e-9, 1e-1
IDLE = 30
"""Steps that gain less than this many tolerances are idle: at the kinks of support curves creep for long."""
ROUNDS_BEFORE_GIVING_UP, HOPELESS = 6, 1.5
"""After so many rounds a curve with so many times the energy of its rival (22 % longer) is left as it is."""


@dataclass(frozen=True)
class Settings:
    """How far to descend.

    Attributes:
        segments: segments of every curve.
        tolerance: relative decrease of energy that counts as rest.
        max_steps: most accepted steps of a curve.
    """

    segments: int = 32
    tolerance: float = 1e-5
    max_steps: int = 30


@dataclass
class _Progress:
    """Damping and counters of every curve (L,)."""

    damping: FloatArray
    tries: NDArray[np.int64]
    steps: NDArray[np.int64]
    idle: NDArray[np.int64]
    converged: NDArray[np.bool_]


def minimize(
    metric: Metric, nodes: FloatArray, owners: NDArray[np.int64], settings: Settings
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Descend from L curves with nodes (L, n + 1, d).

    Args:
        metric: any metric of this room.
        nodes: the starts; not changed.
        owners: curves with the same number (L,) are rivals: one far behind another is given up.
        settings: see there.

    Returns:
        nodes (L, n + 1, d) and whether each curve came to rest (L,).
    """
    count = len(nodes)
    state = evaluate(metric, nodes.copy())
    model = linearize(metric, state)
    zeros = np.zeros(count, dtype=np.int64)
    progress = _Progress(
        np.full(count, DAMPING), zeros.copy(), zeros.copy(), zeros.copy(), np.zeros(count, dtype=bool)
    )
    active, rounds = np.arange(count), 0
    while len(active):
        trial, promised = _trial(metric, state.select(active), model.select(active), progress.damping[active])
        better = _judge(progress, active, state.energy[active], trial.energy, promised, settings.tolerance)
        accepted = active[better]
        state.put(accepted, trial.select(np.flatnonzero(better)))
        rounds += 1
        going = ~progress.converged & (progress.tries < MAX_TRIES) & (progress.steps < settings.max_steps)
        if rounds >= ROUNDS_BEFORE_GIVING_UP:
            best = np.full(int(owners.max()) + 1, np.inf)
            np.minimum.at(best, owners, state.energy)
            going &= state.energy <= HOPELESS * best[owners]
        renew = accepted[going[accepted]]
        if len(renew):
            model.put(renew, linearize(metric, state.select(renew)))
        active = active[going[active]]
    return state.z, progress.converged


def _judge(
    progress: _Progress,
    active: NDArray[np.int64],
    before: FloatArray,
    after: FloatArray,
    promised: FloatArray,
    tolerance: float,
) -> NDArray[np.bool_]:
    """Which trial steps are taken (of the active curves); updates damping, counters and convergence.

    At rest, at little damping: the model promises at most the tolerance, or two steps in a row were idle.
    """
    better = after < before
    gain = (before - after) / np.maximum(promised, 1e-300)
    settled = progress.damping[active] <= SETTLED_DAMPING
    idle = np.where(better & (before - after <= IDLE * tolerance * before), progress.idle[active] + 1, 0)
    progress.idle[active] = np.where(better, idle, progress.idle[active])
    done = settled & ((promised <= tolerance * before) | (progress.idle[active] >= 2))
    progress.converged[active] = done
    factor = np.where(gain > 0.75, 0.1, np.where(gain > 0.25, 1.0, 4.0))
    damping = progress.damping[active] * np.where(better, factor, 10.0)
    progress.damping[active] = np.maximum(damping, LEAST_DAMPING)
    progress.steps[active] += better
    progress.tries[active] = np.where(better, 0, progress.tries[active] + 1)
    return better


def _trial(metric: Metric, state: State, model: Model, damping: FloatArray) -> tuple[State, FloatArray]:
    """One damped step of every curve, and the decrease of energy (L,) that its model promises."""
    weights = np.einsum("lnaa->lna", model.diagonal)
    floor = 1e-12 * (weights.max(axis=(1, 2)) + 1e-100)
    added = damping[:, None, None] * weights + floor[:, None, None]
    diagonal = model.diagonal + added[..., None] * np.eye(added.shape[2])
    try:
        step = -solve_block_tridiagonal(diagonal, model.upper, model.gradient)
    except np.linalg.LinAlgError:  # singular to rounding: stay, so that every curve raises its damping
        return state, np.full(len(damping), np.inf)
    moved = state.z.copy()
    moved[:, 1:-1] += step
    promised = (step * (added * step - model.gradient)).sum(axis=(1, 2))
    return evaluate(metric, moved), promised
