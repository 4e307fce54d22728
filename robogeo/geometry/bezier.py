"""Random Bezier curves between two latent points, from which the published neural geodesic starts.

Chen et al. 2018, "Metrics for deep generative models", appendix A: the first and last control points are z0
and z1; those between have centres evenly spaced on the straight line, and each is displaced across the line
by a sample of a uniform distribution with range (z1 - z0) / 2. The paper does not say what an orthogonal
range is in more than two dimensions, nor whether it counts to one side or to both; here the displacement is
uniform in the ball of radius |z1 - z0| / 2 of the orthogonal complement, which in two dimensions is the
interval from -|z1 - z0| / 2 to |z1 - z0| / 2. In one dimension nothing lies across, and the line remains.
"""

from __future__ import annotations

import math

import torch


def random_controls(
    z0: torch.Tensor, z1: torch.Tensor, inner: int, generator: torch.Generator
) -> torch.Tensor:
    """Control points (inner + 2, d) of one random curve from z0 to z1, each (d,)."""
    along = z1 - z0
    d, length = len(z0), float(along.norm())
    share = torch.linspace(0, 1, inner + 2, dtype=z0.dtype)[:, None]
    centres = (1 - share) * z0 + share * z1
    if d == 1 or length == 0.0:
        return centres
    unit = along / length
    across = torch.randn(inner, d, generator=generator, dtype=z0.dtype)
    across = across - (across @ unit)[:, None] * unit
    across = across / across.norm(dim=1, keepdim=True).clamp_min(1e-300)
    reach = torch.rand(inner, 1, generator=generator, dtype=z0.dtype) ** (1.0 / (d - 1))
    centres[1:-1] += 0.5 * length * reach * across
    return centres


def bezier(controls: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    """Points (n, d) of the Bezier curve with control points (m + 1, d) at parameters t (n,) in [0, 1]."""
    degree = len(controls) - 1
    k = torch.arange(degree + 1, dtype=t.dtype)
    choose = torch.tensor([math.comb(degree, i) for i in range(degree + 1)], dtype=t.dtype)
    t = t.unsqueeze(1)
    weights: torch.Tensor = choose * t**k * (1 - t) ** (degree - k)
    return weights @ controls
