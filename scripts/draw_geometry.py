"""Draw the pictures of docs/geometry.md: a learned ring of arm motion, its map, and geodesics on it.

    python scripts/draw_geometry.py

The data are made here: 700 configurations of a seven-joint arm on one closed motion that is not quite shown
to its end, with noise of 0.03 rad, in the manner of the robot experiment of Chen et al. 2018.
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from robogeo.geometry import (
    ExpectedMetric,
    Geodesic,
    GeodesicGraph,
    Layer,
    Perceptron,
    PullbackMetric,
    Support,
    distance_field,
    relax,
    resample_uniform,
)
from robogeo.models import IWAE, ModelConfig, TrainingConfig, fit
from robogeo.report.style import ALARM, INK, WIDTH, calm, cool_scale, new_figure, series

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
SHOWN = 0.85  # of the closed motion
GRID = 220

Array = NDArray[np.float64]


def closed_motion(phase: Array) -> Array:
    """Configurations (n, 7) rad at phases (n,) in [0, 1]: two harmonics of amplitudes fixed by a seed."""
    rng = np.random.default_rng(3)
    angle = 2 * np.pi * phase[:, None]
    parts = zip((np.cos, np.sin, np.cos, np.sin), (1, 1, 2, 2), (0.6, 0.6, 0.25, 0.25), strict=True)
    return sum(scale * rng.normal(size=7) * turn(k * angle) for turn, k, scale in parts)


def learned() -> tuple[IWAE, Array]:
    """A model of the motion with two latent dimensions, and what it was shown."""
    rng = np.random.default_rng(0)
    phase = np.sort(rng.uniform(0.0, SHOWN, size=700))
    q = closed_motion(phase) + 0.03 * rng.normal(size=(700, 7))
    x = torch.from_numpy(q).float()
    config = ModelConfig(latent_dim=2, hidden=(64, 64), heads=5)
    model = IWAE(7, config, x.mean(dim=0), x.std(dim=0), torch.Generator().manual_seed(0))
    training = TrainingConfig(steps=3000, batch=128, validation_share=0.0)
    fit(model, x, np.arange(700) // 70, training, torch.Generator().manual_seed(0))
    return model, q


def main() -> None:
    """Train, measure and draw."""
    model, q = learned()
    with torch.no_grad():
        nodes = model.encode(torch.from_numpy(q).float())[0]
    layers = Perceptron([Layer(*layer) for layer in model.decoder_layers()])
    plain = ExpectedMetric(model.decode_heads, perceptron=layers)
    support = Support.calibrated(nodes[::4], float(plain.scale(nodes).median()))
    metric = ExpectedMetric(model.decode_heads, support=support, perceptron=layers)
    graph = GeodesicGraph.build(metric, nodes)
    z0, z1 = nodes[60], nodes[620]
    path = graph.geodesic(z0, z1)
    geodesic = relax(metric, path, segments=64, also_from_line=False)
    unsupported = relax(plain, [z0.numpy(), z1.numpy()])
    line = torch.stack([z0 + t * (z1 - z0) for t in torch.linspace(0, 1, 129)])
    curves = {"straight latent line": line, "geodesic of the mean metric": unsupported.points}
    curves["geodesic with support"] = geodesic.points
    for name, points in curves.items():
        on = float(distance_to_motion(model, points).max())
        print(
            f"{name}: {float(plain.segment_lengths(points[:-1], points[1:]).sum()):.2f} rad, "
            f"at most {on:.2f} rad beside the demonstrated motion"
        )
    with calm():
        draw_map(plain, metric, support, graph, path, curves)
        draw_speed(model, plain, curves)
    draw_starts()


def distance_to_motion(model: IWAE, points: torch.Tensor) -> Array:
    """How far (rad) decoded points (n, 2) lie from the closed motion."""
    with torch.no_grad():
        decoded = model.decode(points.float()).double().numpy()
    whole = closed_motion(np.linspace(0.0, SHOWN, 2000))
    return np.linalg.norm(decoded[:, None] - whole[None], axis=2).min(axis=1)


def draw_map(
    plain: ExpectedMetric,
    metric: ExpectedMetric,
    support: Support,
    graph: GeodesicGraph,
    path: Geodesic,
    curves: dict[str, torch.Tensor],
) -> None:
    """Magnification factor with graph and geodesics; beside it the lines of equal distance."""
    figure = new_figure(WIDTH, 5.4)
    left, right = figure.subplots(1, 2, sharex=True, sharey=True)
    low, high = _box(graph.nodes.numpy())
    x, y = np.linspace(low[0], high[0], GRID), np.linspace(low[1], high[1], GRID)
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    log_mf = plain.log_magnification_factor(grid).numpy().reshape(GRID, GRID) / np.log(10)
    lack = support.lack(grid).numpy().reshape(GRID, GRID)
    extent = (low[0], high[0], low[1], high[1])
    seen = log_mf[lack < 0.5]
    image = left.imshow(
        log_mf,
        extent=extent,
        origin="lower",
        aspect="auto",
        cmap=cool_scale(),
        vmin=seen.min(),
        vmax=seen.max(),
    )
    veil = np.ones((GRID, GRID, 4))
    veil[..., 3] = 0.8 * lack
    left.imshow(veil, extent=extent, origin="lower", aspect="auto")
    for a, b in graph.nodes.numpy()[graph.edges]:
        left.plot(*np.stack([a, b]).T, color="#5f6b76", linewidth=0.4, alpha=0.4)
    _draw_curves(left, curves)
    left.set(
        title="Magnification factor, graph and geodesics", xlabel="latent axis 1", ylabel="latent axis 2"
    )
    figure.colorbar(image, ax=left, label="log10 magnification factor, rad² per latent unit²", shrink=0.9)
    source = path.points[0].numpy()
    field = distance_field(metric, source, x, y)
    levels = np.arange(0.0, np.quantile(field.distance[lack < 0.5], 0.98) + 1.0, 1.0)
    far = right.contourf(x, y, field.distance, levels, cmap=cool_scale(), extend="max")
    right.contour(x, y, field.distance, levels, colors="white", linewidths=0.7)
    right.scatter(*graph.nodes.numpy().T, s=4, color=INK, alpha=0.5, linewidths=0)
    right.plot(*source, marker="o", markersize=10, color="white", markeredgecolor=INK, markeredgewidth=2)
    right.set(title="Lines of equal distance from the start", xlabel="latent axis 1")
    figure.colorbar(far, ax=right, label="Riemannian distance, rad", shrink=0.9)
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    _save(figure, "geometry_map.png")


def draw_speed(model: IWAE, plain: ExpectedMetric, curves: dict[str, torch.Tensor]) -> None:
    """Speed of the decoded arm along the curves, and how far it is from what was demonstrated."""
    figure = new_figure(WIDTH, 3.9)
    left, right = figure.subplots(1, 2)
    for number, (name, points) in enumerate(curves.items()):
        look = series(number)
        even = points if number == 0 else resample_uniform(plain, points, 81)
        steps = plain.segment_lengths(even[:-1], even[1:]).numpy() * (len(even) - 1)
        t = (np.arange(len(steps)) + 0.5) / len(steps)
        left.plot(t, steps, color=look.color, linestyle=("--", "-.", "-")[number], label=name)
        beside = distance_to_motion(model, even)
        t = np.linspace(0, 1, len(even))
        right.plot(t, beside, color=look.color, linestyle=("--", "-.", "-")[number])
    left.set(
        title="Speed of the decoded arm", xlabel="share of the way t", ylabel="joint speed, rad per unit of t"
    )
    right.set(
        title="Distance from the demonstrated motion",
        xlabel="share of the way t",
        ylabel="joint distance, rad",
    )
    for axes in (left, right):
        axes.set_ylim(bottom=0)
        axes.grid(True)
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    _save(figure, "geometry_speed.png")


def draw_starts() -> None:
    """Why relaxation starts twice: over a wall with a gap the line is trapped, the graph finds the gap."""

    def wall(z: torch.Tensor) -> torch.Tensor:
        height = (
            3.0 * torch.exp(-z[..., 0].square() / 0.18) * (1 - torch.exp(-((z[..., 1] - 1.5) ** 2) / 0.5))
        )
        return torch.cat([z, height.unsqueeze(-1)], -1)

    metric = PullbackMetric(wall)
    nodes = np.random.default_rng(0).uniform([-2, -1], [2, 2.6], size=(600, 2))
    ends = np.array([[-1.5, -0.6], [1.5, -0.6]])
    path = GeodesicGraph.build(metric, nodes).geodesic(*ends)
    found, trapped = relax(metric, path, also_from_line=False), relax(metric, ends)
    with calm():
        figure = new_figure(0.62 * WIDTH, 4.6)
        axes = figure.subplots()
        x, y = np.linspace(-2, 2, 200), np.linspace(-1, 2.6, 200)
        grid = torch.from_numpy(np.stack(np.meshgrid(x, y), axis=-1))
        image = axes.imshow(
            wall(grid)[..., 2].numpy(),
            extent=(-2, 2, -1, 2.6),
            origin="lower",
            aspect="auto",
            cmap=cool_scale(),
        )
        axes.plot(
            *trapped.points.T,
            color=ALARM,
            linestyle="--",
            linewidth=2.4,
            label=f"relaxed from the line: {trapped.length:.2f}",
        )
        axes.plot(*path.points.T, color=INK, linewidth=1.2, marker=".", label=f"graph: {path.length:.2f}")
        axes.plot(
            *found.points.T,
            color="#E69F00",
            linewidth=2.8,
            label=f"relaxed from the graph: {found.length:.2f}",
        )
        axes.set(title="A wall with a gap", xlabel="latent axis 1", ylabel="latent axis 2", ylim=(-1, 2.6))
        figure.colorbar(image, ax=axes, label="height of the wall, observation units")
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
        _save(figure, "geometry_starts.png")


def _draw_curves(axes: object, curves: dict[str, torch.Tensor]) -> None:
    from matplotlib.patheffects import Normal, Stroke

    for number, (name, points) in enumerate(curves.items()):
        axes.plot(  # type: ignore[attr-defined]
            *points.detach().numpy().T,
            color=series(number).color,
            linestyle=("--", "-.", "-")[number],
            linewidth=2.6,
            label=name,
            path_effects=[Stroke(linewidth=4.6, foreground="white"), Normal()],
        )


def _box(points: Array) -> tuple[Array, Array]:
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.08 * (high - low)
    return low - margin, high + margin


def _save(figure: object, name: str) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    figure.savefig(IMAGES / name, dpi=100)  # type: ignore[attr-defined]
    print(IMAGES / name)


if __name__ == "__main__":
    main()
