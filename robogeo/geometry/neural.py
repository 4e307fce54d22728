"""Neural geodesics: a small network bends the straight line until its energy is least.

After Chen et al. 2018, "Metrics for deep generative models", section 3, with two repairs. The curve is

    z(t) = (1 - t) z0 + t z1 + t (1 - t) h(t),

which keeps the ends and starts as the line (the last layer of h is zero at first), where the published affine
map freezes every coordinate that is equal at both ends. And the loss is the energy, not the length: length is
blind to the speed along the curve. The recipe without these repairs is in `neural_published.py`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from robogeo.errors import GeometryError
from robogeo.geometry.curve import Geodesic
from robogeo.geometry.lengths import PARTS, squared_chords
from robogeo.geometry.neural_published import WIDTH, PublishedRecipe, fit_published
from robogeo.geometry.points import FloatArray, as_array, as_point
from robogeo.geometry.smooth import measure_samples, uniform_parameters

if TYPE_CHECKING:
    from robogeo.geometry.metric import Metric

RECIPES = ("repaired", "published")
REST = 1e-3
"""Relative decrease of energy over the last tenth of the steps below which the fit counts as converged."""


class NeuralCurve(torch.nn.Module):
    """The curve of the module's formula, t (n,) -> z (n, d), with tanh layers 1 -> hidden -> hidden -> d."""

    def __init__(self, z0: torch.Tensor, z1: torch.Tensor, hidden: int, generator: torch.Generator) -> None:
        super().__init__()
        self.z0, self.z1 = z0, z1
        self.layers = torch.nn.ParameterList()
        for rows, columns in ((1, hidden), (hidden, hidden)):
            weight = torch.randn(rows, columns, generator=generator, dtype=z0.dtype) / math.sqrt(rows)
            bias = torch.randn(columns, generator=generator, dtype=z0.dtype) * 0.5
            self.layers.extend([torch.nn.Parameter(weight), torch.nn.Parameter(bias)])
        self.layers.append(torch.nn.Parameter(torch.zeros(hidden, len(z0), dtype=z0.dtype)))

    def forward(self, t: torch.Tensor) -> torch.Tensor:
        """Points (n, d) at parameters (n,) in [0, 1]."""
        t = t.unsqueeze(1)
        first, shift, second, lift, last = self.layers
        bend = torch.tanh(torch.tanh((2 * t - 1) @ first + shift) @ second + lift) @ last
        return (1 - t) * self.z0 + t * self.z1 + t * (1 - t) * bend


def fit_neural_geodesic(
    metric: Metric,
    z0: Any,
    z1: Any,
    *,
    recipe: str = "repaired",
    hidden: int | None = None,
    steps: int = 500,
    learning_rate: float = 1e-2,
    segments: int = 32,
    seed: int = 0,
    published: PublishedRecipe | None = None,
) -> Geodesic:
    """Geodesic between two latent points by training a curve network; slow beside `relax`, needs no graph.

    Args:
        metric: any metric of this room; the published recipe asks for no more than its `speed`.
        z0: start (d,).
        z1: goal (d,).
        recipe: `repaired` (default, see the module), or `published`, Chen et al. 2018 to the letter.
        hidden: width of the network's two hidden layers; 64 when None, and 150 as published.
        steps: Adam steps (ours; the paper gives none).
        learning_rate: of Adam (1e-2 as published).
        segments: of the discrete energy; the result has 4 segments + 1 points.
        seed: of the network's first weights; equal seeds give equal curves.
        published: further numbers of the published recipe.

    Returns:
        The curve of least energy seen, at constant speed. As published: that of least validation value, its
        points at equal steps of t, at whatever speed that is, and `method` naming frozen coordinates.
        `converged` says whether the loss had come to rest.

    Raises:
        GeometryError: bad points or options, or a published end-point map that broke down.
    """
    start = as_point(z0, "z0").detach().double().cpu()
    goal = as_point(z1, "z1", dimension=len(start)).detach().double().cpu()
    if recipe not in RECIPES:
        raise GeometryError(f"neural geodesic recipe: must be one of {', '.join(RECIPES)}, got {recipe!r}")
    width = hidden if hidden is not None else WIDTH if recipe == "published" else 64
    if min(width, steps) < 1 or segments < 3 or not learning_rate > 0:
        raise GeometryError(
            f"neural geodesic: needs hidden, steps >= 1, segments >= 3, learning_rate > 0; "
            f"got {width}, {steps}, {segments}, {learning_rate}"
        )
    count = PARTS * segments + 1
    if bool((start == goal).all()):
        return Geodesic(start.repeat(count, 1), 0.0, 0, method="neural")
    if recipe == "published":
        numbers = published or PublishedRecipe()
        size = {"hidden": width, "steps": steps, "count": count, "seed": seed}
        return fit_published(metric, start, goal, numbers, learning_rate=learning_rate, rest=REST, **size)
    curve = NeuralCurve(start, goal, width, torch.Generator().manual_seed(seed))
    converged = _train(metric, curve, steps, learning_rate, segments)
    return _at_constant_speed(metric, curve, count, converged)


