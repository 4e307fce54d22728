"""The neural geodesic exactly as Chen et al. 2018 publish it, weaknesses included, to compare with.

"Metrics for deep generative models", section 3 and appendix A. A network with two tanh layers gives a raw
curve zhat(t), and every coordinate is scaled and shifted on its own so that the ends are right (eqs. 13, 14):

    z(t) = A zhat(t) - B,   A = (z0 - z1) / (zhat(0) - zhat(1)),
    B = (z0 zhat(1) - z1 zhat(0)) / (zhat(0) - zhat(1)).

The loss is the length, by equidistant samples of the velocity (eqs. 10, 11),

    L = 1/n sum_i phi(t_i),   phi(t) = sqrt(z'(t)^T G z'(t)),

and among all weights met in training those with the least L + lambda_phi max phi are kept, against curves
that are short but hurry through one place. Training starts from the best, by the same value, of several
networks, each fitted to a random Bezier curve of its own (`bezier.py`).

Two weaknesses belong to the recipe and are reported, not mended: a coordinate equal at both ends has A = 0
and stays frozen, and where the raw ends meet in a coordinate the map breaks down. Only `Metric.speed` is
asked for, so the recipe serves metrics that are no pull-back as well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from robogeo.errors import GeometryError
from robogeo.geometry.bezier import bezier, random_controls
from robogeo.geometry.curve import Geodesic

if TYPE_CHECKING:
    from robogeo.geometry.metric import Metric

WIDTH = 150
"""Units of each hidden layer (table 1)."""
LEAST_GAP = 1e-9
"""Distance of the raw ends in a coordinate, relative to the raw curve's size, below which the map breaks."""


@dataclass(frozen=True)
class PublishedRecipe:
    """Numbers of the published recipe; the paper states the first, the others are ours because it does not.

    Attributes:
        samples: values of t, equidistant in [0, 1], ends included (table 1: 500).
        curves: n, random Bezier curves of the pre-training, each with a network of its own (ours).
        controls: control points of each curve beside its ends, the paper's K - 1 (ours).
        pretraining_steps: Adam steps that fit a network to its curve by squared distance (ours).
        velocity_weight: lambda_phi of the validation value L + lambda_phi max phi (ours; on the sphere 0.1
            picks curves 0.6 % too long, because it prefers even speed to shortness).

    Raises:
        GeometryError: a number out of range.
    """

    samples: int = 500
    curves: int = 5
    controls: int = 3
    pretraining_steps: int = 200
    velocity_weight: float = 0.01

    def __post_init__(self) -> None:
        """Check the ranges."""
        counts = self.controls >= 1 and self.curves >= 1 and self.pretraining_steps >= 0
        if self.samples < 3 or not counts or not 0 <= self.velocity_weight < math.inf:
            raise GeometryError(
                "published recipe: needs samples >= 3, curves and controls >= 1, pretraining_steps and "
                f"velocity_weight >= 0; got {self}"
            )


