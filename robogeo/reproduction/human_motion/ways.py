"""Ways between poses, as an experiment records them: lengths, speeds, straying, and what is drawn of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from robogeo.fitting import codes, decoded
from robogeo.geometry import Metric
from robogeo.models import IWAE
from robogeo.reproduction.charts import Chart, lengths, lines, speeds, unevenness
from robogeo.reproduction.human_motion.poses import FloatArray, Poses, evenly, joined
from robogeo.reproduction.latent_pictures import background

LOOKS = 64
"""Poses of a way that are judged."""
SHOWN = 9
"""Poses of a way that are drawn."""
_CIRCLE_DEG, _RADIUS = 40.0, 1.5  # the paper's figure 13


def judged(
    model: IWAE,
    poses: Poses,
    metric: Metric,
    curves: Sequence[torch.Tensor],
    starts: torch.Tensor,
    goals: torch.Tensor,
) -> dict[str, Any]:
    """Lengths, evenness and straying of ways and straight lines, and the pair whose line strays farthest."""
    straight = lines(starts, goals)
    found: dict[str, Any] = {
        "geodesic length": lengths(metric, curves).tolist(),
        "straight length": lengths(metric, straight).tolist(),
    }
    for name, ways in (("geodesic", list(curves)), ("straight", list(straight))):
        strayed = [poses.astray(evenly(decoded(model, way), LOOKS)) for way in ways]
        found[f"{name} astray"] = [float(values.mean()) for values in strayed]
        found[f"{name} worst"] = [float(values.max()) for values in strayed]
        found[f"{name} unevenness"] = [unevenness(metric, way) for way in ways]
    found["farthest"] = int(np.argmax(found["straight worst"]))
    found["ways"] = [np.round(way.double().numpy()[::4], 4).tolist() for way in curves]
    found["examples"] = {
        str(pair): _example(model, poses, metric, curves[pair], straight[pair]) for pair in range(len(curves))
    }
    return found


def _example(
    model: IWAE, poses: Poses, metric: Metric, curve: torch.Tensor, line: torch.Tensor
) -> dict[str, Any]:
    """What is drawn of a pair: codes, joints and speed of the geodesic and of the straight line."""
    return {
        name: {
            "points": np.round(way.double().numpy()[::2], 4).tolist(),
            "joints": np.round(poses.places(evenly(decoded(model, way), SHOWN)), 4).tolist(),
            "speed": np.round(speeds(metric, way, 129), 5).tolist(),
        }
        for name, way in (("geodesic", curve), ("straight", line))
    }


def shown(model: IWAE, poses: Poses, metric: Metric, learned: FloatArray) -> dict[str, Any]:
    """The chart behind the pictures: codes, magnification factor, and the paper's walking circle."""
    z = codes(model, learned)
    low, high = z.quantile(0.002, dim=0), z.quantile(0.998, dim=0)
    most = z[((z >= low) & (z <= high)).all(dim=1)]
    angle = torch.deg2rad(torch.arange(0.0, 360.0, _CIRCLE_DEG))
    turn = torch.linspace(0.0, 2.0 * np.pi, 121)
    steps, circle = (torch.stack([-torch.sin(a), torch.cos(a)], dim=1) * _RADIUS for a in (angle, turn))
    found: dict[str, Any] = {
        "codes": np.round(z[::4].numpy(), 4).tolist(),
        **background(metric, torch.cat([most, circle])),
    }
    found["circle"] = {
        "points": np.round(circle.numpy(), 4).tolist(),
        "steps": np.round(steps.numpy(), 4).tolist(),
        "joints": np.round(poses.places(decoded(model, steps)), 4).tolist(),
        "film": np.round(poses.places(decoded(model, circle[:-1:2])), 4).tolist(),
        "astray": float(poses.astray(evenly(decoded(model, circle), LOOKS)).mean()),
    }
    return found


def closed_walk(model: IWAE, chart: Chart, poses: Poses, stations: int = 4) -> dict[str, Any]:
    """A closed walk: geodesics between the nodes nearest to points of the paper's circle."""
    angle = 2.0 * np.pi * torch.arange(stations) / stations
    wanted = _RADIUS * torch.stack([-torch.sin(angle), torch.cos(angle)], dim=1)
    nearest = torch.cdist(wanted, chart.graph.nodes.to(wanted)).argmin(dim=1)
    ends = chart.graph.nodes[nearest]
    ways = chart.geodesics(ends, ends.roll(-1, dims=0))
    curve = joined([way.points.double().numpy() for way in ways])
    looks = evenly(decoded(model, torch.from_numpy(curve)), 61)
    return {
        "points": np.round(curve[::4], 4).tolist(),
        "film": np.round(poses.places(looks[:-1]), 4).tolist(),
        "joints": np.round(poses.places(evenly(looks, SHOWN + 1)[:-1]), 4).tolist(),
        "astray": float(poses.astray(looks).mean()),
    }
