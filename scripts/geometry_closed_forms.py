"""The part of the geometry benchmark with exact answers: surfaces whose geodesic distances are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import geometry_fixture  # noqa: F401  (finds the surfaces of the tests)
import numpy as np
import surfaces
import torch

from robogeo.evaluation.results import Results
from robogeo.geometry import PullbackMetric, relax_many

PAIRS = 60
TIGHT = {"tolerance": 1e-13, "max_steps": 100}


@dataclass(frozen=True)
class Case:
    """A surface with a box of latent points and its distance, which is None for pairs left out."""

    name: str
    decoder: Callable[[torch.Tensor], torch.Tensor]
    low: tuple[float, ...]
    high: tuple[float, ...]
    distance: Callable[[np.ndarray, np.ndarray], Any]


def cases() -> list[Case]:
    """Sphere, torus, paraboloid and hyperbolic plane."""
    return [
        Case("sphere", surfaces.sphere, (-1.2, -1.2), (1.2, 1.2), surfaces.sphere_distance),
        Case("sphere, 5-D", surfaces.sphere, (-0.8,) * 5, (0.8,) * 5, surfaces.sphere_distance),
        Case("paraboloid", surfaces.paraboloid, (-0.9, -0.9), (0.9, 0.9), surfaces.paraboloid_distance),
        Case("hyperbolic plane", surfaces.hyperbolic, (-1.0, 1.2), (1.0, 3.0), surfaces.hyperbolic_distance),
        Case("torus, 1,024 segments", surfaces.torus, (-1.2, -1.0), (1.2, 1.0), _fine(surfaces.torus)),
        Case("torus, meridians", surfaces.torus, (-1.4, 0.0), (1.4, 0.0), _meridian),
        Case("swiss roll", surfaces.swiss_roll, (2.0, -1.0), (6.0, 1.0), surfaces.swiss_roll_distance),
    ]


def measure_surfaces(results: Results) -> None:
    """Relaxed lengths against the exact ones, and how constant the speed is."""
    worst, uneven = 0.0, 0.0
    for case in cases():
        rng = np.random.default_rng(9)
        metric = PullbackMetric(case.decoder)
        a, b = rng.uniform(case.low, case.high, size=(2, PAIRS, len(case.low)))
        pairs = [(p, q, case.distance(p, q)) for p, q in zip(a, b, strict=True)]
        pairs = [(p, q, float(true)) for p, q, true in pairs if true is not None]
        true = np.array([distance for _, _, distance in pairs])
        bent = [
            np.stack([p, 0.5 * (p + q) + 0.1 * rng.normal(size=len(p)) * (q != p), q]) for p, q, _ in pairs
        ]
        row: dict[str, Any] = {"what": "closed form", "surface": case.name, "pairs": len(pairs)}
        for name, options in (("default", {}), ("tight", TIGHT)):
            curves = relax_many(metric, bent, **options)
            error = np.abs(np.array([curve.length for curve in curves]) / true - 1)
            steps = [metric.segment_lengths(c.points[:-1], c.points[1:]).numpy() for c in curves]
            speed = max(float(np.abs(part / part.mean() - 1).max()) for part in steps)
            row |= {f"{name}_median": float(np.median(error)), f"{name}_worst": float(error.max())}
            row[f"{name}_speed_off"] = speed
        results.row(**row)
        worst, uneven = max(worst, row["tight_worst"]), max(uneven, row["default_speed_off"])
    note = "at tolerance 1e-13; at the default of 1e-6 see the rows"
    results.target("relaxed length against closed forms, worst relative error", worst, "<=", 1e-5, note)
    results.target("speed along relaxed curves, worst deviation from constant", uneven, "<=", 0.01)


def _meridian(a: np.ndarray, b: np.ndarray) -> float:
    return 0.7 * abs(float(a[0] - b[0]))


def _fine(decoder: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[np.ndarray, np.ndarray], float]:
    metric = PullbackMetric(decoder)

    def distance(a: np.ndarray, b: np.ndarray) -> float:
        return relax_many(metric, [np.stack([a, b])], segments=1024, **TIGHT)[0].length

    return distance
