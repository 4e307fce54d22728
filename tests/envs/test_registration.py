"""The worlds as Gymnasium sees them."""

from __future__ import annotations

import subprocess
import sys
import warnings

import gymnasium
import pytest
from gymnasium.utils.env_checker import check_env

import envs
from envs.scenes import SCENES

pytestmark = pytest.mark.sim


@pytest.mark.parametrize("env_id", envs.ENV_IDS)
def test_check_env_passes_without_a_warning(env_id: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        env = gymnasium.make(f"envs:{env_id}")
        check_env(env.unwrapped)
        env.close()
        env.close()


def test_every_scene_and_no_other_has_an_id() -> None:
    names = (*SCENES, "Free", "Pendulum")
    assert tuple(f"robogeo/{name}-v0" for name in names) == envs.ENV_IDS
    assert all(name == scene.name for name, scene in SCENES.items())


@pytest.mark.parametrize("env_id", envs.ENV_IDS[:-1])
def test_make_after_import_serves_the_scene_without_a_warning(env_id: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        env = gymnasium.make(env_id, render_mode="rgb_array")
        env.reset(seed=0)
        _, _, _, truncated, info = env.step(env.action_space.sample())
        assert env.unwrapped.scene.name == env_id.split("/")[1].removesuffix("-v0")
        assert env.unwrapped.request(0, 0).start.shape == (7,)
        assert env.render().shape == (360, 480, 3)
        env.close()
    assert not truncated
    assert {"is_success", "collision", "min_clearance_m"} <= info.keys()


def test_a_world_prints_nothing() -> None:
    code = "import gymnasium; e = gymnasium.make('envs:robogeo/ReachDetour-v0'); e.reset(seed=0); e.close()"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == ""
    assert done.stderr == ""
