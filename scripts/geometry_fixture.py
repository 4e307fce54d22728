"""What the geometry benchmark measures on: random smooth decoders, reference lengths and closed forms."""

from __future__ import annotations

import copy
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch

from robogeo.geometry import Geodesic, GeodesicGraph, PullbackMetric, polyline_length, relax_many

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "geometry"))

GAINS = (3.0, 2.0, 1.0)
WIDTHS = (128, 128)
FINE = {"segments": 256, "tolerance": 1e-12, "max_steps": 100}


def decoder(d: int, seed: int = 0, outputs: int = 50) -> torch.nn.Sequential:
    """A net d -> 128 -> 128 -> outputs, tanh, float32, weights N(0, gain^2 / fan-in), biases N(0, 0.3^2)."""
    rng = np.random.default_rng([seed, d])
    layers: list[torch.nn.Module] = []
    sizes = (d, *WIDTHS, outputs)
    for gain, (rows, columns) in zip(GAINS, pairwise(sizes), strict=True):
        linear = torch.nn.Linear(rows, columns)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(rng.normal(size=(columns, rows)) * gain / np.sqrt(rows)))
            linear.bias.copy_(torch.from_numpy(rng.normal(size=columns) * 0.3))
        layers += [linear, torch.nn.Tanh()]
    return torch.nn.Sequential(*layers[:-1]).requires_grad_(False)


def doubled(net: torch.nn.Sequential) -> torch.nn.Sequential:
    """The same decoder in float64."""
    return copy.deepcopy(net).double()


def latents(count: int, d: int, seed: int = 1) -> np.ndarray:
    """Standard normal nodes (count, d)."""
    return np.random.default_rng([seed, d]).normal(size=(count, d))


def speed_integrals(metric: PullbackMetric, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Lengths of segments by 64-point Gauss-Legendre quadrature of the speed, (n, d), (n, d) -> (n,)."""
    t, weights = (torch.from_numpy(part) for part in np.polynomial.legendre.leggauss(64))
    t = 0.5 * (t + 1)[:, None]
    found = []
    for p, q in zip(torch.split(a, 64), torch.split(b, 64), strict=True):
        z = p[:, None] * (1 - t) + q[:, None] * t
        found.append((metric.speed(z, (q - p)[:, None].expand_as(z)) * weights / 2).sum(-1))
    return torch.cat(found)


def reference_lengths(metric: PullbackMetric, paths: Sequence[Geodesic], seed: int = 0) -> np.ndarray:
    """Least lengths found from the graph path, the line and two bent lines at 256 segments, in float64."""
    rng = np.random.default_rng(seed)
    best = np.full(len(paths), np.inf)
    ends = [path.points[[0, -1]].double().numpy() for path in paths]
    starts: list[list[Any]] = [[path.points.double() for path in paths]]
    for _ in range(2):
        bends = [rng.normal(size=end.shape[1]) * 0.3 * np.linalg.norm(end[1] - end[0]) for end in ends]
        starts.append([np.stack([e[0], e.mean(axis=0) + s, e[1]]) for e, s in zip(ends, bends, strict=True)])
    for number, curves in enumerate(starts):
        found = relax_many(metric, curves, also_from_line=number == 0, **FINE)
        best = np.minimum(best, [curve.length for curve in found])
    return best


def true_length(metric: PullbackMetric, points: Any) -> float:
    """Length of a polyline (n, d) in float64."""
    return polyline_length(metric, torch.as_tensor(np.asarray(points), dtype=torch.float64))


def cpu_seconds(action: Callable[[], Any]) -> float:
    """Processor time of one call."""
    started = time.process_time()
    action()
    return time.process_time() - started


def clock_seconds(action: Callable[[], Any]) -> float:
    """Time of one call by the clock."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def median_seconds(actions: dict[str, Callable[[], Any]], repeats: int = 5) -> dict[str, float]:
    """Median processor time of each action, called in turn so that a drifting machine hits all alike."""
    for action in actions.values():
        action()
    times = {name: [] for name in actions}
    for _ in range(repeats):
        for name, action in actions.items():
            times[name].append(cpu_seconds(action))
    return {name: statistics.median(values) for name, values in times.items()}


def graph_on(d: int, count: int) -> tuple[torch.nn.Sequential, GeodesicGraph]:
    """The decoder and its graph at k = 10."""
    net = decoder(d)
    return net, GeodesicGraph.build(PullbackMetric(net), latents(count, d), neighbors=10)


def restart_peak() -> None:
    """Let the peak of memory begin anew: the kernel counts the parent's into that of a new process."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak_gib() -> float:
    """Largest resident memory of this process so far."""
    return _memory_gib("VmHWM")


def own_memory_gib() -> float:
    """Memory that this process holds and no file does."""
    return _memory_gib("RssAnon")


def _memory_gib(field: str) -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split(f"{field}:")[1].split()[0]) / 2**20
