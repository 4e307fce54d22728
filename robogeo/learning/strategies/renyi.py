"""Asking by the quadratic Renyi entropy of a Bayesian mixture policy's epistemic uncertainty.

Girgin, Pignat, Jaquier and Calinon (IROS 2020, arXiv 2008.02540) learn a control policy p(u | x) as a
Bayesian Gaussian mixture and ask where the epistemic part of its prediction, again a mixture of Gaussians,
has the largest quadratic Renyi entropy, which is closed:

    H2(x) = - ln sum_ij h_i(x) h_j(x) N(mu_i(x); mu_j(x), S_i(x) + S_j(x)).

Here x is the present configuration and the goal, u the next step. Each demonstration, in either direction,
is one component, so nothing is fitted by iteration: a component's posterior (conjugate linear regression,
prior worth one sample) and its gate h are closed forms. A variational mixture (scikit-learn) would need a
dependency for one baseline, drawn starts, and more samples than few demonstrations give. The paper's
information density is in the candidates already: they come as life brings them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robogeo.data.demonstrations import Demonstration
from robogeo.learning.candidates import Candidates

FloatArray = NDArray[np.float64]
_STEP = 0.2  # rad of joint arc length: what the policy moves at once
_SPREAD = 0.3  # rad: how far a demonstration tells of its neighbourhood, prior of a gate's covariance
_NOISE = 0.02  # rad: least deviation of a step
_NEAREST = 3  # components that predict one candidate


@dataclass(frozen=True)
class _Component:
    """One demonstration as a component: a gate N(centre, root root^T) and a linear map with its posterior.

    Attributes:
        centre: (2 dof,) rad.
        whitener: inverse (2 dof, 2 dof) of root.
        weights: posterior mean (1 + 2 dof, dof) of the map from (1, x - centre) to the step.
        posterior: inverse (1 + 2 dof, 1 + 2 dof) of the lower triangular root of the weights' precision.
        noise: covariance (dof, dof) of a step, rad^2.
    """

    centre: FloatArray
    whitener: FloatArray
    weights: FloatArray
    posterior: FloatArray
    noise: FloatArray

    @classmethod
    def of(cls, path: FloatArray) -> _Component:
        """The component of a path (n, dof) at even steps."""
        x = np.hstack([path[:-1], np.broadcast_to(path[-1], path[:-1].shape)])
        u, count = np.diff(path, axis=0), len(path) - 1
        centre = x.mean(axis=0)
        scatter = (x - centre).T @ (x - centre) + _SPREAD**2 * np.eye(x.shape[1])
        features = np.hstack([np.ones((count, 1)), x - centre])
        precision = features.T @ features + np.eye(features.shape[1])
        weights = np.linalg.solve(precision, features.T @ u)
        residual = u - features @ weights
        noise = (residual.T @ residual + _NOISE**2 * np.eye(u.shape[1])) / (count + 1)
        noise += _NOISE**2 * np.eye(u.shape[1])
        root = np.linalg.cholesky(scatter / (count + 1) + _SPREAD**2 * np.eye(x.shape[1]))
        posterior = np.linalg.inv(np.linalg.cholesky(precision))
        return cls(centre, np.linalg.inv(root), weights, posterior, noise)

    def log_gate(self, x: FloatArray) -> FloatArray:
        """Log density (m,) of inputs x (m, 2 dof), up to a constant that all components share."""
        white = (x - self.centre) @ self.whitener.T
        return -0.5 * np.square(white).sum(axis=1) + np.log(np.diag(self.whitener)).sum()

    def predict(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mean (m, dof) of the step at x; the factor (m,) of the noise that is its epistemic covariance."""
        features = np.hstack([np.ones((len(x), 1)), x - self.centre])
        return features @ self.weights, np.square(features @ self.posterior.T).sum(axis=1)


def renyi(candidates: Candidates) -> FloatArray:
    """Quadratic Renyi entropy of a Bayesian mixture's epistemic uncertainty (Girgin et al., IROS 2020)."""
    ends = candidates.ends
    if not candidates.demonstrations:
        return np.zeros(len(ends))
    x = ends.reshape(len(ends), -1)
    return entropy(_components(candidates.demonstrations), x)


def _components(demonstrations: Sequence[Demonstration]) -> list[_Component]:
    paths = [demonstration.resampled(_STEP) for demonstration in demonstrations]
    return [_Component.of(way) for path in paths for way in (path, path[::-1])]


def entropy(components: Sequence[_Component], x: FloatArray) -> FloatArray:
    """H2 (m,) at inputs x (m, 2 dof), by the components nearest to each."""
    gates = np.stack([component.log_gate(x) for component in components], axis=1)
    near = np.argsort(-gates, axis=1, kind="stable")[:, :_NEAREST]
    chosen = np.take_along_axis(gates, near, axis=1)
    log_h = chosen - np.logaddexp.reduce(chosen, axis=1, keepdims=True)
    mean, covariance = _predictions(components, x, near)
    terms = []
    for i in range(near.shape[1]):
        for j in range(i, near.shape[1]):
            overlap = _log_normal(mean[:, i] - mean[:, j], covariance[:, i] + covariance[:, j])
            terms.append(log_h[:, i] + log_h[:, j] + overlap + (np.log(2.0) if i != j else 0.0))
    return -np.logaddexp.reduce(np.stack(terms), axis=0)


def _predictions(
    components: Sequence[_Component], x: FloatArray, near: NDArray[np.int64]
) -> tuple[FloatArray, FloatArray]:
    """Means (m, n, dof) and epistemic covariances (m, n, dof, dof) by the components `near` (m, n)."""
    dof = x.shape[1] // 2
    mean, covariance = np.empty((*near.shape, dof)), np.empty((*near.shape, dof, dof))
    for index, component in enumerate(components):
        at = near == index
        rows = at.any(axis=1)
        if rows.any():
            mean[at], factor = component.predict(x[rows])
            covariance[at] = factor[:, None, None] * component.noise
    return mean, covariance


def _log_normal(offset: FloatArray, covariance: FloatArray) -> FloatArray:
    """Log density (m,) of zero-mean Gaussians at offsets (m, dof)."""
    root = np.linalg.cholesky(covariance)
    white = np.linalg.solve(root, offset[..., None])[..., 0]
    log_det = 2.0 * np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    return -0.5 * (np.square(white).sum(axis=1) + log_det + offset.shape[1] * np.log(2.0 * np.pi))
