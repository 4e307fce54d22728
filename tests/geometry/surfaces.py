"""Surfaces whose geodesic distances are known in closed form, as decoders."""

from __future__ import annotations

import numpy as np
import torch
from scipy.integrate import quad
from scipy.optimize import brentq


def sphere(z):
    """Inverse stereographic projection R^d -> S^d."""
    square = z.square().sum(-1, keepdim=True)
    return torch.cat([2 * z, square - 1], -1) / (1 + square)


def sphere_distance(a, b):
    gap = np.linalg.norm(a - b, axis=-1)
    return 2 * np.arcsin(gap / np.sqrt((1 + np.square(a).sum(-1)) * (1 + np.square(b).sum(-1))))


def swiss_roll(z):
    u, v = z[..., 0], z[..., 1]
    return torch.stack([u * torch.cos(u), v, u * torch.sin(u)], -1)


def swiss_roll_distance(a, b):
    def arc(u):
        return 0.5 * (u * np.sqrt(1 + u**2) + np.arcsinh(u))

    return np.hypot(arc(a[..., 0]) - arc(b[..., 0]), a[..., 1] - b[..., 1])


def torus(z, big=2.0, small=0.7):
    theta, phi = z[..., 0], z[..., 1]
    ring = big + small * torch.cos(theta)
    return torch.stack([ring * torch.cos(phi), ring * torch.sin(phi), small * torch.sin(theta)], -1)


def paraboloid(z):
    return torch.cat([z, z.square().sum(-1, keepdim=True)], -1)


def paraboloid_ray(radius):
    """Length of a meridian from the apex to a radius."""
    return 0.5 * (radius * np.sqrt(1 + 4 * radius**2) + 0.5 * np.arcsinh(2 * radius))


def wall_with_gap(z):
    """A wall across the first axis, passable only at z_2 = 1.5."""
    wall = 3.0 * torch.exp(-z[..., 0].square() / 0.18) * (1 - torch.exp(-((z[..., 1] - 1.5) ** 2) / 0.5))
    return torch.cat([z, wall.unsqueeze(-1)], -1)


def network(seed, d=3, D=6, dtype=torch.float64):
    """A random smooth decoder."""
    generator = torch.Generator().manual_seed(seed)

    def weight(*shape):
        return torch.randn(*shape, generator=generator, dtype=torch.float64).to(dtype)

    first, shift, second = 1.2 * weight(d, 32), 0.3 * weight(32), weight(32, D) / 4
    return lambda z: torch.tanh(z @ first + shift) @ second


def ensemble(seed, heads=3, d=3, D=4):
    members = [network(seed + i, d, D) for i in range(heads)]
    return lambda z: torch.stack([member(z) for member in members], dim=-2)


def hyperbolic(z):
    """The half-plane y > 1 as the pseudosphere."""
    x, y = z[..., 0], z[..., 1]
    return torch.stack([torch.cos(x) / y, torch.sin(x) / y, torch.arccosh(y) - (1 - y**-2).sqrt()], -1)


def hyperbolic_distance(a, b):
    return np.arccosh(1 + np.square(a - b).sum(-1) / (2 * a[..., 1] * b[..., 1]))


def paraboloid_distance(a, b):
    """Between points whose geodesic has no turning point (Clairaut: r^2 phi' = c), by quadrature.

    With r^2 = c^2 + u^2 the integrands are smooth: L = int sqrt(1 + 4 r^2) du, dphi = int c sqrt(1 + 4 r^2)
    / r^2 du.
    """
    near, far = sorted([float(np.linalg.norm(a)), float(np.linalg.norm(b))])
    cosine = np.dot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b))
    turn = float(np.arccos(np.clip(cosine, -1, 1)))

    def along(c, power):
        low, high = np.sqrt(max(near**2 - c**2, 0.0)), np.sqrt(far**2 - c**2)
        return quad(
            lambda u: np.sqrt(1 + 4 * (c**2 + u**2)) * (c / (c**2 + u**2)) ** power,
            low,
            high,
            epsabs=1e-13,
            epsrel=1e-13,
        )[0]

    if turn < 1e-12:
        return along(0.0, 0)
    if along(near, 1) < turn:
        return None  # it passes nearer to the apex than either end
    return along(brentq(lambda c: along(c, 1) - turn, 1e-12, near, xtol=1e-14), 0)
