from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from robogeo.errors import MotionError
from robogeo.motion.world import World
from robogeo.progress import Silence
from robogeo.reproduction.circle import experiment as robot_circle
from robogeo.reproduction.circle.arm import Circle, CircleArm
from robogeo.reproduction.kept import Kept
from robogeo.reproduction.settings import load_settings

TINY = """
seeds: 1
data: {steps: 150}
pairs: 3
recipe: {hidden: [8], heads: 1, steps: 20, batch: 16, principal_steps: 20}
neural: {steps: 2, samples: 10, curves: 1, pretraining_steps: 1}
default: {hidden: [8], heads: 2, steps: 20, batch: 16, principal_steps: 20}
chart: {nodes: 40, segments: 8}
"""
CIRCLE = Circle((0.5, 0.0, 0.55), 0.4)


@pytest.fixture(scope="module")
def arm(shelf: World) -> CircleArm:
    return CircleArm(shelf.chain, shelf.rest)


def test_distance_from_a_circle() -> None:
    places = np.array([[0.5, 0.4, 0.55], [0.5, 0.0, 0.55], [0.8, 0.0, 0.15], [0.5, 0.0, 1.05]])
    assert CIRCLE.distance(places) == pytest.approx([0.0, 0.4, 0.3, 0.1])
    assert CIRCLE.distance(CIRCLE.points(np.linspace(0, 7, 50))).max() < 1e-12


@pytest.mark.sim
def test_the_tool_follows_the_circle_on_a_closed_curve(arm: CircleArm, shelf: World) -> None:
    angles = np.linspace(0.0, 2.0 * np.pi, 400)
    q = arm.follow(CIRCLE, angles)
    assert np.abs(arm.tool(q) - CIRCLE.points(angles)).max() < 1e-9
    assert np.abs(q[0] - q[-1]).max() < 1e-3 and np.abs(np.diff(q, axis=0)).max() < 0.03
    assert (q > shelf.limits.lower[:6]).all() and (q < shelf.limits.upper[:6]).all()
    assert arm.follow(CIRCLE, angles[3:5]) == pytest.approx(q[3:5], abs=1e-4)  # wherever one begins


@pytest.mark.sim
def test_a_circle_out_of_reach_is_told(arm: CircleArm) -> None:
    with pytest.raises(MotionError, match="does not reach"):
        arm.follow(Circle((1.2, 0.0, 0.55), 0.4), np.zeros(1))


@pytest.mark.sim
@pytest.mark.long
def test_a_tiny_run_goes_through(tmp_path: Path) -> None:
    file = tmp_path / "tiny.yaml"
    file.write_text(TINY)
    settings = load_settings(robot_circle.SETTINGS, file)
    kept = Kept(tmp_path / "seed-0", 0)
    record = json.loads(json.dumps(robot_circle.run_seed(settings, 0, kept, Silence())))
    assert json.loads(json.dumps(robot_circle.run_seed(settings, 0, kept, Silence()))) == record
    rows = robot_circle.measures(settings, [record])
    assert all(np.isfinite(reached.mean.value) for row in rows for reached in row.reached.values())
    assert len(robot_circle.draw(settings, [record], [kept])) == 3
    assert "150 steps" in robot_circle.words(settings, [record])
