"""Covers have no gaps, and stick out little."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import ConvexHull

from envs.sphere_cover import cover


@settings(max_examples=8)
@given(seed=st.integers(0, 10_000), most=st.integers(4, 40))
def test_every_point_of_the_surface_is_covered(seed: int, most: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(12, 3)) * rng.uniform(0.02, 0.08, 3)
    ((centres, radii),) = cover([points], [1.0], most)
    hull = ConvexHull(points)
    weights = rng.dirichlet(np.ones(3), (len(hull.simplices), 50))
    surface = (weights @ points[hull.simplices]).reshape(-1, 3)
    distances = np.linalg.norm(surface[:, None] - centres, axis=2) - radii
    assert distances.min(axis=1).max() <= 1e-9


def test_more_spheres_stick_out_less() -> None:
    corners = np.array([[x, y, z] for x in (-0.2, 0.2) for y in (-0.05, 0.05) for z in (-0.05, 0.05)])
    overhang = []
    for most in (6, 20, 60):
        ((centres, radii),) = cover([corners], [1.0], most)
        assert len(radii) <= most
        depth = (np.array([0.2, 0.05, 0.05]) - np.abs(centres)).min(axis=1)
        overhang.append(float((radii - depth).max()))
    assert overhang[0] > overhang[1] > overhang[2]
    assert overhang[2] < 0.025


@pytest.mark.parametrize("points", [np.zeros((1, 3)), np.eye(3) * 0.1, np.array([[0, 0, 0], [0.1, 0, 0.0]])])
def test_points_lines_and_plates_are_covered_too(points: np.ndarray) -> None:
    ((centres, radii),) = cover([points], [1.0], 20)
    inner = np.concatenate([points, points.mean(axis=0)[None]])
    assert (np.linalg.norm(inner[:, None] - centres, axis=2) - radii).min(axis=1).max() <= 0.0
    assert radii.max() < 0.08
