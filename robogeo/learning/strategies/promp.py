"""Asking by the Mahalanobis distance from a probabilistic movement primitive.

Conkey and Hermans 2019 (arXiv 1907.00277) learn a ProMP (Paraschos et al. 2013), a Gaussian over the weights
of basis functions of the demonstrated trajectories, and ask for the task instance that lies farthest from it.
Here an instance is start and goal: their marginal follows from the weights' Gaussian,

    y = (q(0), q(1)) ~ N(Phi mu, Phi Sigma Phi^T + s^2 I),    Phi = basis at phase 0 and 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from robogeo.data.demonstrations import Demonstration
from robogeo.learning.candidates import Candidates

FloatArray = NDArray[np.float64]
_BASES, _PHASES = 8, 50
_RIDGE = 1e-6
_PRIOR = 2.0  # demonstrations that the prior of the weights' covariance counts for
_LEAST_STD = 0.1  # rad: of the weights, while the demonstrations tell of none
_NOISE = 0.02  # rad


def promp(candidates: Candidates) -> FloatArray:
    """Mahalanobis distance of start and goal from a ProMP of the demonstrations (Conkey, Hermans 2019).

    With fewer demonstrations than weights their covariance is singular; it is shrunk towards a multiple of
    the identity by a prior worth two demonstrations. The better of both directions counts, as for `farthest`.
    """
    ends = candidates.ends
    if not candidates.demonstrations:
        return np.zeros(len(ends))
    mean, covariance = end_marginal(candidates.demonstrations)
    root = np.linalg.cholesky(covariance)
    distances = [
        np.linalg.norm(np.linalg.solve(root, (way.reshape(len(ends), -1) - mean).T), axis=0)
        for way in (ends, ends[:, ::-1])
    ]
    return np.minimum(*distances)


def end_marginal(demonstrations: Sequence[Demonstration]) -> tuple[FloatArray, FloatArray]:
    """Mean (2 dof,) and covariance (2 dof, 2 dof) of start and goal under the ProMP of demonstrations."""
    weights = np.stack([_weights(demonstration.q).ravel() for demonstration in demonstrations])
    mean, extra = weights.mean(axis=0), len(weights) - 1
    scatter = (weights - mean).T @ (weights - mean)
    variance = max(np.trace(scatter) / (max(extra, 1) * len(mean)), _LEAST_STD**2)
    covariance = (scatter + _PRIOR * variance * np.eye(len(mean))) / (extra + _PRIOR)
    dof = demonstrations[0].dof
    phi = np.kron(_basis(np.array([0.0, 1.0])), np.eye(dof))
    return phi @ mean, phi @ covariance @ phi.T + _NOISE**2 * np.eye(2 * dof)


def _weights(q: FloatArray) -> FloatArray:
    """Weights (bases, dof) of a trajectory (T, dof) by ridge regression over its share of arc length."""
    arc = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(q, axis=0), axis=1))])
    phase = np.linspace(0.0, 1.0, _PHASES)
    share = arc / arc[-1] if arc[-1] > 0 else np.linspace(0.0, 1.0, len(q))
    path = np.stack([np.interp(phase, share, joint) for joint in q.T], axis=1)
    phi = _basis(phase)
    return np.linalg.solve(phi.T @ phi + _RIDGE * np.eye(_BASES), phi.T @ path)


def _basis(phase: FloatArray) -> FloatArray:
    """Normalised Gaussian bases (n, bases) at phases (n,)."""
    centres = np.linspace(0.0, 1.0, _BASES)
    values = np.exp(-0.5 * ((phase[:, None] - centres) * (_BASES - 1)) ** 2)
    return values / values.sum(axis=1, keepdims=True)
