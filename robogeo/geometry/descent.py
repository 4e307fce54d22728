"""Levenberg-Marquardt descent of the energy of many curves at once, ends fixed.

Each round gives every unfinished curve one trial step from its own damped Gauss-Newton model (Nocedal and
Wright 2006, section 10.3). The damping follows the ratio of achieved to promised decrease: the support cost
has kinks, at which a damping that always falls after a success would be rejected every other time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from robogeo.geometry.banded import solve_block_tridiagonal
from robogeo.geometry.energy import Curves, Model, evaluate, gauss_newton
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
    tolerance: float = 1e-6
    max_steps: int = 30


class _Progress:
    """Damping and counters of L curves, and the judgement of their trial steps."""

    def __init__(self, count: int, settings: Settings) -> None:
        self.damping = np.full(count, DAMPING)
        self.tries, self.steps, self.idle = (np.zeros(count, dtype=np.int64) for _ in range(3))
        self.converged = np.zeros(count, dtype=bool)
        self._settings = settings

    def select(self, rows: NDArray[Any]) -> None:
        """Keep only the curves at these rows."""
        for name in ("damping", "tries", "steps", "idle", "converged"):
            setattr(self, name, getattr(self, name)[rows])

    def judge(self, before: FloatArray, after: FloatArray, promised: FloatArray) -> NDArray[np.bool_]:
        """Which trial steps are taken; updates damping, counters and convergence.

        At rest, at little damping: the model promises at most the tolerance, or two steps in a row were idle.
        """
        better = after < before
        gain = (before - after) / np.maximum(promised, 1e-300)
        settled = self.damping <= SETTLED_DAMPING
        tolerance = self._settings.tolerance
        idle = np.where(before - after <= IDLE * tolerance * before, self.idle + 1, 0)
        self.idle = np.where(better, idle, self.idle)
        self.converged = settled & ((promised <= tolerance * before) | (self.idle >= 2))
        factor = np.where(gain > 0.75, 0.1, np.where(gain > 0.25, 1.0, 4.0))
        self.damping = np.maximum(self.damping * np.where(better, factor, 10.0), LEAST_DAMPING)
        self.steps = self.steps + better
        self.tries = np.where(better, 0, self.tries + 1)
        return better

    @property
    def going(self) -> NDArray[np.bool_]:
        """Which curves have a next round."""
        return ~self.converged & (self.tries < MAX_TRIES) & (self.steps < self._settings.max_steps)


def minimize(
    metric: Metric, nodes: FloatArray, owners: NDArray[np.int64], settings: Settings
) -> tuple[Curves, NDArray[np.bool_]]:
    """Descend from L curves with nodes (L, n + 1, d).

    Args:
        metric: any metric of this room with an immersion.
        nodes: the starts; not changed.
        owners: curves with the same number (L,) are rivals: one far behind another is given up.
        settings: see there.

    Returns:
        the curves, and whether each came to rest (L,).
    """
    curves = evaluate(metric, nodes)
    result, converged = curves.select(np.arange(len(nodes))), np.zeros(len(nodes), dtype=bool)
    lanes, progress, rounds = np.arange(len(nodes)), _Progress(len(nodes), settings), 0
    while len(lanes):
        trial, promised = _trial(metric, curves, gauss_newton(curves), progress.damping)
        better = progress.judge(curves.energy, trial.energy, promised)
        if better.all():
            curves = trial
        else:
            curves.put(better, trial)
        result.energy[lanes] = curves.energy
        rounds += 1
        going = progress.going
        if rounds >= ROUNDS_BEFORE_GIVING_UP:
            best = np.full(int(owners.max()) + 1, np.inf)
            np.minimum.at(best, owners, result.energy)
            going &= curves.energy <= HOPELESS * best[owners[lanes]]
        if not going.all():
            _store(result, lanes[~going], curves.select(~going))
            converged[lanes[~going]] = progress.converged[~going]
            curves, lanes = curves.select(going), lanes[going]
            progress.select(going)
    return result, converged


def _store(result: Curves, lanes: NDArray[np.int64], done: Curves) -> None:
    """Write finished curves to their lanes."""
    result.z[lanes], result.x[lanes] = done.z, done.x
    if result.cost is not None and done.cost is not None:
        result.cost[lanes] = done.cost


def _trial(metric: Metric, curves: Curves, model: Model, damping: FloatArray) -> tuple[Curves, FloatArray]:
    """One damped step of every curve, and the decrease of energy (L,) that its model promises."""
    d = model.diagonal.shape[2]
    weights = np.einsum("lnaa->lna", model.diagonal)
    floor = 1e-12 * (weights.max(axis=(1, 2)) + 1e-100)
    added = damping[:, None, None] * weights + floor[:, None, None]
    diagonal = model.diagonal.copy()
    diagonal[..., np.arange(d), np.arange(d)] += added
    try:
        step = -solve_block_tridiagonal(diagonal, model.upper, model.gradient)
    except np.linalg.LinAlgError:  # singular to rounding: stay, so that every curve raises its damping
        return curves, np.full(len(damping), np.inf)
    moved = curves.z.copy()
    moved[:, 1:-1] += step
    promised = (step * (added * step - model.gradient)).sum(axis=(1, 2))
    return evaluate(metric, moved, curves), promised
