"""Scenes that installed packages offer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from envs.arm_world import ArmWorld
from envs.errors import WorldError
from envs.scenes import SCENES, find_scene

PAGE = Path(__file__).parents[3] / "docs" / "your-scene.md"
CODE = PAGE.read_text().split("```python\n")[1].split("```")[0]


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str, name: str = "OverBeam") -> None:
    """Install a package with a scene for one test."""
    (folder / "my_scenes.py").write_text(code)
    about = folder / "my_scenes-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: my_scenes\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[robogeo.scenes]\n{name} = my_scenes:OverBeam\n")
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "my_scenes", raising=False)


@pytest.mark.sim
def test_the_scene_of_the_page_is_served_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch, CODE)
    world = ArmWorld("OverBeam", "iiwa")
    joined = set()
    for index in range(12):
        request = world.held_out_request(0, index)
        joined.add((request.start_place, request.goal_place))
        shown = world.demonstrate(request.start, request.goal)
        np.testing.assert_allclose(shown.q[[0, -1]], [request.start, request.goal], atol=1e-9)
    assert len(joined) == 12 and all(start != goal for start, goal in joined)
    world.close()


@pytest.mark.sim
def test_gymnasium_knows_it_in_a_new_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch, CODE)
    code = "import gymnasium; gymnasium.make('envs:robogeo/OverBeam-v0').reset(seed=0)"
    paths = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": paths},
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("1 / 0", r"cannot be loaded: ZeroDivisionError"),
        ("OverBeam = 3", r"is no subclass of envs\.scenes\.Scene"),
        (CODE.replace('name = "OverBeam"', 'name = "Beam"'), "its name is 'Beam'"),
        (CODE.replace("def build", "def built"), "build is not defined"),
    ],
)
def test_a_bad_scene_is_told_in_one_line(
    code: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch, code)
    with pytest.raises(WorldError, match=told) as caught:
        find_scene("OverBeam")
    assert "\n" not in str(caught.value)


def test_a_scene_cannot_take_a_name_of_robogeo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch, CODE, "Strokes")
    assert find_scene("Strokes") is SCENES["Strokes"]
    with pytest.raises(WorldError, match=r"unknown scene 'Attic'; known: ShelfReach, .*, Free$"):
        find_scene("Attic")
