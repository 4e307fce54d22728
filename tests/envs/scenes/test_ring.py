"""How a tool stands in the scenes in cylinder coordinates."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from envs.scenes.ring import leaning

ANGLES = st.floats(-np.pi, np.pi)


@given(ANGLES, ANGLES)
def test_a_leaning_tool_is_turned_down_outward_and_across(azimuth: float, lift: float) -> None:
    pose = leaning(azimuth, lift, 0.6, 0.2)
    rotation = pose.rotation
    assert np.allclose(rotation.T @ rotation, np.eye(3), atol=1e-12)
    assert np.isclose(np.linalg.det(rotation), 1.0)
    outward, up = np.array([np.cos(azimuth), np.sin(azimuth), 0.0]), np.array([0.0, 0.0, 1.0])
    assert np.allclose(rotation[:, 2], np.sin(lift) * outward - np.cos(lift) * up, atol=1e-12)
    assert np.allclose(rotation[:, 1], np.cross(up, outward), atol=1e-12)
    assert np.allclose(pose.position, 0.6 * outward + 0.2 * up, atol=1e-12)
