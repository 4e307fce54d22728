"""PyBullet worlds for robogeo, met through Gymnasium: ``gymnasium.make("envs:robogeo/ShelfReach-v0")``."""

from __future__ import annotations

import gymnasium

from envs import offered

ENV_IDS = tuple(f"robogeo/{scene}-v0" for scene in offered.OWN)


def _register(env_id: str, **spec: object) -> None:
    if env_id not in gymnasium.registry:
        gymnasium.register(id=env_id, **spec)  # type: ignore[arg-type]


for _scene in (*offered.ARM_SCENES, *(_entry.name for _entry in offered.scenes())):
    _register(
        f"robogeo/{_scene}-v0",
        entry_point="envs.arm:ArmEnv",
        kwargs={"scene": _scene},
        max_episode_steps=1000,
    )
_register("robogeo/Pendulum-v0", entry_point="envs.pendulum:PendulumEnv", max_episode_steps=200)
