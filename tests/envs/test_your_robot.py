"""docs/your-robot.md: the file that it shows is loaded and taught with as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from envs.arm import ArmEnv
from envs.demonstrator import DemonstratedPath
from envs.robots import load_robot

pytestmark = pytest.mark.sim
PAGE = Path(__file__).resolve().parents[2] / "docs" / "your-robot.md"


@pytest.fixture
def shown(tmp_path: Path) -> Path:
    """The page's robot file, written elsewhere."""
    found = re.search(r"```yaml\n(# my_xarm\.yaml.*?)```", PAGE.read_text(), re.DOTALL)
    assert found is not None
    path = tmp_path / "my_xarm.yaml"
    path.write_text(found[1])
    return path


def test_the_page_s_robot_is_taught_by_route_without_contact(shown: Path) -> None:
    robot = load_robot(str(shown))
    assert (robot.name, robot.dof) == ("xarm6", 6)
    assert robot.self_collision_pairs is None
    env = ArmEnv("ReachDetour", str(shown))
    for i in range(18):
        request = env.held_out_request(7, i)
        path = env.demonstrate(request.start, request.goal)
        assert isinstance(path, DemonstratedPath)
        assert path.method == "route"
        assert env.first_collision(path.q) is None
    q = np.repeat(path.q, 12, axis=0)
    assert not env.execute(q, np.zeros_like(q)).collision
    env.close()