def _at_constant_speed(metric: Metric, curve: NeuralCurve, count: int, converged: bool) -> Geodesic:
    with torch.no_grad():
        t = torch.linspace(0, 1, count, dtype=torch.float64)
        _, travelled = _measured(metric, as_array(curve(t)))
        points = curve(torch.from_numpy(uniform_parameters(travelled)))
        points[0], points[-1] = curve.z0, curve.z1
    length, _ = _measured(metric, as_array(points))
    return Geodesic(points, length, 0, converged, method="neural")


def _measured(metric: Metric, samples: FloatArray) -> tuple[float, FloatArray]:
    """Length of a curve by samples (m, d), and the way travelled to each of them (m,)."""
    if metric.chordal:
        lengths, travelled = measure_samples(metric, samples[None])
        return float(lengths[0]), travelled[0]
    steps = as_array(metric.segment_lengths(samples[:-1], samples[1:]))
    return float(steps.sum()), np.concatenate([[0.0], np.cumsum(steps)])


def _energy(metric: Metric, z: torch.Tensor) -> torch.Tensor:
    """Discrete energy of nodes (n + 1, d), by chords, or by speeds where the metric is no limit of chords."""
    if metric.chordal:
        cost = None if metric.support is None else metric.support.cost(z)
        squares = squared_chords(metric.embed(z).to(z), z, cost)
    else:
        squares = metric.speed(0.5 * (z[1:] + z[:-1]), z.diff(dim=0)).square()
    return (len(z) - 1) * squares.sum()


def _train(metric: Metric, curve: NeuralCurve, steps: int, learning_rate: float, segments: int) -> bool:
    """Minimise the energy in place, keep the best weights seen, and say whether it came to rest."""
    optimizer = torch.optim.Adam(curve.parameters(), lr=learning_rate)
    t = torch.linspace(0, 1, segments + 1, dtype=torch.float64)
    best, kept, course = math.inf, [p.detach().clone() for p in curve.parameters()], []
    with torch.enable_grad():
        for _ in range(steps):
            energy = _energy(metric, curve(t))
            course.append(float(energy.detach()))
            if course[-1] < best:
                best = course[-1]
                kept = [p.detach().clone() for p in curve.parameters()]
            optimizer.zero_grad()
            gradients = torch.autograd.grad(energy, list(curve.parameters()))
            for parameter, gradient in zip(curve.parameters(), gradients, strict=True):
                parameter.grad = gradient
            optimizer.step()
    with torch.no_grad():
        for parameter, value in zip(curve.parameters(), kept, strict=True):
            parameter.copy_(value)
    before = min(course[: max(1, len(course) - len(course) // 10)])
    return before - best <= REST * max(best, 1e-300)