class AffineCurve(torch.nn.Module):
    """The curve of the module's formula, with tanh layers 1 -> hidden -> hidden -> d.

    The paper does not say how weights begin; here they are normal with variance 1 / fan-in.
    """

    def __init__(self, z0: torch.Tensor, z1: torch.Tensor, hidden: int, generator: torch.Generator) -> None:
        super().__init__()
        self.z0, self.z1 = z0, z1
        self.layers = torch.nn.ParameterList()
        for rows, columns in ((1, hidden), (hidden, hidden), (hidden, len(z0))):
            weight = torch.randn(rows, columns, generator=generator, dtype=z0.dtype) / math.sqrt(rows)
            bias = torch.randn(columns, generator=generator, dtype=z0.dtype) * 0.5
            self.layers.extend([torch.nn.Parameter(weight), torch.nn.Parameter(bias)])

    def forward(self, t: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Points z and velocities dz/dt, both (n, d), at parameters (n,) that begin with 0 and end with 1."""
        raw, slope = self._raw(t)
        gap = raw[-1] - raw[0]
        sign = torch.where(gap < 0, -1.0, 1.0).to(gap)
        rate = (self.z1 - self.z0) / (sign * gap.abs().clamp_min(self._least(raw)))
        return self.z0 + rate * (raw - raw[0]), rate * slope  # eq. 13 without its cancellation

    def is_broken(self, t: torch.Tensor) -> bool:
        """Whether the raw ends meet in a coordinate that has to move, so that the map cannot keep z1."""
        with torch.no_grad():
            raw, _ = self._raw(t)
            meets = (raw[-1] - raw[0]).abs() <= self._least(raw)
            return bool((meets & (self.z0 != self.z1)).any()) or not bool(torch.isfinite(raw).all())

    def _raw(self, t: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Raw curve and its derivative by the chain rule, both (n, d)."""
        value, slope = t.unsqueeze(1), torch.ones_like(t).unsqueeze(1)
        parameters = list(self.layers)
        for weight, bias in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
            value = torch.tanh(value @ weight + bias)
            slope = (1 - value.square()) * (slope @ weight)
        return value @ parameters[-2] + parameters[-1], slope @ parameters[-2]

    @staticmethod
    def _least(raw: torch.Tensor) -> float:
        return LEAST_GAP * float(raw.detach().abs().max()) + 1e-300


def fit_published(
    metric: Metric,
    z0: torch.Tensor,
    z1: torch.Tensor,
    recipe: PublishedRecipe,
    *,
    hidden: int,
    steps: int,
    learning_rate: float,
    count: int,
    seed: int,
    rest: float,
) -> Geodesic:
    """The published geodesic from z0 to z1, each (d,) float64; see `neural.fit_neural_geodesic`.

    Raises:
        GeometryError: the end-point map broke down in every network.
    """
    t = torch.linspace(0, 1, recipe.samples, dtype=torch.float64)
    curve = _pretrained(metric, z0, z1, t, recipe, hidden, learning_rate, seed)
    best, course = _shorten(metric, curve, t, steps, learning_rate, recipe.velocity_weight)
    if not math.isfinite(best):
        raise GeometryError(
            "published neural geodesic: the raw curve's ends met in a coordinate, where eqs. 13 and 14 "
            'divide by zero; take another seed or recipe="repaired"'
        )
    with torch.no_grad():
        points, slopes = curve(torch.linspace(0, 1, count, dtype=torch.float64))
        phi = metric.speed(points, slopes).double()
    points[0], points[-1] = z0, z1
    before = min(course[: max(1, len(course) - len(course) // 10)])
    converged = before - min(course) <= rest * max(min(course), 1e-300)
    length = float((phi[:-1:2] + 4 * phi[1::2] + phi[2::2]).sum()) / (3 * (count - 1))  # Simpson's rule
    return Geodesic(points, length, 0, converged, method=_method(z0, z1))


def _method(z0: torch.Tensor, z1: torch.Tensor) -> str:
    frozen = torch.nonzero(z0 == z1).flatten().tolist()
    where = f", coordinate {', '.join(map(str, frozen))} frozen" if frozen else ""
    return f"neural as published{where}"


def _pretrained(
    metric: Metric,
    z0: torch.Tensor,
    z1: torch.Tensor,
    t: torch.Tensor,
    recipe: PublishedRecipe,
    hidden: int,
    learning_rate: float,
    seed: int,
) -> AffineCurve:
    """The best, by validation value, of networks fitted to random Bezier curves."""
    generator = torch.Generator().manual_seed(seed)
    candidates = []
    for _ in range(recipe.curves):
        curve = AffineCurve(z0, z1, hidden, generator)
        target = bezier(random_controls(z0, z1, recipe.controls, generator), t)
        _imitate(curve, target, t, learning_rate, recipe)
        candidates.append((_validation(metric, curve, t, recipe.velocity_weight), curve))
    return min(candidates, key=lambda candidate: candidate[0])[1]


def _imitate(
    curve: AffineCurve, target: torch.Tensor, t: torch.Tensor, learning_rate: float, recipe: PublishedRecipe
) -> None:
    """Fit a network to a curve (n, d) by squared distance."""
    optimizer = torch.optim.Adam(curve.parameters(), lr=learning_rate)
    with torch.enable_grad():
        for _ in range(recipe.pretraining_steps):
            loss = (curve(t)[0] - target).square().sum(dim=1).mean()
            _step(optimizer, curve, loss)


def _shorten(
    metric: Metric,
    curve: AffineCurve,
    t: torch.Tensor,
    steps: int,
    learning_rate: float,
    velocity_weight: float,
) -> tuple[float, list[float]]:
    """Minimise the length in place and keep the weights of the least validation value.

    Returns:
        that value, and the length at every step.
    """
    optimizer = torch.optim.Adam(curve.parameters(), lr=learning_rate)
    best, kept, course = math.inf, [p.detach().clone() for p in curve.parameters()], []
    with torch.enable_grad():
        for _ in range(steps):
            phi = velocities(metric, curve, t)
            length = phi.mean()
            course.append(float(length.detach()))
            value = course[-1] + velocity_weight * float(phi.detach().max())
            if value < best and not curve.is_broken(t):
                best, kept = value, [p.detach().clone() for p in curve.parameters()]
            _step(optimizer, curve, length)
    with torch.no_grad():
        for parameter, weights in zip(curve.parameters(), kept, strict=True):
            parameter.copy_(weights)
    return best, course


def velocities(metric: Metric, curve: AffineCurve, t: torch.Tensor) -> torch.Tensor:
    """Velocity phi (n,) of the module's formula, differentiable by the weights.

    Where phi is zero the square root has no derivative; such samples count as constant.
    """
    z, dz = curve(t)
    phi = metric.speed(z, dz)
    moving = phi.detach() > 0
    if bool(moving.all()):
        return phi
    places = moving.nonzero().squeeze(1)
    still = torch.zeros_like(phi.detach())
    return still.index_put((places,), metric.speed(z[places], dz[places])) if len(places) else still


def _validation(metric: Metric, curve: AffineCurve, t: torch.Tensor, velocity_weight: float) -> float:
    if curve.is_broken(t):
        return math.inf
    with torch.no_grad():
        phi = metric.speed(*curve(t))
    return float(phi.mean() + velocity_weight * phi.max())


def _step(optimizer: torch.optim.Adam, curve: AffineCurve, loss: torch.Tensor) -> None:
    """One step down the loss; a loss without gradient, or one that overflows, leaves the weights alone."""
    if not loss.requires_grad:
        return
    parameters = list(curve.parameters())
    gradients = torch.autograd.grad(loss, parameters)
    if not all(bool(torch.isfinite(gradient).all()) for gradient in gradients):
        return
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient
    optimizer.step()
